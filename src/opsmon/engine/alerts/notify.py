"""What people are told of the alerts that an event ends and begins, and why those that end are over."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from opsmon.engine.alerts.changes import PAPERS, AlertCause, AlertChange, clock_statuses_of
from opsmon.engine.effect import AlertStatus, Notify
from opsmon.engine.holder import holder_now
from opsmon.engine.world import ClockKey, ClockStatus, World
from opsmon.incident.incident import Incident
from opsmon.model.event import (
    ClockChanged,
    ClockState,
    DeviceRenamed,
    DeviceStateChanged,
    FactAdded,
    IncidentClosed,
)
from opsmon.model.incident import Ending, FactType, exclusion_of
from opsmon.model.name import IncidentId

AlertEvent = AlertCause | DeviceStateChanged | DeviceRenamed  # the last two touch every incident of their device


def alerts_of(before: World, after: World, event: AlertEvent, changes: Iterable[AlertChange]) -> list[Notify]:
    """What people are told of the `changes` that an event makes; `before` and `after` are the worlds around it."""
    told: list[Notify] = []
    sent: dict[IncidentId, int] = {}
    for change in changes:
        number = sent.get(change.incident, before.alerts_sent.get(change.incident, 0)) + 1
        sent[change.incident] = number
        told.append(_notify(event, _incident_told(before, after, event, change), change, number))
    return told


def _incident_told(before: World, after: World, event: AlertEvent, change: AlertChange) -> Incident:
    """What ends with a device's old name has the labels of that name."""
    is_old = isinstance(event, DeviceRenamed) and change.status is AlertStatus.RESOLVED
    return (before if is_old else after).incidents.by_id[change.incident]


def _notify(event: AlertEvent, incident: Incident, change: AlertChange, sequence: int) -> Notify:
    over, status = change.status is AlertStatus.RESOLVED, change.clock
    starts_at = incident.starts_at if status is None else status.alert_since or event.at
    closed = status is None and isinstance(event, IncidentClosed)
    ended_at = incident.resolved_at if closed and incident.resolved_at is not None else event.at
    clock = None if status is None else event if isinstance(event, ClockChanged) else status.last
    return Notify(
        at=event.at,
        alert=change.kind,
        status=change.status,
        incident=incident,
        clock=clock,
        sequence=sequence,
        starts_at=starts_at,
        ends_at=max(starts_at, ended_at) if over else None,
        ended=ending_of(event, incident) if over else None,
        renamed_to=event.device if over and isinstance(event, DeviceRenamed) else None,
        is_taken_on=status is None and isinstance(event, FactAdded) and event.fact.type is FactType.ACKNOWLEDGED,
    )


def ending_of(event: AlertEvent, incident: Incident) -> Ending:
    """Why the alert that the event ends is over."""
    match event:
        case DeviceRenamed():
            return Ending.RENAMED
        case DeviceStateChanged():
            return Ending.MAINTENANCE
        case IncidentClosed():
            return event.ending
        case ClockChanged() if not event.after.is_open:
            return _ending_of_clock(event, incident)
    # What was nearly late is late now; or it is given more time, and is late no longer.
    breached = isinstance(event, ClockChanged) and event.after is ClockState.BREACHED
    return Ending.PASSED_ON if breached else Ending.WITHDRAWN


def _ending_of_clock(event: ClockChanged, incident: Incident) -> Ending:
    if event.after is not ClockState.CANCELLED:
        return Ending.MET
    if exclusion_of(incident.facts, event.clause) is not None:
        return Ending.EXCLUDED
    return incident.ended or Ending.WITHDRAWN


def without_passing(alerts: list[Notify]) -> tuple[Notify, ...]:
    """Leaves out what began and ended within one decision: a late look at a clock tells where it stands now. What is
    told again within one decision is told once."""
    kept: list[Notify] = []
    for alert in alerts:
        twin = next((one for one in kept if _name(one) == _name(alert) and one.status is AlertStatus.FIRING), None)
        if twin is not None:
            kept.remove(twin)
        if twin is None or alert.status is AlertStatus.FIRING:
            kept.append(alert)
    return tuple(kept)


def as_of(alert: Notify, world: World) -> Notify:
    """The alert with its incident as the decision left it: with the children that were found in the same moment, and
    with the clock that is due next, and whoever has it then."""
    if alert.ended is Ending.RENAMED:  # its labels are those of the old name
        return replace(alert, held=holder_now(world, alert.incident))
    incident = world.incidents.by_id.get(alert.incident.id, alert.incident)
    nearest = nearest_clock(clock_statuses_of(world, alert.incident.id))
    return replace(alert, incident=incident, nearest=nearest, held=holder_now(world, incident))


def nearest_clock(statuses: Mapping[ClockKey, ClockStatus]) -> ClockChanged | None:
    """The open clock of an incident that is due first; None where none is open. A paper that is owed counts last:
    nobody drives out for it."""
    if not statuses:
        return None
    waiting = [status.last for status in statuses.values() if status.last.after.is_open]
    due = [
        (clock.target in PAPERS, end, clock.clause, clock)
        for clock in waiting
        if (end := clock.effective_due_at) is not None
    ]
    return min(due, key=lambda one: one[:3])[3] if due else None


def _name(alert: Notify) -> tuple[object, ...]:
    clock = alert.clock
    return alert.incident.id, alert.alert, None if clock is None else (clock.clause, clock.target)
