"""What the log says of on call: who is told, who has it, and what is silenced. People are named by their ids."""

from collections.abc import Iterable
from datetime import tzinfo

from opsmon.model.page import (
    ChannelNearlyUsed,
    NoticeAccepted,
    NoticeFailed,
    ObligationTold,
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
    SilenceEnded,
    SilenceEvent,
    SilenceSet,
    SilenceWarned,
)
from opsmon.text.time import iso_second


def narrate_page(event: PageEvent, zone: tzinfo) -> str:
    """What befell the page of an incident, "" for what a line about the incident says already."""
    match event:
        case PageStepTaken():
            step = f"step {event.step} of round {event.round}"
            return f"is told {_by_whom(event.people, event.channels)} ({_said(event.reason)}, {step})"
        case PageTold():
            return f"is told {_by_whom(event.people, event.channels)} ({_said(event.reason)})"
        case NoticeAccepted():
            return f"is with {', '.join(event.people) or 'the group'}: {event.channel} took it"
        case NoticeFailed():
            return f"was not taken by {event.channel}: {event.reason}"
        case PageResumed() if event.round:
            return f"calls people again, from step {event.step}: {_said(event.reason)}"
    return _standing(event, zone)


def _standing(event: PageEvent, zone: tzinfo) -> str:
    """Who has the incident, and whether anybody is called."""
    match event:
        case PageHeld():
            return f"is held by {event.by} until {iso_second(event.until, zone)}"
        case PageMoved():
            return f"is held by {event.by} in the place of {event.previous}, until {iso_second(event.until, zone)}"
        case PagePaused():
            until = "" if event.until is None else f" until {iso_second(event.until, zone)}"
            return f"calls nobody{until}: {_said(event.reason)}"
        case PageExhausted():
            return "has called everybody of its plan, and nobody took it"
        case PageReplanned():
            return f"goes by plan {event.plan} now: {event.reason}"
        case PageEnded() | PageResumed() | PageStepTaken() | PageTold() | NoticeAccepted() | NoticeFailed():
            return ""  # the incident's own end, or the step that follows at once, says it


def narrate_silence(event: SilenceEvent | ObligationTold | ChannelNearlyUsed, zone: tzinfo) -> str:
    """What became of a silence, or to whom a paper, or a month that is nearly used up, was told."""
    match event:
        case SilenceSet():
            fields = " ".join(f"{name}={value}" for name, value in event.fields.items())
            until = iso_second(event.until, zone)
            return f"silence {event.silence} of {fields} until {until}, says {event.by}: {event.reason}"
        case SilenceWarned():
            return f"silence {event.silence} of {event.owner}: {_said(event.news)}"
        case SilenceEnded():
            return f"silence {event.silence} is over, says {event.by or 'its time'}: {event.reason}"
        case ChannelNearlyUsed():
            what = f"channel {event.channel} has used {event.used} of its {event.per_month} messages of {event.month}"
            return f"{what}: told {_by_whom(event.people, event.channels)}"
        case ObligationTold():
            what = f"{event.contract} {event.obligation} is {event.state}"
            return f"{what}: told {_by_whom(event.people, event.channels)}"


def _by_whom(people: Iterable[str], channels: Iterable[str]) -> str:
    return f"to {', '.join(people) or 'nobody'} by {' or '.join(channels) or 'nothing'}"


def _said(word: str) -> str:
    """A word of the journal as it is read."""
    return word.replace("_", " ")
