"""Pages follow the inventory: what a reload takes away is gone from the next scrape, what it brings is there."""

from dataclasses import replace
from pathlib import Path

import pytest

from opsmon.engine.input import Reloaded
from opsmon.model.device import Inventory
from opsmon.model.name import DeviceName, SiteName
from opsmon.model.sample import Outcome
from tests.support.web.scene import WebScene, everything_answers


@pytest.fixture
def scene(tmp_path: Path) -> WebScene:
    made = WebScene(tmp_path)
    everything_answers(made)
    return made


def site(scene: WebScene, name: str) -> str | None:
    pieces = scene.parts.pages.site(name)
    return None if pieces is None else "".join(pieces)


def reload(scene: WebScene, inventory: Inventory) -> None:
    scene.daemon.take(Reloaded(replace(scene.daemon.world.rules, inventory=inventory)))


def test_what_leaves_the_inventory_leaves_the_pages(scene: WebScene) -> None:
    assert 'instance="mcu-1"' in (site(scene, "erlong-hall") or "")
    old = scene.daemon.world.rules.inventory
    devices = {name: device for name, device in old.devices.items() if name not in ("mcu-1", "ups-1")}
    reload(scene, Inventory({name: one for name, one in old.sites.items() if name != "lab"}, devices))
    assert 'instance="mcu-1"' not in (site(scene, "erlong-hall") or "")
    assert 'instance="core-1"' in (site(scene, "erlong-hall") or "")
    assert site(scene, "lab") is None
    assert scene.parts.pages.device(DeviceName("mcu-1")) is None


def test_what_is_said_of_a_device_changes_with_the_inventory(scene: WebScene) -> None:
    assert 'site="lab"' in (site(scene, "lab") or "")
    old = scene.daemon.world.rules.inventory
    moved = replace(old.devices[DeviceName("ups-1")], site=SiteName("erlong-hall"), title="机房 UPS")
    reload(scene, Inventory(old.sites, {**old.devices, DeviceName("ups-1"): moved}))
    page = site(scene, "erlong-hall") or ""
    assert 'opsmon_device_inventory_info{instance="ups-1",site="erlong-hall"' in page
    assert 'title="机房 UPS"' in page
    assert 'instance="ups-1"' not in (site(scene, "lab") or "")


def test_who_a_device_is_stays_known_while_it_is_silent(scene: WebScene) -> None:
    assert 'opsmon_device_info{instance="mcu-1",vendor="Example"' in (site(scene, "erlong-hall") or "")
    scene.ping("mcu-1", Outcome.TIMEOUT)
    assert 'opsmon_device_info{instance="mcu-1",vendor="Example"' in (site(scene, "erlong-hall") or "")


def test_a_site_without_devices_is_an_empty_page_and_no_mistake(scene: WebScene) -> None:
    old = scene.daemon.world.rules.inventory
    reload(scene, Inventory(old.sites, {n: d for n, d in old.devices.items() if d.site != "lab"}))
    assert site(scene, "lab") == ""
