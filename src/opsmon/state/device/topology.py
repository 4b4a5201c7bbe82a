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
from opsmon.text.journal_reason import PARENT_DOWN, written


def parents_of(change: FleetChange, device: Device) -> tuple[DeviceName, ...]:
    """The parents that the inventory knows, in its order."""
    return tuple(name for name in device.parents if name in change.plan.devices and name != device.name)


def hidden_by(change: FleetChange, device: Device) -> DeviceName | None:
    """The root cause that hides the device: None while any way to it is open, or were it the device itself."""
    parents = parents_of(change, device)
    if not parents or not all(change.machine(parent).is_out for parent in parents):
        return None
    roots = (change.machine(parent).cause or parent for parent in parents)
    return next((root for root in roots if root != device.name), None)


def way_is_proven(change: FleetChange, device: Device) -> bool:
    """Whether a parent answered since the suspicion of the device began: the fault is not above it."""
    suspicion = change.machine(device.name).suspicion
    if suspicion is None:
        return False
    parents = (change.machine(parent) for parent in parents_of(change, device))
    return any(not parent.is_out and was_reached(parent, suspicion.started) for parent in parents)


def longest_wait_s(change: FleetChange, device: Device) -> float:
    """How long the verdict on the device may wait for its parents; 0 when there is nobody to wait for."""
    waits = [0.0]
    for parent in parents_of(change, device):
        machine = change.machine(parent)
        if not machine.is_out:
            waits.append(
                _answer_takes_s(change, parent) if machine.suspicion is None else _verdict_takes_s(change, parent)
            )
    return max(waits)


def _answer_takes_s(change: FleetChange, name: DeviceName) -> float:
    """How long a parent that is asked may take to answer: as long as the quickest of its checks."""
    policy, records = change.policy, change.machine(name).checks
    checks = change.plan.checks.get(name, {})
    waits = (patience_s(records.get(check.name), check, policy.parent_wait_s, policy) for check in checks.values())
    return max(policy.parent_wait_s, min(waits, default=0.0))


def _verdict_takes_s(change: FleetChange, name: DeviceName) -> float:
    """How long it may take until a parent that is suspected is judged."""
    policy, machine = change.policy, change.machine(name)
    check = change.plan.checks.get(name, {}).get(machine.suspicion.lead) if machine.suspicion else None
    if check is None:
        return policy.suspect_parent_wait_s
    record, rounds = machine.checks.get(check.name), range(len(policy.confirm_after_s))
    confirmed_s = sum(round_patience_s(record, check, number, policy) for number in rounds)
    return max(policy.suspect_parent_wait_s, policy.confirm_after_s[0] + confirmed_s)


def ask_parents(change: FleetChange, device: Device) -> None:
    """Probe the parents before the child is blamed; each once, however many children ask."""
    suspicion = change.machine(device.name).suspicion
    for parent in parents_of(change, device):
        machine = change.machine(parent)
        asked = machine.asked_at is not None and machine.asked_at > change.after(-change.policy.confirm_again_s)
        proven = suspicion is not None and was_reached(machine, suspicion.started)
        if not (asked or proven or machine.is_out or machine.suspicion):
            change.put(parent, replace(machine, asked_at=change.steady))
            checks = change.plan.checks.get(parent, ())
            change.ask(parent, checks, f"{device.name} does not answer", timeout_s=change.policy.confirm_timeout_s[1])


def follow_turn(change: FleetChange, name: DeviceName) -> None:
    """The device went out, came back, or is out for another cause: see to its children."""
    for child in change.plan.children.get(name, ()):
        device = change.plan.devices[child]
        cause = hidden_by(change, device)
        if change.machine(name).is_out:
            if cause is not None:
                _fall_with_parent(change, device, name, cause)
        elif cause is None:
            regain_way(change, device)


def _fall_with_parent(change: FleetChange, device: Device, parent: DeviceName, cause: DeviceName) -> None:
    machine = change.machine(device.name)
    if machine.state is DeviceState.UNREACHABLE:
        if machine.cause != cause:
            _hide(change, device.name, machine, cause)
    elif machine.state is DeviceState.DOWN:
        if _fell_with(change, device, machine, change.machine(parent)):
            _hide(change, device.name, machine, cause)
    elif machine.suspicion is None:
        change.ask_soon(device.name, written(PARENT_DOWN, cause))


def _fell_with(change: FleetChange, device: Device, child: DeviceMachine, parent: DeviceMachine) -> bool:
    if child.since is None or parent.since is None:
        return False
    policy = change.policy
    own_from = child.since - change.skew + timedelta(seconds=policy.own_fault_s)
    if any(answered_since(change.machine(name), own_from) for name in parents_of(change, device)):
        return False
    return child.since >= parent.since - timedelta(seconds=policy.reclassify_s)


def _hide(change: FleetChange, name: DeviceName, machine: DeviceMachine, cause: DeviceName) -> None:
    hidden = replace(machine, grace_until=None, suspicion=None, good=False)
    change.turn_to(
        name, hidden, DeviceState.UNREACHABLE, machine.since or change.now, written(PARENT_DOWN, cause), cause
    )


def regain_way(change: FleetChange, device: Device) -> None:
    """A way to an unreachable device is open again: look soon, blame later."""
    machine = change.machine(device.name)
    if machine.state is not DeviceState.UNREACHABLE or machine.grace_until is not None:
        return
    blameless = Map({name: _blameless(record) for name, record in machine.checks.items()})
    grace_until = change.after(change.policy.recovery_grace_s)
    change.put(device.name, replace(machine, checks=blameless, suspicion=None, grace_until=grace_until))
    change.ask_soon(device.name, f"{machine.cause or 'its parent'} is back")


def _blameless(record: CheckRecord) -> CheckRecord:
    return replace(record, failures=0, bad_since=None)
