"""What time and the end of incidents do to silences. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from opsmon.engine.paging.people import PeopleNow
from opsmon.model.event import Event
from opsmon.model.incident import MONITORING
from opsmon.model.page import PageEnded, SilenceEnded, SilenceEvent, SilenceNews, SilenceWarned
from opsmon.oncall.paging import Paging
from opsmon.oncall.silence import PageSilence
from opsmon.text.journal_reason import COVERED_IS_OVER, TIME_IS_OVER, written


def silence_events(paging: Paging, now: datetime, people: PeopleNow) -> Iterator[SilenceEvent]:
    """What is due by now: owners are told, and silences end."""
    for silence in sorted(paging.silences.values(), key=lambda one: (one.until, one.id)):
        if silence.until <= now:
            yield _warning(silence, SilenceNews.OVER, now, people)
            yield SilenceEnded(now, silence.id, MONITORING, written(TIME_IS_OVER))
        else:
            for news in _due(paging, silence, now):
                yield _warning(silence, news, now, people)


def _due(paging: Paging, silence: PageSilence, now: datetime) -> Iterator[SilenceNews]:
    if silence.nearly_over_at <= now and SilenceNews.NEARLY_OVER not in silence.told:
        yield SilenceNews.NEARLY_OVER
    covers = any(True for _ in paging.covered_by(silence.id))
    if silence.idle_at <= now and not covers and SilenceNews.MATCHES_NOTHING not in silence.told:
        yield SilenceNews.MATCHES_NOTHING


def ended_with_incident(
    before: Paging, after: Paging, events: Sequence[Event], now: datetime, people: PeopleNow
) -> Iterator[SilenceEvent]:
    """The silences that were set for a fault which is over now. `before` is as of before the events."""
    ended = {event.incident for event in events if isinstance(event, PageEnded)}
    covering = {page.silence for name in ended if (page := before.pages.get(name)) is not None}
    for name in sorted(one for one in covering if one is not None):
        silence = after.silences.get(name)
        if silence is not None and silence.ends_with_incident and not any(True for _ in after.covered_by(name)):
            yield _warning(silence, SilenceNews.OVER, now, people)
            yield SilenceEnded(now, name, MONITORING, written(COVERED_IS_OVER))


def _warning(silence: PageSilence, news: SilenceNews, now: datetime, people: PeopleNow) -> SilenceWarned:
    owner = people.owner(silence.owner)
    channels = people.channels_to(owner)
    return SilenceWarned(
        now, silence.id, news, silence.owner, silence.until, silence.reason, owner, channels, silence.fields
    )


def next_look(paging: Paging) -> datetime | None:
    """When time next does something to a silence."""
    covering = {page.silence for page in paging.pages.values() if page.is_open} if paging.silences else set()
    looks: Iterable[datetime] = (one.wakes_at(covers=one.id in covering) for one in paging.silences.values())
    return min(looks, default=None)
