"""A whole Prometheus rule file: conditions, contract clocks, and the watch over opsmon itself.

It is written as YAML by hand, in the one shape that rule files have; every text stands in JSON's quotes, which are
YAML's as well.
"""

import json
from collections.abc import Iterable, Iterator, Mapping

from opsmon.metrics.alert_rule import (
    IMPORTANT,
    LINK_UTILISATION,
    RESTART_S,
    AlertRule,
    RecordingRule,
    condition_alerts,
    state_alerts,
)
from opsmon.model.device import Inventory
from opsmon.model.duration import format_duration
from opsmon.state.condition.rules import Rulebook


def _of(word: str, plural: str = "") -> str:
    """The value and its word, as Prometheus' templates say it: `1 fault`, `2 faults`."""
    return f"{{{{ $value }}}} {{{{ if eq $value 1.0 }}}}{word}{{{{ else }}}}{plural or word + 's'}{{{{ end }}}}"


Groups = Mapping[str, tuple[AlertRule | RecordingRule, ...]]
_WORDS = {
    "zh": {
        "at_risk": "{{ $labels.site }} {{ $labels.device }}：合同 {{ $labels.contract }} 条款 {{ $labels.clause }}"
        " 即将超时，时限 {{ $value | humanizeTimestamp }}",
        "breached": "{{ $labels.site }} {{ $labels.device }}：合同 {{ $labels.contract }} 条款 {{ $labels.clause }}"
        " 已超时，时限 {{ $value | humanizeTimestamp }}",
        "budget": "合同 {{ $labels.contract }} 条款 {{ $labels.clause }}：本月故障已达 {{ $value }} 次，再有一次即扣款",
        "overspent": "合同 {{ $labels.contract }} 条款 {{ $labels.clause }}：本月故障 {{ $value }} 次，已超限额",
        "task_at_risk": "合同 {{ $labels.contract }} 第 {{ $labels.clause }} 条：{{ $value }} 项任务临近到期",
        "task_overdue": "合同 {{ $labels.contract }} 第 {{ $labels.clause }} 条：{{ $value }} 项任务已逾期",
        "down": "opsmon 没有响应：故障无人发现",
        "not_ready": "opsmon 未就绪：未开始检查，或存储不可写",
        "reload": "opsmon 上一次重新加载配置失败，仍在使用旧配置",
        "dead": "发往 {{ $labels.channel }} 的通知被永久拒绝",
        "waiting": "发往 {{ $labels.channel }} 的 {{ $value }} 条通知迟迟未送达",
        "failing": "发往 {{ $labels.channel }} 的 {{ $value }} 条通知屡次失败：见 `opsmon notify list`",
        "blind": "opsmon 无法检测大部分设备：本机网络、资源、权限或域名解析故障",
        "unmeasured": "检查 {{ $labels.check }}：{{ $value }} 台设备无法执行，详见 opsmon 日志",
        "unwatched": "{{ $labels.instance }} 无法检测（域名、网络或权限），处于无人监控状态",
        "untold": "opsmon 有 {{ $value }} 个故障尚未通知到任何人",
        "exhausted": "{{ $value }} 个故障已按升级方案呼叫完毕，无人接单",
        "channel_month": "通知通道 {{ $labels.channel }} 本月条数已用八成，最后一成留给紧急消息",
        "channel_down": "通知通道 {{ $labels.channel }} 不可用（密钥、签名、地址或网络）",
        "member_down": "通知通道 {{ $labels.channel }} 的第 {{ $labels.member }} 个 Alertmanager 不收告警",
        "channel_full": "通知通道 {{ $labels.channel }} 的发送额度已用满，通知合并发送",
        "nobody": "值班表 {{ $labels.rota }} 当前无人值班",
        "lag": "opsmon 的检查落后 {{ $value | humanizeDuration }}：机器太忙",
    },
    "en": {
        "at_risk": "{{ $labels.site }} {{ $labels.device }}: contract {{ $labels.contract }} clause "
        "{{ $labels.clause }} at risk, due {{ $value | humanizeTimestamp }}",
        "breached": "{{ $labels.site }} {{ $labels.device }}: contract {{ $labels.contract }} clause "
        "{{ $labels.clause }} breached, was due {{ $value | humanizeTimestamp }}",
        "budget": "contract {{ $labels.contract }} clause {{ $labels.clause }}: "
        f"{_of('fault')}, the next costs",
        "overspent": "contract {{ $labels.contract }} clause {{ $labels.clause }}: "
        f"{_of('fault')}, over the limit",
        "task_at_risk": "contract {{ $labels.contract }} clause {{ $labels.clause }}: "
        f"{_of('task is', 'tasks are')} at risk",
        "task_overdue": "contract {{ $labels.contract }} clause {{ $labels.clause }}: "
        f"{_of('task is', 'tasks are')} overdue",
        "down": "opsmon does not answer: nobody sees the faults",
        "not_ready": "opsmon is not ready: no checks are sent, or the store cannot be written",
        "reload": "opsmon refused the last configuration and goes on with the one before",
        "dead": "{{ $labels.channel }} refused notifications for good",
        "waiting": f"{_of('notification')} for {{{{ $labels.channel }}}} waiting for long",
        "failing": f"{_of('notification')} for {{{{ $labels.channel }}}} failed often: see `opsmon notify list`",
        "blind": "opsmon cannot measure most devices: its own network, resources, rights or name service fail",
        "unmeasured": f"the check {{{{ $labels.check }}}} cannot be made on {_of('device')}: see the log of opsmon",
        "unwatched": "{{ $labels.instance }} cannot be measured (its name, our network or rights): nobody watches it",
        "untold": f"opsmon could tell nobody of {_of('fault')}",
        "exhausted": f"everybody in the plan was called for {_of('fault')} and nobody answered",
        "channel_month": "the channel {{ $labels.channel }} has used four fifths of its month",
        "channel_down": "the channel {{ $labels.channel }} takes nothing: its key, signature, address or network",
        "member_down": "Alertmanager {{ $labels.member }} of the channel {{ $labels.channel }} takes no alerts",
        "channel_full": "the channel {{ $labels.channel }} was sent all that it takes: messages are put together",
        "nobody": "nobody is on duty by the rota {{ $labels.rota }}",
        "lag": "the checks of opsmon are {{ $value | humanizeDuration }} late: the machine is too busy",
    },
}


def rule_groups(rulebook: Rulebook, inventory: Inventory, language: str) -> Groups:
    """Everything that the root's conditions and clocks can tell through Prometheus, by group."""
    devices = tuple(inventory.devices.values())
    states = (alert for rule in rulebook.states for alert in state_alerts(rule, devices, language))
    conditions = (alert for rule in rulebook.rules for alert in condition_alerts(rule, devices, language))
    return {
        "opsmon-states": tuple(states),
        "opsmon-conditions": (LINK_UTILISATION, IMPORTANT, *conditions),
        "opsmon-clocks": tuple(_clock_alerts(_WORDS[language])),
        "opsmon-obligations": tuple(_task_alerts(_WORDS[language])),
        "opsmon-itself": tuple(_own_alerts(_WORDS[language])),
    }


def _clock_alerts(words: Mapping[str, str]) -> Iterator[AlertRule]:
    for name, state in (("TargetAtRisk", "at_risk"), ("TargetBreached", "breached")):
        expression = f'max without (state) (opsmon_clock_due_timestamp_seconds{{state="{state}"}})'
        yield AlertRule(name, expression, 0.0, {"severity": "major"}, {"summary": words[state]}, RESTART_S)
    for name, sign, word in (("FaultBudgetSpent", "==", "budget"), ("FaultBudgetOverspent", ">", "overspent")):
        expression = f"opsmon_fault_budget_used {sign} opsmon_fault_budget_limit"
        yield AlertRule(name, expression, 0.0, {"severity": "major"}, {"summary": words[word]}, RESTART_S)


def _task_alerts(words: Mapping[str, str]) -> Iterator[AlertRule]:
    for name, state, severity in (
        ("ObligationAtRisk", "at_risk", "ordinary"),
        ("ObligationOverdue", "overdue", "major"),
    ):
        expression = f'opsmon_obligation_tasks{{state="{state}"}} > 0'
        summary = {"summary": words[f"task_{state}"]}
        yield AlertRule(name, expression, 0.0, {"severity": severity}, summary, RESTART_S)


def _own_alerts(words: Mapping[str, str]) -> Iterator[AlertRule]:
    dead = 'increase(opsmon_notifications_total{result="dead"}[15m]) > 0'
    for name, expression, for_s, word in (
        ("OpsmonDown", 'up{job="opsmon"} == 0 or absent(up{job="opsmon"})', 120.0, "down"),
        ("OpsmonNotReady", "opsmon_ready == 0", 120.0, "not_ready"),
        ("OpsmonReloadFailed", "opsmon_config_last_reload_successful == 0", 0.0, "reload"),
        ("OpsmonNotificationRefused", dead, 0.0, "dead"),
        ("OpsmonNotificationsWaiting", "opsmon_notifications_waiting > 0", 600.0, "waiting"),
        ("OpsmonNotificationsFailing", "opsmon_notifications_failing > 0", 0.0, "failing"),
        ("OpsmonBlind", "opsmon_blind == 1", 0.0, "blind"),
        ("CheckUnmeasured", "opsmon_checks_unmeasured > 0", 0.0, "unmeasured"),
        ("DeviceUnwatched", 'opsmon_device_state{state="unknown"} == 1', 60.0, "unwatched"),
        ("OpsmonPageUntold", "opsmon_pages_untold > 0", 120.0, "untold"),
        ("OpsmonPageExhausted", 'opsmon_pages{state="exhausted"} > 0', 0.0, "exhausted"),
        ("OpsmonChannelDown", "opsmon_channel_up == 0", 300.0, "channel_down"),
        ("OpsmonChannelMemberDown", "opsmon_channel_member_up == 0", 300.0, "member_down"),
        ("OpsmonChannelFull", "opsmon_channel_window_used_ratio >= 1", 60.0, "channel_full"),
        ("OpsmonChannelMonth", "opsmon_channel_month_used_ratio >= 0.8", 0.0, "channel_month"),
        ("NobodyOnDuty", "opsmon_on_duty == 0", 60.0, "nobody"),
        ("OpsmonLate", "opsmon_probe_lag_seconds > 30", 300.0, "lag"),
    ):
        yield AlertRule(name, expression, for_s, {"severity": "major"}, {"summary": words[word]})


def rule_file_text(groups: Groups) -> str:
    """The file."""
    return "".join(("groups:\n", *(line for name, rules in groups.items() for line in _group_lines(name, rules))))


def _group_lines(name: str, rules: Iterable[AlertRule | RecordingRule]) -> Iterator[str]:
    yield f"  - name: {_quoted(name)}\n    rules:\n"
    for rule in rules:
        if isinstance(rule, RecordingRule):
            yield f"      - record: {_quoted(rule.name)}\n        expr: {_quoted(rule.expression)}\n"
            continue
        yield f"      - alert: {_quoted(rule.name)}\n        expr: {_quoted(rule.expression)}\n"
        if rule.for_s:
            yield f"        for: {_quoted(format_duration(rule.for_s))}\n"
        if rule.keep_firing_s:
            yield f"        keep_firing_for: {_quoted(format_duration(rule.keep_firing_s))}\n"
        for section, texts in (("labels", rule.labels), ("annotations", rule.annotations)):
            yield f"        {section}:\n"
            yield from (f"          {key}: {_quoted(text)}\n" for key, text in texts.items())


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
