"""The rules are other ones: what that does to devices, incidents and clocks.

A start does the same with the rules that it has: what changed while nobody watched is no less of a change.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from opsmon.contract.explain.change import rules_change
from opsmon.engine.decision import Decision
from opsmon.engine.rules import Rules
from opsmon.engine.world import World
from opsmon.incident.lifecycle import drop_removed_devices, drop_unchecked, prune
from opsmon.model.event import DeviceRenamed, MaintenanceSet
from opsmon.model.incident import MONITORING
from opsmon.model.name import ContractId, DeviceName, IncidentId
from opsmon.state import api as state
from opsmon.state.restore import fold_event
from opsmon.text.bilingual import Text

NO_CONTRACT = Text("there is no such contract any more", "合同已不存在")


def follow_new_rules(decision: Decision, rules: Rules) -> None:
    """Swaps the rules and writes what follows. The tasks of the contracts are to be looked at at once."""
    old = decision.world
    decision.world = replace(old, rules=rules)
    _rename_devices(decision, old)
    _end_windows_of_removed(decision)
    _reload_fleet(decision)
    decision.draft(drop_removed_devices)
    decision.draft(drop_unchecked)
    world = decision.world
    duties = replace(world.duties, next_at=decision.now)
    decision.world = replace(world, incidents=prune(world.incidents, rules.inventory), duties=duties)
    for incident, reason in _retimed(decision.world, _reasons_to_retime(old.rules, rules)):
        decision.reckon.setdefault(incident, reason)


def _rename_devices(decision: Decision, old: World) -> None:
    for renamed in tuple(_renames_of(old, decision.world.rules, decision.now)):
        decision.world = replace(decision.world, fleet=fold_event(decision.world.fleet, renamed))
        decision.write(renamed)


def _renames_of(world: World, rules: Rules, now: datetime) -> Iterator[DeviceRenamed]:
    """The devices of the new rules that the world knows by a former name only, in the order of the inventory."""
    open_of = {incident.device for incident in world.incidents.open_incidents()}

    def is_known(name: DeviceName) -> bool:
        return name in world.fleet.machines or name in world.incidents.states or name in open_of

    for name, device in rules.inventory.devices.items():
        old = next((one for one in device.formerly if is_known(one)), None)
        if old is not None and not is_known(name):
            yield DeviceRenamed(now, name, old)


def _end_windows_of_removed(decision: Decision) -> None:
    world = decision.world
    for name, machine in world.fleet.machines.items():
        if name not in world.rules.inventory.devices and machine.maintenance_until is not None:
            reason = "the device was taken out of the inventory"
            decision.write(MaintenanceSet(decision.now, name, None, MONITORING, reason))


def _reload_fleet(decision: Decision) -> None:
    fleet, rules = decision.world.fleet, decision.world.rules
    decision.take(state.reload_fleet(fleet, rules.inventory, rules.rulebook, decision.now, limits=rules.limits))


def _reasons_to_retime(old: Rules, new: Rules) -> Mapping[ContractId, Text]:
    """Why the clocks of each contract are to be reckoned anew, in words; no words where its rules are the same."""
    return {
        name: NO_CONTRACT if rules is None else rules_change(old.contracts.get(name), rules)
        for name in old.contracts.keys() | new.contracts.keys()
        for rules in (new.contracts.get(name),)
    }


def _retimed(world: World, reasons: Mapping[ContractId, Text]) -> list[tuple[IncidentId, Text]]:
    """The incidents with a clock that is still open under a contract that has changed, and why it is reckoned anew."""
    found = []
    for name, statuses in world.clock_statuses.items():
        incident = world.incidents.by_id.get(name)
        if incident is None or incident.contract is None:
            continue
        reason = reasons.get(incident.contract, NO_CONTRACT)
        if reason and any(status.last.after.is_open for status in statuses.values()):
            found.append((name, reason))
    return found
