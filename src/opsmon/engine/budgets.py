"""How much of each fault budget is used up this month, from the world alone."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from opsmon.contract.clock.case import Case
from opsmon.contract.contract_rules import ContractRules
from opsmon.contract.money.budget import BudgetUse, Fault, budget_uses, fault_of, month_of
from opsmon.contract.money.statement import IncidentClocks
from opsmon.engine.world import World
from opsmon.incident.incident import Incident
from opsmon.model.name import ContractId

MAX_MONTH = timedelta(days=33)  # a fault that was told of later may have begun a little before its incident


def uses_now(world: World, now: datetime) -> Iterator[tuple[ContractId, BudgetUse]]:
    """Every budget of every contract in the month of `now`: first what is judged, then each device by itself where the
    contract can be read so."""
    for contract, contract_rules in world.rules.contracts.items():
        if contract_rules.budgets:
            faults, month = _faults(world, contract, now), month_of(now, contract_rules.calendar)
            for budget in contract_rules.budgets:
                for use in budget_uses(budget, faults, month, now, contract_rules.calendar):
                    yield contract, use


def _faults(world: World, contract: ContractId, now: datetime) -> list[Fault]:
    recent = (
        incident
        for incident in world.incidents.by_id.values()
        if incident.contract == contract and not incident.withdrawn and now - incident.starts_at <= MAX_MONTH
    )
    found = (fault_of(Case.of(incident), _subject(incident), _condition(incident)) for incident in recent)
    return [fault for fault in found if fault is not None]


def incident_clocks_of(contract_rules: ContractRules, incident: Incident) -> IncidentClocks:
    """An incident with its clocks, as money and reports see it."""
    case = Case.of(incident)
    return IncidentClocks(
        case, contract_rules.clocks(case), _subject(incident), _condition(incident), incident.condition
    )


def _subject(incident: Incident) -> str:
    """The device, or the incident by itself where a person reported no device."""
    return incident.device or incident.id


def _condition(incident: Incident) -> str:
    """The name of the condition by the rules; "" where there is only what a person called it, which always counts."""
    return incident.seen_condition if incident.reported_by else incident.condition
