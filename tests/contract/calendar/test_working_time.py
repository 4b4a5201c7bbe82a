"""Papers and limits in days are warned of in working time, in time to act and never at night."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsmon.contract.calendar.window import open_time_between
from opsmon.contract.calendar.working_time import WORKING_TIME, opening_at, warned_at
from opsmon.contract.clock.case import Case, Estimates, Pressure
from opsmon.contract.clock.sla_clock import SlaClock
from opsmon.contract.term import Target
from opsmon.text.bilingual import Text
from tests.support.contract.rulebook import book, case, local, stock_books

A, B, E = "xicheng-stats-2023", "bj-hrss-2021", "xicheng-vc-2025"
CALENDAR = book(E).calendar
MINUTES = st.integers(1, 20 * 1_440).map(lambda number: timedelta(minutes=number))
# hypothesis adds the zone: the bounds are naive
MOMENTS = st.datetimes(datetime(2021, 1, 10), datetime(2026, 12, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda at: at.replace(second=0, microsecond=0)
)


def clock(one: Case, clause: str) -> SlaClock:
    return next(clock for clock in book(one.contract).clocks(one) if clock.clause == clause)


@pytest.mark.parametrize(
    ("resolved", "at_risk"),
    [
        ("2026-11-20 15:00:00", "2026-11-23 12:00:00"),  # Friday: 3 h left, and 9 h on Monday
        ("2026-11-20 23:00:00", "2026-11-23 13:30:00"),
        ("2026-11-18 18:00:00", "2026-11-19 13:30:00"),
        ("2026-11-18 09:00:00", "2026-11-19 09:00:00"),  # half is gone at the close: the next opening
        ("2026-11-18 08:00:00", "2026-11-19 09:00:00"),
        ("2026-09-30 17:00:00", "2026-10-08 13:00:00"),  # over National Day: 1 h, and 9 h on 8 October
        ("2026-09-19 10:00:00", "2026-09-20 13:30:00"),  # a make-up Sunday
    ],
)
def test_a_paper_is_warned_of_at_half_of_the_working_time(resolved: str, at_risk: str) -> None:
    begun = (datetime.fromisoformat(resolved) - timedelta(minutes=10)).isoformat(" ")
    assert clock(case(E, ("reported", begun), ("resolved", resolved)), "E9").at_risk_at == local(at_risk)


def test_a_limit_in_workdays_is_warned_of_in_the_hours_of_its_own_contract() -> None:
    emergency = case(A, ("detected", "2023-09-27 10:00:00"), severity="emergency")
    assert clock(emergency, "A3").at_risk_at == local("2023-09-28 09:30:00")  # 8 h on Wednesday, 9 h on Thursday
    repair = case(B, ("reported", "2021-11-12 17:00:00"), service="vc")
    assert clock(repair, "B2").at_risk_at == local("2021-11-15 13:00:00")  # Friday 1 h, Monday 9 h


def test_a_paper_due_in_hours_is_warned_of_by_day() -> None:
    seen = case(B, ("detected", "2021-11-10 10:00:00"), service="net")  # half of 24 h would be 22:00
    assert clock(seen, "B7").at_risk_at == local("2021-11-10 14:30:00")  # 8 h on Wednesday, 1 h on Thursday
    night = case(B, ("detected", "2021-11-10 22:00:00"), service="net")
    assert clock(night, "B7").at_risk_at == local("2021-11-11 10:00:00")
    weekend = case(B, ("detected", "2021-11-12 20:00:00"), service="net")  # no working time before it is due
    assert clock(weekend, "B7").at_risk_at == local("2021-11-13 08:00:00")


def test_steps_that_take_long_are_counted_back_in_working_time() -> None:
    long = Estimates(travel=timedelta(hours=1), repair=timedelta(hours=9))
    one = case(B, ("reported", "2021-11-12 15:00:00"), ("acknowledged", "2021-11-12 15:01:00"), service="vc")
    slow = Case(one.incident, one.contract, one.service, None, one.severity, {}, one.facts, long)
    assert clock(slow, "B2").at_risk_at == local("2021-11-12 17:00:00")  # 12 h in all, 10 h needed


def test_a_battery_at_night_presses_no_paper_and_wakes_nobody_for_a_workday_limit() -> None:
    empty = Pressure(local("2021-11-10 23:00:00"), local("2021-11-10 23:40:00"), Text("the battery will be empty"))
    one = case(B, ("reported", "2021-11-10 22:00:00"), service="vc")
    pressed = Case(one.incident, one.contract, one.service, None, one.severity, {}, one.facts, pressures=(empty,))
    found = clock(pressed, "B2")
    assert (found.at_risk_at, found.risk_reason) == (local("2021-11-11 09:00:00"), Text("the battery will be empty"))


@given(MOMENTS, MINUTES, MINUTES)
def test_a_warning_is_in_working_time_and_leaves_what_is_needed(
    start: datetime, length: timedelta, needed: timedelta
) -> None:
    end = start + length
    at = warned_at(start, end, CALENDAR, WORKING_TIME, needed)
    assert start <= at < end
    total = open_time_between(CALENDAR, WORKING_TIME, start, end)
    if total:
        assert WORKING_TIME.holds_at(CALENDAR, at)
        left = open_time_between(CALENDAR, WORKING_TIME, at, end)
        assert left == max(total / 2, min(total, needed))
        opening = opening_at(start, end, CALENDAR, WORKING_TIME)
        assert WORKING_TIME.holds_at(CALENDAR, opening)


@given(MOMENTS, st.sampled_from(sorted(stock_books())), st.integers(1, 5_000))
def test_no_clock_in_days_of_any_contract_is_warned_of_at_night(start: datetime, name: str, minutes: int) -> None:
    held = stock_books()[name]  # type: ignore[index]
    for service in held.contract.services:
        begun, over = (
            f"{at.astimezone(held.calendar.zone):%Y-%m-%d %H:%M:%S}"
            for at in (start, start + timedelta(minutes=minutes))
        )
        one = case(
            name,
            ("reported", begun),
            ("spare_needed", begun),
            ("resolved", over),
            service=service,
            severity="emergency",
        )
        for found in held.clocks(one):
            clause = next(clause for clause in held.contract.clauses if clause.id == found.clause)
            in_days = not clause.variants[found.variant].limit.unit.is_elapsed
            free = open_time_between(held.calendar, held.contract.working, found.starts_at, found.end_at)
            if free and (in_days or found.target is Target.REPORT):
                assert found.at_risk_at is not None
                assert held.contract.working.holds_at(held.calendar, found.at_risk_at)
