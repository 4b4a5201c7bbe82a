"""Contract xicheng-vc-2025: the response clocks as the rules give them, at their edges."""

from datetime import datetime, timedelta

import pytest

from opsmon.contract.clock.case import Case
from opsmon.contract.clock.sla_clock import SlaClock, next_change_at, state_at
from opsmon.contract.contract_rules import ContractRules
from opsmon.model.event import ClockState
from opsmon.model.incident import Fact, FactType, Severity
from opsmon.model.name import ContractId, IncidentId
from tests.support.contract.rulebook import book as book_of

E = ContractId("xicheng-vc-2025")


@pytest.fixture(scope="module")
def book() -> ContractRules:
    return book_of(E)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


def clocks(
    book: ContractRules, *events: tuple[str, str], venue: str = "bureau", severity: str = "ordinary"
) -> dict[str, SlaClock]:
    facts = tuple(Fact(FactType(type_), at(text)) for type_, text in events)
    case = Case(IncidentId("i"), E, "vc", None, Severity(severity), {"venue": venue}, facts)
    return {clock.clause: clock for clock in book.clocks(case)}


def test_an_acknowledgement_is_in_time_to_the_very_second(book: ContractRules) -> None:
    clock = clocks(book, ("notified", "2026-11-20T10:00:00"))["E1"]
    due = at("2026-11-20T10:03:00")
    assert clock.due_at == due
    assert state_at(clock, due - timedelta(seconds=1)) is ClockState.AT_RISK
    assert state_at(clock, due) is ClockState.AT_RISK
    assert state_at(clock, due + timedelta(microseconds=1)) is ClockState.BREACHED
    assert next_change_at(clock, due) == due + timedelta(microseconds=1)
    for second, state in ((-1, ClockState.MET), (0, ClockState.MET), (1, ClockState.MET_LATE)):
        text = (due + timedelta(seconds=second)).isoformat()[:19]
        met = clocks(book, ("notified", "2026-11-20T10:00:00"), ("acknowledged", text))["E1"]
        assert state_at(met, due + timedelta(hours=1)) is state


def test_the_main_hall_is_answered_on_the_spot(book: ContractRules) -> None:
    found = clocks(book, ("detected", "2026-11-20T10:00:00"), venue="main-hall")
    assert set(found) == {"E2"}
    assert found["E2"].due_at == at("2026-11-20T10:03:00")


def test_the_regime_is_that_of_the_report(book: ContractRules) -> None:
    """Reported a second before the holiday: the ordinary regime, even where remote help fails inside the holiday."""
    eve = clocks(book, ("reported", "2026-09-30T23:59:59"), ("remote_failed", "2026-10-01T00:05:00"))
    assert set(eve) >= {"E3", "E4", "E5"}
    assert eve["E5"].due_at == at("2026-10-01T02:05:00")
    holiday = clocks(book, ("reported", "2026-10-01T00:00:00"), ("remote_failed", "2026-10-01T00:05:00"))
    assert set(holiday) == {"E1", "E6", "E7"}
    assert holiday["E7"].due_at == at("2026-10-01T01:00:00")


def test_an_emergency_brings_somebody_to_every_venue(book: ContractRules) -> None:
    found = clocks(book, ("notified", "2026-11-20T10:00:00"), venue="main-hall", severity="emergency")
    assert found["E8"].due_at == at("2026-11-20T12:00:00")


def test_a_detection_runs_provisionally_until_the_report(book: ContractRules) -> None:
    seen = clocks(book, ("detected", "2026-11-20T10:00:00"))["E3"]
    assert seen.provisional
    assert seen.due_at == at("2026-11-20T10:10:00")
    told = clocks(book, ("detected", "2026-11-20T10:00:00"), ("reported", "2026-11-20T10:30:00"))["E3"]
    assert not told.provisional
    assert told.due_at == at("2026-11-20T10:40:00")
    gone = clocks(book, ("detected", "2026-11-20T10:00:00"), ("resolved", "2026-11-20T11:00:00"))["E3"]
    assert state_at(gone, at("2026-11-20T10:59:59")) is ClockState.BREACHED
    assert state_at(gone, at("2026-11-20T11:00:00")) is ClockState.CANCELLED
