"""What the engine wants done outside. Effects leave only after the events that caused them are in the journal."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from opsmon.incident.incident import Incident
from opsmon.model.event import ClockChanged
from opsmon.model.incident import Ending, HeldBy
from opsmon.model.name import ChannelName, DeviceName, IncidentId, PersonId
from opsmon.model.page import CallReason, ChannelNearlyUsed, ObligationTold, SilenceWarned
from opsmon.model.roster import DutyChanged
from opsmon.state.fleet import ReprobeRequest


@dataclass(frozen=True, slots=True)
class Diagnose:
    """Look at a device that went down: trace its path, ping it in a burst, and attach what was found."""

    incident: IncidentId
    device: DeviceName


class AlertKind(StrEnum):
    INCIDENT = "incident"
    AT_RISK = "at_risk"
    BREACHED = "breached"


class AlertStatus(StrEnum):
    FIRING = "firing"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Notify:
    """One alert to tell people about: an incident, or one of its clocks (`clock` is its last word).

    `incident` is the incident as it was when the alert was decided. `sequence` counts the alerts of the incident from
    1: with the incident's id it names the alert for ever, and receivers must be told in this order. `starts_at` and
    `ends_at` are those of the alert: an incident's start, or the moment when the clock became at risk or breached.
    `ended` is why what is resolved is over, and `renamed_to` the device's new name where that is why; `nearest` is the
    clock of the incident that is due next, and `held` who has it. `is_taken_on`: it is told (again) because a person
    acknowledged it.
    """

    at: datetime
    alert: AlertKind
    status: AlertStatus
    incident: Incident
    clock: ClockChanged | None
    sequence: int
    starts_at: datetime
    ends_at: datetime | None = None
    ended: Ending | None = None
    nearest: ClockChanged | None = None
    renamed_to: DeviceName | None = None
    is_taken_on: bool = False
    held: HeldBy | None = None


@dataclass(frozen=True, slots=True)
class Tell:
    """People on call to be told of an incident: `people`, by the first channel of `by` that takes the message.

    `sequence` goes on from that of the alerts: with the incident's id it names the message for ever. `step` and
    `round` count from 1; `step` is 0 for what is told beside the steps. `call` counts the messages of the page.
    `next_at` is when somebody else is told unless it is acknowledged, None where nobody will be. `clock` is the clock
    that it is about, `nearest` the one that is due next. `held` is who has the incident, None where nobody has.
    `status` is resolved where it is over, and `ended` says why.
    """

    at: datetime
    incident: Incident
    sequence: int
    reason: CallReason
    people: tuple[PersonId, ...]
    by: tuple[ChannelName, ...]
    step: int
    round: int
    call: int
    next_at: datetime | None
    clock: ClockChanged | None = None
    nearest: ClockChanged | None = None
    status: AlertStatus = AlertStatus.FIRING
    held: HeldBy | None = None
    ended: Ending | None = None


@dataclass(frozen=True, slots=True)
class TellOther:
    """People on call to be told of what is no incident: a silence, a task of a contract, a hand-over, a month that is
    nearly used up. `key` names the message for ever. `open_incidents` are those that are handed over."""

    at: datetime
    key: str
    about: SilenceWarned | ObligationTold | DutyChanged | ChannelNearlyUsed
    people: tuple[PersonId, ...]
    by: tuple[ChannelName, ...]
    open_incidents: tuple[IncidentId, ...] = ()


Message = Notify | Tell | TellOther  # what people are sent
Effect = ReprobeRequest | Diagnose | Message
