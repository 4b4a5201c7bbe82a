"""Which regime of E holds on each day of 2026, against the State Council's notice written out by hand."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from opsmon.contract.calendar.calendar import Period
from opsmon.contract.clock.start import clocks_for
from opsmon.contract.term import Mode
from opsmon.text.bilingual import Text
from tests.support.contract.rulebook import book, case, local

E = "xicheng-vc-2025"
HOLIDAYS = (
    ("2026-01-01", "2026-01-03"),
    ("2026-02-15", "2026-02-23"),
    ("2026-04-04", "2026-04-06"),
    ("2026-05-01", "2026-05-05"),
    ("2026-06-19", "2026-06-21"),
    ("2026-09-25", "2026-09-27"),
    ("2026-10-01", "2026-10-07"),
)
MAKE_UP_DAYS = ("2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10")
REGIME_CLAUSES = frozenset({"E3", "E4", "E5", "E6", "E7"})
DAYS = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]


def is_holiday(day: date) -> bool:
    return any(first <= day.isoformat() <= last for first, last in HOLIDAYS)


def is_workday(day: date) -> bool:
    return day.isoformat() in MAKE_UP_DAYS or (day.weekday() < 5 and not is_holiday(day))


def modes(reported: str) -> dict[str, Mode]:
    one = case(E, ("reported", reported), labels={"venue": "bureau"})
    return {clock.clause: clock.mode for clock in book(E).clocks(one) if clock.clause in REGIME_CLAUSES}


@pytest.mark.parametrize("time", ["00:00:00", "12:00:00", "23:59:59"])
def test_every_day_has_its_regime_from_its_first_to_its_last_second(time: str) -> None:
    for day in DAYS:
        if is_holiday(day):
            wanted = {"E6": Mode.JUDGED, "E7": Mode.JUDGED}
        elif (6, 1) <= (day.month, day.day) <= (10, 7):
            wanted = {"E3": Mode.JUDGED, "E6": Mode.DISPUTED, "E7": Mode.DISPUTED}
        else:
            wanted = {"E3": Mode.JUDGED}
        assert modes(f"{day} {time}") == wanted, day


def test_a_fault_report_is_due_on_the_next_workday_of_the_year() -> None:
    calendar = book(E).calendar
    for day in DAYS[:-1]:
        over = case(E, ("detected", f"{day} 08:00:00"), ("resolved", f"{day} 09:00:00"))
        (clock,) = [one for one in book(E).clocks(over) if one.clause == "E9"]
        assert clock.due_at is not None
        due = clock.due_at.astimezone(calendar.zone)
        following = [one for one in DAYS if one > day and is_workday(one)]
        if following:
            assert (due.date(), due.hour, due.minute) == (following[0], 18, 0), day


def test_the_sessions_of_city_and_district_warn_where_they_are_dated_and_judge_nothing() -> None:
    held = book("baizhifang-2026")
    sessions = held.calendar.sets["local-sessions"]
    dated = Period(local("2027-01-12 00:00:00"), local("2027-01-16 00:00:00"), Text("district"))
    sets = {**held.calendar.sets, "local-sessions": replace(sessions, periods=(dated,), dated_years=frozenset({2027}))}
    calendar = replace(held.calendar, sets=sets)
    night = case(
        "baizhifang-2026", ("detected", "2027-01-12 20:00:00"), service="office", kind="printer", severity="ordinary"
    )
    found = {str(clock.clause): clock for clock in clocks_for(held.contract, calendar, night)}
    assert {name: clock.mode for name, clock in found.items()} == {
        "C2": Mode.JUDGED, "C4": Mode.WARNED, "C20": Mode.JUDGED, "C21": Mode.WARNED,
    }  # fmt: skip
    assert found["C2"].strict_due_at == local("2027-01-12 22:00:00")
    assert found["C2"].due_at == local("2027-01-13 11:00:00")
    assert found["C4"].strict_due_at == local("2027-01-12 20:30:00")
    assert not any(name in ("C4", "C21") for name in {clock.clause for clock in held.clocks(night)})
