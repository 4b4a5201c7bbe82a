"""Laws of budgets, penalties and tasks: later never costs less, nothing raises, counting does not depend on order."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsmon.contract.money.budget import BudgetReading, Fault, budget_uses, month_of
from opsmon.contract.money.penalty import Delay, days_late, estimate_delays, total_of
from opsmon.contract.obligation import task_state, tasks_of
from opsmon.model.duty import TaskState
from opsmon.model.name import ClauseId, IncidentId
from tests.support.contract.rulebook import book, local, stock_books

BOOK = book("xicheng-vc-2025")
PRICED = sorted({clause for rule in BOOK.penalties for clause in rule.clauses})
START = local("2026-01-01 00:00:00")
MOMENTS = st.integers(0, 400 * 86_400).map(lambda seconds: START + timedelta(seconds=seconds))
LENGTHS = st.integers(1, 60 * 86_400).map(lambda seconds: timedelta(seconds=seconds))


def delay(clause: str, due: datetime, end: datetime | None, incident: str = "i1") -> Delay:
    return Delay(ClauseId(clause), "outcome", due, end, IncidentId(incident))


def price(late: Delay, now: datetime) -> tuple[Decimal, Decimal]:
    total = total_of(estimate_delays(BOOK.penalties, [late], now, BOOK.calendar))
    return total.least, total.most


@given(st.sampled_from(PRICED), MOMENTS, LENGTHS, LENGTHS)
def test_later_never_costs_less(clause: str, due: datetime, length: timedelta, more: timedelta) -> None:
    end, later = due + length, due + length + more
    earlier_price, later_price = price(delay(clause, due, end), later), price(delay(clause, due, later), later)
    assert earlier_price[0] <= later_price[0]
    assert earlier_price[1] <= later_price[1]


@given(st.sampled_from(PRICED), MOMENTS, LENGTHS)
def test_the_least_is_never_more_than_the_most_and_what_is_open_costs_as_if_it_ended_now(
    clause: str, due: datetime, length: timedelta
) -> None:
    now = due + length
    least, most = price(delay(clause, due, None), now)
    assert 0 <= least <= most
    assert (least, most) == price(delay(clause, due, now), now)


@given(MOMENTS, LENGTHS)
def test_days_late_are_dates_or_started_days_whichever_is_more(due: datetime, length: timedelta) -> None:
    least, most = days_late(due, due + length, BOOK.calendar)
    assert 0 <= least <= most
    assert most >= length / timedelta(days=1)
    assert most <= length / timedelta(days=1) + 2


@given(st.lists(st.tuples(MOMENTS, st.sampled_from(["mcu-1", "mcu-2"]), st.booleans()), max_size=30), st.randoms())
def test_every_fault_that_counts_is_in_one_month_and_the_order_does_not_matter(
    told: list[tuple[datetime, str, bool]], chance: Random
) -> None:
    faults = [Fault(IncidentId(f"i{n}"), device, at, excluded=out) for n, (at, device, out) in enumerate(told)]
    shuffled = list(faults)
    chance.shuffle(shuffled)
    (budget,) = BOOK.budgets
    months = {month_of(fault.starts_at, BOOK.calendar) for fault in faults}
    counted = 0
    for month in months:
        uses = budget_uses(budget, faults, month, START, BOOK.calendar)
        assert uses == budget_uses(budget, shuffled, month, START, BOOK.calendar)
        assert uses[0].used == sum(use.used for use in uses if use.reading is BudgetReading.MILD)
        assert all(uses[0].used <= use.used for use in uses if use.reading is BudgetReading.STRICT)
        counted += uses[0].used
    assert counted == sum(not fault.excluded for fault in faults)


@pytest.mark.parametrize("contract", sorted(stock_books()))
@given(st.integers(0, 3_000), st.integers(0, 45), st.integers(0, 45))
def test_tasks_of_two_stretches_are_those_of_both_together(contract: str, first: int, one: int, two: int) -> None:
    held = book(contract)
    begin = date(2021, 1, 1) + timedelta(days=first)
    middle, end = begin + timedelta(days=one), begin + timedelta(days=one + two + 1)
    for row in held.obligations:
        words = row, held.contract, held.calendar
        whole = tasks_of(*words, begin, end)
        assert (*tasks_of(*words, begin, middle), *tasks_of(*words, middle + timedelta(days=1), end)) == whole
        assert len({task.id_in(held.contract.id) for task in whole}) == len(whole)
        assert all(task.opens_at <= task.at_risk_at <= task.due_at for task in whole)


@given(st.integers(0, 500), st.integers(-5, 400), st.one_of(st.none(), st.integers(0, 400)))
def test_a_task_only_goes_forward(day: int, hours: int, done_hours: int | None) -> None:
    row = next(one for one in BOOK.obligations if one.id == "E12")
    begin = date(2026, 1, 1) + timedelta(days=day)
    order = list(TaskState)
    for task in tasks_of(row, BOOK.contract, BOOK.calendar, begin, begin + timedelta(days=14)):
        done_at = None if done_hours is None else task.opens_at + timedelta(hours=done_hours)
        now = task.opens_at + timedelta(hours=hours)
        before, after = task_state(task, done_at, now), task_state(task, done_at, now + timedelta(hours=1))
        assert order.index(before) <= order.index(after)
