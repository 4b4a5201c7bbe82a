"""All incidents, and the indexes by which the room finds what a transition concerns.

`apply` folds one Change or Transition into them. It never refuses and never raises on an event of the journal: whether
an event may happen was decided before it was written.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
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
    ConditionUnseen,
    DeviceState,
    DeviceStateChanged,
    DiagnosisAttached,
    FactAdded,
    FaultSeen,
    IncidentClosed,
    IncidentOpened,
    IncidentRenewed,
    IncidentReopened,
    RecoverySeen,
    RecoveryWithdrawn,
    ScopeJudged,
    SeveritySet,
)
from opsmon.model.incident import Ending
from opsmon.model.name import DeviceName, IncidentId
from opsmon.text.journal_reason import FIRST_SEEN, written

K = TypeVar("K")
V = TypeVar("V")
# What an incident is about: device, condition, subject. Conditions have names; a state of the whole device has none of
# its own here, since the names of states may change with the rules.
Cause = tuple[DeviceName, str, str]
IncidentChange = Change | DeviceStateChanged | ConditionRaised | ConditionUnseen | ConditionCleared


OUTAGE, DEGRADED, REPORTED = "", "~degraded", "~reported"
ANSWERING = frozenset({DeviceState.UP, DeviceState.DEGRADED})


def outage_of(device: DeviceName) -> Cause:
    """Not being there, in whatever way: one root cause."""
    return device, OUTAGE, ""


def degraded_of(device: DeviceName) -> Cause:
    """Answering, with a part that does not."""
    return device, DEGRADED, ""


def cause_of(incident: Incident) -> Cause:
    """What monitoring sees; what a person alone knows of is a cause of its own."""
    if not incident.is_watched:
        return incident.device, REPORTED, incident.id
    if incident.state is None:
        if incident.seen_condition:
            return incident.device, incident.seen_condition, incident.seen_subject
        return incident.device, incident.condition, incident.subject
    return outage_of(incident.device) if incident.state in OUTAGE_STATES else degraded_of(incident.device)


@dataclass(frozen=True, slots=True)
class Incidents:
    """`suppressed` are conditions that hold on a device that is not to open anything at present; `hidden` are
    unreachable devices and the device that hides each; `states` holds the last word on every device of which
    something is known. `numbers` counts the incidents of each day. `reported_on` are the open incidents of a device of
    which only people know. `folded` are devices whose own outage was taken for a part of another's, and have not
    answered since."""

    by_id: Map[IncidentId, Incident] = field(default_factory=Map)
    open_by_cause: Map[Cause, IncidentId] = field(default_factory=Map)
    parent_incident: Map[DeviceName, IncidentId] = field(default_factory=Map)
    suppressed: Map[Cause, ConditionRaised] = field(default_factory=Map)
    hidden: Map[DeviceName, DeviceName] = field(default_factory=Map)
    hidden_behind: Map[DeviceName, frozenset[DeviceName]] = field(default_factory=Map)
    states: Map[DeviceName, DeviceStateChanged] = field(default_factory=Map)
    folded: Map[DeviceName, IncidentId] = field(default_factory=Map)
    numbers: Map[str, int] = field(default_factory=Map)
    reported_on: Map[DeviceName, frozenset[IncidentId]] = field(default_factory=Map)

    def state_of(self, device: DeviceName) -> DeviceState:
        last = self.states.get(device)
        return DeviceState.UNKNOWN if last is None else last.after

    def outage_of(self, device: DeviceName) -> Incident | None:
        """The open incident that says that the device is not there."""
        return self.find_open(outage_of(device))

    def find_open(self, cause: Cause) -> Incident | None:
        incident = self.open_by_cause.get(cause)
        return None if incident is None else self.by_id[incident]

    def reports_of(self, device: DeviceName) -> tuple[Incident, ...]:
        """The open incidents of the device of which only people know, the earliest report first."""
        found = [self.by_id[name] for name in self.reported_on.get(device, ())]
        return tuple(sorted(found, key=lambda one: (one.starts_at, id_order(one.id))))

    def open_incidents(self) -> tuple[Incident, ...]:
        """Open incidents in the order of their ids."""
        return tuple(self.by_id[incident] for incident in sorted(set(self.open_by_cause.values()), key=id_order))


def id_order(incident: IncidentId) -> tuple[str, int]:
    """Sorts `20261120-9` before `20261120-10`; an id of another shape sorts by its text."""
    day, _, number = incident.partition("-")
    return (day, int(number)) if number.isdecimal() else (incident, 0)


def apply(incidents: Incidents, event: IncidentChange) -> Incidents:
    """The incidents as they are after the event."""
    match event:
        case IncidentOpened():
            return _opened(incidents, event)
        case DeviceStateChanged():
            return _state_changed(incidents, event)
        case ConditionRaised() | ConditionUnseen() | ConditionCleared():
            return _condition_changed(incidents, event)
        case CommandRefused():
            return incidents
    incident = incidents.by_id.get(event.incident)
    return incidents if incident is None else _changed(incidents, incident, event)


def _opened(incidents: Incidents, event: IncidentOpened) -> Incidents:
    day, number = id_order(event.incident)
    numbers = incidents.numbers.set(day, max(number, incidents.numbers.get(day, 0)))
    return _enter(replace(incidents, numbers=numbers), Incident.opened(event))


def _enter(incidents: Incidents, incident: Incident) -> Incidents:
    """Puts an open incident where its cause is looked up."""
    cause, reported = cause_of(incident), incidents.reported_on
    if not incident.is_watched and incident.device:
        reported = _added(reported, incident.device, incident.id)
    return replace(
        incidents,
        by_id=incidents.by_id.set(incident.id, incident),
        open_by_cause=incidents.open_by_cause.set(cause, incident.id),
        suppressed=without(incidents.suppressed, cause),
        reported_on=reported,
        folded=without(incidents.folded, incident.device) if cause[1] == OUTAGE else incidents.folded,
    )


def _leave(incidents: Incidents, incident: Incident) -> Incidents:
    """Takes it away from there."""
    cause, causes, reported = cause_of(incident), incidents.open_by_cause, incidents.reported_on
    if not incident.is_watched:
        reported = _removed(reported, incident.device, incident.id)
    if causes.get(cause) == incident.id:
        causes = causes.delete(cause)
    return replace(incidents, open_by_cause=causes, reported_on=reported)


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
        case IncidentReopened():
            return _enter(_leave(incidents, incident), _reopened(incident))
        case FaultSeen():
            return _enter(_leave(incidents, incident), _seen(incident, event))
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
        case DiagnosisAttached() | IncidentRenewed():
            return _found_out(incident, event)
    return incident


def _found_out(incident: Incident, event: DiagnosisAttached | IncidentRenewed) -> Incident:
    if isinstance(event, IncidentRenewed):
        return replace(incident, detail=event.reason)
    return replace(incident, diagnosis=(*incident.diagnosis, event.text))


def _judged(incident: Incident, event: SeveritySet | ScopeJudged) -> Incident:
    if isinstance(event, SeveritySet):
        return replace(incident, severity=event.severity)
    own = {key: value for key, value in {**incident.own_labels, **event.labels}.items() if value}
    return replace(
        incident,
        severity=event.severity or incident.severity,
        service=event.service or incident.service,
        own_labels=own,
        severity_given=incident.severity_given or event.severity is not None,
        judgements=(*incident.judgements, event),
    )


def _seen(incident: Incident, event: FaultSeen) -> Incident:
    return replace(
        incident,
        is_watched=True,
        seen_condition=event.condition,
        seen_subject=event.subject,
        severity=event.severity,
        state=event.state,
        value=event.value,
        gives_way_at=event.gives_way_at,
    )


def _reopened(incident: Incident) -> Incident:
    return replace(
        incident, is_watched=False, recovered_at=None, hold_until=None, closed_at=None, close_reason="",
        withdrawn=False, ended=None,
    )  # fmt: skip


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
    left = _leave(incidents, incident)
    folded = _folded(left, closed)
    return replace(left, by_id=left.by_id.set(incident.id, closed), parent_incident=parents, folded=folded)


def _folded(incidents: Incidents, closed: Incident) -> Map[DeviceName, IncidentId]:
    """An outage that was merged into that of another device may turn out to have been one of its own."""
    into = None if closed.merged_into is None else incidents.by_id.get(closed.merged_into)
    is_part = closed.ended is Ending.MERGED and into is not None and into.device != closed.device
    if not is_part or closed.state not in OUTAGE_STATES:
        return incidents.folded
    return incidents.folded.set(closed.device, closed.id)


def _state_changed(incidents: Incidents, event: DeviceStateChanged) -> Incidents:
    unknown = event.after is DeviceState.UNKNOWN
    states = without(incidents.states, event.device) if unknown else incidents.states.set(event.device, event)
    folded = without(incidents.folded, event.device) if answers(event) else incidents.folded
    suppressed = _uncovered(incidents, event)
    return _hide(replace(incidents, states=states, folded=folded, suppressed=suppressed), event)


def _uncovered(incidents: Incidents, event: DeviceStateChanged) -> Map[Cause, ConditionRaised]:
    """A condition that began in a maintenance window begins with its end, as a fault of the whole device does."""
    suppressed, since, until = incidents.suppressed, event.covered_since, event.covered_until
    if since is None or until is None:
        return suppressed
    for cause, raised in suppressed.items():
        if cause[0] == event.device and since <= raised.since < until:
            seen = written(FIRST_SEEN, raised.since.isoformat(timespec="seconds"))
            detail = f"{raised.detail}; {seen}" if raised.detail else seen
            suppressed = suppressed.set(cause, replace(raised, since=until, detail=detail))
    return suppressed


def answers(event: object) -> bool:
    """Whether the event says that its device answers, whatever covers it."""
    if not isinstance(event, DeviceStateChanged):
        return False
    return event.after in ANSWERING or (event.measured is not None and event.measured.state in ANSWERING)


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


def _condition_changed(incidents: Incidents, event: ConditionRaised | ConditionUnseen | ConditionCleared) -> Incidents:
    cause = event.device, event.condition, event.subject
    match event:
        case ConditionRaised():
            return _raised(incidents, event)
        case ConditionUnseen():
            return _seen_until(incidents, cause, event.unseen_since)
        case ConditionCleared():
            return _seen_until(replace(incidents, suppressed=without(incidents.suppressed, cause)), cause, None)


def _seen_until(incidents: Incidents, cause: Cause, moment: datetime | None) -> Incidents:
    """What the open incident of the cause is measured from was last seen then; None: it is seen."""
    incident = incidents.find_open(cause)
    if incident is None or incident.unseen_since == moment:
        return incidents
    seen = replace(incident, unseen_since=moment)
    return replace(incidents, by_id=incidents.by_id.set(incident.id, seen))


def _raised(incidents: Incidents, event: ConditionRaised) -> Incidents:
    """Every condition that holds and has no incident is kept, until it clears or is opened."""
    cause = event.device, event.condition, event.subject
    if cause in incidents.open_by_cause:
        return _seen_until(incidents, cause, None)
    return replace(incidents, suppressed=incidents.suppressed.set(cause, event))


def without(mapping: Map[K, V], key: K) -> Map[K, V]:
    return mapping.delete(key) if key in mapping else mapping


def _added(mapping: Map[K, frozenset[V]], key: K, value: V) -> Map[K, frozenset[V]]:
    return mapping.set(key, mapping.get(key, frozenset()) | {value})


def _removed(mapping: Map[K, frozenset[V]], key: K, value: V) -> Map[K, frozenset[V]]:
    rest = mapping.get(key, frozenset()) - {value}
    return mapping.set(key, rest) if rest else without(mapping, key)
