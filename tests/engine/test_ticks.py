"""Ticks of several days and places, and ticks that were a mistake: the journal keeps all of it."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from opsmon.contract.obligation import TaskId
from opsmon.engine.compaction import compact
from opsmon.engine.fold import restore
from opsmon.engine.input import MarkDone, MarkUndone, Tick
from opsmon.engine.step import EngineStep
from opsmon.model.duty import ObligationDone, ObligationUndone, TaskChanged, TaskState
from opsmon.model.event import CommandRefused
from opsmon.model.name import ClauseId
from tests.support.contract.rulebook import book, local
from tests.support.engine.scene import CONTRACT, START, Town, rules_of

DAY = timedelta(days=1)
E15 = next(one for one in book(str(CONTRACT)).obligations if one.id == "E15")
QUARTER_END = local("2026-04-01 00:00:00")
E15_KEY = TaskId(CONTRACT, ClauseId("E15"), "", QUARTER_END, "")


@pytest.fixture
def town() -> Town:
    """The 20th of March 2026 at noon and a week later; nothing is probed, only time passes."""
    made = Town(rules_of())
    made.give(Tick())
    made.now = START + 7 * DAY
    made.give(Tick())
    return made


def spans(*words: str) -> tuple[tuple[date, date], ...]:
    pairs = [word.partition("..") for word in words]
    return tuple((date.fromisoformat(first), date.fromisoformat(last or first)) for first, _, last in pairs)


def done(town: Town, obligation: str, *days: str, places: tuple[str, ...] = (), part: str = "") -> EngineStep:
    wanted = spans(*days)
    many = len(wanted) > 1 or wanted[0][0] != wanted[0][1]
    return town.give(MarkDone(
        CONTRACT, ClauseId(obligation), wanted[0][0], town.now, "值班员", part=part, places=places,
        spans=wanted if many else (), on_the_day=many,
    ))  # fmt: skip


def undone(town: Town, obligation: str, *days: str, places: tuple[str, ...] = (), again: bool = False) -> EngineStep:
    return town.give(
        MarkUndone(CONTRACT, ClauseId(obligation), spans(*days), "组长", "填错", places=places, again=again)
    )


def ticks(step: EngineStep) -> list[tuple[str, str]]:
    return [(one.day, one.place) for one in step.events if isinstance(one, ObligationDone | ObligationUndone)]


def state_of(town: Town, obligation: str, due: str) -> TaskState | None:
    found = [one.after for one in town.journal if isinstance(one, TaskChanged) and one.obligation == obligation
             and one.due_at == local(due)]  # fmt: skip
    return found[-1] if found else None


def test_a_span_ticks_every_day_of_it_each_done_on_its_day(town: Town) -> None:
    step = done(town, "E13", "2026-03-21..2026-03-25")
    assert [day for day, _ in ticks(step)] == [f"2026-03-{day}" for day in range(21, 26)]
    assert {state_of(town, "E13", f"2026-03-{day} 00:00:00") for day in range(22, 27)} == {TaskState.DONE}


def test_several_dates_are_those_days_and_no_other(town: Town) -> None:
    assert ticks(done(town, "E13", "2026-03-21", "2026-03-23")) == [("2026-03-21", ""), ("2026-03-23", "")]
    assert state_of(town, "E13", "2026-03-23 00:00:00") is TaskState.OVERDUE


def test_a_span_passes_over_what_is_done_already_and_says_so_when_all_of_it_is(town: Town) -> None:
    done(town, "E13", "2026-03-22")
    assert [day for day, _ in ticks(done(town, "E13", "2026-03-21..2026-03-23"))] == ["2026-03-21", "2026-03-23"]
    again = done(town, "E13", "2026-03-21..2026-03-23")
    assert again.refusal == "E13 of 2026-03-23 is done already"
    assert [type(event) for event in again.events] == [CommandRefused]


def test_a_date_that_is_done_already_refuses_the_whole(town: Town) -> None:
    done(town, "E13", "2026-03-22")
    step = done(town, "E13", "2026-03-21", "2026-03-22")
    assert "is done already" in step.refusal
    assert ticks(step) == []


def test_a_span_inside_one_period_ticks_its_task_once(town: Town) -> None:
    assert len(ticks(done(town, "E14", "2026-03-21..2026-03-25"))) == 1


def test_an_obligation_without_dates_is_ticked_for_every_day_of_a_span_and_not_ahead(town: Town) -> None:
    assert len(ticks(done(town, "E18", "2026-03-21..2026-03-23"))) == 3
    assert "is not past yet" in done(town, "E18", "2026-03-21..2026-04-30").refusal


def test_a_patrol_is_not_ticked_before_its_day(town: Town) -> None:
    assert done(town, "E13", "2026-03-28").refusal == "E13 of 2026-03-28 has not begun yet"
    assert [day for day, _ in ticks(done(town, "E13", "2026-03-26..2026-03-29"))] == ["2026-03-26", "2026-03-27"]
    assert ticks(done(town, "E12", "2026-04-03")) == [("2026-04-03", "")]  # a paper may be early


def test_places_are_ticked_one_by_one_and_counted(town: Town) -> None:
    done(town, "E15", "2026-03-25", places=("bureau:1..36", "sub-district:广内"))
    done(town, "E15", "2026-03-25", places=("bureau:财政局",))
    standing = town.world.duties.standing(E15_KEY)
    assert sum(place.startswith("bureau:") for place in standing) == 37
    assert town.world.duties.done_at(E15, E15_KEY) is None
    assert (
        "E15 bureau:财政局 of 2026-03-25 is done already"
        in done(town, "E15", "2026-03-25", places=("bureau:财政局",)).refusal
    )


def test_a_task_of_many_places_is_done_when_all_are(town: Town) -> None:
    every = [f"{one.name}:{name}" for one in E15.places for name in one.names]
    every += [one.name if one.count == 1 else f"{one.name}:1..{one.count}" for one in E15.places if not one.names]
    done(town, "E15", "2026-03-25", places=tuple(every[:-1]))
    assert state_of(town, "E15", "2026-04-01 00:00:00") is not TaskState.DONE
    done(town, "E15", "2026-03-25", places=(every[-1],))
    assert state_of(town, "E15", "2026-04-01 00:00:00") is TaskState.DONE


@pytest.mark.parametrize(
    ("obligation", "places", "reason"),
    [
        ("E15", (), "is ticked place by place"),
        ("E15", ("bureu:1",), "did you mean `bureau`?"),
        ("E13", ("bureau:1",), "is not owed at several places"),
    ],
)
def test_places_that_cannot_be_are_refused(town: Town, obligation: str, places: tuple[str, ...], reason: str) -> None:
    step = done(town, obligation, "2026-03-25", places=places)
    assert reason in step.refusal
    assert ticks(step) == []


def test_the_whole_can_be_ticked_at_once(town: Town) -> None:
    done(town, "E15", "2026-03-25", places=("all",))
    assert state_of(town, "E15", "2026-04-01 00:00:00") is TaskState.DONE


def test_a_tick_that_is_withdrawn_leaves_the_task_as_it_was_and_both_are_kept(town: Town) -> None:
    done(town, "E13", "2026-03-21..2026-03-22")
    undone(town, "E13", "2026-03-22")
    assert state_of(town, "E13", "2026-03-23 00:00:00") is TaskState.OVERDUE
    assert state_of(town, "E13", "2026-03-22 00:00:00") is TaskState.DONE
    kept = [event for event in town.journal if isinstance(event, ObligationDone | ObligationUndone)]
    assert [type(event) for event in kept] == [ObligationDone, ObligationDone, ObligationUndone]


def test_a_withdrawn_tick_of_a_task_that_is_not_due_yet_leaves_it_open_again(town: Town) -> None:
    done(town, "E20", "2027-04-23")
    undone(town, "E20", "2027-04-23")
    done(town, "E14", "2026-03-31")
    undone(town, "E14", "2026-03-31")
    assert state_of(town, "E14", "2026-04-01 00:00:00") is TaskState.AT_RISK


def test_a_withdrawal_can_be_withdrawn_and_a_tick_made_anew(town: Town) -> None:
    done(town, "E13", "2026-03-21..2026-03-21", "2026-03-22")
    undone(town, "E13", "2026-03-22")
    undone(town, "E13", "2026-03-22", again=True)
    assert state_of(town, "E13", "2026-03-23 00:00:00") is TaskState.DONE
    undone(town, "E13", "2026-03-22")
    done(town, "E13", "2026-03-22")
    assert state_of(town, "E13", "2026-03-23 00:00:00") is TaskState.DONE_LATE


@pytest.mark.parametrize("again", [False, True])
def test_withdrawing_what_is_withdrawn_or_was_never_ticked_is_refused(town: Town, again: bool) -> None:
    step = undone(town, "E13", "2026-03-22", again=again)
    assert step.refusal == f"E13 of 2026-03-22 is not {'withdrawn' if again else 'ticked off'}"
    done(town, "E13", "2026-03-22")
    undone(town, "E13", "2026-03-22")
    undone(town, "E13", "2026-03-22", again=again)
    assert undone(town, "E13", "2026-03-22", again=again).refusal


def test_one_place_is_withdrawn_and_the_others_stay(town: Town) -> None:
    done(town, "E15", "2026-03-25", places=("bureau:1..3",))
    assert "is ticked at 3 places: name them" in undone(town, "E15", "2026-03-25").refusal
    undone(town, "E15", "2026-03-25", places=("bureau:2",))
    assert sorted(town.world.duties.standing(E15_KEY)) == ["bureau:1", "bureau:3"]


def test_ticks_of_an_occasion_are_withdrawn_the_last_first(town: Town) -> None:
    for _ in range(2):
        done(town, "E18", "2026-03-21")
    occasion = (CONTRACT, ClauseId("E18"), "", "2026-03-21")
    for standing in ([True, False], [False, False]):
        undone(town, "E18", "2026-03-21")
        assert [one.stands for one in town.world.duties.occasions[occasion]] == standing
    assert "is not ticked off" in undone(town, "E18", "2026-03-21").refusal


def test_a_withdrawal_needs_a_reason(town: Town) -> None:
    done(town, "E13", "2026-03-22")
    step = town.give(MarkUndone(CONTRACT, ClauseId("E13"), spans("2026-03-22"), "组长", " "))
    assert "a reason is needed" in step.refusal


def test_a_restart_and_a_snapshot_tell_the_same(town: Town) -> None:
    done(town, "E13", "2026-03-21..2026-03-25")
    undone(town, "E13", "2026-03-22", "2026-03-23")
    undone(town, "E13", "2026-03-23", again=True)
    done(town, "E15", "2026-03-25", places=("bureau:1..3",))
    undone(town, "E15", "2026-03-25", places=("bureau:2",))
    for _ in range(2):
        done(town, "E18", "2026-03-21")
    undone(town, "E18", "2026-03-21")
    for events in (tuple(town.journal), compact(town.journal, ())):
        again = restore(rules_of(), events, town.now)
        assert replace(again.duties, next_at=None) == replace(town.world.duties, next_at=None)


def test_a_day_has_its_end_as_the_time_of_a_tick_of_several_days(town: Town) -> None:
    step = done(town, "E13", "2026-03-21..2026-03-22")
    times = [one.done_at for one in step.events if isinstance(one, ObligationDone)]
    assert times == [local("2026-03-22 00:00:00"), local("2026-03-23 00:00:00")]
    assert all(isinstance(at, datetime) and at <= town.now for at in times)
