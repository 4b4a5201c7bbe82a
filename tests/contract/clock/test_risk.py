"""When a clock is at risk: half of the limit, sooner when the steps left do not fit, at once under pressure."""

from dataclasses import replace
from datetime import timedelta

from opsmon.contract.clock.case import Case, Estimates, Pressure, estimates_of
from opsmon.contract.clock.risk import STRICTER
from opsmon.contract.clock.sla_clock import SlaClock, state_at
from opsmon.model.event import ClockState
from opsmon.text.bilingual import Text
from tests.support.contract.rulebook import book, case, local

E = "xicheng-vc-2025"
HOLIDAY = ("reported", "2026-10-01 10:00:00")


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


def clock(one: Case, clause: str) -> SlaClock:
    return next(clock for clock in book(one.contract).clocks(one) if clock.clause == clause)


def bureau(*events: tuple[str, str], **labels: str) -> Case:
    return case(E, HOLIDAY, *events, labels={"venue": "bureau", **labels})


def test_half_of_the_limit_when_nothing_is_known() -> None:
    assert clock(bureau(), "E7").at_risk_at == local("2026-10-01 10:30:00")


def test_sooner_when_acknowledging_travelling_and_repairing_do_not_fit() -> None:
    known = replace(bureau(), estimates=Estimates(minutes(3), minutes(20), minutes(30)))
    assert clock(known, "E7").at_risk_at == local("2026-10-01 10:07:00")
    assert "0:53:00" in clock(known, "E7").risk_reason.en
    assert clock(known, "E6").at_risk_at == local("2026-10-01 10:07:00")


def test_a_step_that_is_done_is_not_waited_for_again() -> None:
    estimates = Estimates(minutes(3), minutes(20), minutes(30))
    answered = replace(bureau(("acknowledged", "2026-10-01 10:01:00")), estimates=estimates)
    assert clock(answered, "E7").at_risk_at == local("2026-10-01 10:10:00")
    there = replace(bureau(("on_site", "2026-10-01 10:15:00")), estimates=estimates)
    assert clock(there, "E7").at_risk_at == local("2026-10-01 10:30:00")


def test_at_once_when_the_steps_never_fitted() -> None:
    far = replace(bureau(), estimates=Estimates(travel=minutes(50)))
    one = clock(far, "E6")
    assert one.at_risk_at == one.starts_at
    assert state_at(one, one.starts_at) is ClockState.AT_RISK


def test_the_site_says_how_far_it_is_and_the_history_knows_better() -> None:
    assert clock(bureau(travel_time="25m"), "E6").at_risk_at == local("2026-10-01 10:05:00")
    measured = replace(bureau(travel_time="25m"), estimates=Estimates(travel=minutes(10)))
    assert clock(measured, "E6").at_risk_at == local("2026-10-01 10:15:00")
    assert estimates_of({"travel_time": "far away"}) == Estimates()


def test_a_ups_that_runs_empty_before_anybody_must_be_there_is_a_risk_at_once() -> None:
    empty = Pressure(local("2026-10-01 10:02:00"), local("2026-10-01 10:29:59"), Text("the UPS runs empty"))
    one = clock(replace(bureau(), pressures=(empty,)), "E6")
    assert one.at_risk_at == local("2026-10-01 10:02:00")
    assert one.risk_reason == Text("the UPS runs empty")
    enough = replace(empty, gives_way_at=local("2026-10-01 10:30:00"))
    assert clock(replace(bureau(), pressures=(enough,)), "E6").at_risk_at == local("2026-10-01 10:15:00")


def test_a_meeting_that_begins_before_the_repair_is_due_is_a_risk_at_once() -> None:
    meeting = Pressure(local("2026-10-01 09:00:00"), local("2026-10-01 10:45:00"), Text("a meeting begins"))
    known = replace(bureau(), pressures=(meeting,))
    assert clock(known, "E7").at_risk_at == local("2026-10-01 10:00:00")
    assert clock(known, "E6").at_risk_at == local("2026-10-01 10:15:00")


def test_the_stricter_reading_is_warned_of_at_half_of_its_own_time() -> None:
    flood = case("baizhifang-2026", ("detected", "2026-07-06 20:00:00"), service="office", kind="server")
    one = clock(flood, "C2")
    assert one.strict_due_at == local("2026-07-06 22:00:00")
    assert (one.at_risk_at, one.risk_reason) == (local("2026-07-06 21:00:00"), STRICTER)
