"""What breaches of the five contracts cost: golden ranges, each at its edges."""

from dataclasses import replace
from decimal import Decimal

import pytest

from opsmon.contract.clock.replay import replay_case
from opsmon.contract.money.penalty import Estimate, days_late
from opsmon.contract.money.statement import IncidentClocks, MonthlyStatement, account_of
from opsmon.model.name import IncidentId
from tests.support.contract.rulebook import book, case, local

E = "xicheng-vc-2025"
BUREAU = {"venue": "bureau"}
LATER = "2027-01-20 00:00:00"


def affair(
    contract: str, *events: tuple[str, str], name: str = "i1", until: str = LATER, **words: object
) -> IncidentClocks:
    told = replace(case(contract, *events, **words), incident=IncidentId(name))  # type: ignore[arg-type]
    replayed = replay_case(book(contract), told, local(until))
    return IncidentClocks(replayed.case, replayed.clocks, "mcu-1")


def account(*affairs: IncidentClocks, contract: str = E, until: str = LATER) -> MonthlyStatement:
    return account_of(book(contract), affairs, local(until))


def cost(found: MonthlyStatement, clause: str) -> tuple[Decimal, Decimal] | None:
    ranges = [(one.cny.least, one.cny.most) for one in found.estimates if one.clause == clause]
    assert len(ranges) <= 1
    return ranges[0] if ranges else None


def report_filed(at: str) -> MonthlyStatement:
    """A fault resolved on Friday 20 Nov 2026, whose report is due on Monday 23 Nov 18:00 (E9), filed at `at`."""
    events = (("detected", "2026-11-20 10:00:00"), ("resolved", "2026-11-20 14:00:00"), ("report_filed", at))
    return account(affair(E, *events, labels=BUREAU))


@pytest.mark.parametrize(
    ("filed", "least", "most"),
    [
        ("2026-11-23 18:00:00", None, None),  # in time to the second
        ("2026-11-23 18:00:01", 0, 4075),  # the same date; a first 24-hour day has begun
        ("2026-11-24 09:00:00", 4075, 4075),
        ("2026-11-24 18:00:00", 4075, 4075),
        ("2026-11-24 18:00:01", 4075, 8150),
        ("2026-12-03 10:00:00", 40750, 40750),  # ten days late: still late
        ("2026-12-03 18:00:01", 40750, 122250),  # eleven by 24-hour days: refused under that reading
        ("2026-12-04 00:00:00", 122250, 122250),  # eleven days late counts as refused: 3 %
    ],
)
def test_a_late_fault_report_costs_by_the_day_and_then_counts_as_refused(
    filed: str, least: int | None, most: int | None
) -> None:
    expected = None if least is None or most is None else (Decimal(least), Decimal(most))
    assert cost(report_filed(filed), "E9") == expected


def test_a_report_that_never_comes_is_counted_to_now_and_says_so() -> None:
    events = (("detected", "2026-11-20 10:00:00"), ("resolved", "2026-11-20 14:00:00"))
    found = account(affair(E, *events, labels=BUREAU, until="2026-11-26 12:00:00"), until="2026-11-26 12:00:00")
    assert cost(found, "E9") == (Decimal(12225), Decimal(12225))
    assert "still open" in estimate(found, "E9").why.en
    assert "尚未完成" in estimate(found, "E9").why.zh


def estimate(found: MonthlyStatement, clause: str) -> Estimate:
    return next(one for one in found.estimates if one.clause == clause)


def test_what_nobody_has_reported_costs_nothing_at_the_least() -> None:
    now = "2026-10-02 12:00:00"
    detected, reported = ("detected", "2026-10-01 10:00:00"), ("reported", "2026-10-01 10:05:00")
    unseen = account(affair(E, detected, labels=BUREAU, until=now), until=now)
    assert cost(unseen, "E7") == (Decimal(0), Decimal(407500))
    assert "nobody has reported it" in estimate(unseen, "E7").why.en
    told = account(affair(E, detected, reported, labels=BUREAU, until=now), until=now)
    assert cost(told, "E7") == (Decimal(40750), Decimal(407500))
    resolved = ("resolved", "2026-10-01 15:00:00")
    assert cost(account(affair(E, detected, resolved, labels=BUREAU, until=now), until=now), "E7") is None


def resolved_late(date: str, resolved: str) -> IncidentClocks:
    events = [("reported", f"{date} 10:00:00"), ("remote_started", f"{date} 10:05:00"),
              ("remote_failed", f"{date} 10:10:00"), ("on_site", f"{date} 10:20:00"),
              ("resolved", f"{date} {resolved}"), ("report_filed", f"{date} {resolved}")]  # fmt: skip
    return affair(E, *events, labels=BUREAU)


def test_a_fault_not_resolved_in_time_costs_one_to_ten_per_cent() -> None:
    assert cost(account(resolved_late("2026-11-20", "12:10:00")), "E5") is None
    assert cost(account(resolved_late("2026-11-20", "12:10:01")), "E5") == (Decimal(40750), Decimal(407500))


def test_on_a_holiday_the_shorter_limit_is_judged() -> None:
    found = account(resolved_late("2026-10-01", "11:00:01"))
    assert cost(found, "E7") == (Decimal(40750), Decimal(407500))
    assert cost(found, "E5") is None


def test_in_the_flood_season_the_disputed_limit_costs_nothing_at_the_least() -> None:
    found = account(resolved_late("2026-07-15", "11:30:00"))
    assert cost(found, "E7") == (Decimal(0), Decimal(407500))
    assert "one reading only" in estimate(found, "E7").why.en


def test_one_outcome_is_not_penalised_twice() -> None:
    found = account(resolved_late("2026-07-15", "15:00:00"))  # E5 judged and E7 disputed, both breached
    assert cost(found, "E5") == (Decimal(40750), Decimal(407500))
    assert cost(found, "E7") is None


def test_an_excluded_fault_costs_nothing_and_a_change_of_mind_counts_it_again() -> None:
    events = [("reported", "2026-11-20 10:00:00"), ("remote_failed", "2026-11-20 10:10:00"),
              ("excluded", "2026-11-20 16:00:00"), ("resolved", "2026-11-20 18:00:00")]  # fmt: skip
    left_out = account(affair(E, *events, labels=BUREAU))
    assert {one.clause for one in left_out.estimates} == {"E9"}  # the paper is owed all the same
    assert [(use.subject, use.used) for use in left_out.uses] == [("all", 0)]
    again = account(affair(E, *events, ("included", "2026-11-21 09:00:00"), labels=BUREAU))
    assert cost(again, "E5") == (Decimal(40750), Decimal(407500))
    assert again.uses[0].used == 1


def faults(number: int) -> MonthlyStatement:
    """So many short faults in November 2026, with their reports in time."""
    hours = [(index // 20 + 2, index % 20) for index in range(number)]
    affairs = [
        affair(E, ("detected", f"2026-11-{day:02} {hour:02}:00:00"), ("resolved", f"2026-11-{day:02} {hour:02}:10:00"),
               ("report_filed", f"2026-11-{day:02} {hour:02}:20:00"), name=f"i{index}", labels=BUREAU)
        for index, (day, hour) in enumerate(hours)
    ]  # fmt: skip
    return account(*affairs)


@pytest.mark.parametrize(
    ("number", "least", "most"),
    [
        (5, None, None),
        (6, 4075, 4075),
        (20, 15 * 4075, 15 * 4075),
        (21, 16 * 4075 + 203750, 16 * 4075 + 407500),
        (30, 25 * 4075 + 203750, 25 * 4075 + 407500),
    ],
)
def test_faults_beyond_five_cost_each_and_beyond_twenty_once_more(
    number: int, least: int | None, most: int | None
) -> None:
    expected = None if least is None or most is None else (Decimal(least), Decimal(most))
    assert cost(faults(number), "E10") == expected


def test_several_on_one_fault_are_at_least_the_largest_and_at_most_their_sum() -> None:
    events = [("reported", "2026-11-20 10:00:00"), ("acknowledged", "2026-11-20 10:01:00"),
              ("remote_started", "2026-11-20 10:05:00"), ("remote_failed", "2026-11-20 10:10:00"),
              ("on_site", "2026-11-20 11:00:00"), ("resolved", "2026-11-20 14:00:00"),
              ("report_filed", "2026-11-24 09:00:00")]  # fmt: skip
    found = account(affair(E, *events, labels=BUREAU))
    ((name, total),) = found.totals
    assert name == "i1"
    assert (total.least, total.most) == (Decimal(40750), Decimal(407500 + 4075))


def test_late_support_is_priced_from_nothing_to_a_day_of_the_whole_amount() -> None:
    events = [("reported", "2026-11-20 10:00:00"), ("remote_started", "2026-11-20 10:10:01"),
              ("resolved", "2026-11-20 10:30:00"), ("report_filed", "2026-11-20 11:00:00")]  # fmt: skip
    assert cost(account(affair(E, *events, labels=BUREAU)), "E3") == (Decimal(0), Decimal(20375))


def test_the_sum_of_days_stops_at_fifteen_per_cent() -> None:
    events = [("notified", "2026-01-05 10:00:00")]
    found = account(affair(E, *events, severity="emergency", labels=BUREAU), until=LATER)
    assert cost(found, "E8") == (Decimal("4500.00"), Decimal("611250.00"))


def test_a_stopped_service_of_the_statistics_bureau_is_priced_by_the_day_under_one_reading() -> None:
    events = [("detected", "2023-06-01 10:00:00"), ("resolved", "2023-06-06 10:00:00")]
    found = account(affair("xicheng-stats-2023", *events, severity="emergency"), contract="xicheng-stats-2023")
    assert cost(found, "A3") == (Decimal(0), Decimal(4 * 938))


def test_the_delayed_part_depends_on_the_service() -> None:
    for service, most in (("office", 3072), ("cctv", Decimal("4174.70"))):
        events = [("detected", "2026-11-20 10:00:00"), ("reported", "2026-11-20 10:00:00"),
                  ("acknowledged", "2026-11-20 11:00:00"), ("resolved", "2026-11-20 11:30:00")]  # fmt: skip
        one = affair("baizhifang-2026", *events, service=service, kind="camera", severity="emergency")
        found = account(one, contract="baizhifang-2026")
        assert cost(found, "C19") == (Decimal(0), Decimal(most))


def test_days_late_leave_out_the_day_of_the_limit() -> None:
    calendar = book(E).calendar
    at_midnight = local("2026-11-24 00:00:00")  # the limit ended on the 23rd at 24:00
    assert days_late(at_midnight, local("2026-11-24 09:00:00"), calendar) == (1, 1)


def test_a_call_that_nobody_acknowledged_is_late_until_the_fault_is_over_and_no_longer() -> None:
    events = [("reported", "2026-11-20 10:00:00"), ("resolved", "2026-11-20 14:00:00"),
              ("report_filed", "2026-11-23 10:00:00")]  # fmt: skip
    for until in ("2026-11-24 10:00:00", LATER):
        found = account(affair(E, *events, labels=BUREAU, until=until), until=until)
        assert cost(found, "E1") == (Decimal(0), Decimal(20375))
