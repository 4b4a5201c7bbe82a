"""The last part of every decision: pages and silences follow what was decided, and time. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from opsmon.engine.paging.fold import fold_oncall
from opsmon.engine.paging.follow import looks_at, page_events
from opsmon.engine.paging.obligations import obligation_events
from opsmon.engine.paging.people import PeopleNow
from opsmon.engine.paging.silences import ended_with_incident, next_look, silence_events
from opsmon.engine.world import World
from opsmon.model.event import Event, OnCallEvent
from opsmon.model.name import IncidentId
from opsmon.model.page import PageReplanned, SilenceEvent
from opsmon.oncall.page import PageState
from opsmon.text.journal_reason import CLOCK_WAS_SET, written


def follow(
    world: World, now: datetime, events: Sequence[Event], woken: Iterable[IncidentId] = ()
) -> tuple[World, list[OnCallEvent]]:
    """The world after what follows for on call from the `events` of a decision and from time, and that itself."""
    before = world.paging
    if world.rules.oncall.is_empty and not before.pages and not before.silences:
        return world, []
    people = PeopleNow(world.rules.oncall, world.roster.overrides, now)
    found: list[OnCallEvent] = []
    if before.silences_at is not None and before.silences_at <= now:
        world = _written(world, found, silence_events(before, now, people))
    agenda, due = world.paging.agenda.due(now)
    world = replace(world, paging=replace(world.paging, agenda=agenda))
    paged, looked_at = page_events(world, now, people, [*events, *found], due, woken)
    world = _written(world, found, paged)
    world = _written(world, found, ended_with_incident(before, world.paging, paged, now, people))
    world = _written(world, found, obligation_events(world.rules, events, now, people))
    looked_at += (event.incident for event in paged)
    return _awaited(world, looked_at, is_news=_concerns_silences([*events, *found], world)), found


def _written(world: World, found: list[OnCallEvent], events: Iterable[OnCallEvent]) -> World:
    new = list(events)
    found += new
    return fold_oncall(world, new) if new else world


def _concerns_silences(events: Sequence[Event], world: World) -> bool:
    return bool(world.paging.silences) or any(isinstance(event, SilenceEvent) for event in events)


def _awaited(world: World, looked_at: Iterable[IncidentId], *, is_news: bool) -> World:
    """With every page that was looked at, and the silences, on the agenda."""
    looks = ((name, looks_at(world, name)) for name in looked_at)
    agenda = world.paging.agenda.set_all((name, at) for name, at in looks if at is not None)
    silences_at = next_look(world.paging) if is_news else world.paging.silences_at
    return replace(world, paging=replace(world.paging, agenda=agenda, silences_at=silences_at))


def after_clock_set(world: World, by: timedelta, now: datetime) -> Iterator[PageReplanned]:
    """After the clock jumped by so much: what is left of each wait stays what it was."""
    for page in world.paging.pages.values():
        if page.state not in (PageState.CALLING, PageState.HELD):
            continue
        next_at = None if page.next_at is None else max(page.next_at + by, now)
        until = None if page.until is None else max(page.until + by, now)
        yield PageReplanned(now, page.incident, page.plan, page.step, next_at, until, written(CLOCK_WAS_SET))


def everything_open(world: World) -> tuple[IncidentId, ...]:
    """What a new configuration may concern: every open incident, and every page that is still open."""
    pages = (name for name, page in world.paging.pages.items() if page.is_open)
    return tuple(dict.fromkeys((*pages, *world.incidents.open_by_cause.values())))
