"""Which incidents still want somebody: the open ones, and closed ones of which a paper or another target still runs."""

from opsmon.contract.term import Target
from opsmon.engine.world import ClockStatus, World
from opsmon.incident.incident import Incident
from opsmon.incident.incidents import id_order
from opsmon.model.event import ClockState
from opsmon.model.name import IncidentId


def active_incidents(world: World) -> tuple[Incident, ...]:
    """In the order of their ids."""
    found = {incident.id: incident for incident in world.incidents.open_incidents()}
    for name in world.clock_statuses:
        incident = world.incidents.by_id.get(name)
        if incident is not None and not incident.withdrawn and is_owed(world, name):
            found[name] = incident
    return tuple(found[name] for name in sorted(found, key=id_order))


def is_owed(world: World, incident: IncidentId) -> bool:
    """Whether a clock of the incident still waits for somebody, be the incident closed or not."""
    return any(_is_waited_for(status) for status in world.clock_statuses.get(incident, {}).values())


def _is_waited_for(status: ClockStatus) -> bool:
    """A paper is owed until it is filed. What else came too late for a fault that is over will not come any more."""
    clock = status.last
    return clock.after.is_open and (clock.target == Target.REPORT or clock.after is not ClockState.BREACHED)
