"""How much of each fault budget is used up this month, from the world alone."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from opsmon.contract.budget import BudgetUse, Fault, budget_uses, fault_of, month_of
from opsmon.engine.turn import case_of
from opsmon.engine.world import World
from opsmon.model.name import ContractId

LONGEST_MONTH = timedelta(days=33)  # a fault that was told of later may have begun a little before its incident


def uses_now(world: World, now: datetime) -> Iterator[tuple[ContractId, BudgetUse]]:
    """Every budget of every contract in the month of `now`: first what is judged, then each device by itself where the
    contract can be read so."""
    for contract, book in world.rules.contracts.items():
        if book.budgets:
            faults, month = _faults(world, contract, now), month_of(now, book.calendar)
            for budget in book.budgets:
                for use in budget_uses(budget, faults, month, now, book.calendar):
                    yield contract, use


def _faults(world: World, contract: ContractId, now: datetime) -> list[Fault]:
    recent = (
        incident
        for incident in world.incidents.by_id.values()
        if incident.contract == contract and not incident.withdrawn and now - incident.starts_at <= LONGEST_MONTH
    )
    found = (fault_of(case_of(incident), incident.device, incident.condition) for incident in recent)
    return [fault for fault in found if fault is not None]
