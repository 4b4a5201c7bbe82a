"""A maintenance window begins or ends: what people are told of the faults that it finds. Pure.

A window opens no incident and closes none, and the contract's clocks know nothing of it: their alerts go on. What it
stops is the alert of the fault itself, because somebody is at work there. What is still broken when it ends is told
again, with the labels and the start that it had. A fault that people reported and monitoring does not see goes on.
"""

from opsmon.engine.alerts.changes import AlertChange, is_covered
from opsmon.engine.effect import AlertKind, AlertStatus
from opsmon.engine.world import World
from opsmon.incident.incident import Incident
from opsmon.model.event import DeviceState, DeviceStateChanged


def changes_of_window(world: World, event: DeviceStateChanged) -> list[AlertChange]:
    """The alerts that the window covers from now on, or covers no more; `world` is before it."""
    status = AlertStatus.RESOLVED if event.after is DeviceState.MAINTENANCE else AlertStatus.FIRING
    return [AlertChange(incident.id, AlertKind.INCIDENT, status, None) for incident in _touched(world, event)]


def _touched(world: World, event: DeviceStateChanged) -> list[Incident]:
    is_begin, was_covered = event.after is DeviceState.MAINTENANCE, event.before is DeviceState.MAINTENANCE
    if is_begin == was_covered:
        return []
    found = [one for one in world.incidents.open_incidents() if one.device == event.device and one.is_watched]
    told = [one for one in found if is_covered(world, one) is was_covered]
    return sorted(told, key=lambda one: one.opened_at)
