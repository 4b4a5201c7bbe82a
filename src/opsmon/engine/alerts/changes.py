"""Which events people are told about, and as which alert: one for an incident, one for a clock at risk or breached.

The alert of an incident is told again when it becomes another's affair: a person takes it on, or gives it back.

The alert of a clock ends with what it warns of: when the clock is met, cancelled or goes on to be breached, and when
the incident is closed (nobody is awaited any more), except for a paper that is still to be handed over.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from immutables import Map

from opsmon.contract.term import Target
from opsmon.engine.effect import AlertKind, AlertStatus
from opsmon.engine.world import ClockKey, ClockStatus, World
from opsmon.incident.incident import Incident
from opsmon.model.event import (
    ClockChanged,
    ClockState,
    DeviceState,
    Event,
    FactAdded,
    IncidentClosed,
    IncidentOpened,
    IncidentRenewed,
    IncidentReopened,
)
from opsmon.model.incident import FactType
from opsmon.model.name import IncidentId

CLOCK_ALERTS = {ClockState.AT_RISK: AlertKind.AT_RISK, ClockState.BREACHED: AlertKind.BREACHED}
PAPERS = frozenset({Target.REPORT})
_MOVES_HOLDER = frozenset({FactType.ACKNOWLEDGED, FactType.WITHDRAWN})
AlertCause = IncidentOpened | IncidentReopened | IncidentRenewed | IncidentClosed | ClockChanged | FactAdded


class AlertChange(NamedTuple):
    """An alert of an incident that begins or ends; `clock` is None for the alert of the incident itself."""

    incident: IncidentId
    kind: AlertKind
    status: AlertStatus
    clock: ClockStatus | None


def clock_statuses_after(world: World, event: Event) -> Mapping[ClockKey, ClockStatus]:
    """The statuses of clocks that an event changes, from what the journal tells: a replay gives the same."""
    match event:
        case ClockChanged():
            return {(event.clause, event.target): _clock_status_after(world, event)}
        case IncidentClosed():
            silent = {
                key: status
                for key, status in clock_statuses_of(world, event.incident).items()
                if status.alert and key[1] not in PAPERS
            }
            return {key: replace(status, alert=None, alert_since=None) for key, status in silent.items()}
        case IncidentReopened():
            pressing = (
                (key, status) for key, status in clock_statuses_of(world, event.incident).items() if not status.alert
            )
            return {
                key: replace(status, alert=CLOCK_ALERTS[status.last.after], alert_since=event.at)
                for key, status in pressing
                if status.last.after in CLOCK_ALERTS
            }
    return {}


_NO_CLOCKS: Map[ClockKey, ClockStatus] = Map()


def clock_statuses_of(world: World, incident: IncidentId) -> Map[ClockKey, ClockStatus]:
    """What the journal last said of each clock of an incident."""
    return world.clock_statuses.get(incident, _NO_CLOCKS)


def _clock_status_after(world: World, event: ClockChanged) -> ClockStatus:
    incident, old = world.incidents.by_id.get(event.incident), clock_statuses_of(world, event.incident).get(_key(event))
    alert = CLOCK_ALERTS.get(event.after) if _is_awaited(incident, event) else None
    if alert is None:
        return ClockStatus(event)
    went_on = old is not None and old.alert is alert
    return ClockStatus(event, alert, old.alert_since if old is not None and went_on else event.at)


def _key(event: ClockChanged) -> ClockKey:
    return event.clause, event.target


def _is_awaited(incident: Incident | None, event: ClockChanged) -> bool:
    return incident is not None and (incident.is_open or event.target in PAPERS)


def changes_of(world: World, event: AlertCause, changed: Mapping[ClockKey, ClockStatus]) -> list[AlertChange]:
    """The alerts that an event ends and begins, in the order in which they are numbered; `world` is before it, and
    `changed` what `words_after` gives."""
    changes: list[AlertChange] = []
    for key, status in changed.items():
        old = clock_statuses_of(world, event.incident).get(key)
        before = None if old is None else old.alert
        if before is not None and before is not status.alert:
            changes.append(AlertChange(event.incident, before, AlertStatus.RESOLVED, old))
        if status.alert is not None and status.alert is not before:
            changes.append(AlertChange(event.incident, status.alert, AlertStatus.FIRING, status))
    if isinstance(event, IncidentOpened | IncidentRenewed) or _is_told_again(world, event):
        changes.append(AlertChange(event.incident, AlertKind.INCIDENT, AlertStatus.FIRING, None))
    if isinstance(event, IncidentClosed):
        changes.append(AlertChange(event.incident, AlertKind.INCIDENT, AlertStatus.RESOLVED, None))
    return changes


def _is_told_again(world: World, event: Event) -> bool:
    """What was closed is open again; what recovered is left to people; a person called over what monitoring sees; or
    another person holds it now, or nobody. Of what a maintenance window covers no fact is told."""
    if not isinstance(event, IncidentReopened | FactAdded):
        return False
    incident = world.incidents.by_id.get(event.incident)
    if incident is None:
        return False
    if isinstance(event, IncidentReopened):
        return not incident.is_open or incident.recovered_at is not None
    if is_covered(world, incident):
        return False
    return event.fact.contradicted or (incident.is_open and _moves_holder(incident, event))


def _moves_holder(incident: Incident, event: FactAdded) -> bool:
    if event.fact.type not in _MOVES_HOLDER:
        return False
    return replace(incident, facts=(*incident.facts, event.fact)).holder != incident.holder


def is_covered(world: World, incident: Incident) -> bool:
    """Whether a maintenance window of its device keeps the alert of the incident quiet."""
    return incident.is_watched and world.incidents.state_of(incident.device) is DeviceState.MAINTENANCE
