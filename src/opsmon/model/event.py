"""What the journal holds: every decision of the pure rooms, as frozen words with the time they were decided at.

    Event
    ├── Transition    of room 3, state:    DeviceStateChanged, ConditionRaised, ConditionUnseen, ConditionCleared
    ├── ClockEvent    of room 4, contract: ClockChanged
    ├── Change        of room 5, incident: IncidentOpened, FactAdded, CommandRefused, …
    ├── PageEvent, SilenceEvent, ObligationTold   of on call (`opsmon.model.page`)
    ├── AccessEvent   of room access:      SignedIn, SignedOut, SignInFailed, AccountChanged, OperationRequested
    └── of no room: MaintenanceSet, BackupRecorded

`at` is always when the programme decided (aware UTC); when a thing happened in the world is in a field of its own.
`by` is who says so, in the person's own words; `via` is who was let in to say it, as `opsmon.model.origin` writes it.
The world can be folded again from these alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from opsmon.model.access_event import AccessEvent
from opsmon.model.device import Kind
from opsmon.model.duty import DutyEvent
from opsmon.model.incident import Ending, Fact, Severity
from opsmon.model.name import ClauseId, ContractId, DeviceName, IncidentId, SiteName
from opsmon.model.page import ChannelNearlyUsed, ObligationTold, PageEvent, SilenceEvent
from opsmon.model.roster import RosterEvent
from opsmon.model.transition import (
    ConditionCleared,
    ConditionRaised,
    ConditionUnseen,
    DeviceState,
    DeviceStateChanged,
    Measured,
    Transition,
)

# What is taken over from the module beside: an event is imported from here, wherever it is defined.
__all__ = (
    "ConditionCleared",
    "ConditionRaised",
    "ConditionUnseen",
    "DeviceState",
    "DeviceStateChanged",
    "Measured",
    "Transition",
)


class ClockState(StrEnum):
    RUNNING = "running"
    AT_RISK = "at_risk"
    BREACHED = "breached"
    MET = "met"
    MET_LATE = "met_late"
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something."""
        return self in (ClockState.RUNNING, ClockState.AT_RISK, ClockState.BREACHED)


class ClockTimes(NamedTuple):
    """When a clock started, and when it is or was at risk, due and met."""

    starts_at: datetime
    at_risk_at: datetime | None
    due_at: datetime | None
    strict_due_at: datetime | None
    met_at: datetime | None
    provisional: bool


@dataclass(frozen=True, slots=True)
class ClockChanged:
    """A contract clock started, changed its state, or was re-timed (then `reason` says why).

    `due_at` judges; it is None for a clock that only warns (by `strict_due_at`) and is never breached.
    """

    at: datetime
    incident: IncidentId
    contract: ContractId
    clause: ClauseId
    target: str
    before: ClockState | None
    after: ClockState
    starts_at: datetime
    at_risk_at: datetime | None
    due_at: datetime | None
    strict_due_at: datetime | None
    met_at: datetime | None
    provisional: bool
    reason: str
    reason_zh: str = ""

    @property
    def times(self) -> ClockTimes:
        """The times together; the journal has them one by one."""
        return ClockTimes(
            self.starts_at, self.at_risk_at, self.due_at, self.strict_due_at, self.met_at, self.provisional
        )

    @property
    def effective_due_at(self) -> datetime | None:
        """When it is due; a clock that only warns is due by its stricter reading."""
        return self.due_at or self.strict_due_at


@dataclass(frozen=True, slots=True)
class IncidentOpened:
    """One root cause begins. `starts_at` is the first failed observation; the labels never change afterwards.

    `state` is the state of the whole device that is the fault, None where a condition of it is; then `value` is what
    was measured, if that is a number. `gives_way_at` is when things give way whatever the contract allows: a UPS runs
    empty.

    `by` is the person who reported it, "" where monitoring saw it. What a person reports may have no device (""), and a
    kind that nobody knows (None); `condition` is then in the person's words, `starts_at` the time of the report.
    `own_labels` are the incident's, beside its device's; `severity_given`: the person named the severity.
    """

    at: datetime
    incident: IncidentId
    condition: str
    subject: str
    device: DeviceName
    site: SiteName
    kind: Kind | None
    contract: ContractId | None
    service: str | None
    severity: Severity
    starts_at: datetime
    detail: str
    labels: Mapping[str, str] = field(default_factory=dict)
    state: DeviceState | None = None
    value: float | None = None
    gives_way_at: datetime | None = None
    own_labels: Mapping[str, str] = field(default_factory=dict)
    by: str = ""
    severity_given: bool = False
    via: str = ""


@dataclass(frozen=True, slots=True)
class FaultSeen:
    """Monitoring found the device of a person's incident at fault: from now on it watches this incident.

    The fields are those of `IncidentOpened`; `condition` is monitoring's own, the incident keeps the name that it has.
    `severity` is what the incident has from now on.
    """

    at: datetime
    incident: IncidentId
    condition: str
    subject: str
    severity: Severity
    since: datetime
    detail: str
    state: DeviceState | None = None
    value: float | None = None
    gives_way_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class IncidentReopened:
    """It goes on though monitoring watches it no more: what had closed it was withdrawn, or its device left the
    inventory while people wait for it. It is over when a person says so, or monitoring sees it again and sees it end.
    """

    at: datetime
    incident: IncidentId
    reason: str


@dataclass(frozen=True, slots=True)
class FactAdded:
    """A person or a probe reported a fact about the incident; facts are added, never edited."""

    at: datetime
    incident: IncidentId
    fact: Fact


@dataclass(frozen=True, slots=True)
class ChildAttached:
    """Another device suffers from the same root cause."""

    at: datetime
    incident: IncidentId
    device: DeviceName


@dataclass(frozen=True, slots=True)
class ChildDetached:
    at: datetime
    incident: IncidentId
    device: DeviceName


@dataclass(frozen=True, slots=True)
class RecoverySeen:
    """The root cause is gone since the first good observation; resolved when it stays gone until `hold_until`."""

    at: datetime
    incident: IncidentId
    since: datetime
    hold_until: datetime


@dataclass(frozen=True, slots=True)
class RecoveryWithdrawn:
    """The fault came back during the hold-down: the same incident goes on."""

    at: datetime
    incident: IncidentId
    reason: str


@dataclass(frozen=True, slots=True)
class IncidentRenewed:
    """The same fault is to be told again: it was thought to come and go, and is there for good now."""

    at: datetime
    incident: IncidentId
    reason: str


@dataclass(frozen=True, slots=True)
class SeveritySet:
    """As `ScopeJudged` with a severity alone; only journals that are older than that hold it."""

    at: datetime
    incident: IncidentId
    severity: Severity
    by: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ScopeJudged:
    """A named person found what the incident is under its contract. None leaves severity or service as it is.

    `labels` are those that were set or changed, the incident's own, beside those of its device; an empty value takes
    the incident's own away.
    """

    at: datetime
    incident: IncidentId
    by: str
    reason: str
    severity: Severity | None = None
    service: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    via: str = ""


@dataclass(frozen=True, slots=True)
class DiagnosisAttached:
    """What the one-off diagnosis found (trace of the path, burst of pings), as text for a person."""

    at: datetime
    incident: IncidentId
    text: str


@dataclass(frozen=True, slots=True)
class IncidentClosed:
    """Nothing more is expected: resolved and held. Open papers (reports) keep their clocks.

    `withdrawn` closes without a recovery and cancels the clocks: the fault turned out to be a part of `merged_into`, or
    the device left the inventory. `ended` says which; older journals do not hold it, so ask for `ending`.
    """

    at: datetime
    incident: IncidentId
    reason: str
    withdrawn: bool = False
    merged_into: IncidentId | None = None
    ended: Ending | None = None

    @property
    def ending(self) -> Ending:
        """Why it is over, also where an older journal tells it by the other fields alone."""
        if self.ended is not None:
            return self.ended
        if self.merged_into is not None:
            return Ending.MERGED
        return Ending.LEFT_INVENTORY if self.withdrawn else Ending.RECOVERED


@dataclass(frozen=True, slots=True)
class CommandRefused:
    """Somebody asked for something that cannot be; nothing changed but this record. `command` is its kind in a word."""

    at: datetime
    command: str
    incident: IncidentId | None
    device: DeviceName | None
    by: str
    reason: str
    via: str = ""
    reason_zh: str = ""


@dataclass(frozen=True, slots=True)
class MaintenanceSet:
    """A maintenance window of a device: from now until `until`; `until` None ends it."""

    at: datetime
    device: DeviceName
    until: datetime | None
    by: str
    note: str = ""
    via: str = ""


@dataclass(frozen=True, slots=True)
class DeviceRenamed:
    """The inventory says that the device was named `formerly` before: whatever is known of that name is known of it."""

    at: datetime
    device: DeviceName
    formerly: DeviceName


@dataclass(frozen=True, slots=True)
class BackupRecorded:
    """A configuration was captured and proved, or was not and why. `taken_at` is when the device was read.

    `commit` is where its text is in the repository of configurations; `order` the change order that it belongs to.
    """

    at: datetime
    device: DeviceName
    taken_at: datetime
    ok: bool
    reason: str = ""
    commit: str = ""
    lines: int = 0
    changed: bool = False
    order: str = ""
    unannounced: bool = False
    reason_zh: str = ""


@dataclass(frozen=True, slots=True)
class HostKeyRecorded:
    """An SSH server showed a key that was not met before. `trusted`: it is pinned from now on; else it was refused.

    `fingerprint` is as `ssh-keygen -l` prints it, `address` where it was shown; "" where that is not known.
    """

    at: datetime
    device: DeviceName
    port: int
    fingerprint: str
    trusted: bool
    address: str = ""


ClockEvent = ClockChanged
Change = (
    IncidentOpened
    | FaultSeen
    | IncidentReopened
    | FactAdded
    | ChildAttached
    | ChildDetached
    | RecoverySeen
    | RecoveryWithdrawn
    | IncidentRenewed
    | SeveritySet
    | ScopeJudged
    | DiagnosisAttached
    | IncidentClosed
    | CommandRefused
)
OnCallEvent = PageEvent | SilenceEvent | ObligationTold | ChannelNearlyUsed
Event = (
    Transition
    | ClockEvent
    | Change
    | MaintenanceSet
    | DeviceRenamed
    | DutyEvent
    | BackupRecorded
    | HostKeyRecorded
    | RosterEvent
    | OnCallEvent
    | AccessEvent
)
