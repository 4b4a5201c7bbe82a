"""One device: what the records of its checks prove.

The rules, in words:
 - A check that *reached* the device, whatever it answered, proves that the device lives. No check outranks another: a
   device that answers SNMP and not pings is DEGRADED, not down (leave `icmp` out of the checks of a device that is
   meant to be silent), and one that we may not ping is judged by what else is checked.
 - LOCAL_FAULT proves nothing: it neither fails a check nor clears one. A device with local faults alone goes stale.
 - A check has *failed* after `policy.failures_needed` bad results in a row; AUTH, a clear answer that asking again
   would only lock out, at once. A failure that stopped being measured is forgotten when it is stale.
 - Evidence is ordered by when its probe began, so that a slow answer from before the failure does not pass for life.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from opsmon.model.device import Check
from opsmon.model.event import DeviceState
from opsmon.model.name import CheckName
from opsmon.model.sample import Outcome, Sample
from opsmon.state.fleet import CheckRecord, DeviceMachine, Suspicion
from opsmon.state.policy import Policy

Checks = Mapping[CheckName, Check]


def lasts_s(check: Check, policy: Policy) -> float:
    """For how long a measurement of the check says something of the present."""
    return policy.stale_periods * check.period_s + check.timeout_s


def valid_until(record: CheckRecord, check: Check, policy: Policy) -> datetime | None:
    """Until when (steady) the record's measurement says something of the present; None if it never measured."""
    if record.measured is None:
        return None
    return record.measured + timedelta(seconds=lasts_s(check, policy))


def fresh_records(
    machine: DeviceMachine, checks: Checks, steady: datetime, policy: Policy
) -> Iterator[tuple[CheckName, CheckRecord]]:
    """The records that still say something."""
    for name, record in machine.checks.items():
        check = checks.get(name)
        until = valid_until(record, check, policy) if check else None
        if until is not None and steady < until:
            yield name, record


def record_sample(
    machine: DeviceMachine, sample: Sample, check: Check, steady: datetime, policy: Policy
) -> DeviceMachine:
    """Take the sample into the record of its check."""
    kept = machine.checks.get(sample.check, CheckRecord())
    started = steady - timedelta(seconds=max(0.0, sample.duration_s))
    if not sample.outcome.measured:
        record = replace(kept, faulted=steady)
    elif sample.outcome is Outcome.OK:
        record = CheckRecord(sample.outcome, started, steady)
    else:
        until = valid_until(kept, check, policy)
        known = kept if until is not None and steady < until else CheckRecord()
        failures = known.failures + 1
        if sample.outcome is Outcome.AUTH:
            failures = max(failures, policy.failures_needed)
        record = CheckRecord(sample.outcome, started, steady, failures, known.bad_since or sample.started_at)
    return machine.with_checks(machine.checks.set(sample.check, record))


def was_reached(machine: DeviceMachine, since: datetime) -> bool:
    """Whether a probe that began at `since` (steady) or later reached the device."""
    for record in machine.checks.values():
        reached = record.outcome is not None and record.outcome.reached
        if reached and record.started is not None and record.started >= since:
            return True
    return False


def is_alive(machine: DeviceMachine, checks: Checks, steady: datetime, policy: Policy) -> bool:
    """Whether a measurement that still counts reached the device."""
    fresh = fresh_records(machine, checks, steady, policy)
    return any(record.outcome is not None and record.outcome.reached for _, record in fresh)


def is_undisturbed(machine: DeviceMachine) -> bool:
    """Whether the device is simply up: most samples of most days end here."""
    if machine.state is not DeviceState.UP or machine.suspicion is not None or machine.grace_until is not None:
        return False
    return not any(record.failures for record in machine.checks.values())


def failed_checks(machine: DeviceMachine, checks: Checks, steady: datetime, policy: Policy) -> tuple[CheckName, ...]:
    """The checks whose failure is confirmed and still counts."""
    fresh = fresh_records(machine, checks, steady, policy)
    return tuple(name for name, record in fresh if record.failures >= policy.failures_needed)


def unconfirmed_checks(machine: DeviceMachine, policy: Policy) -> tuple[CheckName, ...]:
    """The checks that failed, and not yet often enough."""
    return tuple(name for name, record in machine.checks.items() if 0 < record.failures < policy.failures_needed)


def living_state(failed: tuple[CheckName, ...]) -> DeviceState:
    """The state of a device that answers."""
    return DeviceState.DEGRADED if failed else DeviceState.UP


def everything_failed(machine: DeviceMachine, checks: Checks, steady: datetime, policy: Policy) -> bool:
    """Whether the suspicion is proven: nothing reached the device, the leading check failed often enough, and every
    other one that can be measured missed it too (or had its time to come home)."""
    suspicion = machine.suspicion
    if suspicion is None or was_reached(machine, suspicion.started):
        return False
    lead = machine.checks.get(suspicion.lead)
    if lead is None or lead.failures < policy.failures_needed:
        return False
    if steady >= suspicion.began + timedelta(seconds=policy.verdict_s):
        return True
    return all(_said_something(machine.checks.get(name), suspicion.started) for name in checks)


def _said_something(record: CheckRecord | None, since: datetime) -> bool:
    """Whether the check came home since then: with a measurement, or unable to make one."""
    if record is None:
        return False
    heard = (record.started, record.faulted)
    return any(moment is not None and moment >= since for moment in heard)


def checks_to_confirm(machine: DeviceMachine, checks: Checks, policy: Policy) -> tuple[CheckName, ...]:
    """What the next confirmation asks: first what failed, then everything while nothing answers.

    Most suspicions are one lost packet, which the first confirmation settles; it is not worth a walk or a login.
    """
    suspicion = machine.suspicion
    if suspicion is None:
        return ()
    if suspicion.rounds == 0 or was_reached(machine, suspicion.started):
        return tuple(name for name in unconfirmed_checks(machine, policy) if name in checks)
    return tuple(checks)


def next_round_at(suspicion: Suspicion, policy: Policy) -> datetime:
    """When the next confirmation is due: at its time, and never before the one before it had its own."""
    planned = suspicion.began + timedelta(seconds=policy.round_at_s(suspicion.rounds))
    if suspicion.asked is None:
        return planned
    return max(planned, suspicion.asked + timedelta(seconds=policy.round_timeout_s(suspicion.rounds - 1)))


def reason_of(machine: DeviceMachine, names: tuple[CheckName, ...]) -> str:
    """What the checks said, for people: `icmp timeout ×4, snmp timeout ×4`."""
    said = ((name, machine.checks[name]) for name in sorted(names) if name in machine.checks)
    return ", ".join(f"{name} {record.outcome} ×{record.failures}" for name, record in said if record.failures)
