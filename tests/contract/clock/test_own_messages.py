"""A message of ours that a channel accepted, beside what people tell: who starts a clock, and who lets it judge."""

from dataclasses import replace
from datetime import timedelta

import pytest

from opsmon.contract.clock.case import Case
from opsmon.contract.clock.sla_clock import SlaClock, next_change_at, overrun_at, state_at
from opsmon.contract.clock.start import NOT_TOLD, clocks_for
from opsmon.contract.explain.why import why
from opsmon.contract.money.penalty import delay_of
from opsmon.contract.term import Clause, Contract, Mode, OwnMessage
from opsmon.model.event import ClockState
from opsmon.model.incident import Fact, FactType
from tests.support.contract.rulebook import book, case, facts, local

E = "xicheng-vc-2025"
SENT, LATER = "2026-11-20 10:00:05", local("2026-12-10 00:00:00")
DETECTED = ("detected", "2026-11-20 10:00:00")


def own(text: str = SENT) -> Fact:
    return Fact(FactType.NOTIFIED, local(text), "opsmon/oncall", delivery="d-1")


def told(*events: tuple[str, str], severity: str = "emergency", sent: bool = True) -> Case:
    one = case(E, *events, severity=severity, labels={"venue": "bureau"})
    return replace(one, facts=(*one.facts, own())) if sent else one


def clocks(one: Case) -> dict[str, SlaClock]:
    return {clock.clause: clock for clock in book(E).clocks(one)}


def test_our_own_message_warns_and_is_never_breached() -> None:
    clock = clocks(told(DETECTED))["E1"]
    assert (clock.starts_at, clock.due_at) == (local(SENT), local("2026-11-20 10:03:05"))
    assert (clock.at_risk_at, clock.mode, clock.provisional) == (local("2026-11-20 10:01:35"), Mode.PROVISIONAL, True)
    assert state_at(clock, LATER) is ClockState.AT_RISK
    assert next_change_at(clock, local("2026-11-20 10:03:00")) is None
    assert overrun_at(clock, LATER) == timedelta()
    assert delay_of(clock, "vc", LATER) is None


@pytest.mark.parametrize("answered", ["2026-11-20 10:01:00", "2026-11-20 10:55:00"])
def test_an_ack_meets_it_late_or_not_and_stays_when_the_fault_ends_unreported(answered: str) -> None:
    clock = clocks(told(DETECTED, ("acknowledged", answered), ("resolved", "2026-11-20 11:00:00")))["E1"]
    assert (clock.met_at, state_at(clock, LATER)) == (local(answered), ClockState.MET)


@pytest.mark.parametrize("over", ["2026-11-20 10:00:02", "2026-11-20 11:00:00"])
def test_a_fault_that_ends_with_nobody_telling_of_it_owes_no_answer(over: str) -> None:
    found = clocks(told(DETECTED, ("resolved", over), ("acknowledged", "2026-11-20 11:30:00")))
    for clause in ("E1", "E8"):
        assert (found[clause].met_at, state_at(found[clause], LATER)) == (None, ClockState.CANCELLED)


@pytest.mark.parametrize("word", ["reported", "notified"])
def test_a_person_who_tells_later_starts_it_anew_and_lets_it_judge(word: str) -> None:
    found = clocks(told(DETECTED, (word, "2026-11-20 10:20:00")))
    assert (found["E1"].due_at, found["E1"].mode) == (local("2026-11-20 10:23:00"), Mode.JUDGED)
    assert not found["E1"].provisional
    assert state_at(found["E1"], LATER) is ClockState.BREACHED
    assert found["E8"].due_at == local("2026-11-20 12:20:00")


def test_a_person_who_told_before_our_message_is_not_overtaken_by_it() -> None:
    found = clocks(told(("reported", "2026-11-20 09:59:00")))
    assert found["E1"].due_at == local("2026-11-20 10:02:00")


def test_an_emergency_that_only_we_told_of_warns_of_the_arrival() -> None:
    clock = clocks(told(DETECTED))["E8"]
    assert (clock.mode, clock.due_at, clock.strict_due_at) == (Mode.WARNED, None, local("2026-11-20 12:00:05"))
    assert state_at(clock, LATER) is ClockState.AT_RISK
    there = clocks(told(DETECTED, ("on_site", "2026-11-20 11:00:00")))["E8"]
    assert state_at(there, LATER) is ClockState.MET


def test_our_detection_alone_is_no_notice() -> None:
    assert not {"E1", "E8"} & set(clocks(told(DETECTED, sent=False)))


def test_the_reckoning_says_whose_message_it_was_in_both_languages() -> None:
    clock = clocks(told(DETECTED))["E1"]
    words = why(book(E).contract, book(E).calendar, clock)
    assert clock.doubts == (NOT_TOLD,)
    assert "counts from our own message at Fri 20 Nov 10:00:05" in words.en
    assert "judges only once a person has told of it" in words.en
    assert "自我方消息送达" in words.in_("zh")
    assert "有人报修或通知后方计入考核" in words.in_("zh")
    assert not any("a" <= letter <= "z" for letter in words.in_("zh"))


def with_own(meaning: OwnMessage) -> Contract:
    contract = book(E).contract
    clauses: tuple[Clause, ...] = tuple(replace(one, own_message=meaning) for one in contract.clauses)
    return replace(contract, clauses=clauses)


def test_a_contract_may_take_our_message_for_a_notice_or_for_nothing() -> None:
    calendar = book(E).calendar
    counts = {str(one.clause): one for one in clocks_for(with_own(OwnMessage.COUNTS), calendar, told(DETECTED))}
    assert (counts["E1"].mode, counts["E1"].due_at) == (Mode.JUDGED, local("2026-11-20 10:03:05"))
    nothing = {one.clause for one in clocks_for(with_own(OwnMessage.NOTHING), calendar, told(DETECTED))}
    assert not {"E1", "E8"} & nothing


def test_our_message_breaches_no_disputed_clause_either() -> None:
    contract = book(E).contract
    clause = next(one for one in contract.clauses if one.id == "E1")
    disputed = replace(clause, variants=tuple(replace(one, mode=Mode.DISPUTED) for one in clause.variants))
    (clock,) = clocks_for(replace(contract, clauses=(disputed,)), book(E).calendar, told(DETECTED))
    assert state_at(clock, LATER) is ClockState.AT_RISK


def test_a_withdrawn_report_leaves_what_our_message_started() -> None:
    one = told(("detected", "2026-11-20 10:00:00"), ("reported", "2026-11-20 10:20:00"))
    wrong = Fact(FactType.WITHDRAWN, local("2026-11-21 09:00:00"), "值班长", "误报", withdraws=2)
    clock = clocks(replace(one, facts=(*one.facts, wrong)))["E1"]
    assert (clock.mode, clock.starts_at) == (Mode.PROVISIONAL, local(SENT))
    assert facts(("reported", "2026-11-20 10:20:00"))[0] in one.facts


def test_a_message_that_may_have_been_taken_before_is_warned_of_from_then() -> None:
    """The first attempt was never answered, the second was: it is judged by the second, and warned by the first."""
    one = told(DETECTED)
    doubtful = replace(one.facts[-1], earliest=local("2026-11-20 09:59:35"))
    clock = clocks(replace(one, facts=(*one.facts[:-1], doubtful)))["E1"]
    assert (clock.starts_at, clock.due_at) == (local(SENT), local("2026-11-20 10:03:05"))
    assert clock.strict_due_at == local("2026-11-20 10:02:35")
    assert clock.at_risk_at == local("2026-11-20 10:01:05")
