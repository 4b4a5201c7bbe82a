"""What the log says of a new inventory: which devices left it, what became of their incidents, and what may be a
device under another name. A file that was half written when it was read shows itself here."""

import logging
from collections.abc import Iterable

from opsmon.config.watched import Watched, likely_renames
from opsmon.engine.world import World
from opsmon.model.event import DeviceRenamed, DeviceState, DeviceStateChanged, Event, IncidentClosed
from opsmon.model.incident import Ending
from opsmon.model.name import DeviceName

MAX_NAMED = 20
log = logging.getLogger(__name__)


def tell_changes(events: Iterable[Event], world: World, old: Watched | None) -> None:
    """Logs what `events` did; `world` is the one after them. `old` is what was watched before, None where that is not
    known but for the devices of which the journal tells."""
    events, new = tuple(events), world.rules.inventory
    renamed = {event.formerly for event in events if isinstance(event, DeviceRenamed)}
    known = _lost(events) | ({*old} if old else set())
    gone = sorted(known - new.devices.keys() - renamed)
    if gone:
        log.warning("%d %s left the inventory: %s", len(gone), "device" if len(gone) == 1 else "devices", _named(gone))
    _tell_incidents(events, world)
    if old is not None:
        for before, after in likely_renames(old, new):
            log.warning(
                "%s left and %s came, at the same address and of the same kind. If it is the same device, write "
                "`formerly: [%s]` with the new name, before its history is lost",
                before,
                after,
                before,
            )


def _tell_incidents(events: Iterable[Event], world: World) -> None:
    for event in events:
        if isinstance(event, IncidentClosed) and event.ending is Ending.LEFT_INVENTORY:
            incident = world.incidents.by_id[event.incident]
            fault = f"{incident.device} {incident.condition}"
            log.warning("%s had an open incident, %s: it was closed without a recovery", fault, incident.id)


def _lost(events: Iterable[Event]) -> set[DeviceName]:
    """The devices of which nothing is known any more."""
    states = (event for event in events if isinstance(event, DeviceStateChanged))
    return {event.device for event in states if event.after is DeviceState.UNKNOWN}


def _named(names: list[DeviceName]) -> str:
    more = f" … (+{len(names) - MAX_NAMED})" if len(names) > MAX_NAMED else ""
    return ", ".join(names[:MAX_NAMED]) + more
