"""All pages and silences, and when each wants to be looked at: what the journal tells of on call. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from immutables import Map

from opsmon.incident.incident import Incident
from opsmon.model.name import ChannelName, DeviceName, IncidentId, SilenceId
from opsmon.model.page import (
    ChannelNearlyUsed,
    PageEnded,
    PageEvent,
    PagePaused,
    PageResumed,
    PageStepTaken,
    SilenceEnded,
    SilenceEvent,
    SilenceSet,
    SilenceWarned,
)
from opsmon.oncall.page import Page, fold_page, step_taken
from opsmon.oncall.silence import PageSilence, after_warning, silence_of
from opsmon.state.timers import Timers


@dataclass(frozen=True, slots=True)
class Paging:
    """`pages` stay while their incident is remembered, `silences` while they hold. `months_told` is the last month of
    which people were told that it is nearly used up, of each channel that has a bound for one. What is worked out
    again after a start: `agenda`, when time next does something to a page; `silences_at`, to a silence (None: nothing
    waits); `watched_since`, when this daemon began to look."""

    pages: Map[IncidentId, Page] = field(default_factory=Map)
    silences: Map[SilenceId, PageSilence] = field(default_factory=Map)
    agenda: Timers[IncidentId] = field(default_factory=Timers)
    silences_at: datetime | None = None
    watched_since: datetime | None = None
    months_told: Map[ChannelName, str] = field(default_factory=Map)

    @property
    def next_at(self) -> datetime | None:
        """When a Tick is wanted; it may be early, never late."""
        return min((at for at in (self.agenda.next_at(), self.silences_at) if at is not None), default=None)

    def silence_over(self, incident: Incident) -> PageSilence | None:
        """The silence that covers the incident, and of several the one that lasts longest."""
        found = (silence for silence in self.silences.values() if silence.takes(incident))
        return max(found, key=lambda one: (one.until, one.id), default=None)

    def covered_by(self, silence: SilenceId) -> Iterable[Page]:
        """The open pages that wait for the end of the silence."""
        return (page for page in self.pages.values() if page.silence == silence and page.is_open)


def fold_paging(paging: Paging, events: Iterable[PageEvent | SilenceEvent | ChannelNearlyUsed]) -> Paging:
    """The pages and silences after these events of the journal."""
    pages, silences, months = paging.pages.mutate(), paging.silences.mutate(), paging.months_told
    for event in events:
        if isinstance(event, PageStepTaken):  # most of them
            pages[event.incident] = step_taken(pages.get(event.incident), event)
            continue
        if isinstance(event, SilenceEvent):
            silence = _after(silences.get(event.silence), event)
            if silence is not None:
                silences[event.silence] = silence
            else:
                silences.pop(event.silence, None)
            continue
        if isinstance(event, ChannelNearlyUsed):
            months = months.set(event.channel, event.month)
            continue
        before = pages.get(event.incident)
        page = fold_page(before, event)
        if page is not None:
            pages[event.incident] = page
        covered = _covered(before, event)
        if covered is not None and covered in silences:
            silences[covered] = replace(silences[covered], covered_at=event.at)
    return replace(paging, pages=pages.finish(), silences=silences.finish(), months_told=months)


def rename_device(paging: Paging, old: DeviceName, new: DeviceName) -> Paging:
    """The silences of the device go on under its new name."""
    silences = {
        name: replace(silence, fields={**silence.fields, "device": new})
        for name, silence in paging.silences.items()
        if silence.fields.get("device") == old
    }
    return replace(paging, silences=paging.silences.update(silences)) if silences else paging


def _after(silence: PageSilence | None, event: SilenceEvent) -> PageSilence | None:
    if isinstance(event, SilenceSet):
        return silence_of(event)
    if isinstance(event, SilenceEnded) or silence is None:
        return None
    assert isinstance(event, SilenceWarned)  # noqa: S101
    return after_warning(silence, event)


def _covered(before: Page | None, event: PageEvent) -> SilenceId | None:
    """The silence that the event says to have covered something until now."""
    if isinstance(event, PagePaused):
        return event.silence
    return before.silence if before is not None and isinstance(event, PageResumed | PageEnded) else None
