"""What looks like a device under another name, and what does not."""

from dataclasses import replace

from opsmon.config.difference import likely_renames
from opsmon.model.device import Device, Inventory, Kind, Site
from opsmon.model.name import DeviceName, SiteName

HALL = SiteName("hall")


def device(name: str, address: str, kind: Kind = Kind.SWITCH) -> Device:
    return Device(DeviceName(name), HALL, address, kind)


def inventory(*devices: Device) -> Inventory:
    return Inventory({HALL: Site(HALL)}, {one.name: one for one in devices})


def test_one_that_left_and_one_that_came_at_its_address_and_of_its_kind_may_be_one() -> None:
    here, there = inventory(device("a", "192.0.2.1")), inventory(device("b", "192.0.2.1"))
    assert likely_renames(here, there) == (("a", "b"),)


def test_what_says_formerly_is_no_guess() -> None:
    renamed = replace(device("b", "192.0.2.1"), formerly=(DeviceName("a"),))
    assert likely_renames(inventory(device("a", "192.0.2.1")), inventory(renamed)) == ()


def test_another_kind_another_address_or_an_address_of_several_is_none() -> None:
    here = inventory(device("a", "192.0.2.1"), device("x", "192.0.2.9"), device("y", "192.0.2.9"))
    there = inventory(device("b", "192.0.2.1", Kind.ROUTER), device("c", "192.0.2.2"), device("z", "192.0.2.9"))
    assert likely_renames(here, there) == ()


def test_one_that_is_still_there_was_not_renamed() -> None:
    here = inventory(device("a", "192.0.2.1"))
    assert likely_renames(here, inventory(device("a", "192.0.2.1"), device("b", "192.0.2.1"))) == ()
