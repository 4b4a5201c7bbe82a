"""The page of one incident: who was told of it, who holds it, and when the next step comes. Pure.

`fold_page` is all that changes one. It never refuses and asks no rota: who was told stands in the events.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from opsmon.model.name import ChannelName, IncidentId, PersonId, PlanName, SilenceId
from opsmon.model.page import (
    NO_PLAN,
    CallReason,
    NoticeAccepted,
    NoticeFailed,
    PageEnded,
    PageEvent,
    PageExhausted,
    PageHeld,
    PageMoved,
    PagePaused,
    PageReplanned,
    PageResumed,
    PageStepTaken,
    PageTold,
    PauseReason,
)


class PageState(StrEnum):
    CALLING = "calling"
    HELD = "held"  # somebody acknowledged it
    PAUSED = "paused"  # silenced, under maintenance, or waiting for the morning
    EXHAUSTED = "exhausted"  # every step of every round was taken
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A channel took a message for these people."""

    channel: ChannelName
    people: tuple[PersonId, ...]
    at: datetime
    delivery: str


@dataclass(frozen=True, slots=True)
class Call:
    """One message of a page. `step` and `round` are 0 for one beside the steps; `failed` are the channels by which it
    could not be told; `withdrawn`: no channel had taken it when it was no longer wanted."""

    at: datetime
    sequence: int
    reason: CallReason
    people: tuple[PersonId, ...]
    channels: tuple[ChannelName, ...]
    step: int = 0
    round: int = 0
    accepted: tuple[Acceptance, ...] = ()
    failed: tuple[ChannelName, ...] = ()
    withdrawn: bool = False

    @property
    def is_waiting(self) -> bool:
        """Whether it may still leave: no channel took it, and it is wanted."""
        return not self.accepted and not self.withdrawn

    @property
    def has_failed(self) -> bool:
        return bool(self.failed) and not self.accepted

    @property
    def counts_as_told(self) -> bool:
        """Whether these people know of the incident by it, or will."""
        return bool(self.accepted) or not (self.withdrawn or self.failed)


@dataclass(frozen=True, slots=True)
class Page:
    """`step` (of `plan`) and `round` are the last that were taken, from 1; 0 before the first. `sequence` is the number
    of that step's message. `next_at` is when the next step comes while people are called, `until` when a hold or a
    pause ends. `holder` is who acknowledged it last. Of `calls` the first `settled` were told that it is over.
    `is_left`: its plan is gone, and the others of `calls` have not heard the end."""

    incident: IncidentId
    plan: PlanName
    state: PageState
    since: datetime
    step: int = 0
    round: int = 0
    sequence: int = 0
    next_at: datetime | None = None
    until: datetime | None = None
    holder: str = ""
    held_since: datetime | None = None
    pause: PauseReason | None = None
    silence: SilenceId | None = None
    calls: tuple[Call, ...] = ()
    settled: int = 0
    is_left: bool = False

    @property
    def is_open(self) -> bool:
        return self.state is not PageState.ENDED

    @property
    def is_untold(self) -> bool:
        """Whether somebody has to be told, and no channel took any message yet."""
        called = self.state in (PageState.CALLING, PageState.EXHAUSTED)
        return called and not any(call.accepted for call in self.calls[self.settled :])

    @property
    def wakes_at(self) -> datetime | None:
        """When time alone next does something to it."""
        return self.next_at if self.state is PageState.CALLING else self.until if self.is_open else None

    @property
    def told(self) -> tuple[PersonId, ...]:
        """Who knows of the fault by this page, or will: those who are told when it is over."""
        calls = (call for call in self.calls[self.settled :] if call.counts_as_told)
        return tuple(dict.fromkeys(person for call in calls for person in call.people))

    @property
    def told_by(self) -> tuple[tuple[tuple[ChannelName, ...], tuple[PersonId, ...]], ...]:
        """Those people by the channels that told them, the one that took the message first. Of each such channel once:
        a group is not told of the end as often as it was called."""
        found: dict[ChannelName, tuple[list[ChannelName], list[PersonId]]] = {}
        for call in self.calls[self.settled :]:
            ways = [*(one.channel for one in call.accepted[:1]), *call.channels]
            if call.counts_as_told and ways:
                channels, people = found.setdefault(ways[0], ([], []))
                channels += ways
                people += call.people
        return tuple((tuple(dict.fromkeys(ways)), tuple(dict.fromkeys(people))) for ways, people in found.values())

    @property
    def waiting(self) -> tuple[int, ...]:
        """The numbers of the messages that may still leave."""
        return tuple(call.sequence for call in self.calls if call.is_waiting)

    def call_of(self, sequence: int) -> Call | None:
        return next((call for call in reversed(self.calls) if call.sequence == sequence), None)


def fold_page(page: Page | None, event: PageEvent) -> Page | None:
    """The page after an event of the journal."""
    match event:
        case PageStepTaken():
            return step_taken(page, event)
        case PageHeld():
            return _held(page or _begun(event), event)
        case PagePaused():
            return _paused(page or _begun(event), event)
        case PageTold():
            known = page or replace(_begun(event), state=PageState.ENDED)
            return replace(known, calls=(*known.calls, _call_beside(event)))
        case NoticeAccepted() | NoticeFailed() if page is not None:
            return replace(page, calls=tuple(_after_receipt(call, event) for call in page.calls))
    return None if page is None else _changed(page, event)


def _changed(page: Page, event: PageEvent) -> Page:
    match event:
        case PageEnded():
            return _ended(page, event)
        case PageMoved():
            held = PageState.HELD
            return replace(page, state=held, holder=event.by, held_since=event.at, until=event.until, next_at=None)
        case PageResumed():
            return _resumed(page, event)
        case PageExhausted():
            return replace(page, state=PageState.EXHAUSTED, next_at=None)
        case PageReplanned():
            return replace(page, plan=event.plan, step=event.step, next_at=event.next_at, until=event.until)
    return page


def _ended(page: Page, event: PageEnded) -> Page:
    ended = replace(
        page, state=PageState.ENDED, next_at=None, until=None, pause=None, silence=None, settled=len(page.calls),
        is_left=False,
    )  # fmt: skip
    if event.reason != NO_PLAN:
        return ended
    return replace(ended, settled=page.settled, is_left=True, calls=_without(page.calls, page.waiting))


def _resumed(page: Page, event: PageResumed) -> Page:
    """Where no round is given the step that follows in the same moment says where it goes on."""
    called = replace(
        page, state=PageState.CALLING, until=None, pause=None, silence=None, next_at=event.next_at or event.at
    )
    return replace(called, step=event.step, round=event.round) if event.round else called


def _begun(event: PageHeld | PagePaused | PageTold) -> Page:
    return Page(event.incident, event.plan, PageState.CALLING, event.at)


def step_taken(page: Page | None, event: PageStepTaken) -> Page:
    """The page after a step."""
    call = Call(event.at, event.sequence, event.reason, event.people, event.channels, event.step, event.round)
    if page is None:
        return Page(
            event.incident, event.plan, PageState.CALLING, event.at, event.step, event.round, event.sequence,
            event.next_at, calls=(call,),
        )  # fmt: skip
    return Page(
        page.incident, event.plan, PageState.CALLING, page.since if page.is_open else event.at, event.step,
        event.round, event.sequence, event.next_at, None, page.holder, page.held_since, None, None,
        (*page.calls, call), page.settled,
    )  # fmt: skip


def _call_beside(event: PageTold) -> Call:
    return Call(event.at, event.sequence, event.reason, event.people, event.channels)


def _held(page: Page, event: PageHeld) -> Page:
    since = page.held_since if page.state is PageState.HELD and page.holder == event.by else event.at
    return replace(
        page, state=PageState.HELD, since=page.since if page.is_open else event.at, holder=event.by, held_since=since,
        until=event.until, next_at=None, pause=None, silence=None, calls=_without(page.calls, event.withdrawn),
        is_left=False,
    )  # fmt: skip


def _paused(page: Page, event: PagePaused) -> Page:
    return replace(
        page, state=PageState.PAUSED, since=page.since if page.is_open else event.at, next_at=None, until=event.until,
        pause=event.reason, silence=event.silence, calls=_without(page.calls, event.withdrawn), is_left=False,
    )  # fmt: skip


def _without(calls: tuple[Call, ...], withdrawn: tuple[int, ...]) -> tuple[Call, ...]:
    if not withdrawn:
        return calls
    return tuple(replace(call, withdrawn=True) if call.sequence in withdrawn else call for call in calls)


def _after_receipt(call: Call, event: NoticeAccepted | NoticeFailed) -> Call:
    if call.sequence != event.sequence:
        return call
    if isinstance(event, NoticeFailed):
        return replace(call, failed=tuple(dict.fromkeys((*call.failed, event.channel))))
    taken = Acceptance(event.channel, event.people, event.accepted_at, event.delivery)
    return (
        call
        if any(one.delivery == event.delivery for one in call.accepted)
        else replace(call, accepted=(*call.accepted, taken))
    )
