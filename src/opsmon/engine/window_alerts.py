"""A maintenance window begins or ends: what people are told of the faults that it finds. Pure.

A window opens no incident and closes none, and the contract's clocks know nothing of it: their alerts go on. What it
stops is the alert of the fault itself, because somebody is at work there. What is still broken when it ends is told
again, with the labels and the start that it had. A fault that people reported and monitoring does not see goes on.
"""

from dataclasses import replace

from opsmon.engine.alerts import is_covered
from opsmon.engine.effect import AlertKind, AlertStatus, Notify
from opsmon.engine.world import World
from opsmon.incident.incident import Incident
from opsmon.model.event import DeviceState, DeviceStateChanged
from opsmon.model.incident import Ending


def fold_window(world: World, event: DeviceStateChanged) -> World:
    """The world with the alerts counted that the edge of a window ends or begins; `world` is before it."""
    notices = world.notices
    for incident in _touched(world, event):
        notices = notices.set(incident.id, notices.get(incident.id, 0) + 1)
    return world if notices is world.notices else replace(world, notices=notices)


def alerts_of_window(before: World, after: World, event: DeviceStateChanged) -> list[Notify]:
    """The ends of what the window covers from now on, or the beginnings of what it covers no more."""
    return [_notify(before, after, event, incident) for incident in _touched(before, event)]


def _notify(before: World, after: World, event: DeviceStateChanged, incident: Incident) -> Notify:
    over = event.after is DeviceState.MAINTENANCE
    return Notify(
        at=event.at,
        alert=AlertKind.INCIDENT,
        status=AlertStatus.RESOLVED if over else AlertStatus.FIRING,
        incident=after.incidents.by_id[incident.id],
        clock=None,
        sequence=before.notices.get(incident.id, 0) + 1,
        starts_at=incident.starts_at,
        ends_at=max(incident.starts_at, event.at) if over else None,
        ended=Ending.MAINTENANCE if over else None,
    )


def _touched(world: World, event: DeviceStateChanged) -> list[Incident]:
    is_begin, was_covered = event.after is DeviceState.MAINTENANCE, event.before is DeviceState.MAINTENANCE
    if is_begin == was_covered:
        return []
    found = [one for one in world.incidents.open_incidents() if one.device == event.device and one.is_watched]
    told = [one for one in found if is_covered(world, one) is was_covered]
    return sorted(told, key=lambda one: one.opened_at)
