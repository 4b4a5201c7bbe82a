"""The state room after a restart: what the journal tells, and nothing that it does not.

Durable: what is said of each device, since when and for which cause; what was measured beneath it and which checks owe
a good answer; maintenance windows; conditions that are raised.
Not durable, and begun anew: records of checks, confirmations, grace, pending conditions. So a device known down is down
until it is measured again, and one known up goes UNKNOWN only if no measurement comes for as long as at any other time.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from opsmon.model.event import (
    ConditionCleared,
    ConditionRaised,
    ConditionUnseen,
    DeviceRenamed,
    DeviceState,
    DeviceStateChanged,
    Event,
    MaintenanceSet,
)
from opsmon.model.name import CheckName, DeviceName
from opsmon.state.change import FleetChange
from opsmon.state.condition.state import ConditionState, ConditionStates, StandingKey
from opsmon.state.fleet import DeviceMachine, FleetState


def fold_event(fleet: FleetState, event: Event) -> FleetState:
    """Take one event of the journal, in its order. Events of other rooms change nothing. What is told of a device that
    the plan does not know is kept: the reload that follows a start sees what became of it."""
    match event:
        case DeviceStateChanged(device=name):
            checks = fleet.plan.checks.get(name, {})
            return _keep(fleet, name, _fold_state(fleet.machines.get(name, DeviceMachine()), event, checks))
        case MaintenanceSet(device=name):
            machine = fleet.machines.get(name, DeviceMachine())
            return _keep(fleet, name, replace(machine, maintenance_until=event.until))
        case ConditionRaised() | ConditionUnseen() | ConditionCleared():
            return _fold_condition(fleet, event)
        case DeviceRenamed():
            return rename_machine(fleet, event.formerly, event.device)
        case _:
            return fleet


def rename_machine(fleet: FleetState, old: DeviceName, new: DeviceName) -> FleetState:
    """What was believed of a device is believed of its new name, and it hides and is hidden under that."""
    machines, standings = fleet.machines, fleet.standings
    if old in machines:
        machines = machines.delete(old).set(new, machines[old])
    for name, machine in machines.items():
        if machine.cause == old:
            machines = machines.set(name, replace(machine, cause=new))
    if old in standings:
        standings = standings.delete(old).set(new, standings[old])
    return replace(fleet, machines=machines, standings=standings, timers=fleet.timers.drop(old))


def _keep(fleet: FleetState, name: DeviceName, machine: DeviceMachine) -> FleetState:
    return replace(fleet, machines=fleet.machines.set(name, machine))


def _stand(fleet: FleetState, event: ConditionRaised) -> ConditionState:
    reported = any(rule.name == event.condition for rule in fleet.plan.rulebook.reports)
    return ConditionState(event.since, event.severity, raised=True, value=event.value, reported=reported)


def _fold_condition(fleet: FleetState, event: ConditionRaised | ConditionUnseen | ConditionCleared) -> FleetState:
    if isinstance(event, ConditionUnseen):
        return _fold_unseen(fleet, event)
    standing = _stand(fleet, event) if isinstance(event, ConditionRaised) else None
    return _keep_standing(fleet, event.device, StandingKey(event.condition, event.subject), standing)


def _fold_unseen(fleet: FleetState, event: ConditionUnseen) -> FleetState:
    key = StandingKey(event.condition, event.subject)
    standing = fleet.standings.get(event.device, ConditionStates()).by_key.get(key)
    if standing is None:
        return fleet
    return _keep_standing(fleet, event.device, key, replace(standing, unseen=True, vanished=standing.vanished + 1))


def _keep_standing(
    fleet: FleetState, name: DeviceName, key: StandingKey, standing: ConditionState | None
) -> FleetState:
    standings = fleet.standings.get(name, ConditionStates())
    by_key = standings.by_key.delete(key) if key in standings.by_key else standings.by_key
    kept = replace(standings, by_key=by_key.set(key, standing) if standing is not None else by_key)
    return replace(fleet, standings=fleet.standings.set(name, kept))


def _fold_state(machine: DeviceMachine, event: DeviceStateChanged, checks: Iterable[CheckName]) -> DeviceMachine:
    """Maintenance and flapping cover what was measured, and tell it. Of an older journal, which does not: under
    maintenance the state before it stands, and a flapping device is taken for down until it is measured; a degraded
    device owes a good answer of each of its checks."""
    flapping = event.flapping or event.after is DeviceState.FLAPPING
    shown = replace(
        machine,
        visible=event.after,
        flapping=flapping,
        shown_since=event.since,
        reason=event.reason,
        owed=frozenset(event.failed),
        good=event.good,
    )
    if event.measured is not None:
        measured = event.measured
        return replace(shown, state=measured.state, since=measured.since, why=measured.reason, cause=event.cause)
    if event.after is DeviceState.MAINTENANCE:
        return replace(shown, owed=machine.owed, good=machine.good)
    state = DeviceState.DOWN if event.after is DeviceState.FLAPPING else event.after
    if state is DeviceState.DEGRADED and not event.failed:
        shown = replace(shown, owed=frozenset(checks))
    return replace(shown, state=state, since=event.since, cause=event.cause, why=event.reason)


def resume(fleet: FleetState, now: datetime) -> FleetState:
    """The journal is read: watch again from `now`. Call once, after the last `fold_event`, before the first input."""
    change = FleetChange(replace(fleet, last_seen=now), now)
    for name, machine in fleet.machines.items():
        falls = (change.steady,) * (change.policy.flap_calm_falls + 1) if machine.flapping else ()
        change.put(name, replace(machine, awaited_from=change.steady, falls=falls))
    return change.step().fleet


def restore(fleet: FleetState, events: Iterable[Event], now: datetime) -> FleetState:
    """Fold a whole journal into a fleet that was just started, and resume."""
    for event in events:
        fleet = fold_event(fleet, event)
    return resume(fleet, now)
