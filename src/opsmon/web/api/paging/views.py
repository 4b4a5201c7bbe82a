"""From pages and silences of the world to the documents of the API. Pure."""

from datetime import datetime

from opsmon.engine.paging.people import PeopleNow
from opsmon.engine.world import World
from opsmon.model.name import IncidentId
from opsmon.oncall.page import Call, Page, PageState
from opsmon.oncall.silence import PageSilence
from opsmon.web.api.paging.schemas import (
    AcceptanceDocument,
    CallDocument,
    NextCallDocument,
    PageDocument,
    SilenceDocument,
)


def page_document(world: World, name: IncidentId) -> PageDocument | None:
    """The page of an incident; None where nobody is paged for it."""
    page = world.paging.pages.get(name)
    if page is None:
        return None
    plan = world.rules.oncall.plans.get(page.plan)
    return PageDocument(
        plan=page.plan,
        state=page.state,
        untold=page.is_untold,
        since=page.since,
        step=page.step,
        steps=0 if plan is None else len(plan.steps),
        round=page.round,
        rounds=0 if plan is None else plan.rounds,
        holder=page.holder if page.state is PageState.HELD else "",
        held_since=page.held_since if page.state is PageState.HELD else None,
        until=page.until,
        pause=page.pause,
        silence=page.silence,
        told=list(page.told),
        next=_next(world, page),
        calls=[_call(one) for one in page.calls],
    )


def is_untold(world: World, name: IncidentId) -> bool:
    """Whether nobody could be told of the incident yet, though somebody has to be."""
    page = world.paging.pages.get(name)
    return page is not None and page.is_untold


def silence_document(world: World, silence: PageSilence, now: datetime) -> SilenceDocument:
    """A silence, with what it covers."""
    return SilenceDocument(
        id=silence.id,
        match=dict(silence.fields),
        set_at=silence.set_at,
        until=silence.until,
        remaining_s=round((silence.until - now).total_seconds(), 3),
        owner=silence.owner,
        reason=silence.reason,
        by=silence.by,
        ends_with_incident=silence.ends_with_incident,
        stops_clocks=silence.stops_clocks,
        told=sorted(silence.told),
        covers=sorted(page.incident for page in world.paging.covered_by(silence.id)),
    )


def _call(call: Call) -> CallDocument:
    return CallDocument(
        at=call.at,
        sequence=call.sequence,
        reason=call.reason,
        people=list(call.people),
        channels=list(call.channels),
        step=call.step,
        round=call.round,
        accepted=[
            AcceptanceDocument(channel=one.channel, people=list(one.people), at=one.at, delivery=one.delivery)
            for one in call.accepted
        ],
        failed=list(call.failed),
        withdrawn=call.withdrawn,
    )


def _next(world: World, page: Page) -> NextCallDocument | None:
    """The step that comes next by the plan, with whom the rota names for that moment."""
    at, plan = page.wakes_at, world.rules.oncall.plans.get(page.plan)
    if at is None or plan is None:
        return None
    follows = plan.after((page.step, page.round)) if page.state is PageState.CALLING else (1, 1)
    if follows is None:
        return None
    step = plan.steps[follows[0] - 1]
    people = PeopleNow(world.rules.oncall, world.roster.overrides, at).people_of(step.tell, page.holder)
    return NextCallDocument(at=at, step=follows[0], round=follows[1], people=list(people), channels=list(step.by))
