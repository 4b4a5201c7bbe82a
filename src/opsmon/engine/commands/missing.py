"""What has to be told yet before an acknowledgement can meet what the contract asks for.

A clock that counts from a notice does not run for a fault that only monitoring knows of: who acknowledges it is told
what to record, so that the acknowledgement counts for something.
"""

from opsmon.contract.term import Target
from opsmon.engine.world import World
from opsmon.incident.incident import Incident
from opsmon.model.incident import STARTS, FactType
from opsmon.model.name import ClauseId


def missing_notices(world: World, incident: Incident) -> tuple[tuple[ClauseId, tuple[FactType, ...]], ...]:
    """The clauses that ask for an acknowledgement and have no clock, each with the facts that would start one."""
    contract_rules = None if incident.contract is None else world.rules.contracts.get(incident.contract)
    if contract_rules is None or incident.withdrawn:
        return ()
    running = {clause for clause, _ in world.clock_statuses.get(incident.id, {})}
    scope = (incident.service, incident.kind, incident.severity, incident.scope_labels)
    return tuple(
        (clause.id, clause.counts_from)
        for clause in contract_rules.contract.clauses
        if clause.target is Target.ACKNOWLEDGE and clause.id not in running
        if clause.counts_from and STARTS.issuperset(clause.counts_from) and not clause.breach_of
        if any(not one.applies or any(by.takes(*scope) for by in one.applies) for one in clause.variants)
        if not any(fact.type in clause.counts_from for fact in incident.standing)
    )
