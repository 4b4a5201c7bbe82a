"""What the log says of what was decided: a line for what a person would want to see pass by."""

from datetime import UTC, tzinfo

from opsmon.model.access_event import AccessEvent, OperationRequested, SignedIn, SignedOut, SignInFailed
from opsmon.model.event import (
    BackupRecorded,
    ClockChanged,
    ClockState,
    CommandRefused,
    DeviceRenamed,
    Event,
    FactAdded,
    FaultSeen,
    IncidentClosed,
    IncidentOpened,
    IncidentRenewed,
    IncidentReopened,
    MaintenanceSet,
    RecoveryWithdrawn,
    ScopeJudged,
    SeveritySet,
)
from opsmon.model.incident import Ending, FactType
from opsmon.model.page import ChannelNearlyUsed, ObligationTold, PageEvent, SilenceEvent
from opsmon.model.roster import DutyChanged, OverrideEnded, OverrideSet, RosterEvent
from opsmon.pipeline.page_log import narrate_page, narrate_silence
from opsmon.text.count import counted
from opsmon.text.time import iso_second

LOUD = frozenset({ClockState.AT_RISK, ClockState.BREACHED, ClockState.MET_LATE})


def narrate(event: Event, zone: tzinfo = UTC) -> str:
    """The line, with its times in `zone`; "" for what is not worth one."""
    match event:
        case ClockChanged() if event.after in LOUD:
            due = "" if event.due_at is None else f", due at {iso_second(event.due_at, zone)}"
            return f"incident {event.incident}: {event.contract} {event.clause} {event.target} is {event.after}{due}"
        case DeviceRenamed():
            return f"{event.device} was named {event.formerly}: its incidents and its state go on"
        case MaintenanceSet():
            until = "ends" if event.until is None else f"until {iso_second(event.until, zone)}"
            return f"maintenance of {event.device} {until}, says {event.by}{_through(event.via)}"
        case CommandRefused():
            return f"refused {event.command} of {event.by or 'nobody'}{_through(event.via)}: {event.reason}"
        case BackupRecorded():
            return _backup(event)
    words = narrate_page(event, zone) if isinstance(event, PageEvent) else _words_of_incident(event)
    words = words or _words_of_people(event)
    return f"incident {getattr(event, 'incident', '')} {words}" if words else _of_people(event, zone)


def _of_people(event: Event, zone: tzinfo) -> str:
    """Who came in, who is on duty, and who is not called."""
    if isinstance(event, AccessEvent):
        return _access(event)
    if isinstance(event, RosterEvent):
        return _roster(event)
    return narrate_silence(event, zone) if isinstance(event, SilenceEvent | ObligationTold | ChannelNearlyUsed) else ""


def _roster(event: RosterEvent) -> str:
    match event:
        case OverrideSet():
            swap = f"{event.person_out or 'nobody'} → {event.person_in or 'nobody'}"
            return f"swap {event.override}: {swap} in {event.rota} {event.shift} of {event.day}, says {event.by}"
        case OverrideEnded():
            return f"swap {event.override} holds no more, says {event.by}"
        case DutyChanged():
            return f"on duty of {event.rota}: {', '.join(event.people) or 'nobody'} ({event.shift or 'no shift'})"


def _through(via: str) -> str:
    """Which token or account it was, beside the person's own word."""
    return f" ({via})" if via else ""


def _access(event: AccessEvent) -> str:
    match event:
        case SignedIn():
            return f"{event.account} signed in ({event.via})"
        case SignedOut():
            several = f", {counted(event.count, 'sessions')}" if event.count > 1 else ""
            return f"{event.account} signed out ({event.how}{several}){_through(event.via)}"
        case SignInFailed():
            whom = f" as {event.account}" if event.account else ""
            where = f" from {event.address}" if event.address else ""
            return f"{counted(event.count, 'sign-ins')}{whom}{where} failed"
        case OperationRequested():
            return f"{event.operation} of {event.subject}, by {event.account}{_through(event.via)}"
    detail = f": {event.detail}" if event.detail else ""
    return f"account {event.account} {event.change}, by {event.by}{_through(event.via)}{detail}"


def _backup(event: BackupRecorded) -> str:
    if event.unannounced and event.changed:
        return f"the configuration of {event.device} changed without a change order"
    return "" if event.ok else f"no backup of {event.device}: {event.reason}"


def _ending_of(event: IncidentClosed) -> str:
    return "" if event.ending is Ending.RECOVERED else f", {event.ending}"


def _words_of_incident(event: Event) -> str:
    match event:
        case IncidentOpened():
            subject, by = (
                f" {event.subject}" if event.subject else "",
                f", says {event.by}{_through(event.via)}" if event.by else "",
            )
            return f"opened: {event.device or event.site} {event.condition}{subject} ({event.detail}){by}"
        case FaultSeen():
            return f"is seen by monitoring: {event.condition} ({event.detail})"
        case IncidentClosed():
            return f"closed{_ending_of(event)}: {event.reason}"
        case IncidentReopened():
            return f"is open again: {event.reason}"
        case IncidentRenewed():
            return f"is there for good now: {event.reason}"
    return f"goes on: {event.reason}" if isinstance(event, RecoveryWithdrawn) else ""


def _words_of_people(event: Event) -> str:
    """What people found out or took back."""
    match event:
        case SeveritySet():
            return f"is {event.severity}, says {event.by}"
        case ScopeJudged():
            labels = [f"{key}={value}" for key, value in event.labels.items()]
            found = " ".join(word for word in (event.severity, event.service, *labels) if word)
            return f"is {found}, says {event.by}{_through(event.via)}: {event.reason}"
        case FactAdded() if event.fact.contradicted:
            return f"is resolved, says {event.fact.by}{_through(event.fact.via)}, while monitoring still sees the fault"
        case FactAdded() if event.fact.type is FactType.WITHDRAWN:
            who = f"{event.fact.by}{_through(event.fact.via)}"
            return f"goes on without fact {event.fact.withdraws}, says {who}: {event.fact.note}"
        case FactAdded() if event.fact.type is FactType.EXCLUDED:
            clauses = f" from {', '.join(event.fact.clauses)}" if event.fact.clauses else ""
            approved = f"approved by {event.fact.approved_by}, says {event.fact.by}{_through(event.fact.via)}"
            return f"is excluded{clauses}, {approved}: {event.fact.note}"
    return ""
