"""World = fold(journal): what every event of the journal does to the world, and what is worked out again afterwards."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from immutables import Map

from opsmon.engine.alerts.changes import AlertCause, AlertChange, changes_of, clock_statuses_after, clock_statuses_of
from opsmon.engine.alerts.rename import changes_of_rename
from opsmon.engine.alerts.window import changes_of_window
from opsmon.engine.duty.obligations import fold_duty
from opsmon.engine.paging.fold import fold_oncall, resumed
from opsmon.engine.roster.roster_state import fold_roster
from opsmon.engine.rules import Rules
from opsmon.engine.world import World, start_world
from opsmon.incident.incident import Incident
from opsmon.incident.incidents import Incidents, apply
from opsmon.incident.rename import rename_device
from opsmon.model.access_event import AccessEvent
from opsmon.model.duty import DutyEvent
from opsmon.model.event import (
    BackupRecorded,
    ClockChanged,
    DeviceRenamed,
    DeviceStateChanged,
    Event,
    HostKeyRecorded,
    MaintenanceSet,
    OnCallEvent,
)
from opsmon.model.roster import RosterEvent
from opsmon.oncall.paging import Paging
from opsmon.oncall.paging import rename_device as rename_in_silences
from opsmon.state import restore as state

BesideIncidents = (
    OnCallEvent | RosterEvent | DutyEvent | MaintenanceSet | BackupRecorded | HostKeyRecorded | AccessEvent
)  # fmt: skip


class Folded(NamedTuple):
    """The world after an event, and the alerts that the event ends and begins, in the order of their numbers."""

    world: World
    alerts: Sequence[AlertChange] = ()


def fold(world: World, event: Event) -> World:
    """The world after an event of the journal. Never refuses: what is in the journal has happened."""
    return fold_decided(replace(world, fleet=state.fold_event(world.fleet, event)), event).world


def fold_decided(world: World, event: Event, incidents: Incidents | None = None) -> Folded:
    """As `fold`, where the state room has already taken the event in. `incidents` are those after the event, where the
    incident room has, too."""
    if isinstance(event, BesideIncidents):
        return Folded(_beside_incidents(world, event))
    if isinstance(event, DeviceRenamed):
        return _with_alerts(_with_name(world, event), changes_of_rename(world, event))
    if isinstance(event, ClockChanged):
        return _with_clock_statuses(world, world, event)
    after = replace(world, incidents=apply(world.incidents, event) if incidents is None else incidents)
    if isinstance(event, DeviceStateChanged):
        return _with_alerts(after, changes_of_window(world, event))
    return _with_clock_statuses(world, after, event) if isinstance(event, AlertCause) else Folded(after)


def _with_name(world: World, event: DeviceRenamed) -> World:
    """With everything that was known under the old name under the new one."""
    old, new = event.formerly, event.device
    incidents, paging = rename_device(world.incidents, old, new), rename_in_silences(world.paging, old, new)
    return replace(world, incidents=incidents, paging=paging)


def _beside_incidents(world: World, event: BesideIncidents) -> World:
    """What changes neither an incident nor an alert."""
    if isinstance(event, OnCallEvent):
        return fold_oncall(world, (event,))
    if isinstance(event, RosterEvent):
        return replace(world, roster=fold_roster(world.roster, event))
    return replace(world, duties=fold_duty(world.duties, event)) if isinstance(event, DutyEvent) else world


def _with_clock_statuses(before: World, after: World, event: AlertCause) -> Folded:
    """With the statuses of clocks that the event changes, and the alerts that follow from them."""
    changed = clock_statuses_after(before, event)
    changes = changes_of(before, event, changed)
    if changed:
        statuses = clock_statuses_of(after, event.incident).update(changed)
        after = replace(after, clock_statuses=after.clock_statuses.set(event.incident, statuses))
    return _with_alerts(after, changes)


def _with_alerts(world: World, changes: Sequence[AlertChange]) -> Folded:
    """With the alerts counted."""
    if not changes:
        return Folded(world)
    alerts_sent = world.alerts_sent
    for change in changes:
        alerts_sent = alerts_sent.set(change.incident, alerts_sent.get(change.incident, 0) + 1)
    return Folded(replace(world, alerts_sent=alerts_sent), changes)


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
    for incident, statuses in world.clock_statuses.items():
        if any(status.last.after.is_open for status in statuses.values()):
            agenda = agenda.set(incident, now)
    for incident in world.incidents.open_by_cause.values():
        agenda = agenda.set(incident, now)
    duties = replace(world.duties, next_at=now)
    fleet, paging = state.resume(world.fleet, now), resumed(world.paging, now)
    roster = replace(world.roster, next_at=now if world.rules.oncall.rotas else None)
    return replace(world, fleet=fleet, agenda=agenda, clocks=Map(), duties=duties, roster=roster, paging=paging)


def evict(world: World, before: datetime) -> World:
    """Lets go of the incidents that were closed before and have no clock open. The journal keeps them; a command about
    one brings it back (`reload`)."""
    old = [name for name, incident in world.incidents.by_id.items() if _is_settled(world, incident, before)]
    if not old:
        return world
    by_id, statuses, alerts_sent = (
        world.incidents.by_id.mutate(),
        world.clock_statuses.mutate(),
        world.alerts_sent.mutate(),
    )
    pages = world.paging.pages.mutate()
    for name in old:
        del by_id[name]
        statuses.pop(name, None)
        alerts_sent.pop(name, None)
        pages.pop(name, None)
    incidents, paging = replace(world.incidents, by_id=by_id.finish()), replace(world.paging, pages=pages.finish())
    return replace(
        world, incidents=incidents, clock_statuses=statuses.finish(), alerts_sent=alerts_sent.finish(), paging=paging
    )


def _is_settled(world: World, incident: Incident, before: datetime) -> bool:
    if incident.closed_at is None or incident.closed_at >= before:
        return False
    return not any(status.last.after.is_open for status in clock_statuses_of(world, incident.id).values())


def reload(world: World, events: Iterable[Event]) -> World:
    """Brings back an incident that was let go, from the events that the journal has of it.

    It is folded by itself: while it was gone another fault of the same device may have taken its place.
    """
    alone = replace(world, incidents=Incidents(), clock_statuses=Map(), alerts_sent=Map(), paging=Paging())
    for event in events:
        alone = fold_decided(alone, event).world
    by_id, statuses, alerts_sent = (
        world.incidents.by_id.mutate(),
        world.clock_statuses.mutate(),
        world.alerts_sent.mutate(),
    )
    by_id.update(alone.incidents.by_id)
    statuses.update(alone.clock_statuses)
    alerts_sent.update(alone.alerts_sent)
    pages = world.paging.pages.mutate()
    pages.update(alone.paging.pages)
    incidents, paging = replace(world.incidents, by_id=by_id.finish()), replace(world.paging, pages=pages.finish())
    return replace(
        world, incidents=incidents, clock_statuses=statuses.finish(), alerts_sent=alerts_sent.finish(), paging=paging
    )
