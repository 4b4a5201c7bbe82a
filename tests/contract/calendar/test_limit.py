"""Limits as articles 200 to 204 of the Civil Code count them, worked out by hand on the calendar of 2026."""

from dataclasses import replace
from datetime import timedelta

import pytest

from opsmon.config.rules.field import parse_limit
from opsmon.contract.calendar.limit import doubts_of, due_of
from opsmon.contract.calendar.window import HoursOn, Window, WindowNeverOpensError, add_open_time
from opsmon.contract.explain.why import explain_limit
from opsmon.text.bilingual import Text
from tests.support.contract.rulebook import book, local

CALENDAR = book("xicheng-vc-2025").calendar
LIMITS = [
    # The day of the start is left out; 24:00 is the midnight after the last day.
    ("1 day", "2026-11-16 00:00:00", "2026-11-18 00:00:00"),
    ("1 day", "2026-11-16 23:59:59", "2026-11-18 00:00:00"),
    ("5 days to 18:00", "2026-11-16 09:00:00", "2026-11-23 18:00:00"),  # Sat 21 moves to Mon 23
    ("5 days, not rolled", "2026-11-16 09:00:00", "2026-11-22 00:00:00"),
    ("4 days", "2026-11-16 09:00:00", "2026-11-21 00:00:00"),
    ("7 days", "2026-09-28 09:00:00", "2026-10-09 00:00:00"),  # Mon 5 Oct is a holiday, Thu 8 is worked
    ("10 days", "2026-09-30 09:00:00", "2026-10-11 00:00:00"),  # Sat 10 Oct is a make-up workday
    ("30 days", "2026-01-15 09:00:00", "2026-02-15 00:00:00"),  # Sat 14 Feb is a make-up workday
    ("31 days", "2026-01-15 09:00:00", "2026-02-25 00:00:00"),  # the Spring Festival lies in between
    ("1 workday", "2026-11-20 09:00:00", "2026-11-24 00:00:00"),
    ("2 workdays to 18:00", "2026-09-30 09:00:00", "2026-10-09 18:00:00"),
    ("3 workdays", "2026-10-07 12:00:00", "2026-10-11 00:00:00"),  # Thu 8, Fri 9, Sat 10
    ("10 workdays", "2026-02-10 12:00:00", "2026-03-03 00:00:00"),  # 11 12 13 14, 24 25 26 27 28 Feb, 2 Mar
    # The corresponding day of the last month, or its last day.
    ("1 month", "2026-01-31 10:00:00", "2026-03-01 00:00:00"),  # 28 Feb 2026, a make-up Saturday
    ("1 month, not rolled", "2026-05-31 10:00:00", "2026-07-01 00:00:00"),
    ("3 months", "2026-01-04 10:00:00", "2026-04-08 00:00:00"),  # 4 Apr is Tomb-sweeping Day, to Mon 6; Tue 7
    ("1 month", "2026-02-28 10:00:00", "2026-03-31 00:00:00"),  # 28 Mar is a Saturday, Mon 30
    ("1 year, not rolled", "2024-02-29 10:00:00", "2025-03-01 00:00:00"),
    ("12 months", "2025-10-24 10:00:00", "2026-10-27 00:00:00"),  # 24 Oct 2026 is a Saturday
    # Minutes and hours run from the very moment and never roll.
    ("90 min", "2026-10-03 23:00:00", "2026-10-04 00:30:00"),
    ("24 h", "2026-09-30 23:00:00", "2026-10-01 23:00:00"),
]


@pytest.mark.parametrize(("limit", "start", "due"), LIMITS)
def test_a_limit_ends_where_the_law_says(limit: str, start: str, due: str) -> None:
    assert due_of(parse_limit(limit), local(start), CALENDAR) == local(due)


def test_the_words_of_a_limit_in_days_and_months_name_every_step() -> None:
    days = explain_limit(parse_limit("5 days to 18:00"), local("2026-11-16 09:00:00"), CALENDAR, None)
    assert "; ".join(step.en for step in days) == (
        "5 days from Mon 16 Nov 09:00: day of start left out; Sat 21 Nov is day 5; 21–22 Nov weekend; "
        "a rest day, moved to Mon 23 Nov; ends at close of business 18:00"
    )
    months = explain_limit(parse_limit("1 month"), local("2026-02-28 10:00:00"), CALENDAR, None)
    assert "; ".join(step.en for step in months) == (
        "1 month from Sat 28 Feb 10:00: the corresponding day is Sat 28 Mar; 28–29 Mar weekend; "
        "a rest day, moved to Mon 30 Mar; ends at 24:00"
    )
    assert months[0].zh == "自2月28日（周六）10:00起1个月：对应日为3月28日（周六）"


def test_the_words_of_a_limit_that_stands_still_name_every_stretch() -> None:
    runs = book("baizhifang-2026").contract.clauses[0].variants[0].runs
    told = explain_limit(parse_limit("2 h"), local("2026-11-20 16:30:00"), book("baizhifang-2026").calendar, runs)
    assert [step.en for step in told[1:]] == [
        "Fri 20 Nov 16:30 to Fri 20 Nov 17:00 is 30 min",
        "then it stands still",
        "Mon 23 Nov 09:00 to Mon 23 Nov 10:30 is 1 h 30 min",
        "due Mon 23 Nov 10:30",
    ]


@pytest.mark.parametrize(
    ("limit", "start", "doubtful"),
    [
        ("1 workday", "2026-12-30 10:00:00", False),
        ("1 workday", "2026-12-31 10:00:00", True),
        ("1 workday", "2027-01-05 10:00:00", True),
        ("20 days", "2026-12-12 10:00:00", True),
        ("20 days, not rolled", "2026-12-12 10:00:00", False),
        ("24 h", "2026-12-31 10:00:00", False),
    ],
)
def test_a_limit_is_in_doubt_when_a_day_it_rests_on_is_not_announced(limit: str, start: str, doubtful: bool) -> None:
    one = parse_limit(limit)
    due = due_of(one, local(start), CALENDAR)
    assert bool(doubts_of(one, local(start), due, CALENDAR)) is doubtful


def test_hours_inside_a_window_are_in_doubt_with_the_window() -> None:
    hours = Window("office", Text("office"), HoursOn.WORKDAYS, ((9 * 3600, 18 * 3600),))
    one, start = parse_limit("3 h"), local("2026-12-31 16:00:00")
    due = due_of(one, start, CALENDAR, hours)
    assert due == local("2027-01-04 10:00:00")
    (doubt,) = doubts_of(one, start, due, CALENDAR, hours)
    assert (doubt.en, doubt.zh) == ("the holidays of 2027 are not announced", "2027年节假日安排尚未公布")
    every_day = replace(hours, on=HoursOn.EVERY_DAY)
    assert doubts_of(one, start, due_of(one, start, CALENDAR, every_day), CALENDAR, every_day) == ()


def test_a_window_that_never_opens_is_refused_and_does_not_loop() -> None:
    never = Window("never", Text("never"), periods=("events",))
    with pytest.raises(WindowNeverOpensError, match="never open"):
        add_open_time(CALENDAR, never, local("2026-11-20 10:00:00"), timedelta(minutes=1))
