"""What hangs on what: who hides whom, and what a parent's fall or return means for its children.

The rules, in words:
 - A device is reached through ANY of its parents: redundant uplinks exist, so it is UNREACHABLE only when all of them
   are out (down or unreachable themselves). Its cause is the root: the first parent's own cause, or that parent.
 - An answer beats every inference: a child that answers is up, whatever is said of its parents.
 - When a parent falls, its children are looked at at once, and those that fell shortly before it, or with it, are
   re-classified from DOWN to UNREACHABLE. A child that was down long before, or whose parents still answered when it
   did not, keeps its own fault.
 - When a way to it is back, an unreachable child is looked at soon and not blamed before its grace is over.
"""

from dataclasses import replace
from datetime import timedelta

from immutables import Map

from opsmon.model.device import Device
from opsmon.model.event import DeviceState
from opsmon.model.name import DeviceName
from opsmon.state.change import FleetChange
from opsmon.state.device.machine import answered_since, patience_s, round_patience_s, was_reached
from opsmon.state.fleet import CheckRecord, DeviceMachine


def parents_of(turn: FleetChange, device: Device) -> tuple[DeviceName, ...]:
    """The parents that the inventory knows, in its order."""
    return tuple(name for name in device.parents if name in turn.plan.devices and name != device.name)


def hidden_by(turn: FleetChange, device: Device) -> DeviceName | None:
    """The root cause that hides the device: None while any way to it is open, or were it the device itself."""
    parents = parents_of(turn, device)
    if not parents or not all(turn.machine(parent).is_out for parent in parents):
        return None
    roots = (turn.machine(parent).cause or parent for parent in parents)
    return next((root for root in roots if root != device.name), None)


def way_is_proven(turn: FleetChange, device: Device) -> bool:
    """Whether a parent answered since the suspicion of the device began: the fault is not above it."""
    suspicion = turn.machine(device.name).suspicion
    if suspicion is None:
        return False
    parents = (turn.machine(parent) for parent in parents_of(turn, device))
    return any(not parent.is_out and was_reached(parent, suspicion.started) for parent in parents)


def longest_wait_s(turn: FleetChange, device: Device) -> float:
    """How long the verdict on the device may wait for its parents; 0 when there is nobody to wait for."""
    waits = [0.0]
    for parent in parents_of(turn, device):
        machine = turn.machine(parent)
        if not machine.is_out:
            waits.append(_answer_takes_s(turn, parent) if machine.suspicion is None else _verdict_takes_s(turn, parent))
    return max(waits)


def _answer_takes_s(turn: FleetChange, name: DeviceName) -> float:
    """How long a parent that is asked may take to answer: as long as the quickest of its checks."""
    policy, records = turn.policy, turn.machine(name).checks
    checks = turn.plan.checks.get(name, {})
    waits = (patience_s(records.get(check.name), check, policy.parent_wait_s, policy) for check in checks.values())
    return max(policy.parent_wait_s, min(waits, default=0.0))


def _verdict_takes_s(turn: FleetChange, name: DeviceName) -> float:
    """How long it may take until a parent that is suspected is judged."""
    policy, machine = turn.policy, turn.machine(name)
    check = turn.plan.checks.get(name, {}).get(machine.suspicion.lead) if machine.suspicion else None
    if check is None:
        return policy.suspect_parent_wait_s
    record, rounds = machine.checks.get(check.name), range(len(policy.confirm_after_s))
    confirmed_s = sum(round_patience_s(record, check, number, policy) for number in rounds)
    return max(policy.suspect_parent_wait_s, policy.confirm_after_s[0] + confirmed_s)


def ask_parents(turn: FleetChange, device: Device) -> None:
    """Probe the parents before the child is blamed; each once, however many children ask."""
    suspicion = turn.machine(device.name).suspicion
    for parent in parents_of(turn, device):
        machine = turn.machine(parent)
        asked = machine.asked_at is not None and machine.asked_at > turn.after(-turn.policy.confirm_again_s)
        proven = suspicion is not None and was_reached(machine, suspicion.started)
        if not (asked or proven or machine.is_out or machine.suspicion):
            turn.put(parent, replace(machine, asked_at=turn.steady))
            checks = turn.plan.checks.get(parent, ())
            turn.ask(parent, checks, f"{device.name} does not answer", timeout_s=turn.policy.confirm_timeout_s[1])


def follow_turn(turn: FleetChange, name: DeviceName) -> None:
    """The device went out, came back, or is out for another cause: see to its children."""
    for child in turn.plan.children.get(name, ()):
        device = turn.plan.devices[child]
        cause = hidden_by(turn, device)
        if turn.machine(name).is_out:
            if cause is not None:
                _fall_with_parent(turn, device, name, cause)
        elif cause is None:
            regain_way(turn, device)


def _fall_with_parent(turn: FleetChange, device: Device, parent: DeviceName, cause: DeviceName) -> None:
    machine = turn.machine(device.name)
    if machine.state is DeviceState.UNREACHABLE:
        if machine.cause != cause:
            _hide(turn, device.name, machine, cause)
    elif machine.state is DeviceState.DOWN:
        if _fell_with(turn, device, machine, turn.machine(parent)):
            _hide(turn, device.name, machine, cause)
    elif machine.suspicion is None:
        turn.ask_soon(device.name, f"{cause} is down")


def _fell_with(turn: FleetChange, device: Device, child: DeviceMachine, parent: DeviceMachine) -> bool:
    if child.since is None or parent.since is None:
        return False
    policy = turn.policy
    own_from = child.since - turn.skew + timedelta(seconds=policy.own_fault_s)
    if any(answered_since(turn.machine(name), own_from) for name in parents_of(turn, device)):
        return False
    return child.since >= parent.since - timedelta(seconds=policy.reclassify_s)


def _hide(turn: FleetChange, name: DeviceName, machine: DeviceMachine, cause: DeviceName) -> None:
    hidden = replace(machine, grace_until=None, suspicion=None, good=False)
    turn.change(name, hidden, DeviceState.UNREACHABLE, machine.since or turn.now, f"{cause} is down", cause)


def regain_way(turn: FleetChange, device: Device) -> None:
    """A way to an unreachable device is open again: look soon, blame later."""
    machine = turn.machine(device.name)
    if machine.state is not DeviceState.UNREACHABLE or machine.grace_until is not None:
        return
    blameless = Map({name: _blameless(record) for name, record in machine.checks.items()})
    grace_until = turn.after(turn.policy.recovery_grace_s)
    turn.put(device.name, replace(machine, checks=blameless, suspicion=None, grace_until=grace_until))
    turn.ask_soon(device.name, f"{machine.cause or 'its parent'} is back")


def _blameless(record: CheckRecord) -> CheckRecord:
    return replace(record, failures=0, bad_since=None)
