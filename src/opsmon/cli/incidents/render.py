"""How incidents are told to people, in Chinese or English."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from opsmon.cli.incidents.render_page import show_page
from opsmon.cli.output import print_pairs, print_table, say
from opsmon.model.incident import MONITORING
from opsmon.model.origin import origin_words
from opsmon.text.bilingual import COLON
from opsmon.text.duration import remaining_words
from opsmon.text.journal_reason import reason_words
from opsmon.text.safe import visible
from opsmon.text.time import short_local_time
from opsmon.text.vocabulary import CLOCK_STATES, ENDINGS, FACTS, PHASES, REPORTERS, SEVERITIES, TARGETS, Words, named

Incident = Mapping[str, Any]
_COLUMNS = {
    "zh": ("编号", "开始", "故障", "状态", "合同时限"),
    "en": ("id", "since", "fault", "state", "contract clocks"),
}
_URGENT = {"at_risk": "! ", "breached": "!! "}
_FIELDS = {
    "id": ("编号", "id"),
    "condition": ("故障类型", "condition"),
    "subject": ("部位", "part"),
    "detail": ("现象", "detail"),
    "device": ("设备", "device"),
    "site": ("地点", "site"),
    "contract": ("合同", "contract"),
    "service": ("服务", "service"),
    "own_labels": ("故障标签", "own labels"),
    "reported_by": ("报修人", "reported by"),
    "severity": ("级别", "severity"),
    "phase": ("阶段", "phase"),
    "starts_at": ("开始", "since"),
    "resolved_at": ("恢复", "resolved"),
    "closed_at": ("关闭", "closed"),
    "ended": ("结束方式", "ended"),
    "close_reason": ("关闭原因", "close reason"),
    "merged_into": ("并入", "merged into"),
}
_NAMES: Mapping[str, Words] = {"severity": SEVERITIES, "phase": PHASES, "ended": ENDINGS}
_SAID = frozenset({"detail", "close_reason"})  # what the inside says, or a device did
_TIMES = frozenset({"starts_at", "resolved_at", "closed_at"})
_CLOCKS = {
    "zh": ("条款", "目标", "状态", "时限", "从严时限", "剩余", "说明"),
    "en": ("clause", "target", "state", "due", "strict", "left", "why"),
}
_FACTS = {"zh": ("序号", "时间", "事件", "报告人", "备注"), "en": ("no.", "at", "event", "by", "note")}
_MARKS = {
    "withdrawn": ("已撤回", "withdrawn"),
    "withdraws": ("撤回第 {} 条", "withdraws {}"),
    "clauses": ("仅限条款 {}", "clauses {} only"),
    "approved_by": ("批准人 {}", "approved by {}"),
    "paper": ("文件 {}", "paper {}"),
    "contradicted": ("监控仍可见故障", "monitoring still saw the fault"),
    "recorded_at": ("登记于 {}", "recorded {}"),
    "via": ("经由 {}", "via {}"),
}
_AT_ONCE = timedelta(minutes=1)  # what is told as quickly as this was told when it happened
_MISSING = (
    "{}：尚无报修或通知，计时未开始；请补录：opsmon incidents event {} {} --at 时间",
    "{}: no report or notice is recorded, so its clock has not begun; add one: opsmon incidents event {} {} --at TIME",
)
_FAULT = ("故障", "fault")
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
            short_local_time(incident["starts_at"], zone, seconds=False),
            _fault_lines(incident, language),
            f"{named(SEVERITIES, incident['severity'], language)}\n{named(PHASES, incident['phase'], language)}",
            "\n".join(_clock_line(clock, language) for clock in incident["clocks"]),
        )


def _fault_lines(incident: Incident, language: str) -> str:
    fault = told_fault(incident, language)
    affected = f" (+{len(incident['children'])})" if incident["children"] else ""
    device = "" if incident["device"] in fault else f"{incident['device']}\n"
    return f"{device}{fault}{affected}\n{incident['site']}"


def _clock_line(clock: Mapping[str, Any], language: str) -> str:
    left = clock["remaining_s"]
    rest = named(CLOCK_STATES, clock["state"], language) if left is None else remaining_words(left, language)
    return f"{_URGENT.get(clock['state'], '')}{clock['clause']} {named(TARGETS, clock['target'], language)} {rest}"


def told_fault(incident: Incident, language: str) -> str:
    """The fault in a sentence; what it is called and of what where the rules have no words for it."""
    name = f"{incident['condition']} {incident['subject']}".strip()
    return str(incident.get("summary_zh" if language == "zh" else "summary") or name)


def show_incident(incident: Incident, language: str, zone: ZoneInfo) -> None:
    """Prints everything about one incident."""
    column = 0 if language == "zh" else 1
    pairs = {
        names[column]: short_local_time(incident[field], zone)
        if field in _TIMES
        else _words(field, incident[field], language)
        for field, names in _FIELDS.items()
        if incident.get(field)
    }
    print_pairs({_FAULT[column]: told_fault(incident, language)} | pairs)
    if incident["clocks"]:
        say()
        print_table(clock_columns(language)[1:], (_clock_row(clock, language, zone) for clock in incident["clocks"]))
    if incident.get("page"):
        show_page(incident["page"], language, zone)
    if incident["facts"]:
        say()
        rows = (
            (
                fact["number"],
                short_local_time(fact["at"], zone),
                named(FACTS, fact["type"], language),
                told_by(fact["by"], language),
                _fact_note(fact, language, zone),
            )
            for fact in incident["facts"]
        )
        print_table(_FACTS[language], rows)
    for judged in incident["judgements"]:
        say(judgement_line(judged, language, zone))
    if incident["children"]:
        say(f"\n{_CHILDREN[language]} ({len(incident['children'])}): {visible(' '.join(incident['children']))}")
    for text in incident["diagnosis"]:
        say(f"\n{_DIAGNOSIS[language]}:\n{visible(text, lines=True)}")


def judgement_line(judged: Mapping[str, Any], language: str, zone: ZoneInfo) -> str:
    """What somebody found the incident to be, when and why."""
    labels = [f"{key}={value}" for key, value in judged["labels"].items()]
    severity = named(SEVERITIES, judged["severity"], language)
    found = " ".join(word for word in (severity, judged["service"], *labels) if word)
    verb = "判定为" if language == "zh" else "judged it"
    at = short_local_time(judged["at"], zone)
    via = (
        f" [{_MARKS['via'][0 if language == 'zh' else 1].format(origin_words(judged['via'], language))}]"
        if judged.get("via")
        else ""
    )
    return visible(
        f"{at} {judged['by']} {verb} {found}{COLON.in_(language)}{reason_words(judged['reason'], language)}{via}",
        lines=True,
    )


def told_by(who: str, language: str) -> str:
    """A person by the name; our own monitoring in the reader's language."""
    return named(REPORTERS, who, language)


def contradicted_line(language: str) -> str:
    """For who says that it is over while monitoring sees otherwise."""
    if language == "zh":
        return "已记录；但监控仍可见故障，实际恢复时间将另行记录"
    return "recorded; but monitoring still sees the fault: the recovery that it sees will be kept beside it"


def missing_lines(incident: Incident, language: str) -> Iterable[str]:
    """What is to be recorded before an acknowledgement counts, clause by clause."""
    for missing in incident["missing"]:
        fact = "reported" if "reported" in missing["facts"] else missing["facts"][0]
        yield _MISSING[0 if language == "zh" else 1].format(missing["clause"], incident["id"], fact)


def _fact_note(fact: Mapping[str, Any], language: str, zone: ZoneInfo) -> str:
    """The note, and beside it what else is to be known of the fact."""
    known: dict[str, object] = {
        "withdrawn": not fact["stands"],
        "withdraws": fact["withdraws"],
        "clauses": ",".join(fact["clauses"]),
        "approved_by": fact["approved_by"],
        "paper": f"{fact['paper']} {fact['paper_sha256'][:12]}".strip(),
        "contradicted": fact["contradicted"],
        "recorded_at": _told_later(fact, zone),
        "via": origin_words(fact.get("via") or "", language),
    }
    column = 0 if language == "zh" else 1
    marks = [_MARKS[name][column].format(value) for name, value in known.items() if value]
    note = reason_words(fact["note"], language) if fact["by"] == MONITORING else fact["note"]
    return " ".join([note, *(f"[{mark}]" for mark in marks)]).strip()


def _told_later(fact: Mapping[str, Any], zone: ZoneInfo) -> str:
    """When it was written down, where that was not when it happened."""
    recorded = fact.get("recorded_at")
    if recorded is None or datetime.fromisoformat(recorded) - datetime.fromisoformat(fact["at"]) < _AT_ONCE:
        return ""
    return short_local_time(recorded, zone)


def _words(field: str, value: object, language: str) -> object:
    """Labels as people write them, words of the programme as they are called."""
    if isinstance(value, str):
        told = named(_NAMES.get(field, {}), value, language)
        return reason_words(told, language) if field in _SAID else told
    return " ".join(f"{key}={one}" for key, one in value.items()) if isinstance(value, dict) else value


def clock_columns(language: str) -> Sequence[str]:
    """Headings of a list of clocks."""
    return ("编号" if language == "zh" else "incident", *_CLOCKS[language])


def clock_rows(clocks: Iterable[Mapping[str, Any]], language: str, zone: ZoneInfo) -> Iterable[Sequence[object]]:
    """A row for each clock."""
    return ((clock["incident"], *_clock_row(clock, language, zone)) for clock in clocks)


def _clock_row(clock: Mapping[str, Any], language: str, zone: ZoneInfo) -> Sequence[object]:
    left = clock["remaining_s"]
    return (
        clock["clause"], named(TARGETS, clock["target"], language), named(CLOCK_STATES, clock["state"], language),
        short_local_time(clock["due_at"], zone), short_local_time(clock["strict_due_at"], zone),
        "" if left is None else remaining_words(left, language), clock["why_zh" if language == "zh" else "why"],
    )  # fmt: skip
