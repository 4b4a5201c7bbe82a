"""One device: what the records of its checks prove.

The rules, in words:
 - A check that *reached* the device, whatever it answered, proves that the device lives. No check outranks another: a
   device that answers SNMP and not pings is DEGRADED, not down (leave `icmp` out of the checks of a device that is
   meant to be silent), and one that we may not ping is judged by what else is checked.
 - LOCAL_FAULT proves nothing: it neither fails a check nor clears one. A device with local faults alone goes stale.
 - A check has *failed* after `policy.failures_needed` results in a row that were not good, of whatever kind; AUTH, a
   clear answer that asking again would only lock out, at once. It has failed until it answers well: one that cannot be
   measured any more is not taken for good.
 - A confirmation is as patient as the check that it confirms: it waits for as long as answers of the check take.
 - Evidence is ordered by when its probe began, so that a slow answer from before the failure does not pass for life.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from opsmon.model.device import Check
from opsmon.model.event import DeviceState
from opsmon.model.name import CheckName
from opsmon.model.sample import Outcome, Sample
from opsmon.state.device.policy import Policy
from opsmon.state.fleet import CheckRecord, DeviceMachine, Suspicion
from opsmon.text.journal_reason import counts_written

Checks = Mapping[CheckName, Check]
_NEVER = CheckRecord()
MAX_SAID = 300  # letters of a check's detail that go into the words of an incident


def lasts_s(check: Check, policy: Policy) -> float:
    """For how long a measurement of the check says something of the present."""
    return max(policy.stale_periods * check.period_s, policy.stale_least_s) + check.timeout_s


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
    kept = machine.checks.get(sample.check, _NEVER)
    duration_s = sample.duration_s
    started = steady - timedelta(seconds=duration_s if duration_s > 0.0 else 0.0)
    if sample.outcome is Outcome.OK:
        usual_s = kept.usual_s * policy.usual_kept
        usual_s = usual_s if usual_s > duration_s else duration_s
        record = CheckRecord(sample.outcome, started, steady, 0, None, None, usual_s, started)
    elif not sample.outcome.measured:
        record = replace(kept, faulted=steady)
    else:
        record = _record_failure(kept, sample, started, steady, _is_counted(kept, check, steady, policy), policy)
    return machine.with_checks(machine.checks.set(sample.check, record))


def _is_counted(kept: CheckRecord, check: Check, steady: datetime, policy: Policy) -> bool:
    """Whether failures before are added to a new one: those of late, and those that were confirmed. What was missed
    before we could not measure for long may have been our own fault as well."""
    if kept.failures >= policy.failures_needed:
        return True
    until = valid_until(kept, check, policy)
    if kept.measured is None or until is None or steady >= until:
        return False
    return kept.faulted is None or steady - kept.measured < timedelta(seconds=policy.interrupted_s)


def _record_failure(
    kept: CheckRecord, sample: Sample, started: datetime, steady: datetime, counted: bool, policy: Policy
) -> CheckRecord:
    failures = (kept.failures if counted else 0) + 1
    if sample.outcome is Outcome.AUTH:
        failures = max(failures, policy.failures_needed)
    bad_since = (kept.bad_since if counted else None) or sample.started_at
    usual_s, reached = kept.usual_s, kept.reached
    if sample.outcome.reached:
        usual_s, reached = max(sample.duration_s, usual_s * policy.usual_kept), started
    said = sample.detail[:MAX_SAID] if sample.outcome.reached else kept.said if counted else ""
    return CheckRecord(sample.outcome, started, steady, failures, bad_since, None, usual_s, reached, said)


def patience_s(record: CheckRecord | None, check: Check, at_least_s: float, policy: Policy) -> float:
    """How long a re-probe of the check may take: what an answer takes, with room, and no longer than the check may."""
    usual_s = 0.0 if record is None else record.usual_s
    return min(check.timeout_s, max(at_least_s, policy.patience * usual_s))


def round_patience_s(record: CheckRecord | None, check: Check, number: int, policy: Policy) -> float:
    """The same for confirmation `number` (from 0) of a suspicion. Where nobody knows what an answer takes, the last
    confirmation waits for as long as the check itself would."""
    is_new = record is None or not record.usual_s
    at_least_s = check.timeout_s if is_new and policy.is_last_round(number) else policy.round_timeout_s(number)
    return patience_s(record, check, at_least_s, policy)


def answered_since(machine: DeviceMachine, since: datetime) -> bool:
    """Whether a probe that began at `since` (steady) or later reached the device, whatever later ones did."""
    return any(record.reached is not None and record.reached >= since for record in machine.checks.values())


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
    for record in machine.checks.values():  # noqa: SIM110 - once a sample, and a generator costs more than the look
        if record.failures:
            return False
    return True


def failed_checks(machine: DeviceMachine, policy: Policy) -> frozenset[CheckName]:
    """The checks whose failure is confirmed, and that have not answered well since."""
    return frozenset(name for name, record in machine.checks.items() if record.failures >= policy.failures_needed)


def unconfirmed_checks(machine: DeviceMachine, policy: Policy) -> tuple[CheckName, ...]:
    """The checks that failed, and not yet often enough."""
    return tuple(name for name, record in machine.checks.items() if 0 < record.failures < policy.failures_needed)


def everything_failed(machine: DeviceMachine, checks: Checks, steady: datetime, policy: Policy) -> bool:
    """Whether the suspicion is proven: nothing reached the device, the leading check missed it often enough, and every
    other one that can be measured missed it too (or had its time to come home)."""
    suspicion = machine.suspicion
    if suspicion is None or was_reached(machine, suspicion.started):
        return False
    if suspicion.misses < policy.failures_needed:
        return False
    if all(_said_something(machine.checks.get(name), suspicion.started) for name in checks):
        return True
    return steady >= verdict_at(machine, suspicion, checks, policy)


def verdict_at(machine: DeviceMachine, suspicion: Suspicion, checks: Checks, policy: Policy) -> datetime:
    """When (steady) a check that has not come home no longer holds back the verdict of the others. One that is known
    to be slow has its time from when it was asked."""
    at = suspicion.began + timedelta(seconds=policy.verdict_s)
    if suspicion.all_asked is None:
        return at
    for name, check in checks.items():
        record = machine.checks.get(name)
        if record is not None and record.usual_s and not _said_something(record, suspicion.started):
            waits_s = patience_s(record, check, policy.round_timeout_s(1), policy) + policy.home_s
            at = max(at, suspicion.all_asked + timedelta(seconds=waits_s))
    return at


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
    if asks_everything(machine, suspicion):
        return tuple(checks)
    unconfirmed = unconfirmed_checks(machine, policy)
    lead = () if suspicion.lead in unconfirmed or was_reached(machine, suspicion.started) else (suspicion.lead,)
    return tuple(name for name in (*lead, *unconfirmed) if name in checks)


def asks_everything(machine: DeviceMachine, suspicion: Suspicion) -> bool:
    """Whether the next confirmation asks every check: the first one was missed, too."""
    return suspicion.rounds > 0 and not was_reached(machine, suspicion.started)


def next_round_at(machine: DeviceMachine, suspicion: Suspicion, checks: Checks, policy: Policy) -> datetime:
    """When the next confirmation is due: at its time, and never before the one before it came home or had its own."""
    planned = suspicion.began + timedelta(seconds=policy.round_at_s(suspicion.rounds))
    asked, check = suspicion.asked, checks.get(suspicion.lead)
    if asked is None or check is None:
        return planned
    record = machine.checks.get(suspicion.lead)
    if record is not None and record.measured is not None and record.measured > asked:
        return planned
    waits_s = round_patience_s(record, check, suspicion.rounds - 1, policy)
    return max(planned, asked + timedelta(seconds=waits_s))


def gives_up_at(machine: DeviceMachine, suspicion: Suspicion, checks: Checks, policy: Policy) -> datetime:
    """When a suspicion that came to nothing is left to the regular checks: slow confirmations are waited for."""
    check = checks.get(suspicion.lead)
    waits_s = 0.0
    if check is not None:
        rounds = range(len(policy.confirm_after_s))
        record = machine.checks.get(suspicion.lead)
        waits_s = sum(round_patience_s(record, check, number, policy) for number in rounds)
    return suspicion.began + timedelta(seconds=policy.give_up_s + waits_s)


def reason_of(machine: DeviceMachine, names: Iterable[CheckName]) -> str:
    """What the checks said, for people: `icmp timeout ×4, snmp timeout ×4`, and what was heard of the device."""
    found = ((name, machine.checks[name]) for name in sorted(names) if name in machine.checks)
    failed = [(name, record) for name, record in found if record.failures]
    heard = "; ".join(dict.fromkeys(record.said for _, record in failed if record.said))
    return counts_written(((name, str(record.outcome), record.failures) for name, record in failed), heard)
