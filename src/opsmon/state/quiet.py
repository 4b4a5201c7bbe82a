"""Most samples of most days: the device was up, is up, and no rule watches. Nothing is judged, and nothing rewritten.

Such an answer is kept beside the machine of its device (`FleetState.quiet`), which costs a fraction of what writing the
machine anew costs, and is put together with it when something happens to the device: then it is as if each answer had
been recorded when it came.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from immutables import Map

from opsmon.model.name import CheckName, DeviceName
from opsmon.model.sample import Outcome, Sample
from opsmon.state.device.machine import is_undisturbed
from opsmon.state.fleet import CheckRecord, DeviceMachine, FleetState, QuietAnswer
from opsmon.state.steady_time import skew_at


def take_quietly(fleet: FleetState, samples: Sequence[Sample], begin: int, now: datetime) -> tuple[FleetState, int]:
    """Takes samples from place `begin` for as long as they tell nothing new; the fleet then, and the place of the first
    that does (or the end)."""
    skew = skew_at(fleet, now)
    steady, kept = now - skew, fleet.plan.policy.usual_kept
    machines, known, quiet = fleet.machines, fleet.quiet, None
    place = begin
    for place in range(begin, len(samples)):
        sample = samples[place]
        machine = machines.get(sample.device)
        if machine is None or not _tells_nothing_new(fleet, machine, sample):
            break
        quiet = known.mutate() if quiet is None else quiet
        key = sample.device, sample.check
        before = quiet.get(key)
        took_s = sample.duration_s if sample.duration_s > 0.0 else 0.0
        usual_s = kept * (machine.checks[sample.check].usual_s if before is None else before.usual_s)
        quiet[key] = QuietAnswer(steady, took_s, usual_s if usual_s > sample.duration_s else sample.duration_s)
    else:
        place = len(samples)
    if quiet is None:
        return fleet, place
    return FleetState(fleet.plan, machines, fleet.timers, fleet.standings, now, skew, quiet.finish()), place


def _tells_nothing_new(fleet: FleetState, machine: DeviceMachine, sample: Sample) -> bool:
    if sample.outcome is not Outcome.OK or not is_undisturbed(machine) or sample.check not in machine.checks:
        return False
    name, plan = sample.device, fleet.plan
    if name in fleet.standings or name not in fleet.timers.live:
        return False
    if sample.check not in plan.checks.get(name, ()):
        return False
    return not (sample.readings and plan.matcher.watches(plan.devices[name], sample.check, sample.readings))


def with_quiet_answers(
    machine: DeviceMachine, name: DeviceName, quiet: Map[tuple[DeviceName, CheckName], QuietAnswer]
) -> DeviceMachine:
    """The machine as if each of its answers had been recorded when it came."""
    checks = machine.checks
    for check in machine.checks:
        answer = quiet.get((name, check))
        if answer is not None:
            checks = checks.set(check, _record_of(answer))
    return machine if checks is machine.checks else machine.with_checks(checks)


def _record_of(answer: QuietAnswer) -> CheckRecord:
    began = answer.measured - timedelta(seconds=answer.took_s)
    return CheckRecord(Outcome.OK, began, answer.measured, usual_s=answer.usual_s, reached=began)
