"""The fault budget of a month: what counts, in which month, and when it is at risk."""

from dataclasses import replace
from datetime import date

import pytest

from opsmon.contract.budget import BudgetState, BudgetUse, Fault, budget_uses, fault_of, months_of
from opsmon.model.name import IncidentId
from tests.contract.rulebook import book, case, local

BOOK = book("xicheng-vc-2025")
(BUDGET,) = BOOK.budgets
NOVEMBER = date(2026, 11, 1)
END = "2026-12-01 00:00:00"


def fault(name: str, at: str, device: str = "mcu-1", condition: str = "", excluded: bool = False) -> Fault:
    return Fault(IncidentId(name), device, local(at), condition, excluded)


def faults(number: int) -> list[Fault]:
    return [fault(f"i{index}", f"2026-11-{index + 1:02} 10:00:00") for index in range(number)]


def judged(found: list[Fault], now: str = END, month: date = NOVEMBER) -> BudgetUse:
    return budget_uses(BUDGET, found, month, local(now), BOOK.calendar)[0]


@pytest.mark.parametrize(
    ("number", "state"),
    [(4, BudgetState.IN_HAND), (5, BudgetState.AT_RISK), (6, BudgetState.OVERSPENT)],
)
def test_five_faults_are_allowed_and_the_fifth_is_a_warning(number: int, state: BudgetState) -> None:
    use = judged(faults(number))
    assert (use.used, use.limit, use.state) == (number, 5, state)


def test_the_pace_warns_before_the_budget_is_spent() -> None:
    use = judged(faults(3), now="2026-11-10 00:00:00")
    assert use.forecast == pytest.approx(10.0)
    assert use.state is BudgetState.AT_RISK
    assert judged(faults(3), now="2026-11-28 00:00:00").state is BudgetState.IN_HAND


def test_one_fault_early_in_the_month_is_no_pace() -> None:
    assert judged(faults(1), now="2026-11-02 00:00:00").state is BudgetState.IN_HAND


def test_a_fault_belongs_to_the_month_of_beijing_in_which_it_began() -> None:
    found = [fault("i1", "2026-10-31 23:59:59"), fault("i2", "2026-11-01 00:00:00")]
    assert judged(found).incidents == ("i2",)
    assert judged(found, month=date(2026, 10, 1)).incidents == ("i1",)
    assert months_of(found, BOOK.calendar) == (date(2026, 10, 1), NOVEMBER)


def test_only_faults_of_service_count_and_none_that_is_excluded() -> None:
    found = [
        fault("i1", "2026-11-02 10:00:00", condition="DeviceDown"),
        fault("i2", "2026-11-02 11:00:00", condition="TemperatureHigh"),
        fault("i3", "2026-11-02 12:00:00", excluded=True),
    ]
    assert judged(found).incidents == ("i1",)


def test_two_servers_down_are_two_and_the_milder_reading_stands_beside() -> None:
    found = [*faults(4), *(replace(one, incident=IncidentId(f"j{one.incident}"), device="mcu-2") for one in faults(3))]
    uses = budget_uses(BUDGET, found, NOVEMBER, local(END), BOOK.calendar)
    assert [(use.subject, use.used, use.is_judged) for use in uses] == [
        ("all", 7, True), ("mcu-1", 4, False), ("mcu-2", 3, False),
    ]  # fmt: skip


def test_a_fault_begins_with_its_earliest_start_and_without_one_there_is_none() -> None:
    told = case("xicheng-vc-2025", ("reported", "2026-11-01 00:10:00"), ("detected", "2026-10-31 23:50:00"))
    found = fault_of(told, "mcu-1")
    assert found is not None
    assert found.starts_at == local("2026-10-31 23:50:00")
    assert fault_of(case("xicheng-vc-2025", ("acknowledged", "2026-11-01 00:10:00")), "mcu-1") is None
