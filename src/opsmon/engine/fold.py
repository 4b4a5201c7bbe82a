"""World = fold(journal): what every event of the journal does to the world, and what is worked out again afterwards."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from immutables import Map

from opsmon.engine.alerts import AlertCause, shifts_of, words_after, words_of
from opsmon.engine.obligations import fold_duty
from opsmon.engine.renamed import fold_rename
from opsmon.engine.rules import Rules
from opsmon.engine.window_alerts import fold_window
from opsmon.engine.world import World, start_world
from opsmon.incident.incident import Incident
from opsmon.incident.incidents import Incidents, apply
from opsmon.model.duty import DutyEvent
from opsmon.model.event import (
    BackupRecorded,
    ClockChanged,
    DeviceRenamed,
    DeviceStateChanged,
    Event,
    HostKeyRecorded,
    MaintenanceSet,
)
from opsmon.model.name import IncidentId
from opsmon.state import restore as state


def fold(world: World, event: Event) -> World:
    """The world after an event of the journal. Never refuses: what is in the journal has happened."""
    return fold_decided(replace(world, fleet=state.fold_event(world.fleet, event)), event)


def fold_decided(world: World, event: Event) -> World:
    """As `fold`, where the state room has already taken the event in."""
    if isinstance(event, MaintenanceSet | BackupRecorded | HostKeyRecorded):
        return world
    if isinstance(event, DeviceRenamed):
        return fold_rename(world, event)
    if isinstance(event, DutyEvent):
        return replace(world, duties=fold_duty(world.duties, event))
    if isinstance(event, DeviceStateChanged):
        world = fold_window(world, event)
        return replace(world, incidents=apply(world.incidents, event))
    changed = words_after(world, event)
    shifts = len(shifts_of(world, event, changed))
    if not isinstance(event, ClockChanged):
        world = replace(world, incidents=apply(world.incidents, event))
    for key, word in changed.items():
        incident = word.last.incident
        world = replace(world, words=world.words.set(incident, words_of(world, incident).set(key, word)))
    if isinstance(event, AlertCause) and shifts:
        world = _count(world, event.incident, shifts)
    return world


def _count(world: World, incident: IncidentId, notices: int) -> World:
    return replace(world, notices=world.notices.set(incident, world.notices.get(incident, 0) + notices))


def restore(rules: Rules, events: Iterable[Event], now: datetime) -> World:
    """The world that a journal tells, ready for the first Tick, which judges what time did while nobody looked."""
    world = start_world(rules, now)
    for event in events:
        world = fold(world, event)
    return resume(world, now)


def resume(world: World, now: datetime) -> World:
    """Watch again from `now`: every incident that may still change is due at once. What is known of devices that are
    no longer there is left for the reload that follows a start: they may have been renamed."""
    agenda = world.agenda
    for incident, words in world.words.items():
        if any(word.last.after.is_open for word in words.values()):
            agenda = agenda.set(incident, now)
    for incident in world.incidents.open_by_cause.values():
        agenda = agenda.set(incident, now)
    duties = replace(world.duties, next_at=now)
    fleet = state.resume(world.fleet, now)
    return replace(world, fleet=fleet, agenda=agenda, clocks=Map(), duties=duties)


def evict(world: World, before: datetime) -> World:
    """Lets go of the incidents that were closed before and have no clock open. The journal keeps them; a command about
    one brings it back (`reload`)."""
    old = [name for name, incident in world.incidents.by_id.items() if _is_settled(world, incident, before)]
    by_id, words, notices = world.incidents.by_id.mutate(), world.words.mutate(), world.notices.mutate()
    for name in old:
        del by_id[name]
        words.pop(name, None)
        notices.pop(name, None)
    incidents = replace(world.incidents, by_id=by_id.finish())
    return replace(world, incidents=incidents, words=words.finish(), notices=notices.finish()) if old else world


def _is_settled(world: World, incident: Incident, before: datetime) -> bool:
    if incident.closed_at is None or incident.closed_at >= before:
        return False
    return not any(word.last.after.is_open for word in words_of(world, incident.id).values())


def reload(world: World, events: Iterable[Event]) -> World:
    """Brings back an incident that was let go, from the events that the journal has of it.

    It is folded by itself: while it was gone another fault of the same device may have taken its place.
    """
    alone = replace(world, incidents=Incidents(), words=Map(), notices=Map())
    for event in events:
        alone = fold_decided(alone, event)
    by_id, words, notices = world.incidents.by_id.mutate(), world.words.mutate(), world.notices.mutate()
    by_id.update(alone.incidents.by_id)
    words.update(alone.words)
    notices.update(alone.notices)
    incidents = replace(world.incidents, by_id=by_id.finish())
    return replace(world, incidents=incidents, words=words.finish(), notices=notices.finish())
