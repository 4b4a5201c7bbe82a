"""What the engine wants done outside. Effects leave only after the events that caused them are in the journal."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from opsmon.incident.incident import Incident
from opsmon.model.event import ClockChanged
from opsmon.model.incident import Ending
from opsmon.model.name import DeviceName, IncidentId
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
    clock of the incident that is due next. `is_taken_on`: it is told (again) because a person acknowledged it.
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


Effect = ReprobeRequest | Diagnose | Notify
