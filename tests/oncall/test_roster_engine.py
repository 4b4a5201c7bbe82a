"""Swaps and hand-overs in the engine: what is written, what is refused, what a restart and a snapshot know of it."""

from collections.abc import Sequence

import pytest

from opsmon.engine.compaction import compact
from opsmon.engine.fold import restore
from opsmon.engine.input import EndOverride
from opsmon.engine.world import next_deadline
from opsmon.model.event import CommandRefused, Event
from opsmon.model.name import OverrideId, RotaName
from opsmon.model.roster import DutyChanged, OverrideEnded, OverrideSet
from opsmon.oncall.roster import on_duty
from opsmon.pipeline.event_log import narrate
from opsmon.store.codec import decode_event, encode_event
from tests.support.contract.rulebook import local
from tests.support.oncall.roster_scene import RosterScene
from tests.support.oncall.rotas import EVERY_DAY, VC, rota, shift

SHIFTS = "its shifts are key, day, night, rest"


def changes(events: Sequence[Event]) -> list[tuple[str, str, str]]:
    return [(one.shift, " ".join(one.people), one.day) for one in events if isinstance(one, DutyChanged)]


def test_the_first_look_and_every_hand_over_are_written_down() -> None:
    scene = RosterScene.begin("2026-11-06 10:00:00")
    assert next_deadline(scene.world) == local("2026-11-06 18:00:00")
    scene.run_to("2026-11-09 10:00:00")
    assert changes(scene.events) == [
        ("day", "a b c", "2026-11-06"),
        ("night", "f g", "2026-11-06"),
        ("rest", "d e", "2026-11-07"),
        ("rest", "c f", "2026-11-08"),
        ("day", "a b c", "2026-11-09"),
    ]
    moments = [one.at for one in scene.events if isinstance(one, DutyChanged)]
    assert moments[1:3] == [local("2026-11-06 18:00:00"), local("2026-11-07 09:00:00")]


def test_a_tick_without_a_hand_over_writes_nothing() -> None:
    scene = RosterScene.begin("2026-11-06 10:00:00")
    before = len(scene.events)
    scene.run_to("2026-11-06 17:59:59")
    assert len(scene.events) == before


def test_a_day_that_nobody_looked_at_is_told_by_its_last_duty_alone() -> None:
    """What was in between nobody was told of; the journal says who is on duty now."""
    scene = RosterScene.begin("2026-11-06 10:00:00")
    scene.world = scene.restored("2026-11-09 10:00:00")
    scene.run_to("2026-11-09 10:00:00")
    assert changes(scene.events) == [("day", "a b c", "2026-11-06"), ("day", "a b c", "2026-11-09")]


def test_a_swap_is_written_and_counts_at_once() -> None:
    scene = RosterScene.begin("2026-11-06 10:00:00")
    written = scene.swap("2026-11-06 10:05:00", "2026-11-06", "a", "h")
    swap, change = written
    assert isinstance(swap, OverrideSet)
    assert (swap.override, swap.day, swap.person_out, swap.person_in) == (
        "swap-20261106-100500",
        "2026-11-06",
        "a",
        "h",
    )
    assert isinstance(change, DutyChanged)
    assert change.people == ("h", "b", "c")
    assert on_duty(VC, scene.world.roster.overrides, local("2026-11-06 12:00:00")).people == ("h", "b", "c")


def test_a_swap_of_a_later_day_changes_nobody_now() -> None:
    scene = RosterScene.begin("2026-11-06 10:00:00")
    assert [type(event) for event in scene.swap("2026-11-06 10:05:00", "2026-11-09", "a", "h")] == [OverrideSet]
    scene.run_to("2026-11-09 10:00:00")
    assert changes(scene.events)[-1] == ("day", "h b c", "2026-11-09")


def test_two_swaps_of_one_second_have_two_names() -> None:
    scene = RosterScene.begin("2026-11-06 10:00:00")
    scene.swap("2026-11-06 10:05:00", "2026-11-09", "a", "h")
    scene.swap("2026-11-06 10:05:00", "2026-11-09", "b", "i")
    assert set(scene.world.roster.overrides.by_id) == {"swap-20261106-100500", "swap-20261106-100500-2"}


def test_a_swap_that_ends_gives_the_shift_back() -> None:
    scene = RosterScene.begin("2026-11-06 10:00:00")
    scene.swap("2026-11-06 10:05:00", "2026-11-06", "a", "h")
    ended, change = scene.give(
        EndOverride(OverrideId("swap-20261106-100500"), "lead", "mistake"), "2026-11-06 11:00:00"
    )
    assert isinstance(ended, OverrideEnded)
    assert isinstance(change, DutyChanged)
    assert change.people == ("a", "b", "c")


@pytest.mark.parametrize(
    ("day", "out", "stands_in", "shift_name", "reason"),
    [
        ("2026-11-07", "a", "h", "day", f"vc has no shift day that begins on 2026-11-07; {SHIFTS}"),
        ("2026-11-09", "h", "i", "day", "h is not there; there are a, b, c"),
        ("2026-11-09", "a", "b", "day", "b is there already"),
        ("2026-11-09", "a", "z", "day", "there is no person z in people.yaml"),
        ("2026-11-09", None, None, "day", "nobody is swapped: name who goes out, who comes in, or both"),
        ("2026-11-05", "a", "h", "day", "the shift of 2026-11-05 is over: what happened stays"),
        ("2026-11-09", "a", "h", "dya", f"vc has no shift dya that begins on 2026-11-09; {SHIFTS}"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_words_and_the_refusal_is_kept(
    day: str, out: str | None, stands_in: str | None, shift_name: str, reason: str
) -> None:
    scene = RosterScene.begin("2026-11-06 10:00:00")
    (refused,) = scene.swap("2026-11-06 10:05:00", day, out, stands_in, shift_name)
    assert scene.refusal == reason
    assert isinstance(refused, CommandRefused)
    assert not scene.world.roster.overrides.by_id


def test_a_swap_that_nobody_knows_cannot_be_ended() -> None:
    scene = RosterScene.begin("2026-11-06 10:00:00")
    scene.give(EndOverride(OverrideId("swap-1"), "lead"), "2026-11-06 11:00:00")
    assert scene.refusal == "there is no override swap-1"


def test_another_rota_file_hands_over_at_once_and_a_rota_that_is_gone_wants_no_look() -> None:
    scene = RosterScene.begin("2026-11-06 10:00:00")
    scene.reload("2026-11-06 11:00:00", rota(shift("all", EVERY_DAY, 0, 24, "k")))
    assert changes(scene.events)[-1] == ("all", "k", "2026-11-06")
    scene.reload("2026-11-06 12:00:00")
    assert scene.world.roster.next_at is None


def test_a_restart_knows_the_swaps_and_who_was_on_duty() -> None:
    scene = RosterScene.begin("2026-11-06 10:00:00")
    scene.swap("2026-11-06 10:05:00", "2026-11-09", "a", "h")
    world = scene.restored("2026-11-06 10:06:00")
    assert world.roster.overrides == scene.world.roster.overrides
    assert world.roster.duties == scene.world.roster.duties
    scene.world = world
    before = len(scene.events)
    scene.run_to("2026-11-06 17:00:00")
    assert len(scene.events) == before, "nothing is told again"


def test_a_snapshot_keeps_what_holds_and_no_more() -> None:
    scene = RosterScene.begin("2026-11-06 10:00:00")
    scene.swap("2026-11-06 10:05:00", "2026-11-09", "a", "h")
    scene.swap("2026-11-06 10:06:00", "2026-11-09", "b", "i")
    scene.give(EndOverride(OverrideId("swap-20261106-100500"), "lead"), "2026-11-06 11:00:00")
    scene.run_to("2026-11-08 12:00:00")
    digest = compact(scene.events, frozenset())
    assert [type(event) for event in digest] == [OverrideSet, DutyChanged]
    assert restore(scene.world.rules, digest, local("2026-11-08 12:00:00")).roster.duties == scene.world.roster.duties
    assert (
        restore(scene.world.rules, digest, local("2026-11-08 12:00:00")).roster.overrides
        == scene.world.roster.overrides
    )


def test_the_events_survive_the_journal() -> None:
    scene = RosterScene.begin("2026-11-06 10:00:00")
    scene.swap("2026-11-06 10:05:00", "2026-11-06", "a", None)
    scene.give(EndOverride(OverrideId("swap-20261106-100500"), "lead"), "2026-11-06 11:00:00")
    assert [decode_event(*encode_event(event)) for event in scene.events] == scene.events


def test_replay_asks_no_rota() -> None:
    """The people are in the events: under another file the journal tells the same story."""
    scene = RosterScene.begin("2026-11-06 10:00:00")
    scene.run_to("2026-11-07 12:00:00")
    other = RosterScene.begin("2026-11-06 10:00:00", rota(shift("all", EVERY_DAY, 0, 24, "k")))
    world = restore(other.world.rules, scene.events, local("2026-11-07 12:00:00"))
    assert world.roster.duties[RotaName("vc")].people == ("d", "e")


def test_the_log_says_what_a_person_would_want_to_see_pass_by() -> None:
    scene = RosterScene.begin("2026-11-06 10:00:00")
    scene.swap("2026-11-06 10:05:00", "2026-11-06", "a", None)
    scene.give(EndOverride(OverrideId("swap-20261106-100500"), "lead"), "2026-11-06 11:00:00")
    assert [narrate(event) for event in scene.events] == [
        "on duty of vc: a, b, c (day)",
        "swap swap-20261106-100500: a → nobody in vc day of 2026-11-06, says lead",
        "on duty of vc: b, c (day)",
        "swap swap-20261106-100500 holds no more, says lead",
        "on duty of vc: a, b, c (day)",
    ]
