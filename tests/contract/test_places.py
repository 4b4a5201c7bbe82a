"""Tasks that are owed at many places: which place a word means, how far each group is, when the whole is done."""

from datetime import UTC, datetime, timedelta

import pytest

from opsmon.contract.place import PlaceGroup, counts_of, finished_at, places_meant
from opsmon.text.bilingual import Text

GROUPS = (
    PlaceGroup("bureau", Text("bureaus"), 3),
    PlaceGroup("mcu", Text("MCU"), 1),
    PlaceGroup("north-room", Text("rooms"), 2, ("hall-1", "hall-2")),
)
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (["bureau:财政局"], ("bureau:财政局",)),
        (["bureau：财政局 "], ("bureau:财政局",)),
        (["bureau:1..3", "mcu"], ("bureau:1", "bureau:2", "bureau:3", "mcu")),
        (["bureau:1", "bureau:1"], ("bureau:1",)),
        (["north-room:hall-2"], ("north-room:hall-2",)),
        (["mcu", "all"], ("",)),
    ],
)
def test_words_mean_places(written: list[str], meant: tuple[str, ...]) -> None:
    assert places_meant(GROUPS, written, ()) == meant


@pytest.mark.parametrize(
    ("written", "taken", "reason"),
    [
        (["bureua:1"], (), "no places `bureua` (did you mean `bureau`?)"),
        (["bureau"], (), "which of the 3 places bureau? Write bureau:NAME"),
        (["mcu:"], (), "which of the 1 places mcu?"),
        (["north-room:hall-3"], (), "no place `hall-3` in north-room (did you mean `hall-"),
        (["bureau:d"], ("bureau:a", "bureau:b", "bureau:c"), "all 3 places bureau have names already"),
        (["bureau:1..4"], (), "all 3 places bureau have names already: `4` would be one more"),
    ],
)
def test_words_that_mean_none_say_why(written: list[str], taken: tuple[str, ...], reason: str) -> None:
    found = places_meant(GROUPS, written, taken)
    assert isinstance(found, str)
    assert found.startswith(reason)


def test_a_place_that_is_known_may_be_named_again_when_all_are() -> None:
    taken = ("bureau:a", "bureau:b", "bureau:c")
    assert places_meant(GROUPS, ["bureau:b"], taken) == ("bureau:b",)


def test_each_group_is_counted_by_itself() -> None:
    found = counts_of(GROUPS, ["bureau:a", "bureau:b", "north-room:hall-1"])
    assert [(one.group.name, one.done) for one in found] == [("bureau", 2), ("mcu", 0), ("north-room", 1)]


def test_a_tick_of_the_whole_fills_every_group() -> None:
    assert [one.done for one in counts_of(GROUPS, [""])] == [3, 1, 2]


def test_the_task_is_done_with_the_last_place_of_all() -> None:
    places = ["bureau:a", "bureau:b", "bureau:c", "mcu", "north-room:hall-1", "north-room:hall-2"]
    ticks = {place: NOON + timedelta(hours=number) for number, place in enumerate(places)}
    assert finished_at(GROUPS, ticks) == NOON + timedelta(hours=5)
    for place in places:
        rest = {name: at for name, at in ticks.items() if name != place}
        assert finished_at(GROUPS, rest) is None
        assert finished_at(GROUPS, {**rest, "": NOON}) == NOON


def test_a_task_without_places_is_done_with_its_tick() -> None:
    assert finished_at((), {"": NOON}) == NOON
    assert finished_at((), {}) is None
