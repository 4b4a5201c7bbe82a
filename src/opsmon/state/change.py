"""One step while it is being worked out: the only mutable thing of the room, alive for one call, never handed out."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from zlib import crc32

from opsmon.model.event import DeviceState, DeviceStateChanged, Measured, Transition
from opsmon.model.name import CheckName, DeviceName
from opsmon.state.device.machine import is_undisturbed, lasts_s, next_round_at, patience_s, valid_until, verdict_at
from opsmon.state.fleet import DeviceMachine, FleetState, ReprobeRequest, StateStep, Suspicion
from opsmon.state.quiet import with_quiet_answers
from opsmon.state.steady_time import skew_at
from opsmon.text.journal_reason import FIRST_SEEN, written

_NEW = DeviceMachine()
# From good to bad. A step down this ladder is a fall, as flapping counts them.
_LADDER = (DeviceState.UP, DeviceState.DEGRADED, DeviceState.DOWN)
# What is said of a device in place of what was measured.
COVERS = frozenset({DeviceState.MAINTENANCE, DeviceState.FLAPPING})
_FAULTS = frozenset({DeviceState.DEGRADED, DeviceState.DOWN, DeviceState.UNREACHABLE})


class FleetChange:
    """Collects what a step changes. `turned` are devices whose children are still to be seen to."""

    __slots__ = (
        "machines",
        "now",
        "plan",
        "policy",
        "quiet",
        "reprobes",
        "skew",
        "standings",
        "steady",
        "timers",
        "touched",
        "transitions",
        "turned",
    )  # fmt: skip

    def __init__(self, fleet: FleetState, now: datetime) -> None:
        self.now = now
        self.skew = skew_at(fleet, now)
        self.steady = now - self.skew
        self.plan = fleet.plan
        self.policy = fleet.plan.policy
        self.machines = fleet.machines
        self.timers = fleet.timers
        self.standings = fleet.standings
        self.quiet = fleet.quiet
        self.transitions: list[Transition] = []
        self.reprobes: list[ReprobeRequest] = []
        self.touched: set[DeviceName] = set()
        self.turned: list[DeviceName] = []

    def machine(self, name: DeviceName) -> DeviceMachine:
        """What is believed of the device, with its quiet answers; of a new one, nothing."""
        machine = self.machines.get(name)
        return _NEW if machine is None else with_quiet_answers(machine, name, self.quiet)

    def after(self, seconds: float) -> datetime:
        """The steady time in `seconds` from now."""
        return self.steady + timedelta(seconds=seconds)

    def put(self, name: DeviceName, machine: DeviceMachine) -> None:
        """Keep the machine; `step` sees to it that it is looked at in time."""
        self._forget_quiet_answers(name)
        self.machines = self.machines.set(name, machine)
        self.touched.add(name)

    def ask(
        self, name: DeviceName, checks: Iterable[CheckName], reason: str, *, after_s: float = 0.0, timeout_s: float
    ) -> None:
        """Request re-probes of these checks of the device, each for `timeout_s` or for as long as its answers take."""
        known, records = self.plan.checks.get(name, {}), self.machine(name).checks
        for check in checks:
            if check in known:
                waits_s = patience_s(records.get(check), known[check], timeout_s, self.policy)
                self.reprobes.append(ReprobeRequest(name, check, after_s, waits_s, reason))

    def ask_soon(self, name: DeviceName, reason: str) -> None:
        """Request all checks of the device, at a moment of its own so that siblings do not shout at once."""
        spread = crc32(name.encode()) % 1000 / 1000 * self.policy.recheck_spread_s
        after_s = self.policy.recheck_after_s + spread
        self.ask(
            name, self.plan.checks.get(name, ()), reason, after_s=after_s, timeout_s=self.policy.confirm_timeout_s[-1]
        )

    def turn_to(
        self,
        name: DeviceName,
        machine: DeviceMachine,
        after: DeviceState,
        since: datetime,
        reason: str,
        cause: DeviceName | None = None,
    ) -> None:
        """The device is measured to be in another state, or out for another cause."""
        before = machine.state
        falls = self._recent_falls(machine)
        if before in _LADDER and after in _LADDER and _LADDER.index(after) > _LADDER.index(before):
            falls = (*falls, self.steady)
        turned = machine.is_out or after in (DeviceState.DOWN, DeviceState.UNREACHABLE)
        flapping = machine.flapping or len(falls) >= self.policy.flap_falls
        changed = replace(
            machine,
            state=after,
            since=since,
            cause=cause,
            falls=falls,
            flapping=flapping,
            awaited_from=None,
            why=reason,
        )
        self.show(name, changed, reason, shown_cause=machine.cause)
        if turned:
            self.turned.append(name)

    def show(
        self, name: DeviceName, machine: DeviceMachine, reason: str, shown_cause: DeviceName | None = None
    ) -> None:
        """Keep the machine, and tell it where what is said of the device changes, or what is known beneath it."""
        visible, prior = self._visible(machine, name), self.machine(name)
        recaused = visible is DeviceState.UNREACHABLE and machine.cause != shown_cause
        if visible is not machine.visible or recaused or _is_news(visible, machine, prior):
            machine = self._say(name, machine, visible, reason, prior.maintenance_until)
        self.put(name, machine)

    def _say(
        self, name: DeviceName, machine: DeviceMachine, visible: DeviceState, reason: str, window_end: datetime | None
    ) -> DeviceMachine:
        window: tuple[datetime | None, datetime | None] = (None, None)
        if machine.visible is DeviceState.MAINTENANCE and visible is not DeviceState.MAINTENANCE:
            ended_at = self.now if window_end is None else min(self.now, window_end)
            window = (machine.shown_since, ended_at)
            machine = _uncovered(machine, ended_at)
        covered = visible in COVERS
        if covered and visible is machine.visible:
            since, reason = machine.shown_since or self.now, machine.reason
        else:
            since = self.now if covered or machine.since is None else machine.since
            reason = machine.why or reason if visible is machine.state and visible in _FAULTS else reason
        told = DeviceStateChanged(
            at=self.now,
            device=name,
            before=machine.visible,
            after=visible,
            since=since,
            reason=reason,
            cause=machine.cause if machine.state is DeviceState.UNREACHABLE else None,
            failed=tuple(sorted(machine.owed)),
            good=machine.good,
            measured=Measured(machine.state, machine.since, machine.why) if covered else None,
            flapping=machine.flapping,
            covered_since=window[0],
            covered_until=window[1],
        )
        self.transitions.append(told)
        return replace(machine, visible=visible, shown_since=since, reason=reason)

    def uncovers_at(self, name: DeviceName, machine: DeviceMachine) -> datetime | None:
        """When (steady) the maintenance window of the device is over; None where there is none. A fault that is only
        known from before a restart is looked at once before it is told."""
        if machine.maintenance_until is None:
            return None
        ends_at = machine.maintenance_until - self.skew
        if machine.awaited_from is None or machine.state not in _FAULTS:
            return ends_at
        if any(record.measured is not None for record in machine.checks.values()):
            return ends_at
        checks = self.plan.checks.get(name, {}).values()
        longest_s = max((check.period_s + check.timeout_s for check in checks), default=0.0)
        return max(ends_at, machine.awaited_from + timedelta(seconds=longest_s))

    def calm(self, name: DeviceName, machine: DeviceMachine) -> DeviceMachine:
        """Let old falls go, and with them flapping."""
        falls = self._recent_falls(machine)
        flapping = machine.flapping and len(falls) > self.policy.flap_calm_falls
        return replace(machine, falls=falls, flapping=flapping)

    def step(self) -> StateStep:
        """The result. Deadlines are set once, from what each device came to in the end."""
        for name in self.touched:
            if name in self.machines:
                self.timers = self.timers.set(name, self._deadline(name, self.machines[name]))
        fleet = FleetState(self.plan, self.machines, self.timers, self.standings, self.now, self.skew, self.quiet)
        return StateStep(fleet, tuple(self.transitions), tuple(self.reprobes))

    def _forget_quiet_answers(self, name: DeviceName) -> None:
        """Those of a machine that is written hold in its records, as far as its checks are still planned."""
        for check in self.machines.get(name, _NEW).checks:
            if (name, check) in self.quiet:
                self.quiet = self.quiet.delete((name, check))

    def wears_out_at(self, name: DeviceName) -> datetime | None:
        """When (steady) a device of which nothing else is waited for would be unknown; None for any other device."""
        machine = self.machines.get(name)
        if machine is None or machine.visible is not machine.state or machine.flapping:
            return None
        waited_for = machine.maintenance_until is not None or machine.awaited_from is not None
        if waited_for or not is_undisturbed(machine):
            return None
        return max((at for at in self._answers_until(name, machine) if at is not None), default=None)

    def _answers_until(self, name: DeviceName, machine: DeviceMachine) -> Iterable[datetime | None]:
        """Until when (steady) what each check said last says something of the present."""
        for check, record in machine.checks.items():
            planned, answer = self.plan.checks[name].get(check), self.quiet.get((name, check))
            if planned is None:
                continue
            if answer is None:
                yield valid_until(record, planned, self.policy)
            else:
                yield answer.measured + timedelta(seconds=lasts_s(planned, self.policy))

    def _recent_falls(self, machine: DeviceMachine) -> tuple[datetime, ...]:
        oldest = self.after(-self.policy.flap_window_s)
        return tuple(fall for fall in machine.falls if fall > oldest)

    def _visible(self, machine: DeviceMachine, name: DeviceName) -> DeviceState:
        """Flapping covers what comes and goes. It never covers a death: what was missed once more after the time of a
        fall is down, and stays it until it answers."""
        if machine.maintenance_until is not None:
            return DeviceState.MAINTENANCE
        if not machine.flapping or machine.state not in _LADDER:
            return machine.state
        dead_at = self._dead_at(name, machine)
        if machine.state is not DeviceState.DOWN or dead_at is None:
            return DeviceState.FLAPPING
        is_dead = machine.visible is DeviceState.DOWN or any(
            record.failures and record.started is not None and record.started >= dead_at
            for record in machine.checks.values()
        )
        return DeviceState.DOWN if is_dead else DeviceState.FLAPPING

    def _dead_at(self, name: DeviceName, machine: DeviceMachine) -> datetime | None:
        """When (steady) the fall of a flapping device is no longer one of many."""
        if machine.since is None:
            return None
        periods = [check.period_s for check in self.plan.checks.get(name, {}).values()]
        waits_s = max(self.policy.flap_dead_s, self.policy.flap_dead_periods * min(periods, default=0.0))
        return machine.since - self.skew + timedelta(seconds=waits_s)

    def ask_if_dead(self, name: DeviceName) -> None:
        """A flapping device fell again: look once more when it should be back, and sooner than its checks would."""
        machine = self.machine(name)
        dead_at = self._dead_at(name, machine)
        if machine.flapping and machine.state is DeviceState.DOWN and dead_at is not None:
            after_s = max(0.0, (dead_at - self.steady).total_seconds())
            timeout_s = self.policy.confirm_timeout_s[1]
            self.ask(name, self.plan.checks.get(name, ()), "does it come back?", after_s=after_s, timeout_s=timeout_s)

    def _deadline(self, name: DeviceName, machine: DeviceMachine) -> datetime | None:
        """The next steady moment at which time alone changes something for the device."""
        moments = [self._stale_at(name, machine), machine.grace_until, self.uncovers_at(name, machine)]
        if machine.flapping and machine.falls:
            moments.append(machine.falls[0] + timedelta(seconds=self.policy.flap_window_s))
        if machine.suspicion is not None:
            moments.extend(self._suspicion_moments(machine, machine.suspicion, name))
        return min((moment for moment in moments if moment is not None), default=None)

    def _suspicion_moments(self, machine: DeviceMachine, suspicion: Suspicion, name: DeviceName) -> Iterable[datetime]:
        if suspicion.failed_at is not None:
            yield self.after(self.policy.parent_look_s)
            return
        if suspicion.paused:
            return
        checks = self.plan.checks.get(name, {})
        yield next_round_at(machine, suspicion, checks, self.policy)
        verdict = verdict_at(machine, suspicion, checks, self.policy)
        if verdict > self.steady:
            yield verdict

    def _stale_at(self, name: DeviceName, machine: DeviceMachine) -> datetime | None:
        """When the last measurement that still counts stops to; None for a state that time does not wear out."""
        if machine.state not in (DeviceState.UP, DeviceState.DEGRADED):
            return None
        checks = self.plan.checks.get(name, {})
        records = ((machine.checks.get(check.name), check) for check in checks.values())
        moments = [valid_until(record, check, self.policy) for record, check in records if record is not None]
        if machine.awaited_from is not None:
            longest = max((check.period_s + check.timeout_s for check in checks.values()), default=0.0)
            moments.append(machine.awaited_from + timedelta(seconds=self.policy.stale_periods * longest))
        return max((moment for moment in moments if moment is not None), default=None)


def _uncovered(machine: DeviceMachine, ended_at: datetime) -> DeviceMachine:
    """The time of its maintenance is not held against a device: a fault that began inside begins with its end, and
    tells when it was first seen. What began before keeps its start, and so does a recovery."""
    began, since = machine.shown_since, machine.since
    if machine.state not in _FAULTS or since is None or began is None or since < began:
        return machine
    seen = written(FIRST_SEEN, since.isoformat(timespec="seconds"))
    return replace(machine, since=ended_at, why=f"{machine.why}; {seen}" if machine.why else seen)


def _is_news(visible: DeviceState, machine: DeviceMachine, prior: DeviceMachine) -> bool:
    """Whether something is to be told though what is said of the device stays the same."""
    if visible in COVERS:
        return machine.state is not prior.state
    if visible is not DeviceState.DEGRADED:
        return False
    return machine.good is not prior.good or not machine.owed <= prior.owed
