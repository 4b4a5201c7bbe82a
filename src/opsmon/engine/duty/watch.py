"""The watch over recurring obligations: tells in time which tasks came to be at risk, overdue or done."""

from dataclasses import replace
from datetime import datetime

from opsmon.engine.decision import Decision
from opsmon.engine.duty.obligations import LOOK_AGAIN, changes_of, next_turn_of, unwatched
from opsmon.engine.world import World
from opsmon.model.name import ContractId


def watch_duties(decision: Decision) -> None:
    """Writes what is to be told of the tasks of the contracts in use, and when it is to look again."""
    next_at = decision.world.duties.next_at
    if next_at is not None and next_at > decision.now:
        return
    used = _contracts_in_use(decision.world)
    for begun in unwatched(decision.world.duties, used, decision.now):
        decision.write(begun)
    next_looks = [decision.now + LOOK_AGAIN, *(_watch_contract(decision, name) for name in used)]
    duties = replace(decision.world.duties, next_at=min(next_looks))
    decision.world = replace(decision.world, duties=duties)


def _contracts_in_use(world: World) -> list[ContractId]:
    named = {device.contract for device in world.rules.inventory.devices.values()}
    return sorted(name for name in named if name is not None and name in world.rules.contracts)


def _watch_contract(decision: Decision, name: ContractId) -> datetime:
    """When time alone next changes a task of the contract."""
    rules = decision.world.rules.contracts[name]
    for change in changes_of(decision.world.duties, name, rules, decision.now):
        decision.write(change)
    return next_turn_of(rules, decision.world.duties.watched[name], decision.now)
