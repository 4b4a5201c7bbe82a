"""The fault budget of a month: what counts, in which month, and when it is at risk."""

from dataclasses import replace
from datetime import date

import pytest

from opsmon.contract.money.budget import BudgetState, BudgetUse, Fault, budget_uses, fault_of, months_of
from opsmon.model.device import Kind
from opsmon.model.incident import Fact, FactType
from opsmon.model.name import ClauseId, IncidentId
from tests.support.contract.rulebook import book, case, local

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
    assert [(use.reading, use.subject, use.used) for use in uses] == [
        ("judged", "all", 7), ("mild", "mcu-1", 4), ("mild", "mcu-2", 3),
    ]  # fmt: skip


def test_servers_and_platforms_are_judged_and_every_kind_stands_beside() -> None:
    kinds = (Kind.MCU, Kind.SERVER, Kind.STORAGE, Kind.SWITCH, Kind.VC_TERMINAL, Kind.CAMERA, None)
    found = [
        replace(one, kind=kind, device=f"d{n}") for n, (one, kind) in enumerate(zip(faults(7), kinds, strict=True))
    ]
    judged_use, strict, *mild = budget_uses(BUDGET, found, NOVEMBER, local(END), BOOK.calendar)
    assert judged_use.incidents == ("i0", "i1", "i2", "i6")  # of a device whose kind is not known nothing is taken off
    assert (strict.reading, strict.used, strict.state) == ("strict", 7, BudgetState.OVERSPENT)
    assert [use.subject for use in mild] == ["d0", "d1", "d2", "d6"]


def test_a_device_that_is_named_like_the_sum_is_not_taken_for_it() -> None:
    uses = budget_uses(BUDGET, [fault("i1", "2026-11-02 10:00:00", device="all")], NOVEMBER, local(END), BOOK.calendar)
    assert [use.is_judged for use in uses] == [True, False]


def exclusion(at: str, *clauses: str, back: bool = False) -> Fact:
    type_ = FactType.INCLUDED if back else FactType.EXCLUDED
    return Fact(type_, local(at), "noc", "power cut", clauses=tuple(ClauseId(one) for one in clauses))


@pytest.mark.parametrize(
    ("told", "used"),
    [
        ((), 1),
        ((exclusion("2026-12-03 09:00:00"),), 0),  # told weeks later
        ((exclusion("2026-12-03 09:00:00", "E9"),), 1),  # of one clause that is another
        ((exclusion("2026-12-03 09:00:00", "E9", "E10"),), 0),
        ((exclusion("2026-12-03 09:00:00", "E10"), exclusion("2026-12-04 09:00:00", "E10", back=True)), 1),
        ((exclusion("2026-12-03 09:00:00"), exclusion("2026-12-04 09:00:00", back=True)), 1),
        ((exclusion("2026-12-03 09:00:00"), Fact(FactType.WITHDRAWN, local("2026-12-04 09:00:00"), withdraws=2)), 1),
    ],
)
def test_an_exclusion_frees_the_budget_whenever_it_is_told_and_a_word_against_it_counts_again(
    told: tuple[Fact, ...], used: int
) -> None:
    one = case("xicheng-vc-2025", ("detected", "2026-11-10 10:00:00"), kind="mcu")
    found = fault_of(replace(one, facts=(*one.facts, *told)), "mcu-1")
    assert found is not None
    assert judged([found]).used == used


def test_a_fault_begins_with_its_earliest_start_and_without_one_there_is_none() -> None:
    told = case("xicheng-vc-2025", ("reported", "2026-11-01 00:10:00"), ("detected", "2026-10-31 23:50:00"))
    found = fault_of(told, "mcu-1")
    assert found is not None
    assert found.starts_at == local("2026-10-31 23:50:00")
    assert fault_of(case("xicheng-vc-2025", ("acknowledged", "2026-11-01 00:10:00")), "mcu-1") is None
