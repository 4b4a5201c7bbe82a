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
from opsmon.engine.effect import AlertKind, AlertStatus, Notify
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
from opsmon.model.incident import Ending, FactType, exclusion_of
from opsmon.model.name import IncidentId

CLOCK_ALERTS = {ClockState.AT_RISK: AlertKind.AT_RISK, ClockState.BREACHED: AlertKind.BREACHED}
PAPERS = frozenset({Target.REPORT})
_MOVES_HOLDER = frozenset({FactType.ACKNOWLEDGED, FactType.WITHDRAWN})
AlertCause = IncidentOpened | IncidentReopened | IncidentRenewed | IncidentClosed | ClockChanged | FactAdded


class Shift(NamedTuple):
    """An alert that begins or ends. `word` is the clock's, None for the alert of the incident itself."""

    kind: AlertKind
    status: AlertStatus
    word: ClockStatus | None


def words_after(world: World, event: Event) -> Mapping[ClockKey, ClockStatus]:
    """The words that an event changes. A function of what the journal tells, so that a replay gives the same."""
    match event:
        case ClockChanged():
            return {(event.clause, event.target): _word_after(world, event)}
        case IncidentClosed():
            silent = {
                key: word
                for key, word in words_of(world, event.incident).items()
                if word.alert and key[1] not in PAPERS
            }
            return {key: replace(word, alert=None, alert_since=None) for key, word in silent.items()}
        case IncidentReopened():
            pressing = ((key, word) for key, word in words_of(world, event.incident).items() if not word.alert)
            return {
                key: replace(word, alert=CLOCK_ALERTS[word.last.after], alert_since=event.at)
                for key, word in pressing
                if word.last.after in CLOCK_ALERTS
            }
    return {}


def words_of(world: World, incident: IncidentId) -> Map[ClockKey, ClockStatus]:
    """The last words on the clocks of an incident."""
    return world.words.get(incident, Map())


def _word_after(world: World, event: ClockChanged) -> ClockStatus:
    incident, old = world.incidents.by_id.get(event.incident), words_of(world, event.incident).get(_key(event))
    alert = CLOCK_ALERTS.get(event.after) if _is_awaited(incident, event) else None
    if alert is None:
        return ClockStatus(event)
    went_on = old is not None and old.alert is alert
    return ClockStatus(event, alert, old.alert_since if old is not None and went_on else event.at)


def _key(event: ClockChanged) -> ClockKey:
    return event.clause, event.target


def _is_awaited(incident: Incident | None, event: ClockChanged) -> bool:
    return incident is not None and (incident.is_open or event.target in PAPERS)


def shifts_of(world: World, event: Event, changed: Mapping[ClockKey, ClockStatus]) -> list[Shift]:
    """The alerts that an event ends and begins, in the order in which they are numbered; `world` is before it."""
    shifts: list[Shift] = []
    for key, word in changed.items():
        old = words_of(world, word.last.incident).get(key)
        before = None if old is None else old.alert
        if before is not None and before is not word.alert:
            shifts.append(Shift(before, AlertStatus.RESOLVED, old))
        if word.alert is not None and word.alert is not before:
            shifts.append(Shift(word.alert, AlertStatus.FIRING, word))
    if isinstance(event, IncidentOpened | IncidentRenewed) or _is_told_again(world, event):
        shifts.append(Shift(AlertKind.INCIDENT, AlertStatus.FIRING, None))
    if isinstance(event, IncidentClosed):
        shifts.append(Shift(AlertKind.INCIDENT, AlertStatus.RESOLVED, None))
    return shifts


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


def alerts_for(before: World, after: World, event: Event) -> list[Notify]:
    """The alerts of one event; `before` and `after` are the worlds around it."""
    if not isinstance(event, AlertCause):
        return []
    incident, sequence = after.incidents.by_id[event.incident], before.notices.get(event.incident, 0)
    shifts = shifts_of(before, event, words_after(before, event))
    return [_notify(event, incident, shift, sequence + number) for number, shift in enumerate(shifts, 1)]


def _notify(event: AlertCause, incident: Incident, shift: Shift, sequence: int) -> Notify:
    over, word = shift.status is AlertStatus.RESOLVED, shift.word
    starts_at = incident.starts_at if word is None else word.alert_since or event.at
    ended_at = incident.resolved_at if word is None and incident.resolved_at is not None else event.at
    clock = None if word is None else event if isinstance(event, ClockChanged) else word.last
    ends_at = max(starts_at, ended_at) if over else None
    ended = ending_of(event, incident) if over else None
    taken_on = word is None and isinstance(event, FactAdded) and event.fact.type is FactType.ACKNOWLEDGED
    return Notify(
        event.at, shift.kind, shift.status, incident, clock, sequence, starts_at, ends_at, ended, is_taken_on=taken_on
    )


def ending_of(event: AlertCause, incident: Incident) -> Ending:
    """Why the alert that the event ends is over."""
    if isinstance(event, IncidentClosed):
        return event.ending
    if not isinstance(event, ClockChanged) or event.after.is_open:
        # What was nearly late is late now; or it is given more time, and is late no longer.
        breached = isinstance(event, ClockChanged) and event.after is ClockState.BREACHED
        return Ending.PASSED_ON if breached else Ending.WITHDRAWN
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
    with the clock that is due next."""
    if alert.ended is Ending.RENAMED:  # its labels are those of the old name
        return alert
    incident = world.incidents.by_id.get(alert.incident.id, alert.incident)
    return replace(alert, incident=incident, nearest=nearest_clock(world, alert.incident.id))


def nearest_clock(world: World, incident: IncidentId) -> ClockChanged | None:
    """The open clock of the incident that is due first; None where none is open."""
    waiting = [word.last for word in words_of(world, incident).values() if word.last.after.is_open]
    due = [(end, clock.clause, clock) for clock in waiting if (end := clock.effective_due_at) is not None]
    return min(due, key=lambda one: one[:2])[2] if due else None


def _name(alert: Notify) -> tuple[object, ...]:
    clock = alert.clock
    return alert.incident.id, alert.alert, None if clock is None else (clock.clause, clock.target)
