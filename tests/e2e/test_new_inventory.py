"""Devices that are renamed while nothing runs, or leave under a running daemon: what the phone and the log say."""

import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.daemon.house import DaemonHouse, house_in


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[DaemonHouse]:
    async with house_in(tmp_path) as made:
        yield made


def rename(house: DaemonHouse, old: str, new: str, *, formerly: bool) -> None:
    file = house.root / "inventories" / "hall.yaml"
    words = f"name: {new}, formerly: [{old}]" if formerly else f"name: {new}"
    file.write_text(file.read_text().replace(f"name: {old}", words))


async def test_a_rename_while_it_is_stopped_keeps_the_incident_and_tells_it_under_the_new_name(
    house: DaemonHouse,
) -> None:
    daemon = await house.start()
    await house.mcu.die()
    await house.receiver.until(lambda: ("mcu", "firing") in house.receiver.story())
    (incident,) = await daemon.read("/api/v1/incidents?state=open")
    assert incident["device"] == "mcu"
    await daemon.end()
    rename(house, "mcu", "mcu-beijing", formerly=True)
    daemon = await house.start()
    await house.receiver.until(lambda: ("mcu-beijing", "firing") in house.receiver.story())
    over = next(alert for _, alert in house.receiver.seen if alert["annotations"].get("ended") == "renamed")
    assert (over["labels"]["device"], over["labels"]["incident"]) == ("mcu", incident["id"])
    again = await daemon.read(f"/api/v1/incidents/{incident['id']}")
    assert (again["device"], again["open"], again["starts_at"]) == ("mcu-beijing", True, incident["starts_at"])


async def test_a_device_that_leaves_is_named_and_a_likely_rename_is_offered(house: DaemonHouse) -> None:
    daemon = await house.start()
    await house.mcu.die()
    await house.receiver.until(lambda: ("mcu", "firing") in house.receiver.story())
    rename(house, "mcu", "mcu-beijing", formerly=False)
    daemon.process.send_signal(signal.SIGHUP)
    await daemon.until_logged("1 device left the inventory: mcu")
    await daemon.until_logged("mcu DeviceDown had an open incident")
    await daemon.until_logged("write `formerly: [mcu]` with the new name")
    await house.receiver.until(lambda: ("mcu", "resolved") in house.receiver.story())
    over = next(alert for _, alert in house.receiver.seen if alert["status"] == "resolved")
    assert over["annotations"]["ended"] == "left_inventory"
    assert "ecovered" not in over["annotations"]["summary"]


async def test_a_start_offers_a_rename_as_a_reload_does(house: DaemonHouse) -> None:
    daemon = await house.start()
    await house.mcu.die()
    await house.receiver.until(lambda: ("mcu", "firing") in house.receiver.story())
    await daemon.end()
    rename(house, "mcu", "mcu-beijing", formerly=False)
    daemon = await house.start()
    await daemon.until_logged("mcu DeviceDown had an open incident")
    await daemon.until_logged("write `formerly: [mcu]` with the new name")


async def test_a_reload_that_would_lose_every_device_is_refused(house: DaemonHouse) -> None:
    daemon = await house.start()
    (house.root / "inventories").rename(house.root / "inventories.old")
    daemon.process.send_signal(signal.SIGHUP)
    await daemon.until_logged("reload refused: no device is left in inventories/")
    assert await daemon.read("/api/v1/devices/mcu")
