"""Written timelines: facts that are withdrawn, exclusions told late, findings about what an incident is."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

import pytest

from opsmon.contract.clock.case import Case, Finding
from opsmon.contract.clock.replay import Replayed, replay_case
from opsmon.contract.clock.sla_clock import SlaClock, state_at
from opsmon.model.event import ClockState
from opsmon.model.incident import Fact, FactType, Severity
from opsmon.model.name import ClauseId
from tests.support.contract.rulebook import book, case, local

B, C, E = "bj-hrss-2021", "baizhifang-2026", "xicheng-vc-2025"
UNTIL = local("2026-12-31 00:00:00")
BEGUN = [("detected", "2026-11-20 10:00:00"), ("reported", "2026-11-20 10:05:00")]


def fact(type_: str, at: str, withdraws: int | None = None, clauses: Iterable[str] = ()) -> Fact:
    named = tuple(ClauseId(name) for name in clauses)
    return Fact(FactType(type_), local(at), "值班长", "a reason", withdraws, named)


def story(*more: Fact, begun: Iterable[tuple[str, str]] = BEGUN, venue: str = "bureau") -> Case:
    one = case(E, *begun, labels={"venue": venue})
    return replace(one, facts=(*one.facts, *more))


def run(one: Case, *findings: Finding, until: datetime = UNTIL) -> Replayed:
    return replay_case(book(one.contract), one, until, findings)


def clocks(replayed: Replayed) -> dict[str, SlaClock]:
    return {clock.clause: clock for clock in replayed.clocks}


def test_a_withdrawn_resolve_takes_its_report_with_it_and_the_next_one_counts() -> None:
    wrong = story(
        fact("resolved", "2026-11-20 11:00:00"), fact("withdrawn", "2026-11-20 12:00:00", 3),
        fact("resolved", "2026-11-23 15:00:00"),
    )  # fmt: skip
    replayed = run(wrong)
    assert clocks(replayed)["E9"].due_at == local("2026-11-24 18:00:00")
    told = [(event.after, event.due_at) for event in replayed.events if event.clause == "E9"]
    assert (ClockState.CANCELLED, local("2026-11-23 18:00:00")) in told
    assert told[-1][0] is ClockState.BREACHED


def test_a_withdrawal_can_itself_be_withdrawn() -> None:
    back = story(
        fact("resolved", "2026-11-20 11:00:00"), fact("withdrawn", "2026-11-20 12:00:00", 3),
        fact("withdrawn", "2026-11-20 13:00:00", 4),
    )  # fmt: skip
    assert clocks(run(back))["E9"].due_at == local("2026-11-23 18:00:00")
    assert "E9" not in clocks(run(back, until=local("2026-11-20 12:30:00")))


def test_a_withdrawal_is_heard_of_after_what_it_withdraws_whatever_time_it_carries() -> None:
    early = story(fact("remote_started", "2026-11-20 10:07:00"), fact("withdrawn", "2026-11-20 10:06:00", 3))
    replayed = run(early)
    assert clocks(replayed)["E3"].met_at is None
    assert ClockState.MET in {event.after for event in replayed.events if event.clause == "E3"}


def test_numbers_are_places_in_the_list_whatever_the_order_of_time() -> None:
    listed = story(fact("on_site", "2026-11-20 10:30:00"), fact("remote_started", "2026-11-20 10:07:00"),
                   fact("withdrawn", "2026-11-20 11:00:00", 3))  # fmt: skip
    found = clocks(run(listed))
    assert found["E3"].met_at == local("2026-11-20 10:07:00")
    other = story(fact("on_site", "2026-11-20 10:30:00"), fact("remote_started", "2026-11-20 10:07:00"),
                  fact("withdrawn", "2026-11-20 11:00:00", 4))  # fmt: skip
    assert clocks(run(other))["E3"].met_at is None


@pytest.mark.parametrize("told_at", ["2026-11-20 10:06:00", "2026-11-20 23:00:00", "2026-12-30 09:00:00"])
def test_an_exclusion_frees_every_outcome_but_the_reports_whenever_it_is_told(told_at: str) -> None:
    late = story(
        fact("remote_failed", "2026-11-20 10:30:00"), fact("resolved", "2026-11-20 20:00:00"),
        fact("excluded", told_at),
    )  # fmt: skip
    found = clocks(run(late))
    assert set(found) == {"E1", "E3", "E4", "E5", "E9"}
    for clause in ("E1", "E3", "E4", "E5"):
        assert (found[clause].met_at, state_at(found[clause], UNTIL)) == (None, ClockState.CANCELLED), clause
    assert state_at(found["E9"], UNTIL) is ClockState.BREACHED
    assert clocks(run(late, until=local("2026-11-20 10:05:30")))["E1"].cancelled_at is None


def test_an_exclusion_of_named_clauses_frees_those_alone_papers_too() -> None:
    late = story(fact("resolved", "2026-11-20 20:00:00"), fact("excluded", "2026-12-01 09:00:00", clauses=["E9"]))
    found = clocks(run(late))
    assert state_at(found["E9"], UNTIL) is ClockState.CANCELLED
    assert state_at(found["E3"], UNTIL) is ClockState.BREACHED


@pytest.mark.parametrize(("number", "state"), [(None, ClockState.CANCELLED), (3, ClockState.BREACHED)])
def test_a_withdrawn_exclusion_frees_nothing(number: int | None, state: ClockState) -> None:
    taken_back = [] if number is None else [fact("withdrawn", "2026-11-22 09:00:00", number)]
    found = clocks(run(story(fact("excluded", "2026-11-21 09:00:00"), *taken_back)))
    assert state_at(found["E3"], UNTIL) is state


def test_a_breach_that_is_freed_starts_nothing() -> None:
    begun = case(C, ("reported", "2026-11-20 10:00:00"), service="cctv", kind="camera")
    breached = clocks(replay_case(book(C), begun, UNTIL))
    assert "C8" in breached
    freed = replace(begun, facts=(*begun.facts, fact("excluded", "2026-11-21 09:00:00", clauses=["C5"])))
    assert "C8" not in clocks(replay_case(book(C), freed, UNTIL))


def test_a_report_owed_in_hours_is_owed_for_an_excluded_fault_too() -> None:
    one = case(B, ("detected", "2021-11-10 10:00:00"), service="net", kind="switch")
    one = replace(one, facts=(*one.facts, fact("excluded", "2021-11-10 11:00:00")))
    found = clocks(replay_case(book(B), one, UNTIL))
    assert state_at(found["B7"], UNTIL) is ClockState.BREACHED
    assert state_at(found["B4a"], UNTIL) is ClockState.CANCELLED


def test_a_finding_re_times_from_its_own_moment_on_with_the_reason() -> None:
    worse = Finding(local("2026-11-20 10:40:00"), Severity.EMERGENCY, reason="全区会议")
    moved = Finding(local("2026-11-20 10:50:00"), labels={"venue": "main-hall"}, reason="在主会场")
    replayed = run(story(), worse, moved)
    found = clocks(replayed)
    assert set(found) == {"E1", "E2", "E8"}
    assert found["E8"].due_at == local("2026-11-20 12:05:00")
    assert replayed.case.severity is Severity.EMERGENCY
    assert replayed.case.labels == {"venue": "main-hall"}
    (gone,) = [event for event in replayed.events if event.clause == "E3" and event.after is ClockState.CANCELLED]
    assert (gone.at, gone.met_at) == (moved.at, None)
    assert "在主会场" in gone.reason
    assert set(clocks(run(story(), worse, moved, until=local("2026-11-20 10:39:59")))) == {"E1", "E3"}
