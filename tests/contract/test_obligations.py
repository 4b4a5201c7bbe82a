"""When the papers, patrols and other duties of the five contracts are due: golden dates, and how tasks stand."""

from datetime import UTC, date, datetime, timedelta

import pytest

from opsmon.contract.obligation import Obligation, Task, find_task, task_state, tasks_of
from opsmon.model.duty import TaskState
from tests.contract.rulebook import SHANGHAI, book, local

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
    ],
)  # fmt: skip
def test_due_dates(contract: str, name: str, first: str, last: str, expected: list[str]) -> None:
    assert ends(tasks(contract, name, first, last)) == expected


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
    assert task.doubts == ("the holidays of 2027 are not announced",)


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


def test_a_date_means_the_task_due_that_day_else_the_one_whose_time_contains_it() -> None:
    calendar = book(C).calendar
    patrols = tasks(C, "C10", "2026-11-20", "2026-11-30")
    first = find_task(patrols, date(2026, 11, 20), {}, calendar)
    assert first is not None
    assert first.part == "09:00"
    second = find_task(patrols, date(2026, 11, 20), {first.key: datetime(2026, 11, 20, tzinfo=UTC)}, calendar)
    assert second is not None
    assert second.part == "17:00"
    named = find_task(patrols, date(2026, 11, 20), {}, calendar, "17:00")
    assert named == second
    monthly = tasks(C, "C11", "2026-11-01", "2026-12-31")
    around = find_task(monthly, date(2026, 11, 12), {}, calendar)
    assert around is not None
    assert around.due_at == local("2026-12-01 00:00:00")
    assert find_task(patrols, date(2026, 11, 22), {}, calendar) is None
