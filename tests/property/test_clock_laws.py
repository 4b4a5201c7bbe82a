"""Laws of clocks, for whatever facts in whatever order, under all five contracts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from opsmon.contract.clock.case import Case, Estimates, Pressure
from opsmon.contract.clock.events import ClockKey, clock_events, next_deadline
from opsmon.contract.clock.replay import replay_case
from opsmon.contract.clock.sla_clock import SlaClock, next_change_at, state_at
from opsmon.contract.explain.why import why
from opsmon.model.device import Kind
from opsmon.model.event import ClockChanged, ClockState
from opsmon.model.incident import STARTS, Fact, FactType, Severity
from opsmon.model.name import ContractId, IncidentId
from opsmon.text.bilingual import Text
from opsmon.text.vocabulary import FACTS as FACT_WORDS
from tests.support.contract.rulebook import stock_books

FIRST, LAST = datetime(2026, 9, 24, tzinfo=UTC), datetime(2026, 10, 12, tzinfo=UTC)
UNTIL = datetime(2026, 10, 25, tzinfo=UTC)
MOMENTS = st.datetimes(FIRST.replace(tzinfo=None), LAST.replace(tzinfo=None), timezones=st.just(UTC)).map(
    lambda at: at.replace(microsecond=0)
)
FACTS = st.builds(Fact, st.sampled_from(FactType), MOMENTS, st.just("somebody"), st.sampled_from(["", "because"]))
STORIES = st.lists(FACTS, max_size=9, unique_by=lambda fact: fact.at)
# Years past their ends, the contracts of 2021 go on and the others refuse to begin: both are wanted here.
LABELS = st.fixed_dictionaries(
    {},
    optional={
        "venue": st.sampled_from(["main-hall", "bureau"]),
        "cause": st.just("external"),
        "fault": st.just("software"),
        "unit": st.just("chaoyang"),
        "system": st.just("oa"),
        "travel_time": st.sampled_from(["20m", "far"]),
    },
)
LENGTHS = st.none() | st.timedeltas(timedelta(), timedelta(hours=3))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    book = draw(st.sampled_from(list(stock_books().values())))
    contract = ContractId(book.contract.id)
    return Case(
        incident=IncidentId("i"),
        contract=contract,
        service=draw(st.none() | st.sampled_from(list(book.contract.services))),
        kind=draw(st.none() | st.sampled_from(Kind)),
        severity=draw(st.sampled_from(Severity)),
        labels=draw(LABELS),
        facts=tuple(draw(STORIES)),
        estimates=Estimates(draw(LENGTHS), draw(LENGTHS), draw(LENGTHS)),
        pressures=tuple(draw(st.lists(st.builds(Pressure, MOMENTS, MOMENTS, st.just(Text("pressed"))), max_size=1))),
        hypothetical=draw(st.booleans()),
    )


def clocks_of(case: Case) -> tuple[SlaClock, ...]:
    return stock_books()[case.contract].clocks(case)


def states(case: Case, now: datetime) -> list[tuple[str, ClockState | None]]:
    return [(clock.clause, state_at(clock, now)) for clock in clocks_of(case)]


@given(cases(), MOMENTS)
def test_no_set_of_facts_raises(case: Case, now: datetime) -> None:
    book = stock_books()[case.contract]
    for clock in clocks_of(case):
        state_at(clock, now)
        words = why(book.contract, book.calendar, clock)
        assert words.en
        assert words.zh


@given(cases(), st.randoms(use_true_random=False))
def test_the_order_in_which_facts_arrive_does_not_matter(case: Case, random: object) -> None:
    shuffled = list(case.facts)
    shuffle: Callable[[list[Fact]], None] = random.shuffle  # type: ignore[attr-defined]  # hypothesis types it as object
    shuffle(shuffled)
    assert clocks_of(case) == clocks_of(replace(case, facts=tuple(shuffled)))


@given(cases())
def test_telling_a_fact_twice_changes_nothing(case: Case) -> None:
    assert clocks_of(case) == clocks_of(replace(case, facts=case.facts + case.facts))


@given(cases())
def test_a_state_holds_from_one_turn_to_the_next(case: Case) -> None:
    for clock in clocks_of(case):
        now, turns = FIRST, 0
        while (turn := next_change_at(clock, now)) is not None:
            assert turn > now
            assert state_at(clock, now) is state_at(clock, turn - timedelta(microseconds=1))
            now, turns = turn, turns + 1
            assert turns <= 5
        assert state_at(clock, now) is state_at(clock, now + timedelta(days=3650))


@given(cases(), st.lists(MOMENTS, max_size=6))
def test_a_replay_tells_what_a_daemon_that_lives_through_it_tells(case: Case, looks: list[datetime]) -> None:
    """The daemon is handed one fact at a time, looks at every turn, and here and there in between for other reasons."""
    replayed = replay_case(stock_books()[case.contract], case, UNTIL)
    assert live(case, looks) == replayed.events


def live(case: Case, looks: list[datetime]) -> tuple[ClockChanged, ...]:
    facts = sorted(case.facts, key=lambda fact: (fact.at, fact.type not in STARTS))
    known: tuple[Fact, ...] = ()
    clocks: tuple[SlaClock, ...] = ()
    announced: dict[ClockKey, ClockChanged] = {}
    told: list[ClockChanged] = []
    now = FIRST - timedelta(days=1)

    def tell(at: datetime, reason: Text | None = None) -> None:
        events = clock_events(announced, clocks, at, reason or Text(""))
        told.extend(events)
        announced.update({(event.clause, event.target): event for event in events})

    for at in sorted({*(fact.at for fact in facts), *looks, UNTIL}):
        while (turn := next_deadline(clocks, now)) is not None and turn < at:
            tell(turn)
            now = turn
        now = at
        arrived = [fact for fact in facts if fact.at == at]
        for fact in arrived:
            known = (*known, fact)
            clocks = clocks_of(replace(case, facts=known))
            tell(at, Text(f"{fact.type} at {at.isoformat()}", f"{at.isoformat()} {FACT_WORDS[fact.type].zh}"))
        if not arrived:
            tell(at)
    return tuple(told)


@given(cases())
def test_the_journal_alone_says_how_every_clock_ended(case: Case) -> None:
    replayed = replay_case(stock_books()[case.contract], case, UNTIL)
    last = {event.clause: event.after for event in replayed.events}
    for clock in replayed.clocks:
        assert last[clock.clause] is state_at(clock, UNTIL)
    assert {event.at for event in replayed.events} <= {event.at for event in replayed.events if event.at <= UNTIL}


@given(cases(), st.timedeltas(timedelta(), timedelta(days=3)))
def test_an_outcome_that_comes_later_never_makes_a_clock_better(case: Case, later: timedelta) -> None:
    start = Fact(FactType.REPORTED, FIRST)
    sooner = Fact(FactType.RESOLVED, FIRST + timedelta(hours=1))
    rank = {ClockState.MET: 0, ClockState.CANCELLED: 0, ClockState.MET_LATE: 1, ClockState.BREACHED: 1}
    first = dict(states(replace(case, facts=(start, sooner)), UNTIL))
    second = dict(states(replace(case, facts=(start, replace(sooner, at=sooner.at + later))), UNTIL))
    for clause, state in second.items():
        if state in rank and first.get(clause) in rank:
            assert rank[state] >= rank[first[clause]]  # type: ignore[index]  # both are in it
