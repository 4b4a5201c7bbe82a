"""The doors of the state room: samples, time, maintenance and reloads in; transitions and re-probes out.

Every function is pure: it takes a frozen fleet and the time, and returns a new fleet. None raises on any sequence of
samples, times and inventories (a sample of a device or check that the plan does not know is dropped).
"""

from dataclasses import replace
from datetime import datetime

from opsmon.model.device import Inventory
from opsmon.model.event import DeviceState
from opsmon.model.name import DeviceName
from opsmon.model.sample import Sample
from opsmon.state.change import FleetChange
from opsmon.state.condition.judge import drop_orphans, judge_conditions, report_condition
from opsmon.state.condition.rules import Rulebook
from opsmon.state.condition.state import StandingKey
from opsmon.state.device.judge import judge_sample, look_again
from opsmon.state.device.machine import record_sample
from opsmon.state.device.policy import Policy
from opsmon.state.device.topology import follow_turn, hidden_by, regain_way
from opsmon.state.fleet import DeviceMachine, DeviceStanding, FleetState, StateStep
from opsmon.state.plan import Limits, plan_fleet
from opsmon.state.quiet import take_quietly
from opsmon.state.steady_time import wall_of
from opsmon.text.journal_reason import LEFT_INVENTORY, MAINTENANCE_ENDED, MAINTENANCE_UNTIL, written

_NO_LIMITS: Limits = {}
_UNKNOWN = DeviceMachine()
LOOK_AHEAD_S = 5.0


def start_fleet(
    inventory: Inventory,
    conditions: Rulebook,
    now: datetime,
    *,
    limits: Limits = _NO_LIMITS,
    policy: Policy | None = None,
) -> FleetState:
    """A fleet of which nothing is known yet."""
    return FleetState(plan=plan_fleet(inventory, conditions, policy or Policy(), limits), last_seen=now)


def apply_sample(fleet: FleetState, sample: Sample, now: datetime) -> StateStep:
    """Take one result of one check. `now` is when it is judged; the sample's own times are when it happened."""
    after, taken = take_quietly(fleet, (sample,), 0, now)
    return StateStep(after) if taken else judge_news(fleet, sample, now)


def judge_news(fleet: FleetState, sample: Sample, now: datetime) -> StateStep:
    """Take one result that may tell something new: the long way, right for any sample."""
    device = fleet.plan.devices.get(sample.device)
    check = fleet.plan.checks.get(sample.device, {}).get(sample.check)
    if device is None or check is None:
        return StateStep(fleet)
    change = FleetChange(fleet, now)
    machine = record_sample(change.machine(device.name), sample, check, change.steady, change.policy)
    judge_sample(change, device, machine, sample)
    judge_conditions(change, device, sample)
    return _finish(change)


def advance(fleet: FleetState, now: datetime) -> StateStep:
    """Let time pass: confirmations, grace, maintenance windows and staleness that are due at `now`."""
    change = FleetChange(fleet, now)
    for name in _take_due(change):
        if name in change.plan.devices:
            look_again(change, change.plan.devices[name])
    return _finish(change)


def _take_due(change: FleetChange) -> list[DeviceName]:
    """The devices to look at. Those of which only the wearing out of their answers is waited for, and which have
    answered since, wait on: of a large fleet several a second, so those of the next seconds are seen to as well."""
    if (next_at := change.timers.next_at()) is None or next_at > change.steady:
        return []
    horizon = change.after(LOOK_AHEAD_S)
    change.timers, taken = change.timers.take(horizon)
    due, later = [], []
    for name, at in taken:
        wears_out_at = change.wears_out_at(name) if name in change.plan.devices else None
        if wears_out_at is not None and wears_out_at > horizon:
            later.append((name, wears_out_at))
        elif at > change.steady:
            later.append((name, at))
        else:
            due.append(name)
    change.timers = change.timers.set_all(later)
    return due


def next_deadline(fleet: FleetState) -> datetime | None:
    """When `advance` should be called next, as wall time; None when only a sample can change anything."""
    at = fleet.timers.next_at()
    return wall_of(fleet, at) if at is not None else None


def set_maintenance(fleet: FleetState, device: DeviceName, until: datetime | None, now: datetime) -> StateStep:
    """Open a maintenance window until `until`, or end it (None, or a time that has passed)."""
    if device not in fleet.plan.devices:
        return StateStep(fleet)
    change = FleetChange(fleet, now)
    machine = replace(change.machine(device), maintenance_until=until if until is not None and until > now else None)
    change.show(
        device,
        machine,
        written(MAINTENANCE_UNTIL, until.isoformat()) if until else written(MAINTENANCE_ENDED),
        machine.cause,
    )
    return _finish(change)


def reload_fleet(
    fleet: FleetState, inventory: Inventory, conditions: Rulebook, now: datetime, *, limits: Limits = _NO_LIMITS
) -> StateStep:
    """Go on under another inventory and other rules. A device that is gone ends as UNKNOWN; others keep their state."""
    plan = plan_fleet(inventory, conditions, fleet.plan.policy, limits)
    change = FleetChange(replace(fleet, plan=plan), now)
    for name in fleet.machines:
        if name in plan.devices:
            if plan.checks[name] != fleet.plan.checks.get(name):
                _keep(change, name, change.machine(name))
        else:
            gone = replace(change.machine(name), flapping=False, maintenance_until=None, suspicion=None)
            change.turn_to(name, gone, DeviceState.UNKNOWN, now, written(LEFT_INVENTORY))
            change.machines = change.machines.delete(name)
            change.timers = change.timers.drop(name)
    drop_orphans(change)
    for name, machine in change.machines.items():
        if machine.state is DeviceState.UNREACHABLE and hidden_by(change, plan.devices[name]) is None:
            regain_way(change, plan.devices[name])
    return _finish(change)


def report(
    fleet: FleetState,
    device: DeviceName,
    condition: str,
    now: datetime,
    *,
    holds: bool,
    subject: str = "",
    value: float | None = None,
    detail: str = "",
) -> StateStep:
    """Another room says that a condition of the rules' `reports:` holds or holds no more (again is no news)."""
    known = fleet.plan.devices.get(device)
    if known is None:
        return StateStep(fleet)
    change = FleetChange(fleet, now)
    report_condition(change, known, StandingKey(condition, subject), holds=holds, value=value, detail=detail)
    return _finish(change)


def _keep(change: FleetChange, name: DeviceName, machine: DeviceMachine) -> None:
    known = change.plan.checks[name]
    records = machine.checks
    for check in machine.checks:
        if check not in known:
            records = records.delete(check)
    suspicion = machine.suspicion if machine.suspicion and machine.suspicion.lead in known else None
    change.put(name, replace(machine, checks=records, suspicion=suspicion, owed=machine.owed & known.keys()))


def state_of(fleet: FleetState, device: DeviceName) -> DeviceState:
    """What is said of the device; UNKNOWN for one that was never measured."""
    return fleet.machines.get(device, _UNKNOWN).visible


def standing_of(fleet: FleetState, device: DeviceName) -> DeviceStanding:
    """What is said of the device, with since when and why."""
    machine = fleet.machines.get(device, _UNKNOWN)
    cause = machine.cause if machine.visible is DeviceState.UNREACHABLE else None
    return DeviceStanding(machine.visible, machine.shown_since, machine.reason, cause)


def _finish(change: FleetChange) -> StateStep:
    """Follow up what the step set off, until nothing moves. It ends: a device turns at most once for each cause."""
    while change.turned:
        follow_turn(change, change.turned.pop(0))
    return change.step()
