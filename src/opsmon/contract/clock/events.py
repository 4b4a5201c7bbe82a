"""What the journal is to be told of the clocks of one incident, given what it was last told.

Promises: telling the same thing twice says nothing new; every state on the way is told in order (running, at risk,
breached) even where one look passes over several; a clock that is re-timed, or that a new fact makes void, is told
with the reason. Replay and daemon both go through `clock_events`.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from opsmon.contract.clock.sla_clock import SlaClock, breach_at, next_change_at, state_at
from opsmon.model.event import ClockChanged, ClockState, ClockTimes
from opsmon.model.name import ClauseId
from opsmon.text.bilingual import NO_WORDS, Text

ClockKey = tuple[ClauseId, str]  # the clause and its target
RETIMED = Text("deadlines recalculated", "时限已重新计算")
NO_LONGER = Text("the clause no longer applies", "该条款不再适用")
NEXT_STEPS = frozenset({(ClockState.RUNNING, ClockState.AT_RISK), (ClockState.AT_RISK, ClockState.BREACHED)})
Announced = Mapping[ClockKey, ClockChanged]  # the last word that the journal has of each clock of one incident


def clock_events(
    announced: Announced, clocks: Iterable[SlaClock], now: datetime, reason: Text = NO_WORDS
) -> tuple[ClockChanged, ...]:
    """The events to write at `now`. For a tick `clocks` are the ones already known and `reason` is empty; after a new
    fact, a new severity or a reload they are what `clocks_for` gives, and `reason` says what happened."""
    events: list[ClockChanged] = []
    seen = set()
    for clock in clocks:
        seen.add(key_of(clock))
        events.extend(_told(announced.get(key_of(clock)), clock, now, reason))
    for key, last in announced.items():
        if key not in seen and last.after is not ClockState.CANCELLED:
            events.append(_void(last, now, reason))
    return tuple(events)


def key_of(clock: SlaClock) -> ClockKey:
    return clock.clause, clock.target


def next_deadline(clocks: Iterable[SlaClock], after: datetime) -> datetime | None:
    """When time alone will next change one of the clocks; None when nothing runs."""
    turns = (next_change_at(clock, after) for clock in clocks)
    return min((at for at in turns if at is not None), default=None)


def _told(last: ClockChanged | None, clock: SlaClock, now: datetime, reason: Text) -> Iterator[ClockChanged]:
    after = state_at(clock, now)
    if last is None:
        before, corrected = None, False
    else:
        before, corrected = last.after, _is_retimed(last, clock)
        # An outcome that is told late may have come before the one that was believed to be the first.
        corrected = corrected or (before is after and last.met_at != clock.met_at)
        if before is after and not corrected:
            return
    if after is None:
        if last is not None and before is not ClockState.CANCELLED:
            yield _void(last, now, reason)
        return
    for state in _path(before, after, clock, now):
        if state is before and not corrected:
            continue
        why = reason or RETIMED if corrected else _why(clock, state, reason)
        yield _event(clock, before, state, now, why)
        before = state


def _path(before: ClockState | None, after: ClockState, clock: SlaClock, now: datetime) -> tuple[ClockState, ...]:
    """The states passed on the way, so that a late look tells the same story as a punctual one."""
    if (before, after) in NEXT_STEPS:
        return (after,)
    turns = [clock.starts_at, clock.at_risk_at, breach_at(clock)]
    ended = min(at for at in (clock.met_at, clock.cancelled_at, now) if at is not None)
    states = (state_at(clock, at) for at in sorted(at for at in turns if at is not None) if at < ended)
    order = list(dict.fromkeys([*(state for state in states if state is not None), after]))
    if before is None:
        return tuple(order)
    return tuple(order[order.index(before) :]) if before in order else (after,)


def _is_retimed(last: ClockChanged, clock: SlaClock) -> bool:
    """Whether it starts or is due at another time than before, or is so for certain now. Asked of every clock at every
    look, so field by field: `times` would be made twice for it."""
    return (
        last.due_at != clock.due_at
        or last.starts_at != clock.starts_at
        or last.strict_due_at != clock.strict_due_at
        or last.provisional != clock.provisional
    )


def _why(clock: SlaClock, state: ClockState, reason: Text) -> Text:
    return clock.risk_reason if state is ClockState.AT_RISK else reason


def _void(last: ClockChanged, now: datetime, reason: Text) -> ClockChanged:
    return _event(last, last.after, ClockState.CANCELLED, now, reason or NO_LONGER, last.times._replace(met_at=None))


def _event(
    clock: SlaClock | ClockChanged,
    before: ClockState | None,
    after: ClockState,
    now: datetime,
    reason: Text,
    times: ClockTimes | None = None,
) -> ClockChanged:
    return ClockChanged(
        now,
        clock.incident,
        clock.contract,
        clock.clause,
        clock.target,
        before,
        after,
        *(clock.times if times is None else times),
        reason=reason.en,
        reason_zh=reason.zh,
    )
