"""Which incidents still want somebody: the open ones, and closed ones of which a paper or another target still runs."""

from immutables import Map

from opsmon.contract.term import Target
from opsmon.engine.world import ClockStatus, World
from opsmon.incident.incident import Incident
from opsmon.incident.incidents import Cause, id_order
from opsmon.model.event import ClockState
from opsmon.model.name import IncidentId

MAX_KEPT = 8  # views
# The ids of the open incidents in order, and as a set. The maps of a world are frozen, and most changes of a world open
# and close nothing: to sort ten thousand anew takes longer than all else that a page asks of them.
_OPEN: dict[int, tuple[Map[Cause, IncidentId], tuple[IncidentId, ...], frozenset[IncidentId]]] = {}


def active_incidents(world: World) -> tuple[Incident, ...]:
    """In the order of their ids."""
    by_id, (_, names, is_open) = world.incidents.by_id, _open_ids(world)
    owed = [name for name in world.clock_statuses if name not in is_open and _wants_somebody(world, name)]
    return tuple(map(by_id.__getitem__, sorted((*names, *owed), key=id_order) if owed else names))


def _open_ids(
    world: World,
) -> tuple[Map[Cause, IncidentId], tuple[IncidentId, ...], frozenset[IncidentId]]:
    causes = world.incidents.open_by_cause
    kept = _OPEN.get(id(causes))
    if kept is None or kept[0] is not causes:
        if len(_OPEN) >= MAX_KEPT:
            _OPEN.clear()
        found = frozenset(causes.values())
        kept = _OPEN[id(causes)] = causes, tuple(sorted(found, key=id_order)), found
    return kept


def _wants_somebody(world: World, name: IncidentId) -> bool:
    """Whether a closed incident still does."""
    incident = world.incidents.by_id.get(name)
    return incident is not None and not incident.withdrawn and is_owed(world, name)


def is_owed(world: World, incident: IncidentId) -> bool:
    """Whether a clock of the incident still waits for somebody, be the incident closed or not."""
    return any(_is_waited_for(status) for status in world.clock_statuses.get(incident, {}).values())


def _is_waited_for(status: ClockStatus) -> bool:
    """A paper is owed until it is filed. What else came too late for a fault that is over will not come any more."""
    clock = status.last
    return clock.after.is_open and (clock.target == Target.REPORT or clock.after is not ClockState.BREACHED)
