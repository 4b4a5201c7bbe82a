"""What events of on call do to the world, and which pages are looked at after a start. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from opsmon.engine.world import World
from opsmon.model.event import OnCallEvent
from opsmon.model.page import ObligationTold, PageStepTaken, PageTold
from opsmon.oncall.paging import Paging, fold_paging

CALLS = (PageStepTaken, PageTold)


def fold_oncall(world: World, events: Iterable[OnCallEvent]) -> World:
    """The world after them; what is told goes on from the number of the incident's last alert."""
    known = [event for event in events if not isinstance(event, ObligationTold)]
    sent = world.alerts_sent.mutate()
    for event in known:
        if isinstance(event, CALLS):
            sent[event.incident] = event.sequence
    return replace(world, paging=fold_paging(world.paging, known), alerts_sent=sent.finish())


def resumed(paging: Paging, now: datetime) -> Paging:
    """With everything that may still change due at once, and with the moment from which somebody looks again."""
    agenda = paging.agenda
    for name, page in paging.pages.items():
        if page.is_open:
            agenda = agenda.set(name, now)
    return replace(paging, agenda=agenda, silences_at=now if paging.silences else None, watched_since=now)
