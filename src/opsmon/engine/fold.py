"""World = fold(journal): what every event of the journal does to the world, and what is worked out again afterwards."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from immutables import Map

from opsmon.engine.alerts import alert_of, notices_in
from opsmon.engine.rules import Rules
from opsmon.engine.world import Word, World, start_world
from opsmon.incident.incidents import apply
from opsmon.incident.lifecycle import prune
from opsmon.model.event import ClockChanged, Event, MaintenanceSet
from opsmon.state import restore as state


def fold(world: World, event: Event) -> World:
    """The world after an event of the journal. Never refuses: what is in the journal has happened."""
    return fold_decided(replace(world, fleet=state.fold_event(world.fleet, event)), event)


def fold_decided(world: World, event: Event) -> World:
    """As `fold`, where the state room has already taken the event in."""
    match event:
        case MaintenanceSet():
            return world
        case ClockChanged():
            return _count(_word(world, event), event)
    return _count(replace(world, incidents=apply(world.incidents, event)), event)


def _count(world: World, event: Event) -> World:
    number = notices_in(event)
    if not number:
        return world
    incident = event.incident  # type: ignore[union-attr]  # events that give notices have one
    assert incident is not None  # noqa: S101  # as above
    return replace(world, notices=world.notices.set(incident, world.notices.get(incident, 0) + number))


def _word(world: World, event: ClockChanged) -> World:
    words, key = world.words.get(event.incident, Map()), (event.clause, event.target)
    kind, old = alert_of(event.after), words.get(key)
    since = None
    if kind is not None:
        went_on = old is not None and alert_of(old.last.after) is kind and old.alert_since is not None
        since = old.alert_since if old is not None and went_on else event.at
    return replace(world, words=world.words.set(event.incident, words.set(key, Word(event, since))))


def restore(rules: Rules, events: Iterable[Event], now: datetime) -> World:
    """The world that a journal tells, ready for the first Tick, which judges what time did while nobody looked."""
    world = start_world(rules, now)
    for event in events:
        world = fold(world, event)
    return resume(world, now)


def resume(world: World, now: datetime) -> World:
    """Watch again from `now`: every incident that may still change is due at once."""
    agenda = world.agenda
    for incident, words in world.words.items():
        if any(word.last.after.is_open for word in words.values()):
            agenda = agenda.set(incident, now)
    for incident in world.incidents.open_by_cause.values():
        agenda = agenda.set(incident, now)
    incidents = prune(world.incidents, world.rules.inventory)
    return replace(world, fleet=state.resume(world.fleet, now), incidents=incidents, agenda=agenda, clocks=Map())
