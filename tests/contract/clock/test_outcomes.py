"""How a clock ends: met, met late, cancelled, restarted, started by another's breach."""

from dataclasses import replace

import pytest

from opsmon.contract.clock.case import Case, history_of
from opsmon.contract.clock.sla_clock import SlaClock, overrun_at, state_at
from opsmon.contract.term import Mode
from opsmon.model.event import ClockState
from opsmon.model.incident import Fact, FactType
from tests.support.contract.rulebook import book, case, facts, local

C, E = "baizhifang-2026", "xicheng-vc-2025"
LATER = local("2026-12-01 00:00:00")


def clocks(one: Case) -> dict[str, SlaClock]:
    return {clock.clause: clock for clock in book(one.contract).clocks(one)}


def bureau(*events: tuple[str, str]) -> dict[str, SlaClock]:
    return clocks(case(E, *events, labels={"venue": "bureau"}))


def camera(*events: tuple[str, str], **labels: str) -> dict[str, SlaClock]:
    return clocks(case(C, *events, service="cctv", kind="camera", labels=labels))


DETECTED, REPORTED = ("detected", "2026-11-20 10:00:00"), ("reported", "2026-11-20 10:30:00")


def test_a_breach_that_rested_on_our_detection_is_taken_back_by_the_report() -> None:
    assert state_at(bureau(DETECTED)["E3"], local("2026-11-20 10:29:59")) is ClockState.BREACHED
    told = bureau(DETECTED, REPORTED)["E3"]
    assert state_at(told, local("2026-11-20 10:30:00")) is ClockState.RUNNING
    assert told.due_at == local("2026-11-20 10:40:00")


def test_a_fault_that_nobody_reported_costs_nothing() -> None:
    gone = camera(DETECTED, ("acknowledged", "2026-11-20 10:01:00"), ("resolved", "2026-11-20 15:00:00"))["C5"]
    assert state_at(gone, LATER) is ClockState.CANCELLED
    assert overrun_at(gone, LATER).total_seconds() == 0


def test_a_report_of_a_fault_that_is_over_still_wants_an_answer_but_no_help() -> None:
    found = camera(DETECTED, ("resolved", "2026-11-20 10:10:00"), REPORTED)
    assert state_at(found["C5"], local("2026-11-20 12:30:00")) is ClockState.AT_RISK
    assert state_at(found["C5"], local("2026-11-20 12:30:01")) is ClockState.BREACHED
    remote = bureau(DETECTED, ("resolved", "2026-11-20 10:10:00"), REPORTED)["E3"]
    assert state_at(remote, LATER) is ClockState.CANCELLED


def test_nobody_has_to_set_out_for_a_fault_that_is_over_but_a_breach_before_stays() -> None:
    holiday = ("reported", "2026-10-01 10:00:00")
    in_time = bureau(holiday, ("resolved", "2026-10-01 10:30:00"))
    assert state_at(in_time["E6"], LATER) is ClockState.CANCELLED
    assert state_at(in_time["E7"], LATER) is ClockState.MET
    late = bureau(holiday, ("resolved", "2026-10-01 10:45:00"))
    assert state_at(late["E6"], LATER) is ClockState.BREACHED
    assert overrun_at(late["E6"], LATER).total_seconds() == 15 * 60


@pytest.mark.parametrize(("lot", "due"), [(None, "10 20:05:00"), ("net", "10 20:05:00"), ("mon", "11 09:05:00")])
def test_a_call_back_of_no_known_lot_is_due_by_the_stricter_hours(lot: str | None, due: str) -> None:
    found = clocks(case("bj-hrss-2021", ("reported", "2021-11-10 20:00:00"), service=lot))
    assert found["B1"].due_at == local(f"2021-11-{due}")


def test_remote_help_that_failed_had_begun() -> None:
    in_time = bureau(REPORTED, ("remote_failed", "2026-11-20 10:40:00"))["E3"]
    assert (in_time.met_at, state_at(in_time, LATER)) == (local("2026-11-20 10:40:00"), ClockState.MET)
    late = bureau(REPORTED, ("remote_failed", "2026-11-20 10:40:01"))["E3"]
    assert (overrun_at(late, LATER).total_seconds(), state_at(late, LATER)) == (1, ClockState.MET_LATE)
    begun = bureau(REPORTED, ("remote_failed", "2026-11-20 11:00:00"), ("remote_started", "2026-11-20 10:31:00"))["E3"]
    assert begun.met_at == local("2026-11-20 10:31:00")


def test_an_engineer_who_is_there_before_the_clock_begins_has_met_it() -> None:
    failed = ("remote_failed", "2026-11-20 11:00:00")
    found = bureau(REPORTED, ("on_site", "2026-11-20 10:50:00"), failed)
    assert found["E4"].met_at == local("2026-11-20 11:00:00")
    assert state_at(found["E4"], LATER) is ClockState.MET


def test_an_acknowledgement_before_the_question_is_no_answer_to_it() -> None:
    early = camera(REPORTED, ("acknowledged", "2026-11-20 10:31:00"), ("spare_needed", "2026-11-20 11:00:00"))
    assert early["C5"].met_at == local("2026-11-20 10:31:00")
    assert early["C8"].met_at is None


def test_a_spare_meets_the_resolve_clock_of_the_sub_district_office_and_no_other() -> None:
    spare = ("spare_installed", "2026-11-20 11:00:00")
    office = clocks(case(C, DETECTED, spare, service="office", kind="switch"))["C3"]
    assert office.met_at == local("2026-11-20 11:00:00")
    other = bureau(REPORTED, ("remote_failed", "2026-11-20 10:40:00"), spare)["E5"]
    assert other.met_at is None


def test_a_fallback_or_the_resolve_itself_ends_the_wait_for_a_fallback() -> None:
    for end in ("fallback_agreed", "resolved"):
        found = clocks(case("bj-hrss-2021", REPORTED, (end, "2026-11-20 20:00:00"), service="net"))["B5"]
        assert state_at(found, LATER) is ClockState.MET


def test_a_breach_starts_the_clause_that_waits_for_it_only_from_that_moment() -> None:
    found = camera(REPORTED)
    assert found["C8"].starts_at == found["C5"].due_at == local("2026-11-20 12:30:00")
    assert state_at(found["C8"], local("2026-11-20 12:29:59")) is None
    assert "C8" not in camera(REPORTED, ("acknowledged", "2026-11-20 12:30:00"))
    late = camera(REPORTED, ("acknowledged", "2026-11-20 12:30:01"))
    assert state_at(late["C8"], LATER) is ClockState.MET


def test_what_rests_on_a_provisional_breach_falls_with_it() -> None:
    found = camera(DETECTED, ("resolved", "2026-11-20 15:00:00"))
    assert found["C8"].provisional
    assert state_at(found["C8"], LATER) is ClockState.CANCELLED
    assert camera(DETECTED, REPORTED)["C8"].starts_at == local("2026-11-20 12:30:00")


def test_an_exclusion_leaves_no_outcome_and_can_be_taken_back_by_a_new_fact() -> None:
    holiday = ("reported", "2026-10-01 10:00:00")
    met, out = ("on_site", "2026-10-01 10:10:00"), ("excluded", "2026-10-01 12:00:00")
    excluded = bureau(holiday, met, out)
    assert (excluded["E6"].met_at, state_at(excluded["E6"], LATER)) == (None, ClockState.CANCELLED)
    assert state_at(excluded["E7"], local("2026-10-01 11:59:59")) is ClockState.BREACHED
    assert state_at(excluded["E7"], LATER) is ClockState.CANCELLED
    again = bureau(holiday, met, out, ("included", "2026-10-02 09:00:00"))
    assert state_at(again["E7"], LATER) is ClockState.BREACHED
    out_again = bureau(holiday, met, out, ("included", "2026-10-02 09:00:00"), ("excluded", "2026-10-03 09:00:00"))
    assert out_again["E7"].cancelled_at == local("2026-10-03 09:00:00")


def test_every_clock_of_one_incident_runs_side_by_side() -> None:
    one = case(E, ("notified", "2026-10-01 10:00:00"), ("reported", "2026-10-01 10:00:00"), severity="emergency")
    assert set(clocks(one)) == {"E1", "E6", "E7", "E8"}


def test_a_disputed_clock_says_under_which_reading_it_is_due() -> None:
    disputed = bureau(("reported", "2026-07-06 10:00:00"))["E6"]
    assert disputed.mode is Mode.DISPUTED
    assert disputed.strict_due_at == disputed.due_at


@pytest.mark.parametrize(
    ("events", "refused", "reason"),
    [
        ([("reported", "2026-11-20 10:00:00"), ("on_site", "2026-11-20 09:59:59")], "on_site", "before its incident"),
        ([("resolved", "2026-11-20 10:00:00")], "resolved", "no start"),
        ([("acknowledged", "2026-11-20 10:00:00")], "acknowledged", "no start"),
    ],
)
def test_facts_that_make_no_sense_are_refused_with_a_reason(
    events: list[tuple[str, str]], refused: str, reason: str
) -> None:
    found = history_of(facts(*events))
    assert [one.fact.type for one in found.refusals] == [refused]
    assert reason in found.refusals[0].reason
    assert found.first(FactType(refused)) is None


def test_an_exclusion_without_a_reason_and_a_time_without_an_offset_are_refused() -> None:
    start = Fact(FactType.REPORTED, local("2026-11-20 10:00:00"))
    bare = replace(Fact(FactType.EXCLUDED, local("2026-11-20 11:00:00")), note=" ")
    naive = Fact(FactType.RESOLVED, local("2026-11-20 12:00:00").replace(tzinfo=None))
    found = history_of((naive, bare, start))
    assert {one.reason for one in found.refusals} == {"excluded without a reason", "its time has no offset from UTC"}
    assert not found.judgements


def test_what_is_only_supposed_needs_no_start() -> None:
    hypothetical = replace(case(E, ("resolved", "2026-09-30 23:00:00")), hypothetical=True)
    assert clocks(hypothetical)["E9"].due_at == local("2026-10-08 18:00:00")
    assert not clocks(replace(hypothetical, hypothetical=False))
