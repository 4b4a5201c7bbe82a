"""What looks like a device under another name, and what does not."""

from dataclasses import replace
from pathlib import Path

from opsmon.config.watched import Watched, likely_renames, load_watched, places_of, write_watched
from opsmon.layout import WATCHED_FILE
from opsmon.model.device import Device, Inventory, Kind, Site
from opsmon.model.name import DeviceName, SiteName

HALL = SiteName("hall")


def device(name: str, address: str, kind: Kind = Kind.SWITCH) -> Device:
    return Device(DeviceName(name), HALL, address, kind)


def inventory(*devices: Device) -> Inventory:
    return Inventory({HALL: Site(HALL)}, {one.name: one for one in devices})


def watched(*devices: Device) -> Watched:
    return places_of(inventory(*devices))


def test_one_that_left_and_one_that_came_at_its_address_and_of_its_kind_may_be_one() -> None:
    here, there = watched(device("a", "192.0.2.1")), inventory(device("b", "192.0.2.1"))
    assert likely_renames(here, there) == (("a", "b"),)


def test_what_says_formerly_is_no_guess() -> None:
    renamed = replace(device("b", "192.0.2.1"), formerly=(DeviceName("a"),))
    assert likely_renames(watched(device("a", "192.0.2.1")), inventory(renamed)) == ()


def test_another_kind_another_address_or_an_address_of_several_is_none() -> None:
    here = watched(device("a", "192.0.2.1"), device("x", "192.0.2.9"), device("y", "192.0.2.9"))
    there = inventory(device("b", "192.0.2.1", Kind.ROUTER), device("c", "192.0.2.2"), device("z", "192.0.2.9"))
    assert likely_renames(here, there) == ()


def test_one_that_is_still_there_was_not_renamed() -> None:
    here = watched(device("a", "192.0.2.1"))
    assert likely_renames(here, inventory(device("a", "192.0.2.1"), device("b", "192.0.2.1"))) == ()


def test_what_is_watched_is_kept_and_a_broken_mark_is_none(tmp_path: Path) -> None:
    assert load_watched(tmp_path) is None
    here = watched(device("a", "192.0.2.1"), device("b", "2001:db8::1", Kind.ROUTER))
    write_watched(tmp_path, here)
    assert load_watched(tmp_path) == here
    for text in ("", "[]", '{"a": 1}', '{"a": {}}', "\x00"):
        (tmp_path / WATCHED_FILE).write_text(text)
        assert not load_watched(tmp_path)
