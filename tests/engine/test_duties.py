"""Recurring obligations in the engine: watched from the first day, told once, ticked off, kept in the journal."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from opsmon.engine.compaction import compact
from opsmon.engine.decide import decide
from opsmon.engine.fold import restore
from opsmon.engine.input import MarkDone, Reloaded, Tick
from opsmon.engine.step import EngineStep
from opsmon.model.duty import ContractWatched, ObligationDone, TaskChanged, TaskState
from opsmon.model.event import CommandRefused
from opsmon.model.name import ClauseId
from tests.support.engine.scene import CONTRACT, START, Town, rules_of

DAY = timedelta(days=1)


@pytest.fixture
def town() -> Town:
    """A fleet under the video-conference contract; nothing is probed, only time passes."""
    made = Town(rules_of())
    made.give(Tick())
    return made


def let_pass(town: Town, until: datetime) -> None:
    """Wakes the engine whenever its duties want it."""
    for _ in range(1000):
        at = town.world.duties.next_at
        if at is None or at >= until:
            break
        town.now = max(town.now, at)
        town.give(Tick())
    town.now = until
    town.give(Tick())


def story(town: Town, obligation: str, day: str) -> list[TaskState]:
    return [
        event.after
        for event in town.journal
        if isinstance(event, TaskChanged) and event.obligation == obligation
        and (event.due_at + timedelta(hours=8) - timedelta(seconds=1)).date() == date.fromisoformat(day)
    ]  # fmt: skip


def done(town: Town, obligation: str, day: str, *, by: str = "值班员", part: str = "") -> EngineStep:
    asked = MarkDone(CONTRACT, ClauseId(obligation), date.fromisoformat(day), town.now, by, part=part)
    return town.give(asked)


def test_a_contract_in_use_is_watched_from_the_first_look_and_old_debts_are_none(town: Town) -> None:
    assert [event for event in town.journal if isinstance(event, ContractWatched)] == [ContractWatched(START, CONTRACT)]
    assert all(event.due_at > START for event in town.journal if isinstance(event, TaskChanged))


def test_a_daily_task_is_at_risk_at_noon_and_overdue_after_midnight_each_told_once(town: Town) -> None:
    let_pass(town, START + 3 * DAY)
    assert story(town, "E13", "2026-03-21") == [TaskState.AT_RISK, TaskState.OVERDUE]
    at = [event.at for event in town.journal if isinstance(event, TaskChanged) and event.obligation == "E13"]
    assert datetime.fromisoformat("2026-03-21T04:00:00+00:00") in at  # noon in Beijing


def test_a_task_that_is_ticked_off_is_done_and_no_more_is_heard_of_it(town: Town) -> None:
    step = done(town, "E13", "2026-03-20")
    assert [type(event) for event in step.events] == [ObligationDone, TaskChanged]
    let_pass(town, START + 2 * DAY)
    assert story(town, "E13", "2026-03-20") == [TaskState.DONE]


def test_a_task_that_is_ticked_off_late_is_done_late(town: Town) -> None:
    let_pass(town, START + DAY)
    done(town, "E13", "2026-03-20")
    assert story(town, "E13", "2026-03-20") == [TaskState.AT_RISK, TaskState.OVERDUE, TaskState.DONE_LATE]


@pytest.mark.parametrize(
    ("obligation", "day", "by", "reason"),
    [
        ("E99", "2026-03-20", "值班员", "has no obligation E99"),
        ("E13", "2026-03-20", " ", "a name is needed"),
        ("E12", "2024-01-05", "值班员", "no task of E12 is due or running on 2024-01-05"),
    ],
)
def test_what_cannot_be_ticked_off_is_refused_in_words(
    town: Town, obligation: str, day: str, by: str, reason: str
) -> None:
    step = done(town, obligation, day, by=by)
    assert reason in step.refusal
    assert [type(event) for event in step.events] == [CommandRefused]


def test_the_same_task_is_not_ticked_off_twice(town: Town) -> None:
    done(town, "E12", "2026-03-20")
    assert "is done already" in done(town, "E12", "2026-03-20").refusal


def test_an_obligation_without_dates_is_ticked_off_on_any_past_day_as_often_as_it_occurs(town: Town) -> None:
    for _ in range(2):
        (event,) = done(town, "E18", "2026-03-19").events
        assert isinstance(event, ObligationDone)
        assert (event.due_at, event.day) == (None, "2026-03-19")


def test_a_restart_brings_back_what_was_told_and_repeats_nothing(town: Town) -> None:
    done(town, "E13", "2026-03-20")
    let_pass(town, START + 2 * DAY)
    again = restore(rules_of(), town.journal, town.now)
    assert replace(again.duties, next_at=None) == replace(town.world.duties, next_at=None)
    step = decide(again, Tick(), town.now)
    assert [event for event in step.events if isinstance(event, TaskChanged | ContractWatched)] == []


def test_a_digest_of_the_journal_tells_the_same_of_tasks(town: Town) -> None:
    let_pass(town, START + 2 * DAY)
    done(town, "E13", "2026-03-21")
    short = compact(town.journal, ())
    assert len(short) < len(town.journal)
    again = restore(rules_of(), short, town.now)
    assert replace(again.duties, next_at=None) == replace(town.world.duties, next_at=None)


def test_days_on_which_the_daemon_was_down_are_told_of_at_the_start(town: Town) -> None:
    town.now = START + 3 * DAY
    town.give(Tick())
    assert story(town, "E13", "2026-03-21") == [TaskState.OVERDUE]


def test_a_contract_that_comes_into_use_by_a_reload_is_watched_from_then(town: Town) -> None:
    empty = Town(rules_of(()))
    empty.give(Tick())
    assert not empty.world.duties.watched
    empty.now = START + DAY
    empty.give(Reloaded(rules_of()))
    assert empty.world.duties.watched[CONTRACT] == START + DAY
