"""All incidents, and the indexes by which the room finds what a transition concerns.

`apply` folds one Change or Transition into them. It never refuses and never raises on an event of the journal: whether
an event may happen was decided before it was written.
"""

from dataclasses import dataclass, field, replace
from typing import TypeVar

from immutables import Map

from opsmon.incident.incident import OUTAGE_STATES, Incident
from opsmon.model.event import (
    Change,
    ChildAttached,
    ChildDetached,
    CommandRefused,
    ConditionCleared,
    ConditionRaised,
    DeviceState,
    DeviceStateChanged,
    DiagnosisAttached,
    FactAdded,
    IncidentClosed,
    IncidentOpened,
    RecoverySeen,
    RecoveryWithdrawn,
    ScopeJudged,
    SeveritySet,
)
from opsmon.model.name import DeviceName, IncidentId

K = TypeVar("K")
V = TypeVar("V")
# What an incident is about: device, condition, subject. Conditions have names; a state of the whole device has none of
# its own here, since the names of states may change with the rules.
Cause = tuple[DeviceName, str, str]
IncidentChange = Change | DeviceStateChanged | ConditionRaised | ConditionCleared


OUTAGE, DEGRADED = "", "~degraded"


def outage_of(device: DeviceName) -> Cause:
    """Not being there, in whatever way: one root cause."""
    return device, OUTAGE, ""


def degraded_of(device: DeviceName) -> Cause:
    """Answering, with a part that does not."""
    return device, DEGRADED, ""


def cause_of(incident: Incident | IncidentOpened) -> Cause:
    if incident.state is None:
        return incident.device, incident.condition, incident.subject
    return outage_of(incident.device) if incident.state in OUTAGE_STATES else degraded_of(incident.device)


@dataclass(frozen=True, slots=True)
class Incidents:
    """`suppressed` are conditions that hold on a device that is not to open anything at present; `hidden` are
    unreachable devices and the device that hides each; `states` holds the last word on every device of which
    something is known.
    `numbers` counts the incidents of each day."""

    by_id: Map[IncidentId, Incident] = field(default_factory=Map)
    open_by_cause: Map[Cause, IncidentId] = field(default_factory=Map)
    parent_incident: Map[DeviceName, IncidentId] = field(default_factory=Map)
    suppressed: Map[Cause, ConditionRaised] = field(default_factory=Map)
    hidden: Map[DeviceName, DeviceName] = field(default_factory=Map)
    hidden_behind: Map[DeviceName, frozenset[DeviceName]] = field(default_factory=Map)
    states: Map[DeviceName, DeviceStateChanged] = field(default_factory=Map)
    numbers: Map[str, int] = field(default_factory=Map)

    def state_of(self, device: DeviceName) -> DeviceState:
        last = self.states.get(device)
        return DeviceState.UNKNOWN if last is None else last.after

    def outage_of(self, device: DeviceName) -> Incident | None:
        """The open incident that says that the device is not there."""
        return self.find_open(outage_of(device))

    def find_open(self, cause: Cause) -> Incident | None:
        incident = self.open_by_cause.get(cause)
        return None if incident is None else self.by_id[incident]

    def open_incidents(self) -> tuple[Incident, ...]:
        """Open incidents in the order of their ids."""
        return tuple(self.by_id[incident] for incident in sorted(set(self.open_by_cause.values()), key=id_order))


def id_order(incident: IncidentId) -> tuple[str, int]:
    """Sorts `20261120-9` before `20261120-10`; an id of another shape sorts by its text."""
    day, _, number = incident.partition("-")
    return (day, int(number)) if number.isdigit() else (incident, 0)


def apply(incidents: Incidents, event: IncidentChange) -> Incidents:
    """The incidents as they are after the event."""
    match event:
        case IncidentOpened():
            return _opened(incidents, event)
        case DeviceStateChanged():
            return _state_changed(incidents, event)
        case ConditionRaised():
            return _raised(incidents, event)
        case ConditionCleared():
            cause = event.device, event.condition, event.subject
            return replace(incidents, suppressed=without(incidents.suppressed, cause))
        case CommandRefused():
            return incidents
    incident = incidents.by_id.get(event.incident)
    return incidents if incident is None else _changed(incidents, incident, event)


def _opened(incidents: Incidents, event: IncidentOpened) -> Incidents:
    incident = Incident(
        id=event.incident,
        condition=event.condition,
        subject=event.subject,
        device=event.device,
        site=event.site,
        kind=event.kind,
        contract=event.contract,
        service=event.service,
        severity=event.severity,
        alert_severity=event.severity,
        opened_at=event.at,
        starts_at=event.starts_at,
        detail=event.detail,
        labels=event.labels,
        state=event.state,
        gives_way_at=event.gives_way_at,
        value=event.value,
    )
    cause = cause_of(event)
    day, number = id_order(event.incident)
    return replace(
        incidents,
        by_id=incidents.by_id.set(event.incident, incident),
        open_by_cause=incidents.open_by_cause.set(cause, event.incident),
        suppressed=without(incidents.suppressed, cause),
        numbers=incidents.numbers.set(day, max(number, incidents.numbers.get(day, 0))),
    )


def _changed(incidents: Incidents, incident: Incident, event: Change) -> Incidents:
    match event:
        case ChildAttached():
            incident = replace(
                incident, children=incident.children | {event.device}, affected=incident.affected | {event.device}
            )
            parents = incidents.parent_incident.set(event.device, incident.id)
            return replace(incidents, by_id=incidents.by_id.set(incident.id, incident), parent_incident=parents)
        case ChildDetached():
            incident = replace(incident, children=incident.children - {event.device})
            parents = without(incidents.parent_incident, event.device)
            return replace(incidents, by_id=incidents.by_id.set(incident.id, incident), parent_incident=parents)
        case IncidentClosed():
            return _closed(incidents, incident, event)
    return replace(incidents, by_id=incidents.by_id.set(incident.id, _told(incident, event)))


def _told(incident: Incident, event: Change) -> Incident:
    """What an event changes in the incident alone."""
    match event:
        case FactAdded():
            return replace(incident, facts=(*incident.facts, event.fact))
        case RecoverySeen():
            return replace(incident, recovered_at=event.since, hold_until=event.hold_until)
        case RecoveryWithdrawn():
            return replace(incident, recovered_at=None, hold_until=None)
        case SeveritySet() | ScopeJudged():
            return _judged(incident, event)
        case DiagnosisAttached():
            return replace(incident, diagnosis=(*incident.diagnosis, event.text))
    return incident


def _judged(incident: Incident, event: SeveritySet | ScopeJudged) -> Incident:
    if isinstance(event, SeveritySet):
        return replace(incident, severity=event.severity)
    own = {key: value for key, value in {**incident.own_labels, **event.labels}.items() if value}
    return replace(
        incident,
        severity=event.severity or incident.severity,
        service=event.service or incident.service,
        own_labels=own,
    )


def _closed(incidents: Incidents, incident: Incident, event: IncidentClosed) -> Incidents:
    closed = replace(
        incident,
        hold_until=None,
        closed_at=event.at,
        close_reason=event.reason,
        withdrawn=event.withdrawn,
        merged_into=event.merged_into,
        ended=event.ending,
        children=frozenset(),
    )
    parents = incidents.parent_incident
    for child in incident.children:
        parents = without(parents, child)
    return replace(
        incidents,
        by_id=incidents.by_id.set(incident.id, closed),
        open_by_cause=without(incidents.open_by_cause, cause_of(incident)),
        parent_incident=parents,
    )


def _state_changed(incidents: Incidents, event: DeviceStateChanged) -> Incidents:
    unknown = event.after is DeviceState.UNKNOWN
    states = without(incidents.states, event.device) if unknown else incidents.states.set(event.device, event)
    return _hide(replace(incidents, states=states), event)


def _hide(incidents: Incidents, event: DeviceStateChanged) -> Incidents:
    device, before = event.device, incidents.hidden.get(event.device)
    cause = event.cause if event.after is DeviceState.UNREACHABLE else None
    if before == cause:
        return incidents
    hidden, behind = without(incidents.hidden, device), incidents.hidden_behind
    if before is not None:
        behind = _removed(behind, before, device)
    if cause is not None:
        hidden, behind = hidden.set(device, cause), _added(behind, cause, device)
    return replace(incidents, hidden=hidden, hidden_behind=behind)


def _raised(incidents: Incidents, event: ConditionRaised) -> Incidents:
    """Every condition that holds and has no incident is kept, until it clears or is opened."""
    cause = event.device, event.condition, event.subject
    if cause in incidents.open_by_cause:
        return incidents
    return replace(incidents, suppressed=incidents.suppressed.set(cause, event))


def without(mapping: Map[K, V], key: K) -> Map[K, V]:
    return mapping.delete(key) if key in mapping else mapping


def _added(mapping: Map[K, frozenset[V]], key: K, value: V) -> Map[K, frozenset[V]]:
    return mapping.set(key, mapping.get(key, frozenset()) | {value})


def _removed(mapping: Map[K, frozenset[V]], key: K, value: V) -> Map[K, frozenset[V]]:
    rest = mapping.get(key, frozenset()) - {value}
    return mapping.set(key, rest) if rest else without(mapping, key)
