"""A written timeline run through the same clocks as the daemon's, with a virtual time that jumps from turn to turn.

Promises: the events are those that a daemon would have journaled which heard of every fact at its own moment and looked
at every turn punctually; facts after the end are not known yet. A withdrawal is heard of after what it withdraws.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from opsmon.contract.clock.case import Case, DisbelievedFact, Finding, found_to_be, history_of
from opsmon.contract.clock.events import ClockKey, clock_events, key_of, next_deadline
from opsmon.contract.clock.sla_clock import SlaClock, state_at
from opsmon.contract.contract_rules import ContractRules
from opsmon.model.event import ClockChanged
from opsmon.model.incident import STARTS, Fact, FactType
from opsmon.text.bilingual import Text
from opsmon.text.vocabulary import FACTS


@dataclass(frozen=True, slots=True)
class Replayed:
    """One incident at the end of the timeline: its clocks that have begun, what the journal was told, what was refused.

    `case` carries the facts that were known by then, in the order of time, and the scope that people had found.
    """

    case: Case
    clocks: tuple[SlaClock, ...]
    events: tuple[ClockChanged, ...]
    refusals: tuple[DisbelievedFact, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class KnownFrom:
    """A moment at which something new is heard of, and the case as it is known from then on."""

    at: datetime
    case: Case
    reason: Text


def replay(
    rules: ContractRules, cases: Sequence[Case], until: datetime, findings: Sequence[Sequence[Finding]] = ()
) -> tuple[Replayed, ...]:
    """Every case with its facts up to and including `until`; `findings` are those of each case, where there are any."""
    padded = [*findings, *[()] * (len(cases) - len(findings))]
    return tuple(replay_case(rules, case, until, found) for case, found in zip(cases, padded, strict=True))


def replay_case(rules: ContractRules, case: Case, until: datetime, findings: Sequence[Finding] = ()) -> Replayed:
    """One incident, fact by fact, finding by finding and turn by turn."""
    announced: dict[ClockKey, ClockChanged] = {}
    told: list[ClockChanged] = []
    clocks: tuple[SlaClock, ...] = ()
    known, last = replace(case, facts=()), None

    def tell(events: tuple[ClockChanged, ...]) -> None:
        told.extend(events)
        announced.update({(event.clause, event.target): event for event in events})

    for heard in _hearings(case, findings, until):
        for turn in _turns(clocks, last or heard.at, heard.at):
            tell(clock_events(announced, clocks, turn))
        known, last = heard.case, heard.at
        clocks = rules.clocks(known)
        tell(clock_events(announced, clocks, heard.at, heard.reason))
    if last is not None:
        for turn in _turns(clocks, last, until, to_the_end=True):
            tell(clock_events(announced, clocks, turn))
    begun = tuple(clock for clock in clocks if state_at(clock, until) is not None and key_of(clock) in announced)
    return Replayed(known, begun, tuple(told), history_of(known.facts, hypothetical=case.hypothetical).refusals)


def _hearings(case: Case, findings: Sequence[Finding], until: datetime) -> Iterator[KnownFrom]:
    """Everything that is heard of up to `until`, in the order of time; of one moment, facts before findings."""
    facts = [one for one in _in_order(case.facts) if one[0] <= until]
    found = sorted((one for one in findings if one.at <= until), key=lambda one: one.at)
    moments = [(at, 0, number) for number, (at, _) in enumerate(facts, 1)]
    moments += [(one.at, 1, number) for number, one in enumerate(found, 1)]
    heard = [0, 0]
    for at, which, number in sorted(moments, key=lambda one: one[:2]):
        heard[which] = number
        known = replace(case, facts=tuple(fact for _, fact in facts[: heard[0]]))
        told = _told(facts[number - 1][1].type if which == 0 else found[number - 1])
        reason = Text(f"{told.en} at {at.isoformat()}", f"{at.isoformat()} {told.zh}")
        yield KnownFrom(at, found_to_be(known, found[: heard[1]]), reason)


def _told(heard: FactType | Finding) -> Text:
    if isinstance(heard, FactType):
        return Text(heard.value, FACTS[heard].zh)
    return Text(f"a finding: {heard.reason}", f"判定：{heard.reason}")


def _in_order(facts: Sequence[Fact]) -> list[tuple[datetime, Fact]]:
    """By the time at which each is heard of, and with the numbers of that order; of facts at one moment, those that
    start an incident come first."""
    heard: list[datetime | None] = []
    for fact in facts:
        named = heard[fact.withdraws - 1] if fact.withdraws and 0 < fact.withdraws <= len(heard) else None
        heard.append(None if fact.at.tzinfo is None else fact.at if named is None else max(fact.at, named))
    order = [
        (at, fact.type not in STARTS, number)
        for number, (at, fact) in enumerate(zip(heard, facts, strict=True), 1)
        if at
    ]
    order.sort()
    places = {number: place for place, (_, _, number) in enumerate(order, 1)}
    return [(at, _renumbered(facts[number - 1], places)) for at, _, number in order]


def _renumbered(fact: Fact, places: dict[int, int]) -> Fact:
    return fact if fact.withdraws is None else replace(fact, withdraws=places.get(fact.withdraws))


def _turns(
    clocks: tuple[SlaClock, ...], after: datetime, end: datetime, *, to_the_end: bool = False
) -> Iterator[datetime]:
    """The moments at which time alone changes a clock, before `end` (or up to it)."""
    turn = next_deadline(clocks, after)
    while turn is not None and (turn < end or (to_the_end and turn == end)):
        yield turn
        turn = next_deadline(clocks, turn)
