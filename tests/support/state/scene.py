"""A stage for the state room: devices that live or die, a virtual clock, and the loop that a scheduler would be.

Checks run on their periods, re-probes when they are asked for, `advance` at every deadline. Nothing here knows how the
room decides; it only feeds it what a network would.
"""

from array import array
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count

from opsmon.model.device import Check, Device, Inventory, Kind, Site
from opsmon.model.event import DeviceState, DeviceStateChanged, Event
from opsmon.model.name import CheckName, DeviceName, SiteName
from opsmon.model.sample import Outcome, Reading, Sample, SeriesBlock, SeriesKey
from opsmon.state.api import advance, apply_sample, next_deadline, start_fleet, state_of
from opsmon.state.condition.rules import Rulebook
from opsmon.state.device.policy import Policy
from opsmon.state.fleet import ReprobeRequest, StateStep

START = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
SITE = SiteName("hall")


def make_device(
    name: str,
    parents: tuple[str, ...] = (),
    checks: tuple[str, ...] = ("icmp",),
    period_s: float = 60.0,
    kind: Kind = Kind.SWITCH,
    labels: Mapping[str, str] | None = None,
    important: tuple[str, ...] = (),
) -> Device:
    """A device with checks of these kinds."""
    return Device(
        name=DeviceName(name),
        site=SITE,
        address="192.0.2.1",
        kind=kind,
        parents=tuple(DeviceName(parent) for parent in parents),
        labels=labels or {},
        checks=tuple(Check(CheckName(check), check, period_s, 2.0) for check in checks),
        important=frozenset(important),
    )


def make_inventory(*devices: Device) -> Inventory:
    return Inventory({SITE: Site(SITE)}, {device.name: device for device in devices})


def make_sample(
    device: str,
    check: str,
    outcome: Outcome,
    at: datetime,
    *,
    duration_s: float = 0.01,
    confirms: bool = False,
    readings: tuple[Reading, ...] = (),
) -> Sample:
    """A sample that came home at `at`."""
    started = at - timedelta(seconds=duration_s)
    return Sample(
        DeviceName(device), CheckName(check), outcome, started, at, duration_s, readings=readings, confirms=confirms
    )


def make_reading(series: Mapping[SeriesKey, float]) -> Reading:
    return Reading(SeriesBlock(tuple(series)), array("d", series.values()))


Answer = Callable[[str, str], Outcome]


class StateScene:
    """Runs a fleet on a virtual clock. `answers` says what a check of a device gives; a time-out takes its time."""

    def __init__(self, *devices: Device, policy: Policy | None = None, rulebook: Rulebook | None = None) -> None:
        self.now = START
        self.devices: dict[str, Device] = {device.name: device for device in devices}
        self.fleet = start_fleet(make_inventory(*devices), rulebook or Rulebook(), START, policy=policy)
        self.dead: set[str] = set()
        self.mute: set[tuple[str, str]] = set()  # checks that never come home
        self.special: dict[tuple[str, str], Outcome] = {}
        self.events: list[Event] = []
        self.samples: list[Sample] = []
        self.requests: list[tuple[datetime, ReprobeRequest]] = []
        self._agenda: list[tuple[datetime, int, str, str, float, bool]] = []
        self._order = count()
        for place, device in enumerate(devices):
            for check in device.checks:
                self._plan(0.1 * place, device.name, check.name, check.timeout_s, confirms=False)

    def run(self, seconds: float) -> "StateScene":
        """Let so much time pass."""
        end = self.now + timedelta(seconds=seconds)
        while True:
            deadline = next_deadline(self.fleet)
            agenda = self._agenda[0][0] if self._agenda else None
            moment = min((at for at in (deadline, agenda) if at is not None), default=end)
            if moment > end:
                self.now = end
                return self
            self.now = max(self.now, moment)
            if agenda is not None and agenda <= self.now:
                self._probe(*heappop(self._agenda)[2:])
            else:
                self.take(advance(self.fleet, self.now))

    def take(self, step: StateStep) -> None:
        """Keep what a step gave."""
        self.fleet = step.fleet
        self.events.extend(step.transitions)
        for request in step.reprobes:
            self.requests.append((self.now, request))
            self._plan(request.after_s, request.device, request.check, request.timeout_s, confirms=True)

    def state(self, device: str) -> DeviceState:
        return state_of(self.fleet, DeviceName(device))

    def changes(self, device: str) -> list[DeviceStateChanged]:
        return [e for e in self.events if isinstance(e, DeviceStateChanged) and e.device == device]

    def path(self, device: str) -> list[str]:
        """The states that the device went through; what only tells more of the same one is left out."""
        told = self.changes(device)
        return [one.after.value for one in told if one.after is not one.before or one.cause is not None]

    def agenda_moved(self, jump: timedelta) -> None:
        """The wall clock jumped; the scheduler's own clock did not."""
        self._agenda = [(at + jump, *rest) for at, *rest in self._agenda]  # type: ignore[misc]

    def _plan(self, after_s: float, device: str, check: str, timeout_s: float, *, confirms: bool) -> None:
        at = self.now + timedelta(seconds=after_s)
        heappush(self._agenda, (at, next(self._order), device, check, timeout_s, confirms))

    def _outcome(self, device: str, check: str) -> Outcome:
        if (device, check) in self.special:
            return self.special[(device, check)]
        return Outcome.TIMEOUT if self._is_cut(device) else Outcome.OK

    def _is_cut(self, device: str) -> bool:
        parents = self.devices[device].parents
        return device in self.dead or (bool(parents) and all(self._is_cut(parent) for parent in parents))

    def _probe(self, device: str, check: str, timeout_s: float, confirms: bool) -> None:
        if timeout_s < 0:  # the end of a probe that got no answer
            self._deliver(device, check, Outcome.TIMEOUT, -timeout_s, confirms)
            return
        if not confirms:
            period_s = next(c.period_s for c in self.devices[device].checks if c.name == check)
            self._plan(period_s, device, check, timeout_s, confirms=False)
        outcome = self._outcome(device, check)
        if (device, check) in self.mute:
            return
        if outcome is Outcome.TIMEOUT:
            self._plan(timeout_s, device, check, -timeout_s, confirms=confirms)
        else:
            self._deliver(device, check, outcome, 0.01, confirms)

    def _deliver(self, device: str, check: str, outcome: Outcome, duration_s: float, confirms: bool) -> None:
        sample = make_sample(device, check, outcome, self.now, duration_s=duration_s, confirms=confirms)
        self.samples.append(sample)
        self.take(apply_sample(self.fleet, replace(sample), self.now))
