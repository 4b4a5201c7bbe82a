"""What is believed of the fleet at one moment, as frozen words.

Two time scales. *Wall* times are facts for people and the journal. *Steady* times measure durations inside this room:
wall times with every jump of the clock taken out (`steady` keeps the difference).
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from immutables import Map

from opsmon.model.event import DeviceState, Transition
from opsmon.model.name import CheckName, DeviceName
from opsmon.model.sample import Outcome
from opsmon.state.condition.state import ConditionStates
from opsmon.state.plan import FleetPlan
from opsmon.state.timers import Timers

OUT = frozenset({DeviceState.DOWN, DeviceState.UNREACHABLE})


@dataclass(frozen=True, slots=True)
class CheckRecord:
    """What the last measurements of one check said. Steady times; `bad_since` is wall.

    `usual_s` is what its answers take: the slowest of late, 0 where it never answered. `reached` is when the last probe
    that reached the device began.
    """

    outcome: Outcome | None = None  # of the last that measured anything
    started: datetime | None = None
    measured: datetime | None = None
    failures: int = 0  # not OK, in a row
    bad_since: datetime | None = None
    faulted: datetime | None = None  # the last local fault, if nothing was measured after it
    usual_s: float = 0.0
    reached: datetime | None = None
    said: str = ""  # by the device, in the last that reached it and was not good


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A failure that is being confirmed. `since` (wall) and `started` are when the first failed probe began; `misses`
    counts how often the leading check did not reach the device since."""

    lead: CheckName  # the check whose failures are counted
    since: datetime
    started: datetime
    began: datetime  # when the failure came home
    rounds: int = 0
    asked: datetime | None = None  # when the last of them went out
    failed_at: datetime | None = None  # everything failed; only the parents are waited for
    misses: int = 1
    all_asked: datetime | None = None  # when every check was first asked
    paused: bool = False  # it came to nothing in time; its next miss takes it up again


NO_CHECKS: frozenset[CheckName] = frozenset()  # one object: of another there would be one a device


@dataclass(frozen=True, slots=True)
class DeviceMachine:
    """One device. `state` is what was measured; `visible` what is said of it (maintenance and flapping cover it).

    `owed` are the checks that failed while it lived: it is up only when each of them has answered well. `good`: a check
    has answered well since the device was last out.
    """

    state: DeviceState = DeviceState.UNKNOWN
    visible: DeviceState = DeviceState.UNKNOWN
    since: datetime | None = None  # wall, of `state`
    cause: DeviceName | None = None
    shown_since: datetime | None = None  # wall, of `visible`
    reason: str = ""  # of `visible`
    checks: Map[CheckName, CheckRecord] = field(default_factory=Map)
    suspicion: Suspicion | None = None
    falls: tuple[datetime, ...] = ()
    flapping: bool = False
    maintenance_until: datetime | None = None  # wall: a person named the hour
    grace_until: datetime | None = None
    awaited_from: datetime | None = None  # since when a first measurement is waited for (after a restart)
    asked_at: datetime | None = None  # when it was last probed for the sake of a child
    owed: frozenset[CheckName] = NO_CHECKS
    good: bool = False
    why: str = ""  # of `state`

    def with_checks(self, checks: Map[CheckName, CheckRecord]) -> "DeviceMachine":
        """The same with other records. Once a sample: `replace` would take three times as long."""
        return DeviceMachine(
            self.state, self.visible, self.since, self.cause, self.shown_since, self.reason, checks, self.suspicion,
            self.falls, self.flapping, self.maintenance_until, self.grace_until, self.awaited_from, self.asked_at,
            self.owed, self.good, self.why,
        )  # fmt: skip

    @property
    def is_out(self) -> bool:
        """Whether nothing can be reached through it, whatever is said of it."""
        return self.state in OUT


class QuietAnswer(NamedTuple):
    """The last answer of a check that told nothing new: good, and the device was up and undisturbed. `measured` is
    steady; `usual_s` as in CheckRecord."""

    measured: datetime
    took_s: float
    usual_s: float


@dataclass(frozen=True, slots=True)
class FleetState:
    """Everything this room believes. `skew` is how far the clock jumped in all: steady = wall - skew.

    `quiet` is what came in since a machine was last written: a healthy device is not written anew with every answer.
    An entry is newer than the record of its check; `FleetChange.machine` puts the two together.
    """

    plan: FleetPlan = field(default_factory=FleetPlan)
    machines: Map[DeviceName, DeviceMachine] = field(default_factory=Map)
    timers: Timers[DeviceName] = field(default_factory=Timers)
    standings: Map[DeviceName, ConditionStates] = field(default_factory=Map)
    last_seen: datetime | None = None
    skew: timedelta = timedelta()
    quiet: Map[tuple[DeviceName, CheckName], QuietAnswer] = field(default_factory=Map)


@dataclass(frozen=True, slots=True)
class ReprobeRequest:
    """Please run this check out of turn: in `after_s` seconds, giving it at most `timeout_s`. Its sample `confirms`."""

    device: DeviceName
    check: CheckName
    after_s: float
    timeout_s: float
    reason: str


@dataclass(frozen=True, slots=True)
class DeviceStanding:
    """What is said of one device, for people: the state, since when (None: never measured), why, and the root cause."""

    state: DeviceState
    since: datetime | None
    reason: str
    cause: DeviceName | None


class StateStep(NamedTuple):
    """What one input led to."""

    fleet: FleetState
    transitions: tuple[Transition, ...] = ()
    reprobes: tuple[ReprobeRequest, ...] = ()
