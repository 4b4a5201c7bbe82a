"""When the papers, patrols and other duties of the five contracts are due: golden dates, and how tasks stand."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from opsmon.contract.calendar.calendar import Period
from opsmon.contract.obligation import Nature, Obligation, Task, task_state, tasks_of, tasks_on
from opsmon.model.duty import TaskState
from opsmon.text.bilingual import Text
from tests.support.contract.rulebook import SHANGHAI, book, local

E, A, B, C, D = "xicheng-vc-2025", "xicheng-stats-2023", "bj-hrss-2021", "baizhifang-2026", "stations-it"


def obligation(contract: str, name: str) -> Obligation:
    return next(one for one in book(contract).obligations if one.id == name)


def tasks(contract: str, name: str, first: str, last: str) -> tuple[Task, ...]:
    held = book(contract)
    days = date.fromisoformat(first), date.fromisoformat(last)
    return tasks_of(obligation(contract, name), held.contract, held.calendar, *days)


def ends(found: tuple[Task, ...]) -> list[str]:
    """The due times in Beijing; the end of a day as 24:00 of that day."""
    words = []
    for task in found:
        at = task.due_at.astimezone(SHANGHAI)
        midnight = (at.hour, at.minute) == (0, 0)
        words.append(f"{at - timedelta(days=1):%m-%d} 24:00" if midnight else f"{at:%m-%d %H:%M}")
    return words


@pytest.mark.parametrize(
    ("contract", "name", "first", "last", "expected"),
    [
        # E11: the 5th workday of the next month at 18:00; in October 2026 the 8th to the 14th, the 10th made up
        (E, "E11", "2026-10-01", "2026-11-30", ["10-13 18:00", "11-06 18:00"]),
        # E12: the week's last workday; the make-up Sunday 20 Sep and Saturday 10 Oct end their weeks
        (E, "E12", "2026-09-14", "2026-10-04", ["09-20 24:00", "09-24 24:00", "09-30 24:00"]),
        (E, "E12", "2026-10-05", "2026-10-18", ["10-10 24:00", "10-16 24:00"]),
        (E, "E13", "2026-11-20", "2026-11-22", ["11-20 24:00", "11-21 24:00", "11-22 24:00"]),
        (E, "E15", "2026-07-01", "2026-12-31", ["09-30 24:00", "12-31 24:00"]),
        # E20: 30 days after 24 Mar 2027, to the close of business
        (E, "E20", "2027-03-25", "2027-05-01", ["04-23 18:00"]),
        # E32: 5 days after signing on Friday 24 Oct 2025 is Wednesday 29 Oct
        (E, "E32", "2025-10-01", "2025-12-01", ["10-29 18:00"]),
        (E, "E30", "2027-03-01", "2027-03-31", ["03-24 24:00"]),
        (A, "A7", "2023-04-28", "2023-05-07", ["04-28 24:00", "05-04 24:00", "05-05 24:00", "05-06 24:00"]),
        (A, "A10", "2023-06-01", "2023-07-31", ["06-30 24:00", "06-30 24:00", "07-31 24:00"]),
        (A, "A10", "2023-08-01", "2023-10-31", ["08-31 24:00", "09-30 24:00"]),
        (A, "A12", "2023-04-28", "2024-04-30", ["07-31 24:00", "10-31 24:00", "01-31 24:00"]),
        # A14: signed on Friday 28 Apr 2023; 29 Apr to 3 May are Labour Day; 4, 5 and the make-up 6 May are workdays
        (A, "A14", "2023-04-28", "2023-06-01", ["05-06 24:00", "05-12 24:00"]),
        (C, "C10", "2026-11-20", "2026-11-23", ["11-20 09:00", "11-20 17:00", "11-23 09:00", "11-23 17:00"]),
        (C, "C11", "2026-11-01", "2026-11-30", ["11-30 24:00"]),
        # The end of the term, 24 Mar 2027, cuts the last month, quarter and week short; the last report comes after it
        (E, "E14", "2027-02-01", "2027-12-31", ["02-28 24:00", "03-24 24:00"]),
        (E, "E15", "2027-01-01", "2027-12-31", ["03-24 24:00"]),
        (E, "E12", "2027-03-15", "2027-12-31", ["03-19 24:00", "03-24 24:00"]),
        (E, "E11", "2027-03-10", "2027-12-31", ["04-07 18:00"]),
        # C23: 12 rounds from 3 Apr 2026 on
        (C, "C23", "2026-04-01", "2027-12-31", [f"{month:02}-02 24:00" for month in (*range(5, 13), *range(1, 5))]),
        (D, "D14", "2026-01-01", "2026-12-31", ["12-31 24:00"]),
        # E11 over New Year (the 1st to the 3rd off, Sunday the 4th made up), over Labour Day (1 to 5 May off, Saturday
        # the 9th made up), after the make-up Saturday 28 February, and for the first month of the term
        (E, "E11", "2026-01-01", "2026-01-31", ["01-08 18:00"]),
        (E, "E11", "2026-05-01", "2026-05-31", ["05-11 18:00"]),
        (E, "E11", "2026-03-01", "2026-03-31", ["03-06 18:00"]),
        (E, "E11", "2025-11-01", "2025-11-30", ["11-07 18:00"]),
        # E12: the make-up Saturday 14 Feb, no workday from the 16th to the 22nd, the make-up Saturday 28 Feb
        (E, "E12", "2026-02-09", "2026-03-01", ["02-14 24:00", "02-28 24:00"]),
        # E12: Sunday 4 January is worked and ends its week; Saturday 9 May; New Year's Day 2027 is a Friday by law
        (E, "E12", "2025-12-29", "2026-01-04", ["01-04 24:00"]),
        (E, "E12", "2026-05-04", "2026-05-10", ["05-09 24:00"]),
        (E, "E12", "2026-12-28", "2027-01-03", ["12-31 24:00"]),
        (E, "E15", "2025-10-01", "2025-12-31", ["12-31 24:00"]),
        (E, "E34", "2026-01-01", "2026-12-31", ["03-31 24:00", "06-30 24:00", "09-30 24:00", "12-31 24:00"]),
        # Monthly papers with no date: the 5th workday of the next month
        (C, "C15", "2026-11-01", "2026-11-30", ["11-06 24:00"]),
        (C, "C15", "2026-10-01", "2026-10-31", ["10-13 24:00"]),
        (C, "C15", "2026-04-03", "2026-05-31", ["05-11 24:00"]),
        (C, "C15", "2027-04-01", "2027-04-30", ["04-02 24:00", "04-07 24:00"]),
        (C, "C15", "2027-05-01", "2027-12-31", ["05-07 24:00"]),  # of the two days of April that are of the term
        (D, "D5", "2026-10-12", "2026-10-17", ["10-13 24:00", "10-13 24:00"]),
        # A13 of April 2023, of which three days are of the term: 4, 5, the make-up 6, 8 and 9 May
        (A, "A13", "2023-05-01", "2023-05-31", ["05-09 24:00"]),
        (A, "A13", "2024-05-01", "2024-05-31", ["05-10 24:00"]),
        (A, "A18", "2023-10-01", "2023-12-31", ["10-30 24:00"]),
        (A, "A11", "2023-10-01", "2023-12-31", ["10-30 24:00", "10-30 24:00"]),
        (A, "A11", "2024-04-01", "2024-04-30", ["04-30 24:00"] * 4),
        # B28: 20 workdays after Saturday 4 Sep 2021; the 18th and 26th are made up, 19 to 21 Sep and 1 to 7 Oct are off
        (B, "B28", "2021-09-01", "2022-01-31", ["10-08 18:00"]),
    ],
)  # fmt: skip
def test_due_dates(contract: str, name: str, first: str, last: str, expected: list[str]) -> None:
    assert ends(tasks(contract, name, first, last)) == expected


PARTS = [
    # Monthly papers are warned of by the last day of their month
    (C, "C15", "monthly report", "2026-11-06 24:00", "2026-10-31 24:00"),
    (D, "D5", "South monthly report", "2026-10-13 24:00", "2026-09-30 24:00"),
    (A, "A13", "", "2023-05-09 24:00", "2023-04-30 24:00"),
    (B, "B13", "monthly summary", "2021-10-13 18:00", "2021-09-30 18:00"),
    (B, "B13", "monthly summary", "2022-01-10 18:00", "2021-12-31 18:00"),
    (E, "E11", "", "2026-01-08 18:00", "2026-01-07 18:00"),
    (E, "E11", "", "2026-05-11 18:00", "2026-05-09 18:00"),
    (A, "A18", "", "2023-10-30 24:00", "2023-10-29 24:00"),
    (B, "B14", "", "2021-08-23 18:00", "2021-08-20 24:00"),
    (B, "B14", "", "2021-10-08 18:00", "2021-09-30 24:00"),
]


def moment(text: str) -> datetime:
    """`2026-10-31 24:00` in Beijing."""
    day, hour = text.split(" ")
    return local(f"{day} 00:00:00") + timedelta(days=1) if hour == "24:00" else local(f"{day} {hour}:00")


@pytest.mark.parametrize(("contract", "name", "part", "due", "warned"), PARTS)
def test_the_stricter_reading_warns_of_a_task_before_it_is_due(
    contract: str, name: str, part: str, due: str, warned: str
) -> None:
    day = due.split(" ", maxsplit=1)[0]
    found = [one for one in tasks(contract, name, day, day) if one.part == part and one.due_at == moment(due)]
    assert found
    assert {one.strict_due_at for one in found} == {moment(warned)}
    assert all(one.opens_at <= one.at_risk_at < moment(warned) for one in found)


@pytest.mark.parametrize(
    ("contract", "name", "day", "at_risk"),
    [
        # Monday 2 to Thursday 5 November are 36 hours of work by the stricter reading; half are gone on Tuesday at
        # 18:00, which is the next opening
        (E, "E11", "2026-11-06", "2026-11-04 09:00:00"),
        # Monday to Friday are 45 hours of work: Wednesday, half past one
        (E, "E12", "2026-11-06", "2026-11-04 13:30:00"),
        (E, "E13", "2026-11-06", "2026-11-06 12:00:00"),
        (E, "E13", "2026-11-07", "2026-11-07 12:00:00"),  # a Saturday
        (C, "C10", "2026-11-06", "2026-11-06 08:00:00"),  # due at 09:00, open from midnight: not at half past four
        # 22 workdays of October by the last day of the month, in hours of 09:00 to 17:00: the 10th of them is worked
        (C, "C15", "2026-11-06", "2026-10-20 09:00:00"),
        (A, "A14", "2023-05-06", "2023-05-05 09:00:00"),
    ],
)
def test_tasks_are_warned_of_in_working_time(contract: str, name: str, day: str, at_risk: str) -> None:
    assert tasks(contract, name, day, day)[0].at_risk_at == local(at_risk)


@pytest.mark.parametrize("contract", [E, A, B, C, D])
def test_no_task_is_warned_of_at_night(contract: str) -> None:
    held = book(contract)
    begin = {E: "2026-01-01", A: "2023-05-01", B: "2021-09-04", C: "2026-04-03", D: "2026-01-01"}[contract]
    first = date.fromisoformat(begin)
    for row in held.obligations:
        for task in tasks_of(row, held.contract, held.calendar, first, first + timedelta(days=200)):
            assert 8 <= task.at_risk_at.astimezone(SHANGHAI).hour < 20, (row.id, task)


def test_what_only_the_stricter_reading_knows_warns_and_lapses() -> None:
    (task,) = tasks(D, "D16", "2026-11-08", "2026-11-08")
    assert (task.due_at, task.is_judged) == (local("2026-11-09 00:00:00"), False)
    assert task_state(task, None, task.at_risk_at) is TaskState.AT_RISK
    assert task_state(task, None, task.due_at + timedelta(seconds=1)) is TaskState.LAPSED
    assert task_state(task, task.due_at + timedelta(days=2), task.due_at + timedelta(days=3)) is TaskState.DONE


def test_local_sessions_are_watched_by_the_stricter_reading_alone_once_they_are_dated() -> None:
    held = book(C)
    period = Period(local("2027-01-12 00:00:00"), local("2027-01-16 00:00:00"), Text("district sessions", "区两会"))
    known = replace(held.calendar.sets["local-sessions"], periods=(period,), dated_years=frozenset({2027}))
    calendar = replace(held.calendar, sets={**held.calendar.sets, "local-sessions": known})
    days = date(2027, 1, 1), date(2027, 1, 31)
    found = {one.part: one for one in tasks_of(obligation(C, "C16"), held.contract, calendar, *days)}
    assert (found["district sessions"].due_at, found["district sessions"].is_judged) == (period.end, False)
    (before,) = [one for one in tasks_of(obligation(E, "E17"), book(E).contract, calendar, *days) if not one.is_judged]
    assert before.due_at == period.start


def test_local_sessions_that_are_not_dated_give_no_task() -> None:
    assert all("city" not in task.part for task in tasks(E, "E17", "2026-12-01", "2027-02-28"))


@pytest.mark.parametrize(
    ("contract", "name", "nature"),
    [
        (A, "A22", Nature.OCCASION), (A, "A23", Nature.OCCASION), (B, "B29", Nature.STANDING),
        (B, "B30", Nature.OCCASION), (C, "C27", Nature.OCCASION), (C, "C28", Nature.STANDING),
        (D, "D16", Nature.SCHEDULED), (E, "E36", Nature.STANDING), (E, "E37", Nature.OCCASION),
        (E, "E38", Nature.STANDING),
    ],
)  # fmt: skip
def test_rows_of_the_third_reading_are_there(contract: str, name: str, nature: Nature) -> None:
    row = obligation(contract, name)
    assert row.nature is nature
    assert row.source
    assert row.what.zh


def test_the_monthly_report_is_warned_of_a_workday_earlier() -> None:
    (task,) = tasks(E, "E11", "2026-11-01", "2026-11-30")
    assert task.strict_due_at == local("2026-11-05 18:00:00")
    assert task.due_at == local("2026-11-06 18:00:00")


def test_the_quarterly_reports_of_the_bureau_are_warned_of_a_month_earlier() -> None:
    stricter = [task.strict_due_at for task in tasks(A, "A12", "2023-04-28", "2024-04-30")]
    assert stricter == [local("2023-07-01 00:00:00"), local("2023-10-01 00:00:00"), local("2024-01-01 00:00:00")]


def test_each_lot_has_summaries_of_its_own_quarters() -> None:
    found = {task.service: (task.due_at, task.strict_due_at) for task in tasks(B, "B14", "2021-11-01", "2022-01-10")}
    assert found == {
        # three months each from 1 January; 1 to 3 January 2022 are New Year
        "mon": (local("2022-01-04 18:00:00"), local("2022-01-01 00:00:00")),
        # from 4 September; 4 December is a Saturday
        "net": (local("2021-12-06 18:00:00"), local("2021-12-04 00:00:00")),
        "sec": (local("2021-12-06 18:00:00"), local("2021-12-04 00:00:00")),
        # from 21 May; 21 November is a Sunday
        "vc": (local("2021-11-22 18:00:00"), local("2021-11-21 00:00:00")),
    }


def test_a_summary_due_on_a_workday_is_due_that_day() -> None:
    (first,) = tasks(B, "B14", "2021-03-01", "2021-04-30")
    assert first.due_at == local("2021-04-01 18:00:00")


def test_terminals_are_tested_before_the_holidays_that_the_contract_names() -> None:
    found = {task.part: task.due_at for task in tasks(E, "E17", "2026-09-01", "2026-12-31")}
    assert found == {
        "National Day": local("2026-10-01 00:00:00"),
        "12-25": local("2026-12-25 00:00:00"),
        "New Year's Day": local("2027-01-01 00:00:00"),  # not announced, but the law fixes the date
    }


def test_duty_of_a_holiday_lasts_as_long_as_the_holiday() -> None:
    (task,) = tasks(C, "C16", "2026-10-01", "2026-10-31")
    assert (task.opens_at, task.due_at) == (local("2026-10-01 00:00:00"), local("2026-10-08 00:00:00"))


def test_nothing_is_owed_before_the_term_and_the_last_month_is_reported_after_it() -> None:
    assert tasks(E, "E13", "2025-10-01", "2025-10-23") == ()
    assert ends(tasks(E, "E13", "2027-03-20", "2027-03-31"))[-1] == "03-24 24:00"
    assert ends(tasks(E, "E11", "2027-04-01", "2027-06-01")) == ["04-07 18:00"]


def test_a_task_that_rests_on_days_not_announced_says_so() -> None:
    (task,) = tasks(E, "E11", "2027-01-01", "2027-01-31")
    assert [doubt.en for doubt in task.doubts] == ["the holidays of 2027 are not announced"]


def test_a_task_goes_from_open_over_at_risk_to_overdue_to_the_second() -> None:
    (task,) = tasks(E, "E13", "2026-11-20", "2026-11-20")
    second = timedelta(seconds=1)
    assert task_state(task, None, task.opens_at - second) is TaskState.PENDING
    assert task_state(task, None, task.opens_at) is TaskState.OPEN
    assert task_state(task, None, local("2026-11-20 12:00:00") - second) is TaskState.OPEN
    assert task_state(task, None, local("2026-11-20 12:00:00")) is TaskState.AT_RISK
    assert task_state(task, None, task.due_at) is TaskState.AT_RISK
    assert task_state(task, None, task.due_at + second) is TaskState.OVERDUE


def test_done_to_the_second_is_in_time() -> None:
    (task,) = tasks(E, "E13", "2026-11-20", "2026-11-20")
    later = task.due_at + timedelta(days=1)
    assert task_state(task, task.due_at, later) is TaskState.DONE
    assert task_state(task, task.due_at + timedelta(seconds=1), later) is TaskState.DONE_LATE
    assert task_state(task, later + timedelta(days=1), later) is TaskState.OVERDUE


def test_a_date_means_the_tasks_due_that_day_else_those_whose_time_contains_it() -> None:
    calendar = book(C).calendar
    patrols = tasks(C, "C10", "2026-11-20", "2026-11-30")
    assert [one.part for one in tasks_on(patrols, date(2026, 11, 20), calendar)] == ["09:00", "17:00"]
    assert [one.part for one in tasks_on(patrols, date(2026, 11, 20), calendar, part="17:00")] == ["17:00"]
    assert tasks_on(patrols, date(2026, 11, 20), calendar, service="cctv") == ()
    assert tasks_on(patrols, date(2026, 11, 22), calendar) == ()  # a Sunday
    monthly = tasks(C, "C11", "2026-11-01", "2026-12-31")
    assert [one.due_at for one in tasks_on(monthly, date(2026, 11, 12), calendar)] == [local("2026-12-01 00:00:00")]
