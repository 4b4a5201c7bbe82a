"""A device has another name: which devices have, and what that does to their alerts.

The labels of an alert never change, and one of them is the device's name. So its alerts end, as renamed, and go on in
alerts with the new name and the same start. Pure.
"""

from opsmon.engine.alerts.changes import AlertChange, clock_statuses_of, is_covered
from opsmon.engine.effect import AlertKind, AlertStatus
from opsmon.engine.world import ClockStatus, World
from opsmon.incident.incident import Incident
from opsmon.model.event import DeviceRenamed
from opsmon.model.name import DeviceName


def changes_of_rename(world: World, event: DeviceRenamed) -> list[AlertChange]:
    """Every alert of the device ends with the old name and begins with the new one; `world` is before it."""
    changes: list[AlertChange] = []
    for incident in _alerting(world, event.formerly):
        alerts = _alerts_of(world, incident)
        for status in (AlertStatus.RESOLVED, AlertStatus.FIRING):
            changes += (AlertChange(incident.id, kind, status, clock) for kind, clock in alerts)
    return changes


def _alerting(world: World, device: DeviceName) -> list[Incident]:
    """The incidents of the device of which an alert fires, in the order of their ids."""
    found = [one for one in world.incidents.by_id.values() if one.device == device and _alerts_of(world, one)]
    return sorted(found, key=lambda one: one.opened_at)


def _alerts_of(world: World, incident: Incident) -> list[tuple[AlertKind, ClockStatus | None]]:
    is_told = incident.is_open and not is_covered(world, incident)
    own: list[tuple[AlertKind, ClockStatus | None]] = [(AlertKind.INCIDENT, None)] if is_told else []
    statuses = sorted(clock_statuses_of(world, incident.id).items())
    return own + [(status.alert, status) for _, status in statuses if status.alert is not None]
