"""What the log says of what was decided: a line for what a person would want to see pass by."""

from opsmon.model.event import (
    BackupRecorded,
    ClockChanged,
    ClockState,
    CommandRefused,
    Event,
    IncidentClosed,
    IncidentOpened,
    IncidentRenewed,
    MaintenanceSet,
    RecoveryWithdrawn,
    SeveritySet,
)
from opsmon.model.incident import Ending

LOUD = frozenset({ClockState.AT_RISK, ClockState.BREACHED, ClockState.MET_LATE})


def narrate(event: Event) -> str:
    """The line, "" for what is not worth one."""
    match event:
        case IncidentOpened() | IncidentClosed() | IncidentRenewed() | RecoveryWithdrawn() | SeveritySet():
            return f"incident {event.incident} {_turn_of(event)}"
        case ClockChanged() if event.after in LOUD:
            due = "" if event.due_at is None else f", due at {event.due_at.isoformat(timespec='seconds')}"
            return f"incident {event.incident}: {event.contract} {event.clause} {event.target} is {event.after}{due}"
        case MaintenanceSet():
            until = "ends" if event.until is None else f"until {event.until.isoformat(timespec='seconds')}"
            return f"maintenance of {event.device} {until}, says {event.by}"
        case CommandRefused():
            return f"refused {event.command} of {event.by or 'nobody'}: {event.reason}"
    return _backup(event) if isinstance(event, BackupRecorded) else ""


def _backup(event: BackupRecorded) -> str:
    if event.unannounced and event.changed:
        return f"the configuration of {event.device} changed without a change order"
    return "" if event.ok else f"no backup of {event.device}: {event.reason}"


def _ending_of(event: IncidentClosed) -> str:
    return "" if event.ending is Ending.RECOVERED else f", {event.ending}"


def _turn_of(event: IncidentOpened | IncidentClosed | IncidentRenewed | RecoveryWithdrawn | SeveritySet) -> str:
    match event:
        case IncidentOpened():
            subject = f" {event.subject}" if event.subject else ""
            return f"opened: {event.device} {event.condition}{subject} ({event.detail})"
        case IncidentClosed():
            return f"closed{_ending_of(event)}: {event.reason}"
        case RecoveryWithdrawn():
            return f"goes on: {event.reason}"
        case IncidentRenewed():
            return f"is there for good now: {event.reason}"
        case SeveritySet():
            return f"is {event.severity}, says {event.by}"
