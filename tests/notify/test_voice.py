"""Who is cut off when a device fails: those whose every way leads through it."""

from opsmon.model.device import Device, Inventory, Kind, Site
from opsmon.model.name import DeviceName, SiteName
from opsmon.notify.words.voice import count_behind, titles_of

SITE = SiteName("hall")


def inventory(**parents: str) -> Inventory:
    """Devices by name, each with its parents as words."""
    devices = {
        DeviceName(name): Device(
            DeviceName(name), SITE, "192.0.2.1", Kind.SWITCH, parents=tuple(map(DeviceName, words.split()))
        )
        for name, words in parents.items()
    }
    return Inventory({SITE: Site(SITE, title="主会场")}, devices)


def test_everything_behind_counts_however_deep() -> None:
    assert count_behind(inventory(core="", access="core", cam1="access", cam2="access", other="")) == {
        "core": 3, "access": 2,
    }  # fmt: skip


def test_a_second_way_saves_a_device() -> None:
    fleet = inventory(core="", left="core", right="core", both="left right", leaf="both")
    assert count_behind(fleet) == {"core": 4, "left": 0, "right": 0, "both": 1}


def test_a_parent_that_nobody_knows_is_no_way() -> None:
    assert count_behind(inventory(cam="ghost")) == {}


def test_sites_without_a_title_have_none() -> None:
    assert titles_of(inventory()) == {SITE: "主会场"}
