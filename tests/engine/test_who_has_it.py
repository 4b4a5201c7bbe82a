"""Who has an incident through all that may happen to it: pages, alerts and readers agree on one, or on nobody."""

from datetime import timedelta

from opsmon.engine.effect import Notify
from opsmon.engine.holder import holder_now
from opsmon.engine.input import AddFact, Reloaded, TakeOver, Tick
from opsmon.engine.paging.wanted import is_wanted
from opsmon.model.incident import Fact, FactType
from opsmon.model.page import CallReason, PageEnded, PageExhausted, PageMoved, PageResumed, PageStepTaken
from opsmon.oncall.page import PageState
from tests.support.engine.paged import LEAD, LI, MANAGER, ROBOT, SECOND, SMS, WANG, Hall, broken, paged_rules

MINUTE = 60.0


def has_it(hall: Hall) -> str:
    """Of whom pages and readers say it; they must agree."""
    held, page = holder_now(hall.world, hall.the_open()), hall.page()
    assert (page.holder if page.state is PageState.HELD else "") == ("" if held is None else held.by)
    return "" if held is None else held.by


def withdraw(hall: Hall, number: int) -> int:
    """Takes the fact of this number back; the number of the withdrawal."""
    hall.give(AddFact(hall.the_open().id, Fact(FactType.WITHDRAWN, hall.now, str(LI), "不是我", withdraws=number)))
    return len(hall.the_open().facts)


def told(hall: Hall, fact: FactType, by: str) -> int:
    """Has somebody tell a fact; its number."""
    hall.tell(fact, by)
    return len(hall.the_open().facts)


def test_it_goes_to_who_is_at_it_still_when_the_first_takes_his_word_back() -> None:
    hall = broken()
    number = told(hall, FactType.ACKNOWLEDGED, str(LI))
    until = hall.page().until
    told(hall, FactType.REMOTE_STARTED, str(WANG))
    assert has_it(hall) == LI
    withdraw(hall, number)
    assert has_it(hall) == WANG
    (moved,) = hall.events(PageMoved)
    assert (moved.previous, moved.by) == (LI, WANG)
    assert until is not None
    assert moved.until >= until
    assert [one.reason for one in hall.tells()] == ["opened"]  # nobody is called: somebody is at it


def test_a_word_that_another_takes_back_moves_nothing() -> None:
    hall = broken()
    told(hall, FactType.ACKNOWLEDGED, str(LI))
    second = told(hall, FactType.REMOTE_STARTED, str(WANG))
    withdraw(hall, second)
    assert has_it(hall) == LI
    assert not hall.events(PageMoved)


def test_a_withdrawal_that_is_taken_back_gives_it_back() -> None:
    hall = broken()
    withdrawal = withdraw(hall, told(hall, FactType.ACKNOWLEDGED, str(LI)))
    assert (has_it(hall), hall.page().state) == ("", PageState.CALLING)
    withdraw(hall, withdrawal)
    assert has_it(hall) == LI


def test_who_acknowledges_has_it_in_the_place_of_one_who_only_works_on_it() -> None:
    hall = broken()
    told(hall, FactType.REMOTE_STARTED, str(WANG))
    assert has_it(hall) == WANG
    told(hall, FactType.ACKNOWLEDGED, str(LI))
    assert has_it(hall) == LI


def test_who_works_on_what_another_let_slip_has_it_and_gives_it_to_whoever_acknowledges() -> None:
    hall = broken()
    told(hall, FactType.ACKNOWLEDGED, str(LI))
    hall.run(((hall.page().until or hall.now) - hall.now).total_seconds() + 1)
    assert has_it(hall) == ""
    told(hall, FactType.REMOTE_STARTED, str(WANG))
    assert has_it(hall) == WANG
    told(hall, FactType.ACKNOWLEDGED, str(LEAD))
    assert has_it(hall) == LEAD


def test_an_alert_names_who_has_it_when_it_leaves() -> None:
    hall = broken()
    told(hall, FactType.ACKNOWLEDGED, str(LI))
    hall.give(TakeOver(hall.the_open().id, str(WANG)))
    last = [effect for effect in hall.effects if isinstance(effect, Notify)][-1]
    assert last.held == holder_now(hall.world, hall.the_open())
    assert last.held is not None
    assert last.held.by == WANG


def test_a_slipped_hold_is_nobodys_in_the_next_alert_and_message() -> None:
    hall = broken()
    told(hall, FactType.REPORTED, "")
    told(hall, FactType.ACKNOWLEDGED, str(LI))
    hall.run(30 * MINUTE)
    assert has_it(hall) == ""
    alerts = [effect for effect in hall.effects if isinstance(effect, Notify) and effect.clock is not None]
    assert alerts[-1].held is None
    assert hall.tells()[-1].held is None


def test_those_who_were_told_hear_the_end_though_the_plan_is_gone() -> None:
    hall = broken()
    hall.accept()
    hall.run(65)
    second = hall.tells()[-1]
    assert second.step == 2
    hall.give(Reloaded(paged_rules(None)))
    assert [event.reason for event in hall.events(PageEnded)] == ["no_plan"]
    assert not is_wanted(hall.world, second.incident.id, second.sequence)  # nobody is called by it any more
    hall.dead.clear()
    hall.run(10 * MINUTE)
    last = hall.tells()[-1]
    assert (last.reason, last.people, last.by[0]) == (CallReason.RESOLVED, (LI, WANG), ROBOT)
    assert len([one for one in hall.tells() if one.reason is CallReason.RESOLVED]) == 1  # LEAD never heard of it
    assert hall.events(PageEnded)[-1].reason == "recovered"


def test_a_page_goes_on_when_there_is_a_plan_again() -> None:
    hall = broken()
    hall.accept()
    hall.give(Reloaded(paged_rules(None)))
    hall.run(MINUTE)
    hall.give(Reloaded(paged_rules()))
    assert [(one.reason, one.step) for one in hall.tells()] == [("opened", 1), ("opened", 1)]
    hall.dead.clear()
    hall.run(10 * MINUTE)
    over = [one for one in hall.tells() if one.reason is CallReason.RESOLVED]
    assert [(one.people, one.by[0]) for one in over] == [((LI, WANG), ROBOT), ((LI, WANG, LEAD), SECOND)]


def used_up() -> Hall:
    """Every step of every round was taken while no channel took a message."""
    hall = broken()
    hall.run(60 * MINUTE)
    assert hall.page().state is PageState.EXHAUSTED
    assert hall.page().is_untold
    return hall


def test_a_plan_that_was_used_up_while_every_channel_was_away_begins_again() -> None:
    hall = used_up()
    calls = len(hall.tells())
    second = hall.tells()[1]
    hall.accept(second, SECOND)
    assert (hall.page().state, hall.page().step, hall.page().round) == (PageState.CALLING, 2, 1)
    assert len(hall.tells()) == calls  # they have been told just now
    assert [event.reason for event in hall.events(PageResumed)] == ["channel_back"]
    hall.run(61)
    assert (hall.tells()[-1].step, hall.tells()[-1].people) == (3, (MANAGER,))
    hall.run(60 * MINUTE)
    assert hall.page().state is PageState.EXHAUSTED
    assert len(hall.events(PageExhausted)) == 2
    assert not hall.page().is_untold


def test_a_second_channel_that_comes_back_changes_nothing() -> None:
    hall = used_up()
    hall.accept(hall.tells()[1], SECOND)
    next_at = hall.page().next_at
    second = hall.tells()[4]
    hall.accept(second, ROBOT, after_s=(hall.now - second.at).total_seconds())
    assert len(hall.events(PageResumed)) == 1
    assert hall.page().next_at == next_at


def test_rounds_that_reached_nobody_do_not_count() -> None:
    hall = broken()
    while hall.page().round < 2:
        hall.run(30)
    hall.accept(hall.tells()[-1])
    assert (hall.page().state, hall.page().round) == (PageState.CALLING, 1)
    hall.run(60 * MINUTE)
    steps = [(one.step, one.round) for one in hall.events(PageStepTaken)]
    assert steps[-5:] == [(2, 1), (3, 1), (1, 2), (2, 2), (3, 2)]


def test_a_message_that_is_taken_late_after_an_acceptance_wakes_nobody() -> None:
    hall = broken()
    hall.accept()
    hall.run(60 * MINUTE)
    assert hall.page().state is PageState.EXHAUSTED
    hall.accept(hall.tells()[-1], SMS)
    hall.give(Tick())
    assert hall.page().state is PageState.EXHAUSTED


def test_a_journal_of_all_this_folds_to_the_world_that_was_decided() -> None:
    hall = used_up()
    hall.accept(hall.tells()[1], SECOND)
    number = told(hall, FactType.ACKNOWLEDGED, str(LI))
    told(hall, FactType.REMOTE_STARTED, str(WANG))
    withdraw(hall, number)
    hall.run(timedelta(minutes=5).total_seconds())
    hall.give(Reloaded(paged_rules(None)))
    pages = hall.world.paging.pages
    hall.restart()
    assert hall.world.paging.pages == pages
