"""What has happened to an incident, in words, the latest first: facts of people and of monitoring, turns of its clocks,
findings and judgements. Pure.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from opsmon.incident.incident import Incident
from opsmon.model.event import (
    ChildAttached,
    ClockChanged,
    ClockState,
    Event,
    FactAdded,
    FaultSeen,
    IncidentClosed,
    IncidentOpened,
    IncidentRenewed,
    IncidentReopened,
    RecoverySeen,
    RecoveryWithdrawn,
    ScopeJudged,
    SeveritySet,
)
from opsmon.model.incident import MONITORING, Fact, standing_numbers
from opsmon.model.origin import spoken_for
from opsmon.text.console_words import told
from opsmon.text.journal_reason import reason_words
from opsmon.text.safe import visible
from opsmon.text.vocabulary import CLOCK_STATES, ENDINGS, FACTS, REPORTERS, SEVERITIES, TARGETS, named

LATE = timedelta(minutes=1)  # a fact that was written down later than this after it happened says so
_TOLD_STATES = frozenset({ClockState.AT_RISK, ClockState.BREACHED, ClockState.MET, ClockState.MET_LATE})
_BAD = frozenset({ClockState.BREACHED, ClockState.MET_LATE})
Say = Callable[..., str]


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line. `number` is that of a fact, which can be withdrawn; `is_gone`: it was. `recorded_at` is set where it
    was written down later than it happened."""

    at: datetime
    words: str
    tone: str = ""
    by: str = ""
    note: str = ""
    number: int | None = None
    is_gone: bool = False
    recorded_at: datetime | None = None


def timeline_of(incident: Incident, events: Sequence[Event] | None, language: str) -> list[TimelineEntry]:
    """The latest first; `events` None (the journal cannot be read) leaves the facts."""
    say = partial(told, language)
    if events is None:
        found = [_fact(fact, None, say, language) for fact in incident.facts]
    else:
        found = [*_entries(events, say, language), *_affected(events, say)]
    later_first = list(_numbered(incident, found))[::-1]  # also of one moment: sorting leaves equals as they stand
    return sorted(later_first, key=lambda one: one.at, reverse=True)


def _numbered(incident: Incident, entries: Iterable[TimelineEntry]) -> Iterator[TimelineEntry]:
    """Facts by their place among the facts, from 1, in the order in which they were told."""
    standing, number = standing_numbers(incident.facts), 0
    for entry in entries:
        if entry.number is None:
            yield entry
            continue
        number += 1
        yield replace(entry, number=number, is_gone=number not in standing)


def _entries(events: Iterable[Event], say: Say, language: str) -> Iterator[TimelineEntry]:
    for event in events:
        if isinstance(event, FactAdded):
            yield _fact(event.fact, event.at, say, language)
        elif isinstance(event, ClockChanged):
            if event.after in _TOLD_STATES and event.before is not event.after:
                yield _clock(event, language)
        elif (words := _words(event, say, language)) is not None:
            yield words


def _fact(fact: Fact, recorded_at: datetime | None, say: Say, language: str) -> TimelineEntry:
    words = named(FACTS, fact.type, language)
    if fact.withdraws is not None:
        words = say("withdrawn: entry {n}", n=fact.withdraws)
    if fact.clauses:
        words = f"{words} {', '.join(fact.clauses)}"
    note = reason_words(fact.note, language) if fact.by == MONITORING else fact.note
    more = [note, say("approved by {who}", who=fact.approved_by) if fact.approved_by else "", fact.paper]
    is_late = recorded_at is not None and recorded_at - fact.at > LATE
    tone = "" if fact.by == MONITORING else "person"
    return TimelineEntry(
        at=fact.at, words=words, tone="bad" if fact.contradicted else tone,
        by=_who(fact.by, fact.via, say, language), note=visible(" · ".join(filter(None, more)), lines=True),
        number=0, recorded_at=recorded_at if is_late else None,
    )  # fmt: skip


def _who(by: str, via: str, say: Say, language: str) -> str:
    """Who said so, and for whom."""
    name, other = visible(named(REPORTERS, by, language)), spoken_for(via)
    return say("{who}, on behalf of {other}", who=name, other=visible(other)) if other else name


def _clock(event: ClockChanged, language: str) -> TimelineEntry:
    target, state = named(TARGETS, event.target, language), named(CLOCK_STATES, event.after, language)
    at = event.met_at or event.at
    return TimelineEntry(at, f"{event.clause} {target}: {state}", "bad" if event.after in _BAD else "")


# What else is told of an incident: its words, its tone, and the field that says more.
_TURNS: Mapping[type, tuple[str, str, str]] = {
    FaultSeen: ("monitoring sees the fault, too", "", "detail"),
    RecoverySeen: ("the fault is gone; waiting whether it stays so", "", ""),
    RecoveryWithdrawn: ("the fault is back", "bad", "reason"),
    IncidentRenewed: ("told anew", "bad", "reason"),
    IncidentReopened: ("opened again", "bad", "reason"),
}


def _words(event: Event, say: Say, language: str) -> TimelineEntry | None:
    if isinstance(event, IncidentOpened):
        by = event.by or MONITORING
        return TimelineEntry(event.at, say("incident opened"), "", _who(by, event.via, say, language))
    if isinstance(event, ScopeJudged | SeveritySet):
        return _judged(event, say, language)
    if isinstance(event, IncidentClosed):
        ending = named(ENDINGS, event.ending, language)
        return TimelineEntry(
            event.at, say("closed: {why}", why=ending), note=visible(reason_words(event.reason, language))
        )
    if type(event) not in _TURNS:
        return None
    sentence, tone, more = _TURNS[type(event)]
    at = event.since if isinstance(event, RecoverySeen) else event.at
    note = reason_words(str(getattr(event, more, "")), language) if more else ""
    return TimelineEntry(at, say(sentence), tone, note=visible(note))


def _judged(event: ScopeJudged | SeveritySet, say: Say, language: str) -> TimelineEntry:
    found = [] if event.severity is None else [named(SEVERITIES, event.severity, language)]
    if isinstance(event, SeveritySet):
        return TimelineEntry(event.at, say("judged: {what}", what=found[0]), "person", visible(event.by), event.note)
    found += [event.service] if event.service else []
    found += [f"{key}={value}" for key, value in event.labels.items()]
    words = say("judged: {what}", what=visible(", ".join(found)))
    return TimelineEntry(
        event.at,
        words,
        "person",
        _who(event.by, event.via, say, language),
        visible(reason_words(event.reason, language), lines=True),
    )


def _affected(events: Iterable[Event], say: Say) -> Iterator[TimelineEntry]:
    """All that were drawn in within a minute as one line: a switch takes forty cameras along."""
    group: list[ChildAttached] = []
    for event in events:
        if isinstance(event, ChildAttached):
            if group and event.at - group[0].at > LATE:
                yield _drawn_in(group, say)
                group = []
            group.append(event)
    if group:
        yield _drawn_in(group, say)


def _drawn_in(group: Sequence[ChildAttached], say: Say) -> TimelineEntry:
    names = ", ".join(one.device for one in group[:8]) + ("…" if len(group) > 8 else "")
    return TimelineEntry(group[0].at, say("{n} more devices suffer from it", n=len(group)), note=visible(names))
