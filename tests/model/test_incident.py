"""Which facts of an incident stand: withdrawals, their withdrawals, and exclusions by clause."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from opsmon.model.incident import Fact, FactType, exclusion_of, standing_facts, standing_numbers
from opsmon.model.name import ClauseId

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
E5, E9 = ClauseId("E5"), ClauseId("E9")


def told(type_: FactType, minute: int = 0, clauses: tuple[ClauseId, ...] = ()) -> Fact:
    return Fact(type_, NOW + timedelta(minutes=minute), "duty", "a reason", clauses=clauses)


def withdrawn(number: int | None, minute: int = 0) -> Fact:
    return replace(told(FactType.WITHDRAWN, minute), withdraws=number)


DETECTED, RESOLVED = told(FactType.DETECTED), told(FactType.RESOLVED, 5)


def test_a_withdrawn_fact_does_not_stand_and_neither_does_its_withdrawal_count_as_one() -> None:
    facts = (DETECTED, RESOLVED, withdrawn(2))
    assert standing_facts(facts) == (DETECTED,)
    assert standing_numbers(facts) == {1, 3}


def test_a_withdrawal_that_is_withdrawn_gives_its_fact_back() -> None:
    facts = (DETECTED, RESOLVED, withdrawn(2), withdrawn(3))
    assert standing_facts(facts) == (DETECTED, RESOLVED)


def test_a_withdrawal_of_itself_of_a_later_fact_or_of_none_withdraws_nothing() -> None:
    facts = (withdrawn(1), withdrawn(4), withdrawn(None), DETECTED, withdrawn(0), withdrawn(-1), withdrawn(99))
    assert standing_facts(facts) == (DETECTED,)


@given(st.integers(1, 30))
def test_a_chain_of_withdrawals_gives_the_fact_back_at_every_second_link(links: int) -> None:
    facts = (DETECTED, *(withdrawn(number) for number in range(1, links + 1)))
    assert standing_facts(facts) == ((DETECTED,) if links % 2 == 0 else ())


NUMBERS = st.one_of(st.none(), st.integers(-1, 12))
ENTRIES = st.one_of(st.just(DETECTED), st.just(RESOLVED), NUMBERS.map(withdrawn))


@given(st.lists(ENTRIES, max_size=10))
def test_a_fact_stands_until_a_standing_withdrawal_after_it_names_it(facts: list[Fact]) -> None:
    standing = standing_numbers(facts)
    for number in range(1, len(facts) + 1):
        later = [
            other
            for other in range(number + 1, len(facts) + 1)
            if facts[other - 1].withdraws == number and other in standing
        ]
        assert (number in standing) == (not later)


@given(st.lists(ENTRIES, max_size=10))
def test_what_stands_stands_again_when_asked_twice(facts: list[Fact]) -> None:
    assert standing_facts(standing_facts(facts)) == standing_facts(facts)


def test_a_whole_exclusion_frees_every_clause() -> None:
    whole = told(FactType.EXCLUDED, 9)
    assert exclusion_of((DETECTED, whole)) == exclusion_of((DETECTED, whole), E5) == whole


def test_an_exclusion_of_some_clauses_frees_those_alone() -> None:
    some = told(FactType.EXCLUDED, 9, (E9,))
    assert exclusion_of((DETECTED, some), E9) == some
    assert exclusion_of((DETECTED, some), E5) is None
    assert exclusion_of((DETECTED, some)) is None


def test_a_change_of_mind_takes_back_all_or_what_it_names() -> None:
    whole = told(FactType.EXCLUDED, 9)
    assert exclusion_of((whole, told(FactType.INCLUDED, 10))) is None
    but_one = (whole, told(FactType.INCLUDED, 10, (E9,)))
    assert exclusion_of(but_one, E9) is None
    assert exclusion_of(but_one, E5) == exclusion_of(but_one) == whole


def test_a_withdrawn_exclusion_holds_no_more() -> None:
    assert exclusion_of((told(FactType.EXCLUDED, 9), withdrawn(1))) is None


def test_exclusions_go_by_their_times_in_whatever_order_they_were_told() -> None:
    out, back = told(FactType.EXCLUDED, 9), told(FactType.INCLUDED, 12)
    assert exclusion_of((out, back)) is exclusion_of((back, out)) is None
