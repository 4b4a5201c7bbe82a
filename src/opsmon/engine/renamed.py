"""A device has another name: the world under the new one, and what people are told of it.

The labels of an alert never change, and one of them is the device's name. So its alerts end, as renamed, and go on in
alerts with the new name and the same start. Pure.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from opsmon.engine.alerts import is_covered, words_of
from opsmon.engine.effect import AlertKind, AlertStatus, Notify
from opsmon.engine.rules import Rules
from opsmon.engine.world import ClockStatus, World
from opsmon.incident.incident import Incident
from opsmon.incident.rename import rename_device
from opsmon.model.event import DeviceRenamed
from opsmon.model.incident import Ending
from opsmon.model.name import DeviceName


def renames_of(world: World, rules: Rules, now: datetime) -> Iterator[DeviceRenamed]:
    """The devices of the new rules that the world knows by a former name only, in the order of the inventory."""
    open_of = {incident.device for incident in world.incidents.open_incidents()}

    def is_known(name: DeviceName) -> bool:
        return name in world.fleet.machines or name in world.incidents.states or name in open_of

    for name, device in rules.inventory.devices.items():
        old = next((one for one in device.formerly if is_known(one)), None)
        if old is not None and not is_known(name):
            yield DeviceRenamed(now, name, old)


def fold_rename(world: World, event: DeviceRenamed) -> World:
    """The world with every alert of the device ended and begun anew."""
    notices = world.notices
    for incident in _alerting(world, event.formerly):
        notices = notices.set(incident.id, notices.get(incident.id, 0) + 2 * len(_alerts_of(world, incident)))
    incidents = rename_device(world.incidents, event.formerly, event.device)
    return replace(world, incidents=incidents, notices=notices)


def alerts_of_rename(before: World, after: World, event: DeviceRenamed) -> list[Notify]:
    """The ends of the alerts with the old name and the beginnings of those with the new one."""
    told: list[Notify] = []
    for old in _alerting(before, event.formerly):
        alerts, sequence = _alerts_of(before, old), before.notices.get(old.id, 0)
        for number, (kind, word) in enumerate(alerts, sequence + 1):
            over = _notify(event, kind, word, old, number)
            told.append(
                replace(
                    over,
                    status=AlertStatus.RESOLVED,
                    ends_at=max(over.starts_at, event.at),
                    ended=Ending.RENAMED,
                    renamed_to=event.device,
                )
            )
        new = after.incidents.by_id[old.id]
        for number, (kind, word) in enumerate(alerts, sequence + len(alerts) + 1):
            told.append(_notify(event, kind, word, new, number))
    return told


def _notify(
    event: DeviceRenamed, kind: AlertKind, word: ClockStatus | None, incident: Incident, sequence: int
) -> Notify:
    starts_at = incident.starts_at if word is None else word.alert_since or event.at
    clock = None if word is None else word.last
    return Notify(event.at, kind, AlertStatus.FIRING, incident, clock, sequence, starts_at)


def _alerting(world: World, device: DeviceName) -> list[Incident]:
    """The incidents of the device of which an alert fires, in the order of their ids."""
    found = [one for one in world.incidents.by_id.values() if one.device == device and _alerts_of(world, one)]
    return sorted(found, key=lambda one: one.opened_at)


def _alerts_of(world: World, incident: Incident) -> list[tuple[AlertKind, ClockStatus | None]]:
    is_told = incident.is_open and not is_covered(world, incident)
    own: list[tuple[AlertKind, ClockStatus | None]] = [(AlertKind.INCIDENT, None)] if is_told else []
    words = sorted(words_of(world, incident.id).items())
    return own + [(word.alert, word) for _, word in words if word.alert is not None]
