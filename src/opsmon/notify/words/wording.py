"""What people read in a notification: one line that says it all, in Chinese or English.

What is wrong, where, since when, who has taken it on, and until when the contract wants what.
"""

from datetime import datetime, timedelta

from opsmon.engine.effect import AlertStatus, Notify
from opsmon.incident.incident import Incident
from opsmon.incident.wording import device_called
from opsmon.incident.wording import fault_words as incident_words
from opsmon.model.event import ClockChanged, DeviceState
from opsmon.model.incident import FactType
from opsmon.notify.words.ending import ending_afterword, ending_heading
from opsmon.notify.words.voice import RenderContext
from opsmon.text.count import counted
from opsmon.text.duration import remaining_words
from opsmon.text.time import local_time
from opsmon.text.vocabulary import ALERTS, TARGETS, named

_STILL_CONTRADICTED = {
    "zh": "；已有人登记为已恢复，但监控仍可见故障",
    "en": "; somebody said that it is resolved, monitoring still sees it",
}
_STILL_REPORTED = {
    "zh": "；监控已看不到故障，待人员确认恢复",
    "en": "; monitoring sees no fault any more, it is over when a person says so",
}
ONE_SECOND = timedelta(seconds=1)
_TAKEN_ON = {"zh": "已确认", "en": "Acknowledged"}
_HELD_BY = {"zh": "；{by} 已于 {at} 确认", "en": "; acknowledged by {by} at {at}"}
_SLIPPED = {
    "zh": "；{by} 接单后无进展，目前无人负责",
    "en": "; {by} acknowledged it, nobody has it now",
}
_GIVEN_BACK = {"zh": "；确认已撤回，目前无人负责", "en": "; the acknowledgement was withdrawn, nobody has taken it on"}
_TAKES_ALONG = frozenset({DeviceState.DOWN, DeviceState.FLAPPING})


def summary_of(notify: Notify, voice: RenderContext) -> str:
    """One line: what, where, since when; of a clock the contract, the clause and when it is due."""
    over = notify.status is AlertStatus.RESOLVED
    incident, colon = notify.incident, "：" if voice.language == "zh" else ": "
    place = f"[{_heading(notify, voice.language)}] {voice.sites.get(incident.site, incident.site)}"
    if notify.clock is not None:
        told = f"{place} {device_words(incident, voice) or incident.condition}{_due(notify, notify.clock, voice)}"
        return told if over else f"{told}{_held(notify, voice)}"
    told = f"{place}{colon}{fault_words(incident, voice)}{_span(notify, voice)}{_affected(incident, voice)}"
    if over:
        return f"{told}{ending_afterword(notify, voice.language)}"
    return f"{told}{_still(incident, voice.language)}{_held(notify, voice)}{_until_when(notify, voice)}"


def _heading(notify: Notify, language: str) -> str:
    if notify.status is AlertStatus.RESOLVED:
        return ending_heading(notify, language)
    return _TAKEN_ON[language] if notify.is_taken_on else ALERTS[notify.alert].in_(language)


def device_words(incident: Incident, voice: RenderContext) -> str:
    """The device as people call it, with the name by which commands know it; "" where the incident has none."""
    return device_called(incident.device, voice.titles.get(incident.device, ""), voice.language)


def _held(notify: Notify, voice: RenderContext) -> str:
    """Who has taken it on, for those who were called; "" while nobody has."""
    held, told = notify.held, notify.incident.holder
    if held is not None:
        return _HELD_BY[voice.language].format(by=held.by, at=local_time(held.since, voice.timezone))
    if told is not None:
        return _SLIPPED[voice.language].format(by=told.by)
    was_held = any(fact.type is FactType.ACKNOWLEDGED for fact in notify.incident.facts)
    return _GIVEN_BACK[voice.language] if was_held else ""


def _until_when(notify: Notify, voice: RenderContext) -> str:
    """What the contract wants next, and until when; "" where it wants nothing."""
    clock = notify.nearest
    due_at = None if clock is None else clock.effective_due_at
    if clock is None or due_at is None:
        return ""
    left, due = _left(due_at, notify.at, voice.language), local_time(due_at, voice.timezone)
    what = named(TARGETS, clock.target, voice.language)
    if voice.language == "zh":
        return f"；合同第 {clock.clause} 条要求 {due} 前{what}（{left}）"
    return f"; clause {clock.clause} {what}, due {due} ({left})"


def _left(due_at: datetime, at: datetime, language: str) -> str:
    return remaining_words((due_at - at).total_seconds(), language)


def _still(incident: Incident, language: str) -> str:
    """What to say of a fault of which people and monitoring disagree; "" where they do not."""
    if incident.is_contradicted:
        return _STILL_CONTRADICTED[language]
    was_seen = any(fact.type is FactType.DETECTED for fact in incident.standing)
    return _STILL_REPORTED[language] if was_seen and not incident.is_watched else ""


def fault_words(incident: Incident, voice: RenderContext) -> str:
    """The fault in the words of the conditions; the bare names where they have none."""
    called = device_words(incident, voice)
    return incident_words(incident, voice.rulebook, voice.limits, voice.language, called=called)


def _span(notify: Notify, voice: RenderContext) -> str:
    """Since when; of what is over, until when."""
    began = local_time(notify.incident.starts_at, voice.timezone)
    if notify.ends_at is None:
        return f"，自 {began} 起" if voice.language == "zh" else f", since {began}"
    ended = local_time(notify.ends_at, voice.timezone)
    return f"，{began} 至 {ended}" if voice.language == "zh" else f", from {began} to {ended}"


def count_affected(incident: Incident, voice: RenderContext) -> int:
    """A dead device takes along what is behind it, whether or not each of them was found out already."""
    behind = voice.behind.get(incident.device, 0) if incident.is_watched and incident.state in _TAKES_ALONG else 0
    return max(len(incident.affected), behind)


def _affected(incident: Incident, voice: RenderContext) -> str:
    count = count_affected(incident, voice)
    if not count:
        return ""
    return f"，影响下级设备 {count} 台" if voice.language == "zh" else f", {counted(count, 'devices')} behind it"


def _due(notify: Notify, clock: ClockChanged, voice: RenderContext) -> str:
    due_at, what = clock.effective_due_at, named(TARGETS, clock.target, voice.language)
    due = "" if due_at is None else local_time(due_at, voice.timezone)
    if due_at is not None and notify.status is AlertStatus.FIRING and abs(notify.at - due_at) >= ONE_SECOND:
        left = _left(due_at, notify.at, voice.language)
        due += f"（{left}）" if voice.language == "zh" else f" ({left})"
    if voice.language == "zh":
        return f"：合同 {clock.contract} 第 {clock.clause} 条{what}{due and '，时限 ' + due}"
    return f": contract {clock.contract} clause {clock.clause} {what}{due and ', due ' + due}"
