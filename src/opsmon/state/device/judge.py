"""From evidence to a verdict on one device: suspicion, confirmation, and whom to blame.

A suspicion opens with the first miss, asks for confirmations at the policy's pace, and ends in one of three ways: the
device answered (up, or degraded when a check stays failed), nothing answered and the way to it is open (down), or
nothing answered and every way to it is out (unreachable). Time alone never ends it badly: a verdict needs failed
measurements. And only a good answer makes a device up: of each check that failed while it lived, and of one at least.
A server that refuses and complains in turn has not recovered in between.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from opsmon.model.device import Device
from opsmon.model.event import DeviceState
from opsmon.model.sample import Outcome, Sample
from opsmon.state.change import FleetChange
from opsmon.state.device.machine import (
    asks_everything,
    checks_to_confirm,
    everything_failed,
    failed_checks,
    gives_up_at,
    is_alive,
    next_round_at,
    reason_of,
    round_patience_s,
    unconfirmed_checks,
    valid_until,
    was_reached,
)
from opsmon.state.device.topology import ask_parents, hidden_by, longest_wait_s, way_is_proven
from opsmon.state.fleet import NO_CHECKS, DeviceMachine, Suspicion
from opsmon.text.journal_reason import ANSWERS, CALM_AGAIN, NOT_YET, NOTHING_MEASURED, PARENT_DOWN, written


def judge_sample(change: FleetChange, device: Device, machine: DeviceMachine, sample: Sample) -> None:
    """Judge the device after `sample` was recorded in `machine`."""
    well = sample.outcome is Outcome.OK
    if sample.outcome.measured and not well:
        machine = _suspect(change, device, machine, sample)
    if sample.outcome.reached:
        failed = machine.checks[sample.check].failures >= change.policy.failures_needed
        if machine.is_out and (well or failed):
            machine = _begin_new_life(change, device, machine, sample)
        machine = replace(machine, grace_until=None)
        if well:
            machine = replace(machine, owed=machine.owed - {sample.check} or NO_CHECKS, good=True)
        _settle_living(change, device, machine, sample.started_at, well=well)
        return
    if machine.flapping:
        change.show(device.name, machine, machine.why, shown_cause=machine.cause)
    else:
        change.put(device.name, machine)
    settle(change, device)


def settle(change: FleetChange, device: Device) -> None:
    """Bring the suspicion of the device forward with what is known now."""
    machine = change.machine(device.name)
    suspicion = machine.suspicion
    if suspicion is None:
        if machine.state in (DeviceState.UP, DeviceState.DEGRADED) and _lives(change, device, machine):
            _settle_living(change, device, machine, change.now)
    elif was_reached(machine, suspicion.started):
        _settle_living(change, device, machine, suspicion.since)
    elif everything_failed(machine, change.plan.checks[device.name], change.steady, change.policy):
        _find_culprit(change, device, machine, suspicion)
    elif suspicion.misses > 1 and hidden_by(change, device) is not None:
        _find_culprit(
            change, device, machine, suspicion
        )  # one confirmation is enough where the parent is known to be out


def look_again(change: FleetChange, device: Device) -> None:
    """Time passed: send the confirmation that is due, end what has run out."""
    machine = change.calm(device.name, change.machine(device.name))
    uncovers_at = change.uncovers_at(device.name, machine)
    if uncovers_at is not None and change.steady >= uncovers_at:
        machine = replace(machine, maintenance_until=None)
    if machine.grace_until is not None and change.steady >= machine.grace_until:
        machine = replace(machine, grace_until=None)
        change.ask(
            device.name,
            change.plan.checks[device.name],
            "its grace is over",
            timeout_s=change.policy.confirm_timeout_s[1],
        )
    change.show(device.name, machine, written(CALM_AGAIN) if not machine.flapping else "", shown_cause=machine.cause)
    _wear_out(change, device)
    _confirm(change, device)
    settle(change, device)


def _lives(change: FleetChange, device: Device, machine: DeviceMachine) -> bool:
    return is_alive(machine, change.plan.checks[device.name], change.steady, change.policy)


def _suspect(change: FleetChange, device: Device, machine: DeviceMachine, sample: Sample) -> DeviceMachine:
    """Open a suspicion where the failed sample is news and somebody may be blamed; count the misses of an open one."""
    reached, open_one = sample.outcome.reached, machine.suspicion
    if open_one is not None and sample.check == open_one.lead and machine.checks[sample.check].failures == 1:
        open_one = None  # its misses are not counted any more: this is the first one again
    if open_one is not None and sample.check == open_one.lead and not reached:
        return replace(machine, suspicion=_missed_again(open_one, change.steady))
    if open_one is not None and not open_one.paused:
        return machine
    if sample.outcome is Outcome.AUTH or (not reached and _is_excused(change, device, machine)):
        return machine
    record = machine.checks[sample.check]
    known = record.failures >= change.policy.failures_needed and (reached or _lives(change, device, machine))
    if known or record.started is None:
        return machine
    suspicion = Suspicion(sample.check, sample.started_at, record.started, change.steady, misses=0 if reached else 1)
    return replace(machine, suspicion=suspicion)


def _missed_again(suspicion: Suspicion, steady: datetime) -> Suspicion:
    """Counts; and confirms anew where the confirmations before could not be made."""
    counted = replace(suspicion, misses=suspicion.misses + 1)
    if not suspicion.paused:
        return counted
    return replace(counted, began=steady, rounds=0, asked=None, all_asked=None, paused=False)


def _is_excused(change: FleetChange, device: Device, machine: DeviceMachine) -> bool:
    """Whether a miss says nothing new: it is down already, hidden, or in its grace."""
    if machine.state is DeviceState.DOWN:
        return True
    if machine.state is DeviceState.UNREACHABLE:
        return machine.grace_until is not None or hidden_by(change, device) is not None
    return False


def _begin_new_life(change: FleetChange, device: Device, machine: DeviceMachine, sample: Sample) -> DeviceMachine:
    """It is back: what its other checks missed while it was gone says nothing of now. Ask them anew, at once."""
    checks = machine.checks
    others = tuple(name for name, record in checks.items() if name != sample.check and record.failures)
    for name in others:
        checks = checks.set(name, replace(checks[name], failures=0, bad_since=None))
    change.ask(device.name, others, "it is back", timeout_s=change.policy.confirm_timeout_s[-1])
    return replace(machine, checks=checks)


def _settle_living(
    change: FleetChange, device: Device, machine: DeviceMachine, since: datetime, *, well: bool = False
) -> None:
    """It answers: degraded while checks owe a good answer; up when none does and it has just answered `well`. What is
    neither stays what it was. Nothing left to confirm ends the suspicion."""
    if machine.suspicion is not None and not unconfirmed_checks(machine, change.policy):
        machine = replace(machine, suspicion=None)
    owed = machine.owed | failed_checks(machine, change.policy) or NO_CHECKS
    machine = replace(machine, owed=owed)
    if owed:
        _degrade(change, device, machine, since)
    elif well and machine.state is not DeviceState.UP:
        change.turn_to(device.name, machine, DeviceState.UP, since, written(ANSWERS))
    else:
        change.put(device.name, machine)


def _degrade(change: FleetChange, device: Device, machine: DeviceMachine, since: datetime) -> None:
    """It answers in part only. Told again when more checks fail, and when the first of them answers well."""
    reason = reason_of(machine, machine.owed) or written(NOT_YET, ", ".join(sorted(machine.owed)))
    if machine.state is DeviceState.DEGRADED:
        change.show(device.name, replace(machine, why=reason), reason)
        return
    moments = (machine.checks[name].bad_since for name in machine.owed if name in machine.checks)
    bad_since = min((moment for moment in moments if moment is not None), default=since)
    change.turn_to(device.name, machine, DeviceState.DEGRADED, bad_since, reason)


def _find_culprit(change: FleetChange, device: Device, machine: DeviceMachine, suspicion: Suspicion) -> None:
    """Everything failed: the device is down, or what it is reached through is."""
    judged = replace(machine, suspicion=None)
    if machine.state is DeviceState.DOWN:  # it only complained in between
        change.put(device.name, judged)
        return
    reason, cause = reason_of(machine, machine.checks), hidden_by(change, device)
    judged = replace(judged, good=False)
    if cause is not None:
        change.turn_to(
            device.name, judged, DeviceState.UNREACHABLE, suspicion.since, written(PARENT_DOWN, cause), cause
        )
        return
    failed_at = suspicion.failed_at or change.steady
    waited_s = (change.steady - failed_at).total_seconds()
    if way_is_proven(change, device) or waited_s >= longest_wait_s(change, device):
        change.turn_to(device.name, judged, DeviceState.DOWN, suspicion.since, reason)
        change.ask_if_dead(device.name)
        return
    change.put(device.name, replace(machine, suspicion=replace(suspicion, failed_at=failed_at)))
    ask_parents(change, device)


def _wear_out(change: FleetChange, device: Device) -> None:
    """No measurement that counts is left: we do not know. Down and unreachable stay until they are measured again."""
    machine = change.machine(device.name)
    if machine.state not in (DeviceState.UP, DeviceState.DEGRADED):
        return
    checks = change.plan.checks[device.name]
    records = [(record, checks[name]) for name, record in machine.checks.items() if name in checks]
    untils = [valid_until(record, check, change.policy) for record, check in records]
    if machine.awaited_from is not None:
        longest = max((check.period_s + check.timeout_s for check in checks.values()), default=0.0)
        untils.append(machine.awaited_from + timedelta(seconds=change.policy.stale_periods * longest))
    if all(until is None or change.steady >= until for until in untils):
        worn = replace(machine, suspicion=None)
        change.turn_to(device.name, worn, DeviceState.UNKNOWN, change.now, written(NOTHING_MEASURED))


def _confirm(change: FleetChange, device: Device) -> None:
    """Send the confirmation that is due; after too long without a verdict wait for the next regular check."""
    machine, checks = change.machine(device.name), change.plan.checks[device.name]
    suspicion = machine.suspicion
    if suspicion is None or suspicion.failed_at is not None or suspicion.paused:
        return
    if change.steady >= gives_up_at(machine, suspicion, checks, change.policy):
        change.put(device.name, replace(machine, suspicion=replace(suspicion, paused=True)))
    elif change.steady >= next_round_at(machine, suspicion, checks, change.policy):
        asked = _ask_round(change, device, machine, suspicion)
        change.put(device.name, replace(machine, suspicion=asked))
        if suspicion.rounds >= 1 and not was_reached(machine, suspicion.started):
            ask_parents(change, device)


def _ask_round(change: FleetChange, device: Device, machine: DeviceMachine, suspicion: Suspicion) -> Suspicion:
    """Ask what the next confirmation asks, each check as patiently as it needs. Gives the suspicion afterwards."""
    checks = change.plan.checks[device.name]
    for name in checks_to_confirm(machine, checks, change.policy):
        waits_s = round_patience_s(machine.checks.get(name), checks[name], suspicion.rounds, change.policy)
        change.ask(device.name, (name,), f"confirmation {suspicion.rounds + 1}", timeout_s=waits_s)
    all_asked = suspicion.all_asked
    if all_asked is None and asks_everything(machine, suspicion):
        all_asked = change.steady
    return replace(suspicion, rounds=suspicion.rounds + 1, asked=change.steady, all_asked=all_asked)
