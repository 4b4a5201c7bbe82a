"""How incidents are told to people, in Chinese or English."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from opsmon.cli.output import print_pairs, print_table, say
from opsmon.model.remaining import remaining_words

Incident = Mapping[str, Any]
_COLUMNS = {
    "zh": ("编号", "开始", "故障", "状态", "合同时限"),
    "en": ("id", "since", "fault", "state", "contract clocks"),
}
_URGENT = {"at_risk": "! ", "breached": "!! "}
_FIELDS = {
    "id": ("编号", "id"),
    "condition": ("故障", "fault"),
    "subject": ("部位", "part"),
    "detail": ("现象", "detail"),
    "device": ("设备", "device"),
    "site": ("地点", "site"),
    "contract": ("合同", "contract"),
    "service": ("服务", "service"),
    "severity": ("级别", "severity"),
    "phase": ("阶段", "phase"),
    "starts_at": ("开始", "since"),
    "resolved_at": ("恢复", "resolved"),
    "closed_at": ("关闭", "closed"),
    "ended": ("结束方式", "ended"),
    "close_reason": ("关闭原因", "close reason"),
    "merged_into": ("并入", "merged into"),
}
_TIMES = frozenset({"starts_at", "resolved_at", "closed_at"})
_CLOCKS = {
    "zh": ("条款", "目标", "状态", "时限", "从严时限", "剩余", "说明"),
    "en": ("clause", "target", "state", "due", "strict", "left", "why"),
}
_FACTS = {"zh": ("时间", "事件", "报告人", "备注"), "en": ("at", "event", "by", "note")}
_CHILDREN = {"zh": "受影响设备", "en": "affected"}
_DIAGNOSIS = {"zh": "诊断", "en": "diagnosis"}


def list_columns(language: str) -> Sequence[str]:
    """Headings of the list."""
    return _COLUMNS[language]


def list_rows(incidents: Iterable[Incident], language: str, zone: ZoneInfo) -> Iterable[Sequence[object]]:
    """A row for each incident; narrow, since a row that is folded in every cell cannot be read."""
    for incident in incidents:
        yield (
            incident["id"],
            datetime.fromisoformat(incident["starts_at"]).astimezone(zone).strftime("%m-%d %H:%M"),
            _fault_lines(incident),
            f"{incident['severity']}\n{incident['phase']}",
            "\n".join(_clock_line(clock, language) for clock in incident["clocks"]),
        )


def _fault_lines(incident: Incident) -> str:
    fault = f"{incident['condition']} {incident['subject']}".strip()
    affected = f" (+{len(incident['children'])})" if incident["children"] else ""
    return f"{incident['device']}{affected}\n{fault}\n{incident['site']}"


def _clock_line(clock: Mapping[str, Any], language: str) -> str:
    left = clock["remaining_s"]
    rest = clock["state"] if left is None else remaining_words(left, language)
    return f"{_URGENT.get(clock['state'], '')}{clock['clause']} {clock['target']} {rest}"


def show_incident(incident: Incident, language: str, zone: ZoneInfo) -> None:
    """Prints everything about one incident."""
    column = 0 if language == "zh" else 1
    pairs = {
        names[column]: local(incident[field], zone) if field in _TIMES else incident[field]
        for field, names in _FIELDS.items()
        if incident.get(field)
    }
    print_pairs(pairs)
    if incident["clocks"]:
        say()
        print_table(_CLOCKS[language], (_clock_row(clock, language, zone) for clock in incident["clocks"]))
    if incident["facts"]:
        say()
        rows = ((local(fact["at"], zone), fact["type"], fact["by"], fact["note"]) for fact in incident["facts"])
        print_table(_FACTS[language], rows)
    if incident["children"]:
        say(f"\n{_CHILDREN[language]} ({len(incident['children'])}): {' '.join(incident['children'])}")
    for text in incident["diagnosis"]:
        say(f"\n{_DIAGNOSIS[language]}:\n{text}")


def _clock_row(clock: Mapping[str, Any], language: str, zone: ZoneInfo) -> Sequence[object]:
    left = clock["remaining_s"]
    return (
        clock["clause"], clock["target"], clock["state"], local(clock["due_at"], zone),
        local(clock["strict_due_at"], zone), "" if left is None else remaining_words(left, language), clock["why"],
    )  # fmt: skip


def local(moment: str | None, zone: ZoneInfo) -> str:
    """A time of the API in the root's zone; "" for none."""
    return "" if moment is None else datetime.fromisoformat(moment).astimezone(zone).strftime("%m-%d %H:%M:%S")
