"""Escalation in the engine: who is told of a fault and when, who holds it, and what ends that."""

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest

from opsmon.engine.fold import restore
from opsmon.engine.input import AddFact, ClockStepped, Reloaded, TakeOver, Tick
from opsmon.engine.paging.people import person_named
from opsmon.engine.paging.wanted import is_wanted
from opsmon.model.event import OnCallEvent
from opsmon.model.incident import Fact, FactType
from opsmon.model.page import (
    CallReason,
    NoticeAccepted,
    PageEnded,
    PageExhausted,
    PageHeld,
    PageMoved,
    PageReplanned,
    PageResumed,
    PageStepTaken,
)
from opsmon.notify.words.page_notice import other_notice_of
from opsmon.notify.words.voice import RenderContext
from opsmon.oncall.oncall_rules import OnCallRules, Person
from opsmon.oncall.page import PageState
from opsmon.store.codec import decode_event, encode_event
from opsmon.text.bilingual import Text
from tests.support.engine.paged import LEAD, LI, MANAGER, PLAN, ROBOT, SMS, WANG, Hall, broken, on_call, paged_rules
from tests.support.engine.scene import START

CREW = (LI, WANG)
MINUTE = 60.0


def test_a_fault_is_told_to_the_crew_at_once() -> None:
    hall = broken()
    (tell,) = hall.tells()
    assert (tell.reason, tell.people, tell.by[0], tell.step, tell.round, tell.call) == ("opened", CREW, ROBOT, 1, 1, 1)
    assert tell.next_at == tell.at + timedelta(seconds=60)  # E1's three minutes, shared out among three steps
    assert hall.page().state is PageState.CALLING
    assert tell.sequence == 2  # the alert of the incident is the first


def test_nobody_answers_and_each_step_is_told_once_until_there_is_none_left() -> None:
    hall = broken()
    hall.run(60 * MINUTE)
    steps = [(one.step, one.round, one.people) for one in hall.tells() if one.step]
    first = [(1, 1, CREW), (2, 1, (*CREW, LEAD)), (3, 1, (MANAGER,))]
    assert steps == [*first, *[(step, 2, people) for step, _, people in first]]
    assert hall.page().state is PageState.EXHAUSTED
    assert len(hall.events(PageExhausted)) == 1
    times = [one.at for one in hall.tells() if one.step]
    gaps = [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(times)]
    assert gaps == [60, 60, 300, 60, 60]


def test_an_acknowledgement_stops_the_steps_and_withdraws_what_waits() -> None:
    hall = broken()
    hall.accept()
    hall.run(65)
    assert hall.tells()[-1].step == 2
    hall.tell(FactType.ACKNOWLEDGED, "甲工")
    held = hall.events(PageHeld)[-1]
    second = hall.tells()[-1]
    assert held.withdrawn == (second.sequence,)  # the first was taken already
    assert not is_wanted(hall.world, second.incident.id, second.sequence)
    until = hall.page().until
    assert until is not None
    hall.run((until - hall.now).total_seconds() - 1)
    assert [one for one in hall.tells()[2:] if one.step] == []


def test_a_hold_that_nothing_follows_ends_and_the_holder_is_asked_too() -> None:
    hall = broken()
    hall.tell(FactType.ACKNOWLEDGED, str(LEAD))
    count = len(hall.tells())
    until = hall.page().until
    assert until is not None
    hall.run((until - hall.now).total_seconds() + 1)
    told = [one for one in hall.tells()[count:] if one.step]
    assert [(one.reason, set(one.people)) for one in told] == [("hold_ended", {LEAD, *CREW})]
    assert [event.reason for event in hall.events(PageResumed)] == ["hold_ended"]


def test_a_hold_ends_when_a_clock_comes_to_be_at_risk() -> None:
    """E1 is met by the acknowledgement; the clocks that go on are at risk sooner than a hold may last."""
    hall = broken(Hall(replace(PLAN, hold=replace(PLAN.hold, acknowledged=timedelta(hours=9)))))
    hall.tell(FactType.REPORTED)
    hall.tell(FactType.ACKNOWLEDGED, str(LI))
    risks = [
        word.last.at_risk_at
        for word in hall.world.clock_statuses[hall.the_open().id].values()
        if word.last.after.is_open
    ]
    assert hall.page().until == min(at for at in risks if at is not None and at > hall.now)


def test_work_renews_the_hold_for_longer() -> None:
    hall = broken()
    hall.tell(FactType.ACKNOWLEDGED, str(LI))
    until = hall.page().until
    hall.run(MINUTE)
    hall.tell(FactType.REMOTE_STARTED, str(WANG))
    assert hall.page().until is not None
    assert until is not None
    assert (hall.page().until or until) > until
    assert hall.page().holder == LI  # whose it is


def test_when_no_channel_takes_the_message_the_next_step_comes_at_once() -> None:
    hall = broken()
    hall.fail()
    assert [one.reason for one in hall.tells()] == ["opened", "nobody_told"]
    assert hall.tells()[-1].step == 2
    assert hall.page().is_untold
    hall.accept(channel=SMS)
    assert not hall.page().is_untold


def test_channels_that_are_all_away_use_up_no_more_than_the_round() -> None:
    hall = broken()
    for _ in range(9):
        tell = hall.tells()[-1]
        hall.fail(tell, tell.by[-1])
        hall.give(Tick())
    assert [one.step for one in hall.tells()] == [1, 2, 3]
    assert hall.page().state is PageState.CALLING
    hall.now = hall.page().next_at or hall.now
    hall.give(Tick())
    steps = [(one.step, one.round) for one in hall.tells() if one.step]
    assert steps == [(1, 1), (2, 1), (3, 1), (1, 2)]


def test_a_hand_over_names_what_is_handed_over() -> None:
    hall = broken()
    open_ = hall.the_open().id
    hall.give(Reloaded(replace(paged_rules(), oncall=on_call(PLAN, WANG, LEAD))))
    told = hall.others()[-1]
    assert told.people == (WANG, LEAD)
    assert told.open_incidents == (open_,)
    said = other_notice_of(told, Text, RenderContext(shifts={("vc", "day"): Text("video, day", "视频 白班")})).fault
    assert f"1 open: {open_}; on duty now, video, day: p-wang, p-lead" in said.en
    assert f"未结束 1 件：{open_}；现由以下人员值班，视频 白班：p-wang、p-lead" in said.in_("zh")


def test_an_acknowledge_clock_at_risk_takes_the_next_step_at_once() -> None:
    slow = replace(PLAN, steps=tuple(replace(step, wait=timedelta(minutes=30)) for step in PLAN.steps))
    hall = broken(Hall(slow))
    hall.accept()
    hall.run(100)
    reasons = [one.reason for one in hall.tells()]
    assert reasons == [CallReason.OPENED, CallReason.ACKNOWLEDGE_AT_RISK, CallReason.AT_RISK]
    assert hall.tells()[1].step == 2


def test_who_was_told_is_told_of_the_end_and_nobody_else() -> None:
    hall = broken()
    hall.accept()
    hall.run(61)
    hall.accept(channel=SMS)
    hall.tell(FactType.ACKNOWLEDGED, str(LI))
    hall.dead.clear()
    hall.run(3 * MINUTE)
    over = [one for one in hall.tells() if one.reason is CallReason.RESOLVED]
    assert {who for one in over for who in one.people} == {*CREW, LEAD}
    assert {one.by[0] for one in over} == {ROBOT, SMS}
    assert hall.events(PageEnded)
    assert not any(page.is_open for page in hall.world.paging.pages.values())
    count = len(hall.tells())
    hall.run(60 * MINUTE)
    assert len(hall.tells()) == count


def test_nobody_is_called_while_a_recovery_is_being_believed() -> None:
    hall = broken()
    hall.run(40)
    hall.dead.clear()
    incident = hall.the_open().id
    while hall.the_open().hold_until is None:
        hall.run(1)
    count = len([one for one in hall.tells() if one.step])
    hall.run(25)
    assert len([one for one in hall.tells() if one.step]) == count
    hall.run(60)
    assert hall.page(incident).state is PageState.ENDED


def test_what_was_missed_while_away_is_told_once_and_together() -> None:
    hall = broken()
    hall.now += timedelta(minutes=3)
    hall.restart()
    missed = hall.tells()[-1]
    told = [one for one in hall.tells() if one.step][1:]
    assert told == [missed]
    assert missed.reason is CallReason.MISSED
    assert (missed.step, set(missed.people)) == (3, {*CREW, LEAD, MANAGER})
    assert missed.next_at == hall.now + timedelta(minutes=5)


def test_being_away_exhausts_nothing() -> None:
    hall = broken()
    hall.now += timedelta(days=2)
    hall.restart()
    last = [one for one in hall.tells() if one.step][-1]
    assert (last.step, last.round, last.reason) == (3, 2, CallReason.MISSED)
    hall.now += timedelta(minutes=10)  # and away again, after the last step of all
    hall.restart()
    assert hall.page().state is PageState.CALLING
    hall.run(6 * MINUTE)
    assert hall.page().state is PageState.EXHAUSTED


def test_a_restart_tells_nobody_again() -> None:
    hall = broken()
    hall.accept()
    count = len(hall.tells())
    for _ in range(20):
        hall.restart()
    assert len(hall.tells()) == count
    hall.run(61)
    assert [one.step for one in hall.tells()[count:] if one.step] == [2]


def test_taking_over_moves_the_hold_and_the_holder() -> None:
    hall = broken()
    hall.tell(FactType.ACKNOWLEDGED, str(LI))
    hall.run(1)
    name = hall.the_open().id
    assert hall.give(TakeOver(name, str(WANG))).refusal == ""
    (moved,) = hall.events(PageMoved)
    assert (moved.previous, moved.by) == (LI, WANG)
    holder = hall.the_open().holder
    assert holder is not None
    assert holder.by == WANG
    assert "has it already" in hall.give(TakeOver(name, str(WANG))).refusal


def test_whoever_let_a_hold_slip_may_take_over_again() -> None:
    hall = broken()
    hall.tell(FactType.ACKNOWLEDGED, str(LI))
    until = hall.page().until
    assert until is not None
    hall.run((until - hall.now).total_seconds() + 5)
    assert hall.page().state is PageState.CALLING
    assert hall.give(TakeOver(hall.the_open().id, str(LI))).refusal == ""
    assert (hall.page().state, hall.page().holder) == (PageState.HELD, LI)


def test_a_second_acknowledgement_is_told_who_has_it_until_he_lets_it_slip() -> None:
    hall = broken()
    fact = Fact(FactType.ACKNOWLEDGED, hall.now, str(LI))
    assert hall.give(AddFact(hall.the_open().id, fact, takes_on=True)).refusal == ""
    hall.run(5)
    second = Fact(FactType.ACKNOWLEDGED, hall.now, str(WANG))
    assert hall.give(AddFact(hall.the_open().id, second, takes_on=True)).refusal.startswith("held by p-li since")
    until = hall.page().until
    assert until is not None
    hall.run((until - hall.now).total_seconds() + 5)
    third = Fact(FactType.ACKNOWLEDGED, hall.now, str(WANG))
    assert hall.give(AddFact(hall.the_open().id, third, takes_on=True)).refusal == ""
    holder = hall.the_open().holder
    assert holder is not None
    assert holder.by == WANG
    assert (hall.page().state, hall.page().holder) == (PageState.HELD, WANG)


def test_an_acknowledgement_that_is_withdrawn_calls_people_again() -> None:
    hall = broken()
    hall.tell(FactType.ACKNOWLEDGED, str(LI))
    number = len(hall.the_open().facts)
    hall.give(AddFact(hall.the_open().id, Fact(FactType.WITHDRAWN, hall.now, str(LI), "不是我", withdraws=number)))
    assert hall.tells()[-1].reason is CallReason.GIVEN_BACK


def test_another_plan_is_followed_from_where_the_page_is() -> None:
    hall = broken()
    hall.run(125)
    assert hall.page().step == 3
    short = replace(PLAN, steps=PLAN.steps[:2])
    hall.give(Reloaded(paged_rules(short)))
    (moved,) = hall.events(PageReplanned)
    assert (moved.step, hall.page().state) == (2, PageState.CALLING)
    hall.give(Reloaded(paged_rules(None)))
    assert hall.page().state is PageState.ENDED


def test_a_page_begins_when_a_plan_does() -> None:
    hall = broken(Hall(None))
    assert len(hall.world.paging.pages) == 0
    hall.give(Reloaded(paged_rules()))
    assert [one.reason for one in hall.tells()] == ["opened"]


def test_a_clock_that_was_set_moves_no_wait() -> None:
    hall = broken()
    before = hall.page().next_at
    assert before is not None
    left = before - hall.now
    hall.now -= timedelta(hours=3)
    hall.give(ClockStepped(timedelta(hours=-3)))
    assert hall.page().next_at == hall.now + left


def test_without_plans_nobody_is_paged_and_nothing_is_journaled() -> None:
    hall = broken(Hall(None))
    hall.run(30 * MINUTE)
    assert len(hall.world.paging.pages) == 0
    assert hall.tells() == []
    assert [event for event in hall.journal if isinstance(event, OnCallEvent)] == []


def test_a_fold_of_the_journal_is_the_world_that_was_decided() -> None:
    hall = broken()
    hall.accept()
    hall.run(70)
    hall.tell(FactType.ACKNOWLEDGED, str(LI))
    hall.run(30 * MINUTE)
    pages, sent = hall.world.paging.pages, hall.world.alerts_sent
    hall.restart()
    assert hall.world.alerts_sent == sent
    assert hall.world.paging.pages == pages


def test_an_acceptance_is_written_once() -> None:
    hall = broken()
    for _ in range(3):
        hall.accept()
    assert len(hall.events(NoticeAccepted)) == 1


def test_a_step_is_taken_on_time() -> None:
    hall = broken()
    hall.run(65)
    first, second = hall.events(PageStepTaken)
    assert second.at == first.next_at
    assert hall.now > START
    hall.give(Tick())
    assert len(hall.events(PageStepTaken)) == 2


@pytest.mark.parametrize("by", ["p-wang", "wang", "王工", "W. WANG"])
def test_the_holder_is_known_by_his_id_his_account_and_his_name(by: str) -> None:
    people = {WANG: Person(WANG, Text("W. Wang", "王工"), account="wang"), LI: Person(LI, Text(LI))}
    assert person_named(OnCallRules(people=people), by) == WANG
    assert person_named(OnCallRules(people=people), "w") is None


@pytest.mark.parametrize("restarts", [False, True])
def test_a_step_that_is_due_in_the_moment_of_a_reload_is_taken_once(restarts: bool) -> None:
    hall = broken()
    hall.accept()
    next_at = hall.page().next_at
    assert next_at is not None
    if restarts:  # the daemon is back just before, and its first decision comes just after
        hall.now = next_at - timedelta(seconds=0.5)
        stored = [decode_event(*encode_event(event)) for event in hall.journal]
        hall.world = restore(hall.world.rules, stored, hall.now)
    hall.now = next_at + timedelta(seconds=0.5)
    step = hall.give(Reloaded(hall.world.rules))
    assert [event.step for event in step.events if isinstance(event, PageStepTaken)] == [2]
    told = [one.sequence for one in hall.tells()]
    assert len(set(told)) == len(told)
