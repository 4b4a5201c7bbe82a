"""From evidence to a verdict on one device: suspicion, confirmation, and whom to blame.

A suspicion opens with the first miss, asks for confirmations at the policy's pace, and ends in one of three ways: the
device answered (up, or degraded when a check stays failed), nothing answered and the way to it is open (down), or
nothing answered and every way to it is out (unreachable). Time alone never ends it badly: a verdict needs failed
measurements.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from opsmon.model.device import Device
from opsmon.model.event import DeviceState
from opsmon.model.sample import Outcome, Sample
from opsmon.state.fleet import DeviceMachine, Suspicion
from opsmon.state.machine import (
    checks_to_confirm,
    everything_failed,
    failed_checks,
    is_alive,
    living_state,
    next_round_at,
    reason_of,
    unconfirmed_checks,
    valid_until,
    was_reached,
)
from opsmon.state.topology import ask_parents, hidden_by, longest_wait_s, way_is_proven
from opsmon.state.turn import Turn


def judge_sample(turn: Turn, device: Device, machine: DeviceMachine, sample: Sample) -> None:
    """Judge the device after `sample` was recorded in `machine`."""
    if sample.outcome.measured and sample.outcome is not Outcome.OK:
        machine = _suspect(turn, device, machine, sample)
    if sample.outcome.reached:
        if machine.is_out:
            machine = _begin_new_life(turn, device, machine, sample)
        machine = replace(machine, grace_until=None)
        turn.put(device.name, machine)
        _settle_living(turn, device, machine, sample.started_at)
        return
    turn.put(device.name, machine)
    settle(turn, device)


def settle(turn: Turn, device: Device) -> None:
    """Bring the suspicion of the device forward with what is known now."""
    machine = turn.machine(device.name)
    suspicion = machine.suspicion
    if suspicion is None:
        if machine.state in (DeviceState.UP, DeviceState.DEGRADED) and _lives(turn, device, machine):
            _settle_living(turn, device, machine, turn.now)
    elif was_reached(machine, suspicion.started):
        _settle_living(turn, device, machine, suspicion.since)
    elif everything_failed(machine, turn.plan.checks[device.name], turn.steady, turn.policy):
        _find_culprit(turn, device, machine, suspicion)
    elif machine.checks[suspicion.lead].failures > 1 and hidden_by(turn, device) is not None:
        _find_culprit(
            turn, device, machine, suspicion
        )  # one confirmation is enough where the parent is known to be out


def look_again(turn: Turn, device: Device) -> None:
    """Time passed: send the confirmation that is due, end what has run out."""
    machine = turn.calm(device.name, turn.machine(device.name))
    if machine.maintenance_until is not None and turn.now >= machine.maintenance_until:
        machine = replace(machine, maintenance_until=None)
    if machine.grace_until is not None and turn.steady >= machine.grace_until:
        machine = replace(machine, grace_until=None)
        turn.ask(
            device.name, turn.plan.checks[device.name], "its grace is over", timeout_s=turn.policy.confirm_timeout_s[1]
        )
    turn.show(device.name, machine, "it is calm again" if not machine.flapping else "", shown_cause=machine.cause)
    _wear_out(turn, device)
    _confirm(turn, device)
    settle(turn, device)


def _lives(turn: Turn, device: Device, machine: DeviceMachine) -> bool:
    return is_alive(machine, turn.plan.checks[device.name], turn.steady, turn.policy)


def _suspect(turn: Turn, device: Device, machine: DeviceMachine, sample: Sample) -> DeviceMachine:
    """Open a suspicion where the failed sample is news and somebody may be blamed."""
    if machine.suspicion is not None or sample.outcome is Outcome.AUTH:
        return machine
    if not sample.outcome.reached and _is_excused(turn, device, machine):
        return machine
    record = machine.checks[sample.check]
    if record.failures >= turn.policy.failures_needed:
        if sample.outcome.reached or _lives(turn, device, machine):
            return machine
        machine = replace(machine, checks=machine.checks.set(sample.check, replace(record, failures=1)))
    if record.started is None:
        return machine
    suspicion = Suspicion(sample.check, sample.started_at, record.started, turn.steady)
    return replace(machine, suspicion=suspicion)


def _is_excused(turn: Turn, device: Device, machine: DeviceMachine) -> bool:
    """Whether a miss says nothing new: it is down already, hidden, or in its grace."""
    if machine.state is DeviceState.DOWN:
        return True
    if machine.state is DeviceState.UNREACHABLE:
        return machine.grace_until is not None or hidden_by(turn, device) is not None
    return False


def _begin_new_life(turn: Turn, device: Device, machine: DeviceMachine, sample: Sample) -> DeviceMachine:
    """It is back: what its other checks missed while it was gone says nothing of now. Ask them anew, at once."""
    checks = machine.checks
    others = tuple(name for name, record in checks.items() if name != sample.check and record.failures)
    for name in others:
        checks = checks.set(name, replace(checks[name], failures=0, bad_since=None))
    turn.ask(device.name, others, "it is back", timeout_s=turn.policy.confirm_timeout_s[-1])
    return replace(machine, checks=checks)


def _settle_living(turn: Turn, device: Device, machine: DeviceMachine, since: datetime) -> None:
    """It answers: up, or degraded by the checks that stay failed. Nothing left to confirm ends the suspicion."""
    failed = failed_checks(machine, turn.plan.checks[device.name], turn.steady, turn.policy)
    suspicion = machine.suspicion
    if suspicion is not None and not unconfirmed_checks(machine, turn.policy):
        machine = replace(machine, suspicion=None)
    state = living_state(failed)
    if state is machine.state:
        turn.put(device.name, machine)
    elif state is DeviceState.UP:
        turn.change(device.name, machine, state, since, "it answers")
    else:
        moments = (machine.checks[name].bad_since for name in failed)
        bad_since = min((moment for moment in moments if moment is not None), default=since)
        turn.change(device.name, machine, state, bad_since, reason_of(machine, failed))


def _find_culprit(turn: Turn, device: Device, machine: DeviceMachine, suspicion: Suspicion) -> None:
    """Everything failed: the device is down, or what it is reached through is."""
    reason = reason_of(machine, tuple(machine.checks))
    cause = hidden_by(turn, device)
    judged = replace(machine, suspicion=None)
    if cause is not None:
        turn.change(device.name, judged, DeviceState.UNREACHABLE, suspicion.since, f"{cause} is down", cause)
        return
    failed_at = suspicion.failed_at or turn.steady
    waited_s = (turn.steady - failed_at).total_seconds()
    if way_is_proven(turn, device) or waited_s >= longest_wait_s(turn, device):
        turn.change(device.name, judged, DeviceState.DOWN, suspicion.since, reason)
        return
    turn.put(device.name, replace(machine, suspicion=replace(suspicion, failed_at=failed_at)))
    ask_parents(turn, device)


def _wear_out(turn: Turn, device: Device) -> None:
    """No measurement that counts is left: we do not know. Down and unreachable stay until they are measured again."""
    machine = turn.machine(device.name)
    if machine.state not in (DeviceState.UP, DeviceState.DEGRADED):
        return
    checks = turn.plan.checks[device.name]
    records = [(record, checks[name]) for name, record in machine.checks.items() if name in checks]
    untils = [valid_until(record, check, turn.policy) for record, check in records]
    if machine.awaited_from is not None:
        longest = max((check.period_s + check.timeout_s for check in checks.values()), default=0.0)
        untils.append(machine.awaited_from + timedelta(seconds=turn.policy.stale_periods * longest))
    if all(until is None or turn.steady >= until for until in untils):
        worn = replace(machine, suspicion=None)
        turn.change(device.name, worn, DeviceState.UNKNOWN, turn.now, "nothing was measured for long")


def _confirm(turn: Turn, device: Device) -> None:
    """Send the confirmation that is due; after too long without a verdict drop the suspicion."""
    machine = turn.machine(device.name)
    suspicion = machine.suspicion
    if suspicion is None or suspicion.failed_at is not None:
        return
    since_s = (turn.steady - suspicion.began).total_seconds()
    if since_s >= turn.policy.give_up_s:
        turn.put(device.name, replace(machine, suspicion=None))
    elif turn.steady >= next_round_at(suspicion, turn.policy):
        timeout_s = turn.policy.round_timeout_s(suspicion.rounds)
        names = checks_to_confirm(machine, turn.plan.checks[device.name], turn.policy)
        turn.ask(device.name, names, f"confirmation {suspicion.rounds + 1}", timeout_s=timeout_s)
        asked = replace(suspicion, rounds=suspicion.rounds + 1, asked=turn.steady)
        turn.put(device.name, replace(machine, suspicion=asked))
        if suspicion.rounds >= 1 and not was_reached(machine, suspicion.started):
            ask_parents(turn, device)
