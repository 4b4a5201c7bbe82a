"""Who has an incident, and whether another may take it on: the one place that says so, for all who ask or command."""

from opsmon.contract.term import Target
from opsmon.engine.world import World
from opsmon.incident.incident import Incident
from opsmon.model.incident import HeldBy
from opsmon.oncall.page import PageState
from opsmon.text.bilingual import Refusal, Sentence


def holder_now(world: World, incident: Incident) -> HeldBy | None:
    """Who has the incident: whoever holds its page; where it is not paged, whoever acknowledged it. Nobody has it while
    people are called."""
    page = world.paging.pages.get(incident.id)
    if page is not None and page.state in (PageState.CALLING, PageState.EXHAUSTED):
        return None
    told = incident.holder
    if page is not None and page.state is PageState.HELD and (told is None or told.by != page.holder):
        return HeldBy(page.holder, page.held_since or page.since)
    return None if told is None else HeldBy(told.by, told.at)


def refusal_of_taking_on(world: World, incident: Incident) -> Refusal:
    """Who has taken the incident on already, where no clock waits for another acknowledgement."""
    held = holder_now(world, incident)
    statuses = world.clock_statuses.get(incident.id, {}).values()
    waits = any(status.last.target == Target.ACKNOWLEDGE and status.last.after.is_open for status in statuses)
    if held is None or waits:
        return ""
    since = held.since.astimezone(world.rules.zone)
    return Sentence(
        f"held by {held.by} since {since.isoformat(timespec='seconds')}",
        f"{held.by} 已于 {since:%Y-%m-%d %H:%M:%S} 接单",
    )
