"""What the state room finds: a device is in another state, a condition of it holds or holds no more."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from opsmon.model.incident import Severity
from opsmon.model.name import CheckName, DeviceName


class DeviceState(StrEnum):
    UP = "up"
    DEGRADED = "degraded"  # it answers, and part of it does not
    DOWN = "down"
    UNREACHABLE = "unreachable"  # something that it is reached through is down
    UNKNOWN = "unknown"  # we could not measure
    FLAPPING = "flapping"
    MAINTENANCE = "maintenance"


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of a device of which something else is said, since when (None: never) and why."""

    state: DeviceState
    since: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class DeviceStateChanged:
    """`since` is the first observation that led here; `cause` the parent that hides an unreachable device.

    `failed` are the checks that have to answer well before the device is up. `good`: one of its checks has given a good
    answer since it was last out. `measured` is what maintenance or flapping covers, and `flapping` whether it keeps
    falling, whatever is said of it. The same state is told again when what is beneath it changes. `covered_since` and
    `covered_until` are the maintenance window that is over with it.
    """

    at: datetime
    device: DeviceName
    before: DeviceState
    after: DeviceState
    since: datetime
    reason: str
    cause: DeviceName | None = None
    failed: tuple[CheckName, ...] = ()
    good: bool = True
    measured: Measured | None = None
    flapping: bool = False
    covered_since: datetime | None = None
    covered_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ConditionRaised:
    """A rule of `rules/conditions.yaml` holds. `subject` is the part of the device: "" or "ifName=Gi0/1"."""

    at: datetime
    device: DeviceName
    condition: str
    subject: str
    since: datetime
    severity: Severity
    value: float | None
    detail: str


@dataclass(frozen=True, slots=True)
class ConditionUnseen:
    """What a raised condition is measured from can no longer be seen since `unseen_since`: it is not known to be over.

    It is raised again when it is seen to hold, and cleared when it is seen not to.
    """

    at: datetime
    device: DeviceName
    condition: str
    subject: str
    since: datetime
    unseen_since: datetime


@dataclass(frozen=True, slots=True)
class ConditionCleared:
    """The rule holds no more since `at`; it had held since `since`.

    Not `recovered` is one that nothing watches any more: its rule, its check or its mark was taken away, or what it was
    measured from is gone for good.
    """

    at: datetime
    device: DeviceName
    condition: str
    subject: str
    since: datetime
    detail: str = ""
    recovered: bool = True


Transition = DeviceStateChanged | ConditionRaised | ConditionUnseen | ConditionCleared
