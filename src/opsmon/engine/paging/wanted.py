"""Whether a message that waits is to leave still: asked before every attempt. Pure."""

from opsmon.engine.world import World
from opsmon.model.name import IncidentId
from opsmon.model.page import CallReason


def is_wanted(world: World, incident: IncidentId, sequence: int) -> bool:
    """Whether people are still to be sent the message: not after somebody acknowledged, or the fault was silenced or
    over, unless it tells just that. What is known of no page is wanted."""
    page = world.paging.pages.get(incident)
    call = None if page is None else page.call_of(sequence)
    if page is None or call is None or call.reason is CallReason.RESOLVED:
        return True
    return not call.withdrawn and (page.is_open or not call.step)
