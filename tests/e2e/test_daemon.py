"""A device dies, the phone rings; it comes back, the phone says so. And a daemon that stops, is killed or reloads."""

import asyncio
import resource
import signal
import socket
import sqlite3
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.support.daemon.house import PATIENCE_S, Daemon, DaemonHouse, command, house_in


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[DaemonHouse]:
    async with house_in(tmp_path) as made:
        yield made


@pytest.fixture
async def daemon(house: DaemonHouse) -> AsyncIterator[Daemon]:
    running = await house.start()
    yield running
    await running.end()


async def test_from_a_dead_port_to_the_phone_and_back(house: DaemonHouse, daemon: Daemon) -> None:
    assert (await daemon.get("/readyz"))[0] == 200
    await house.mcu.die()
    await house.receiver.until(lambda: house.receiver.story() == [("mcu", "firing")])
    (incident,) = await daemon.read("/api/v1/incidents")
    assert (incident["device"], incident["phase"]) == ("mcu", "open")
    assert [clock["clause"] for clock in incident["clocks"]] == ["E2"]

    path = f"/api/v1/incidents/{incident['id']}"
    status, _ = await daemon.post(f"{path}/events", {"type": "on_site", "by": "值班员", "note": "at the rack"})
    assert status in (200, 201)
    status, text = await daemon.post(f"{path}/events", {"type": "excluded", "by": "值班员"})
    assert status == 409, text
    assert "needs a reason" in text

    await house.mcu.live()
    await house.receiver.until(lambda: house.receiver.story() == [("mcu", "firing"), ("mcu", "resolved")])
    code, text = await command(house.root, "journal", "show", "--incident", incident["id"])
    assert code == 0
    assert [word for word in ("incident_opened", "on_site", "command_refused", "incident_closed") if word in text] == [
        "incident_opened",
        "on_site",
        "command_refused",
        "incident_closed",
    ]
    code, text = await command(house.root, "journal", "verify", "--json")
    assert (code, '"ok": true' in text) == (0, True)


async def test_a_term_signal_drains_and_the_next_start_goes_on(house: DaemonHouse) -> None:
    first = await house.start()
    await house.mcu.die()
    await house.receiver.until(lambda: house.receiver.story() == [("mcu", "firing")])
    assert await first.end(signal.SIGTERM) == 0
    assert any("the journal ends at entry" in line for line in first.log)
    second = await house.start()
    await house.mcu.live()
    await house.receiver.until(lambda: len(house.receiver.story()) == 2)
    assert await second.end() == 0
    (_, firing), (_, resolved) = ((i, a) for i, a in house.receiver.seen if a["labels"]["alertname"] == "DeviceDown")
    assert (resolved["status"], resolved["startsAt"]) == ("resolved", firing["startsAt"])
    assert resolved["labels"] == firing["labels"]


async def test_killed_between_the_fault_and_the_delivery_it_delivers_after_the_next_start(house: DaemonHouse) -> None:
    house.receiver.answer = 503
    first = await house.start()
    await house.mcu.die()
    await house.receiver.until(lambda: len(house.receiver.story()) >= 1)
    await first.end(signal.SIGKILL)
    house.receiver.answer = 200
    tried = len(house.receiver.seen)
    second = await house.start()
    await house.receiver.until(lambda: len(house.receiver.seen) > tried)
    await second.end()
    assert set(house.receiver.story()) == {("mcu", "firing")}
    assert len({delivery for delivery, _ in house.receiver.seen}) == 1  # the same delivery, under the same id


async def test_the_time_after_a_kill_is_shown_as_not_watched(house: DaemonHouse) -> None:
    first = await house.start()
    await first.end(signal.SIGKILL)
    connection = sqlite3.connect(house.root / "var" / "opsmon.db")
    with connection:  # as if that had been two hours ago
        ((seen,),) = connection.execute("SELECT seen_at FROM watch").fetchall()
        earlier = (datetime.fromisoformat(seen) - timedelta(hours=2)).isoformat()
        connection.execute("UPDATE watch SET began_at = ?, seen_at = ?", (earlier, earlier))
    connection.close()
    second = await house.start()
    status, page = await second.get("/d/mcu")
    assert status == 200
    assert 'class="gone" x="13' in page
    code, text = await command(house.root, "journal", "verify", "--json")
    assert (code, '"ok": true' in text) == (0, True)


async def test_a_reload_takes_a_new_device_and_refuses_a_mistake_whole(house: DaemonHouse, daemon: Daemon) -> None:
    house.write_inventory("  - {name: nvr, address: 127.0.0.1, kind: nvr}\n")
    daemon.process.send_signal(signal.SIGHUP)
    await daemon.until_logged("reload refused: inventories/hall.yaml")
    assert await daemon.metric("opsmon_config_last_reload_successful") == 0
    assert len(await daemon.read("/api/v1/devices")) == 2

    fresh = (
        f"  - {{name: door, address: 127.0.0.1, kind: access-control, checks: [{{tcp: {{port: {house.mcu.port}}}}}]}}\n"
    )
    house.write_inventory(fresh)
    daemon.process.send_signal(signal.SIGHUP)
    await daemon.until_logged("reloaded: 3 devices at 1 site")
    assert await daemon.metric("opsmon_config_last_reload_successful") == 1
    assert {device["id"] for device in await daemon.read("/api/v1/devices")} == {"mcu", "nvr", "door"}


async def test_two_daemons_do_not_run_on_one_root(house: DaemonHouse, daemon: Daemon) -> None:
    second = Daemon(house)
    await second.start(ready=False)
    assert await second.process.wait() == 1
    await second.until_logged("another opsmon runs on")
    await second.end()
    assert (await daemon.get("/readyz"))[0] == 200


async def test_it_says_what_it_watches_and_where_to_look(house: DaemonHouse, daemon: Daemon) -> None:
    text = "\n".join(daemon.said)
    for words in ("2 devices at 1 site", "120 checks a minute", "xicheng-vc-2025", "oncall"):
        assert words in text


async def test_a_port_that_is_taken_is_said_in_one_line(house: DaemonHouse, daemon: Daemon, tmp_path: Path) -> None:
    async with house_in(tmp_path / "other") as other:
        other.port = int(daemon.url.rpartition(":")[2])
        other.write_settings()
        second = Daemon(other)
        await second.start(ready=False)
        assert await second.process.wait() != 0
        await second.end()
        assert not any("Traceback" in line for line in second.log)
        assert any(str(other.port) in line for line in second.log)
        assert any(f"127.0.0.1:{other.port}/metrics" in line for line in second.said)


async def test_systemd_is_kept_informed(house: DaemonHouse, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.setblocking(False)
        loop = asyncio.get_running_loop()

        async def heard(word: str) -> None:
            async with asyncio.timeout(PATIENCE_S):
                while word not in (await loop.sock_recv(manager, 4_096)).decode().splitlines():
                    pass

        house.environment = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "400000"}
        daemon = await house.start()
        await heard("READY=1")
        await heard("WATCHDOG=1")
        daemon.process.send_signal(signal.SIGHUP)
        await heard("RELOADING=1")
        await heard("READY=1")
        await heard("WATCHDOG=1")
        daemon.process.send_signal(signal.SIGTERM)
        await heard("STOPPING=1")
        assert await daemon.end() == 0


async def test_a_full_disk_is_told_by_readyz_and_the_phone_rings_when_there_is_room_again(
    house: DaemonHouse, daemon: Daemon
) -> None:
    var = house.root / "var"
    full = max(path.stat().st_size for path in var.iterdir())
    resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (full, resource.RLIM_INFINITY))
    await house.mcu.die()
    await daemon.until_logged("nothing is lost; retrying until it can be written")
    status, text = await daemon.get("/readyz")
    assert (status, "the store failed" in text) == (503, True)
    assert (await daemon.get("/healthz"))[0] == 200
    assert house.receiver.seen == []
    resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    await house.receiver.until(lambda: house.receiver.story() == [("mcu", "firing")])
    assert (await daemon.get("/readyz"))[0] == 200
    assert await daemon.metric("opsmon_store_failures_total") >= 1
    code, text = await command(house.root, "journal", "verify")
    assert code == 0, text
