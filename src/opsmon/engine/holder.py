"""Who has an incident, and whether another may take it on: the one place that says so, for all who ask or command."""

from opsmon.contract.term import Target
from opsmon.engine.step import Refusal
from opsmon.engine.world import World
from opsmon.incident.incident import Incident
from opsmon.model.incident import Fact
from opsmon.oncall.page import PageState


def holder_now(world: World, incident: Incident) -> Fact | None:
    """Who has the incident: whoever acknowledged it, and where it is paged, only until people are called again."""
    page = world.paging.pages.get(incident.id)
    is_called = page is not None and page.state in (PageState.CALLING, PageState.EXHAUSTED)
    return None if is_called else incident.holder


def refusal_of_taking_on(world: World, incident: Incident) -> Refusal:
    """Who has taken the incident on already, where no clock waits for another acknowledgement."""
    held = holder_now(world, incident)
    statuses = world.clock_statuses.get(incident.id, {}).values()
    waits = any(status.last.target == Target.ACKNOWLEDGE and status.last.after.is_open for status in statuses)
    if held is None or waits:
        return ""
    since = held.at.astimezone(world.rules.zone)
    return f"held by {held.by} since {since.isoformat(timespec='seconds')}"
