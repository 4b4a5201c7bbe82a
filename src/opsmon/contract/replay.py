"""A written timeline run through the same clocks as the daemon's, with a virtual time that jumps from turn to turn.

Promises: the events are those that a daemon would have journaled which heard of every fact at its own moment and looked
at every turn punctually; facts after the end are not known yet.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from opsmon.contract.book import ContractBook
from opsmon.contract.case import STARTS, Case, Refusal, history_of
from opsmon.contract.clock import Clock, state_at
from opsmon.contract.watch import ClockKey, clock_events, key_of, next_deadline
from opsmon.model.event import ClockChanged
from opsmon.model.incident import Fact


@dataclass(frozen=True, slots=True)
class Replayed:
    """One incident at the end of the timeline: its clocks that have begun, what the journal was told, what was refused.

    `case` carries the facts that were known by then.
    """

    case: Case
    clocks: tuple[Clock, ...]
    events: tuple[ClockChanged, ...]
    refusals: tuple[Refusal, ...] = field(default=())


def replay(book: ContractBook, cases: tuple[Case, ...], until: datetime) -> tuple[Replayed, ...]:
    """Every case with its facts up to and including `until`."""
    return tuple(replay_case(book, case, until) for case in cases)


def replay_case(book: ContractBook, case: Case, until: datetime) -> Replayed:
    """One incident, fact by fact and turn by turn."""
    facts = _in_order(case.facts, until)
    announced: dict[ClockKey, ClockChanged] = {}
    told: list[ClockChanged] = []
    clocks: tuple[Clock, ...] = ()

    def tell(events: tuple[ClockChanged, ...]) -> None:
        told.extend(events)
        announced.update({(event.clause, event.target): event for event in events})

    for index, fact in enumerate(facts):
        for turn in _turns(clocks, facts[index - 1].at if index else fact.at, fact.at):
            tell(clock_events(announced, clocks, turn))
        clocks = book.clocks(replace(case, facts=facts[: index + 1]))
        tell(clock_events(announced, clocks, fact.at, f"{fact.type} at {fact.at.isoformat()}"))
    if facts:
        for turn in _turns(clocks, facts[-1].at, until, to_the_end=True):
            tell(clock_events(announced, clocks, turn))
    known = replace(case, facts=facts)
    begun = tuple(clock for clock in clocks if state_at(clock, until) is not None and key_of(clock) in announced)
    return Replayed(known, begun, tuple(told), history_of(facts, supposed=case.supposed).refusals)


def _in_order(facts: tuple[Fact, ...], until: datetime) -> tuple[Fact, ...]:
    """By time; of facts at one moment, those that start an incident come first."""
    known = (fact for fact in facts if fact.at.tzinfo is not None and fact.at <= until)
    return tuple(sorted(known, key=lambda fact: (fact.at, fact.type not in STARTS)))


def _turns(
    clocks: tuple[Clock, ...], after: datetime, end: datetime, *, to_the_end: bool = False
) -> Iterator[datetime]:
    """The moments at which time alone changes a clock, before `end` (or up to it)."""
    turn = next_deadline(clocks, after)
    while turn is not None and (turn < end or (to_the_end and turn == end)):
        yield turn
        turn = next_deadline(clocks, turn)
