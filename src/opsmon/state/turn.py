"""One step while it is being worked out: the only mutable thing of the room, alive for one call, never handed out."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from zlib import crc32

from opsmon.model.event import DeviceState, DeviceStateChanged, Transition
from opsmon.model.name import CheckName, DeviceName
from opsmon.state.fleet import DeviceMachine, FleetState, ReprobeRequest, StateStep
from opsmon.state.machine import next_round_at, valid_until
from opsmon.state.steady import skew_at

_NEW = DeviceMachine()
# From good to bad. A step down this ladder is a fall, as flapping counts them.
_LADDER = (DeviceState.UP, DeviceState.DEGRADED, DeviceState.DOWN)


class Turn:
    """Collects what a step changes. `turned` are devices whose children are still to be seen to."""

    __slots__ = (
        "machines",
        "now",
        "plan",
        "policy",
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
        self.transitions: list[Transition] = []
        self.reprobes: list[ReprobeRequest] = []
        self.touched: set[DeviceName] = set()
        self.turned: list[DeviceName] = []

    def machine(self, name: DeviceName) -> DeviceMachine:
        """What is believed of the device; of a new one, nothing."""
        return self.machines.get(name, _NEW)

    def after(self, seconds: float) -> datetime:
        """The steady time in `seconds` from now."""
        return self.steady + timedelta(seconds=seconds)

    def put(self, name: DeviceName, machine: DeviceMachine) -> None:
        """Keep the machine; `step` sees to it that it is looked at in time."""
        self.machines = self.machines.set(name, machine)
        self.touched.add(name)

    def ask(
        self, name: DeviceName, checks: Iterable[CheckName], reason: str, *, after_s: float = 0.0, timeout_s: float
    ) -> None:
        """Request re-probes of these checks of the device."""
        known = self.plan.checks.get(name, {})
        for check in checks:
            if check in known:
                patience = min(timeout_s, known[check].timeout_s)
                self.reprobes.append(ReprobeRequest(name, check, after_s, patience, reason))

    def ask_soon(self, name: DeviceName, reason: str) -> None:
        """Request all checks of the device, at a moment of its own so that siblings do not shout at once."""
        spread = crc32(name.encode()) % 1000 / 1000 * self.policy.recheck_spread_s
        after_s = self.policy.recheck_after_s + spread
        self.ask(
            name, self.plan.checks.get(name, ()), reason, after_s=after_s, timeout_s=self.policy.confirm_timeout_s[-1]
        )

    def change(
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
            machine, state=after, since=since, cause=cause, falls=falls, flapping=flapping, awaited_from=None
        )
        self.show(name, changed, reason, shown_cause=machine.cause)
        if turned:
            self.turned.append(name)

    def show(
        self, name: DeviceName, machine: DeviceMachine, reason: str, shown_cause: DeviceName | None = None
    ) -> None:
        """Keep the machine, and tell it where what is said of the device changes."""
        visible = self._visible(machine)
        recaused = visible is DeviceState.UNREACHABLE and machine.cause != shown_cause
        if visible is not machine.visible or recaused:
            machine = self._say(name, machine, visible, reason)
        self.put(name, machine)

    def _say(self, name: DeviceName, machine: DeviceMachine, visible: DeviceState, reason: str) -> DeviceMachine:
        """Nothing is held against a device for the time of its maintenance: what shows after it began with its end."""
        if machine.visible is DeviceState.MAINTENANCE:
            machine = replace(machine, since=self.now)
        covered = visible in (DeviceState.MAINTENANCE, DeviceState.FLAPPING)
        since = self.now if covered or machine.since is None else machine.since
        cause = machine.cause if visible is DeviceState.UNREACHABLE else None
        self.transitions.append(DeviceStateChanged(self.now, name, machine.visible, visible, since, reason, cause))
        return replace(machine, visible=visible, shown_since=since, reason=reason)

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
        fleet = FleetState(self.plan, self.machines, self.timers, self.standings, self.now, self.skew)
        return StateStep(fleet, tuple(self.transitions), tuple(self.reprobes))

    def _recent_falls(self, machine: DeviceMachine) -> tuple[datetime, ...]:
        oldest = self.after(-self.policy.flap_window_s)
        return tuple(fall for fall in machine.falls if fall > oldest)

    def _visible(self, machine: DeviceMachine) -> DeviceState:
        if machine.maintenance_until is not None:
            return DeviceState.MAINTENANCE
        return DeviceState.FLAPPING if machine.flapping and machine.state in _LADDER else machine.state

    def _deadline(self, name: DeviceName, machine: DeviceMachine) -> datetime | None:
        """The next steady moment at which time alone changes something for the device."""
        moments = [self._stale_at(name, machine), machine.grace_until]
        if machine.maintenance_until is not None:
            moments.append(machine.maintenance_until - self.skew)
        if machine.flapping and machine.falls:
            moments.append(machine.falls[0] + timedelta(seconds=self.policy.flap_window_s))
        if machine.suspicion is not None:
            moments.extend(self._suspicion_moments(machine))
        return min((moment for moment in moments if moment is not None), default=None)

    def _suspicion_moments(self, machine: DeviceMachine) -> Iterable[datetime]:
        suspicion = machine.suspicion
        assert suspicion is not None  # noqa: S101  # only asked for a suspect
        if suspicion.failed_at is not None:
            yield self.after(self.policy.parent_look_s)
            return
        yield next_round_at(suspicion, self.policy)
        verdict_at = suspicion.began + timedelta(seconds=self.policy.verdict_s)
        if verdict_at > self.steady:
            yield verdict_at

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
