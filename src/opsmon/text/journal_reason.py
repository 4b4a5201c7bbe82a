"""Why a device is in its state, and why an incident turned: in English in the journal, in Chinese for its reader.

Nothing here takes a sentence apart that somebody else made: the inside writes its reasons with these patterns, and
they are read by the same patterns. What fits none, such as what a device said, is shown as it is.
"""

import re
from collections.abc import Iterable

from opsmon.text.bilingual import Text
from opsmon.text.vocabulary import CHECKS, DEVICE_STATES, OUTCOMES, named

ANSWERS = Text("it answers", "恢复应答")
NOT_YET = Text("{} did not answer well yet", "{} 尚未正常应答")
PARENT_DOWN = Text("{} is down", "上级设备 {} 中断")
ELSEWHERE_DOWN = Text("what it is reached through is down", "上级设备中断")
NOTHING_MEASURED = Text("nothing was measured for long", "长时间没有测量结果")
LEFT_INVENTORY = Text("it is no longer in the inventory", "已不在清单中")
CALM_AGAIN = Text("it is calm again", "已恢复稳定")
MAINTENANCE_UNTIL = Text("maintenance until {}", "维护至 {}")
MAINTENANCE_ENDED = Text("maintenance ended", "维护结束")
FIRST_SEEN = Text("first seen at {}, under maintenance", "首次发现于 {}（维护期间）")
HELD = Text("recovery held", "恢复已确认")
STAYED_SO = Text("recovered, and stayed so", "已恢复并保持稳定")
NOTHING_BEGAN = Text("every fact that it began with was withdrawn", "起始记录均已撤回")
LEFT_TO_PEOPLE = Text(
    "what monitoring saw is over; what people reported is over when a person says so",
    "监控发现的部分已恢复，人员报修的部分由人员确认恢复",
)
SAYS_RESOLVED = Text("resolved, says {}", "{} 确认恢复")
CLOSER_WITHDRAWN = Text("what had closed it was withdrawn", "结束它的记录已撤回")
DEVICE_LEFT = Text("its device left the inventory", "设备已移出清单")
DEVICE_TAKEN_OUT = Text("the device was taken out of the inventory", "设备已从清单移除")
UNCHECKED = Text("{} of the device is no longer checked", "该设备不再检查 {}")
UNMEASURABLE = Text("it can no longer be measured", "已无法测量")
UNREACHED = Text("it can no longer be reached", "已无法到达")
BECAME = Text("it is {} now, see {}", "现为{}，见 {}")
FIRST_SIGN = Text("the first sign of {}", "{} 的前兆")
CAUSE_IS = Text("its cause is {}", "原因见 {}")
CLOCK_WAS_SET = Text("the clock was set", "系统时间被调整")
OTHER_PLAN = Text("the plan is another one now", "升级方案已变")
TIME_IS_OVER = Text("its time is over", "时间已到")
COVERED_IS_OVER = Text("what it covered is over", "所覆盖的故障已结束")
NO_REASON = Text("no reason was given", "未说明原因")
PATTERNS = (
    NO_REASON,
    CLOCK_WAS_SET, OTHER_PLAN, TIME_IS_OVER, COVERED_IS_OVER,
    HELD, STAYED_SO, NOTHING_BEGAN, LEFT_TO_PEOPLE, SAYS_RESOLVED, CLOSER_WITHDRAWN, DEVICE_LEFT, DEVICE_TAKEN_OUT,
    UNCHECKED, UNMEASURABLE, UNREACHED, BECAME, FIRST_SIGN, CAUSE_IS,
    ANSWERS, NOT_YET, PARENT_DOWN, ELSEWHERE_DOWN, NOTHING_MEASURED, LEFT_INVENTORY, CALM_AGAIN, MAINTENANCE_UNTIL,
    MAINTENANCE_ENDED, FIRST_SEEN,
)  # fmt: skip
_READ = tuple(
    (re.compile(re.escape(one.en).replace(r"\{\}", "([^;]{1,300})")), one.zh)
    for one in sorted(PATTERNS, key=lambda one: "{}" in one.en)
)
_COUNT = re.compile(r"([^\s,:;]{1,80}) ([a-z_]{1,20}) ×(\d{1,9})")


def written(pattern: Text, *values: object) -> str:
    """A reason as it is journaled."""
    return pattern.en.format(*values)


def counts_written(failed: Iterable[tuple[str, str, int]], heard: str) -> str:
    """`icmp timeout ×4, snmp timeout ×4: what it said`: each check, its outcome, and how often in a row."""
    counts = ", ".join(f"{check} {outcome} ×{number}" for check, outcome, number in failed)
    return f"{counts}: {heard}" if heard else counts


def reason_words(reason: str, language: str) -> str:
    """A journaled reason for a reader."""
    if language != "zh":
        return reason
    return _pattern(reason) or "；".join(_pattern(part) or _counts(part) for part in reason.split("; "))


def _pattern(reason: str) -> str:
    """What it says where it fits a pattern, else ""."""
    for pattern, zh in _READ:
        found = pattern.fullmatch(reason)
        if found is not None:
            return zh.format(*(named(DEVICE_STATES, value, "zh") for value in found.groups()))
    return ""


def _counts(part: str) -> str:
    counts, _, heard = part.partition(": ")
    read = [_COUNT.fullmatch(one) for one in counts.split(", ")]
    if not all(read):
        return part
    told = "，".join(f"{named(CHECKS, one[1], 'zh')} {named(OUTCOMES, one[2], 'zh')} ×{one[3]}" for one in read if one)
    return f"{told}：{heard}" if heard else told
