"""What the journal is told of clocks: every turn once, in order, with the reason; nothing twice."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from opsmon.contract.calendar.calendar import Day, DayKind
from opsmon.contract.clock.case import Case
from opsmon.contract.clock.events import ClockKey, clock_events, next_deadline
from opsmon.contract.clock.sla_clock import INSTANT, SlaClock
from opsmon.contract.contract_rules import ContractRules
from opsmon.contract.explain.change import rules_change
from opsmon.model.event import ClockChanged, ClockState
from opsmon.model.incident import Severity
from opsmon.model.name import ClauseId
from opsmon.text.bilingual import Text
from tests.support.contract.rulebook import book, case, local

E = "xicheng-vc-2025"
NOTIFIED = ("notified", "2026-11-20 10:00:00")
Announced = dict[ClockKey, ClockChanged]


def told(
    announced: Announced, clocks: tuple[SlaClock, ...], now: datetime, reason: Text | str = ""
) -> list[tuple[str, ClockState | None, ClockState]]:
    events = clock_events(announced, clocks, now, Text(reason) if isinstance(reason, str) else reason)
    announced.update({(event.clause, event.target): event for event in events})
    return [(event.clause, event.before, event.after) for event in events]


def hall(*events: tuple[str, str]) -> Case:
    return case(E, *events, labels={"venue": "main-hall"})


def test_each_turn_is_told_once_and_at_its_time() -> None:
    clocks = book(E).clocks(hall(NOTIFIED))
    start, announced = local("2026-11-20 10:00:00"), Announced()
    assert told(announced, clocks, start) == [("E1", None, ClockState.RUNNING)]
    assert told(announced, clocks, start) == []
    risk = next_deadline(clocks, start)
    assert risk == local("2026-11-20 10:01:30")
    assert told(announced, clocks, risk) == [("E1", ClockState.RUNNING, ClockState.AT_RISK)]
    breach = next_deadline(clocks, risk)
    assert breach == local("2026-11-20 10:03:00") + INSTANT
    assert told(announced, clocks, breach) == [("E1", ClockState.AT_RISK, ClockState.BREACHED)]
    assert next_deadline(clocks, breach) is None


def test_a_late_look_tells_everything_that_it_passed_over() -> None:
    clocks = book(E).clocks(hall(NOTIFIED))
    story = told({}, clocks, local("2026-11-20 12:00:00"))
    assert [after for _, _, after in story] == [ClockState.RUNNING, ClockState.AT_RISK, ClockState.BREACHED]


def test_an_answer_ends_it_with_the_reason() -> None:
    announced, start = Announced(), local("2026-11-20 10:00:00")
    told(announced, book(E).clocks(hall(NOTIFIED)), start)
    answered = book(E).clocks(hall(NOTIFIED, ("acknowledged", "2026-11-20 10:01:00")))
    assert told(announced, answered, local("2026-11-20 10:01:00"), "acknowledged by phone") == [
        ("E1", ClockState.RUNNING, ClockState.MET)
    ]
    assert announced[ClauseId("E1"), "acknowledge"].reason == "acknowledged by phone"


def test_a_clause_that_no_longer_applies_is_cancelled_once() -> None:
    announced, now = Announced(), local("2026-11-20 10:00:10")
    emergency = replace(hall(NOTIFIED), severity=Severity.EMERGENCY)
    told(announced, book(E).clocks(emergency), now)
    ordinary = book(E).clocks(replace(emergency, severity=Severity.ORDINARY))
    story = told(announced, ordinary, now, "severity set to ordinary")
    assert story == [("E8", ClockState.RUNNING, ClockState.CANCELLED)]
    assert announced[ClauseId("E8"), "on_site"].reason == "severity set to ordinary"
    assert told(announced, ordinary, now) == []


def with_day(old: ContractRules, day: date, what: Day) -> ContractRules:
    return ContractRules(old.contract, replace(old.calendar, marked={**old.calendar.marked, day: what}))


def test_a_notice_that_changes_the_calendar_re_times_what_runs_and_says_why() -> None:
    one = hall(NOTIFIED, ("acknowledged", "2026-11-20 10:00:30"), ("resolved", "2026-11-20 11:00:00"))
    announced, now = Announced(), local("2026-11-20 12:00:00")
    told(announced, book(E).clocks(one), now)
    assert announced[ClauseId("E9"), "report"].due_at == local("2026-11-23 18:00:00")
    new = with_day(book(E), date(2026, 11, 23), Day(DayKind.HOLIDAY, Text("State Day")))
    reason = rules_change(book(E), new)
    assert told(announced, new.clocks(one), now, reason) == [("E9", ClockState.RUNNING, ClockState.RUNNING)]
    event = announced[ClauseId("E9"), "report"]
    assert event.due_at == local("2026-11-24 18:00:00")
    assert event.reason == "2026-11-23 was a workday and is a holiday (State Day)"
    assert event.reason_zh == "2026-11-23 由工作日改为节假日（State Day）"


def test_a_key_period_entered_while_a_fault_is_open_changes_its_regime() -> None:
    old = book(E)
    events = old.calendar.sets["events"]
    day = local("2026-11-20 00:00:00")
    period = type(old.calendar.sets["two-sessions"].periods[0])(day, day + timedelta(days=1), Text("congress"))
    entered = {**old.calendar.sets, "events": replace(events, periods=(period,))}
    new = ContractRules(old.contract, replace(old.calendar, sets=entered))
    one = case(E, ("reported", "2026-11-20 10:00:00"), labels={"venue": "bureau"})
    announced, now = Announced(), local("2026-11-20 10:01:00")
    story = told(announced, old.clocks(one), now)
    assert story == [("E1", None, ClockState.RUNNING), ("E3", None, ClockState.RUNNING)]
    reason = rules_change(old, new)
    assert reason == Text("the key periods events have changed", "重点时段 events 已变更")
    assert told(announced, new.clocks(one), now, reason) == [
        ("E6", None, ClockState.RUNNING),
        ("E7", None, ClockState.RUNNING),
        ("E3", ClockState.RUNNING, ClockState.CANCELLED),
    ]
    assert {event.reason for event in announced.values()} >= {reason.en}


def test_a_contract_that_changes_is_told_clause_by_clause() -> None:
    old = book(E)
    first, *rest = old.contract.clauses
    new = ContractRules(replace(old.contract, clauses=(replace(first, source="annex 9"), *rest[1:])), old.calendar)
    told = rules_change(old, new)
    assert (told.en, told.zh) == ("clause E1 has changed; clause E2 is gone", "条款 E1 已变更；条款 E2 已删除")
    assert not rules_change(old, old)
    assert rules_change(None, old).en == "the contract is new"


def test_an_outcome_that_is_told_late_and_came_earlier_corrects_the_journal() -> None:
    announced = Announced()
    first = book(E).clocks(hall(NOTIFIED, ("acknowledged", "2026-11-20 10:02:00")))
    told(announced, first, local("2026-11-20 10:02:00"))
    corrected = book(E).clocks(
        hall(NOTIFIED, ("acknowledged", "2026-11-20 10:02:00"), ("acknowledged", "2026-11-20 10:01:00"))
    )
    later = local("2026-11-20 10:30:00")
    assert told(announced, corrected, later, "told by phone") == [("E1", ClockState.MET, ClockState.MET)]
    assert announced[ClauseId("E1"), "acknowledge"].met_at == local("2026-11-20 10:01:00")
    assert told(announced, corrected, later) == []


def test_a_clock_that_was_met_and_no_longer_applies_keeps_no_outcome() -> None:
    there = replace(hall(NOTIFIED, ("on_site", "2026-11-20 10:00:20")), severity=Severity.EMERGENCY)
    announced, now = Announced(), local("2026-11-20 10:00:30")
    told(announced, book(E).clocks(there), now)
    assert announced[ClauseId("E8"), "on_site"].met_at == local("2026-11-20 10:00:20")
    told(announced, book(E).clocks(replace(there, severity=Severity.ORDINARY)), now, "severity set to ordinary")
    event = announced[ClauseId("E8"), "on_site"]
    assert (event.after, event.met_at) == (ClockState.CANCELLED, None)
