"""What `/api/v1/load` tells: rates and rows of a minute, the slowest checks, the late ones."""

import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from opsmon.daemon.load.meter import LoadMeter
from opsmon.daemon.loop_watch import LoopWatch
from opsmon.model.device import Inventory
from opsmon.model.name import CheckName, DeviceName
from opsmon.model.sample import Outcome
from opsmon.web.api.load.kept import FleetRows, KeptFleet
from opsmon.web.api.load.port import LoadFigures, LoadPort, QueueLengths
from opsmon.web.api.load.rows import FleetLoad
from opsmon.web.server import make_application
from tests.support.web.scene import Client, WebScene


class Watched:
    """A console whose daemon counts its runs, on a clock that stands."""

    def __init__(self, scene: WebScene) -> None:
        self.scene, self.tally = scene, scene.tally
        self.tally.follow(scene.daemon.world.rules.inventory.devices.values())
        self.meter = LoadMeter(scene.clock, scene.tally, LoopWatch())
        self.stages: dict[str, str] = {}
        self.parts = replace(scene.parts, load=LoadPort(self.figures, self.stage_of))

    def figures(self) -> LoadFigures:
        queues = QueueLengths(inputs=4, waiting=2, notifications=None)
        return LoadFigures(self.meter.uptime_s, self.meter.recent(), self.meter.minute(), 77_000_000, queues)

    def stage_of(self, device: DeviceName, check: CheckName) -> str:
        return self.stages.get(device, "due")

    def ran(self, device: str, outcome: Outcome, duration_s: float, late_s: float = 0.05) -> None:
        self.tally.note_lag("icmp", DeviceName(device), late_s)
        self.scene.ping(device, outcome)
        sample = self.scene.daemon.latest[DeviceName(device)][CheckName("icmp")]
        sample = replace(sample, duration_s=duration_s)
        self.scene.daemon.latest[DeviceName(device)][CheckName("icmp")] = sample
        self.tally.note_run("icmp", sample)

    def passes(self, seconds: float) -> None:
        self.scene.clock.at += timedelta(seconds=seconds)


@pytest.fixture
def watched(scene: WebScene) -> Watched:
    return Watched(scene)


@pytest.fixture
async def client(watched: Watched) -> AsyncIterator[Client]:
    async with TestClient(TestServer(make_application(watched.parts))) as made:
        yield made


async def load(client: Client, query: str = "") -> Any:
    answer = await client.get(f"/api/v1/load{query}")
    assert answer.status == 200, await answer.text()
    return await answer.json()


async def test_rows_are_of_the_last_minute(watched: Watched, client: Client) -> None:
    for name in ("core-1", "mcu-1", "会议终端-1"):
        watched.ran(name, Outcome.OK, 0.004)
    watched.ran("ups-1", Outcome.TIMEOUT, 2.0, late_s=4.0)
    watched.passes(20)
    told = await load(client)
    assert told["uptime_s"] == told["minute"]["lasted_s"] == 20
    assert told["minute"]["checks_per_s"] == pytest.approx(0.2)
    assert told["minute"]["failures_per_s"] == pytest.approx(0.05)
    (row,) = told["checks"]
    assert (row["name"], row["checks"], row["runs"]) == ("icmp", 4, 4)
    assert (row["outcomes"]["ok"], row["outcomes"]["timeout"]) == (3, 1)
    assert row["mean_s"] == pytest.approx(2.012 / 4)
    assert row["busy"] == pytest.approx(2.012 / 20)
    sites = {row["name"]: row for row in told["sites"]}
    assert sites.keys() == {"erlong-hall", "lab"}
    assert (sites["erlong-hall"]["title"], sites["erlong-hall"]["runs"]) == ("二龙路主会场", 3)
    assert sites["lab"]["late_p99_s"] == 4.0  # the bucket reaches to 5, and nothing was later than 4
    assert told["lateness"]["worst_s"] == 4.0
    assert (told["queues"]["inputs"], told["queues"]["checks_waiting"], told["queues"]["notifications"]) == (4, 2, None)
    assert told["sizes"]["rss_bytes"] == 77_000_000
    assert told["sizes"]["journal_entries"] == watched.scene.daemon.seq
    assert told["parts"] == []


async def test_the_slowest_checks_come_first_and_as_many_as_are_asked_for(watched: Watched, client: Client) -> None:
    watched.ran("core-1", Outcome.OK, 0.004)
    watched.ran("mcu-1", Outcome.OK, 1.5)
    watched.ran("ups-1", Outcome.TIMEOUT, 2.0)
    slowest = (await load(client))["slowest"]
    assert [row["device"] for row in slowest][:2] == ["ups-1", "mcu-1"]
    assert (slowest[0]["outcome"], slowest[0]["site"], slowest[0]["check"]) == ("timeout", "lab", "icmp")
    assert slowest[0]["busy"] == pytest.approx(2.0 / slowest[0]["period_s"])
    only = (await load(client, "?limit=1"))["slowest"]
    assert only[0]["device"] == "ups-1"
    assert len(only) <= 2  # the longest and the busiest is one, the one with most numbers another


async def test_a_check_that_does_not_come_home_is_late(watched: Watched, client: Client) -> None:
    for name in ("core-1", "mcu-1", "ups-1", "会议终端-1"):
        watched.ran(name, Outcome.OK, 0.004)
    assert (await load(client))["late"] == []
    watched.passes(64)
    watched.ran("core-1", Outcome.OK, 0.004)
    watched.stages |= {"mcu-1": "running", "ups-1": "waiting"}
    told = await load(client)
    assert {row["device"]: row["stage"] for row in told["late"]} == {
        "mcu-1": "running", "ups-1": "waiting", "会议终端-1": "due",
    }  # fmt: skip
    assert all(row["late_s"] == pytest.approx(4.0) for row in told["late"])
    assert told["late_count"] == 3
    assert len((await load(client, "?limit=1"))["late"]) == 1


async def test_a_run_within_its_time_out_is_under_way_and_not_late(watched: Watched, client: Client) -> None:
    watched.ran("mcu-1", Outcome.OK, 0.004)
    watched.stages["mcu-1"] = "running"
    watched.passes(62)
    assert "mcu-1" not in {row["device"] for row in (await load(client))["late"]}
    watched.passes(2)
    assert "mcu-1" in {row["device"] for row in (await load(client, "?limit=60"))["late"]}  # not the walk that is kept


async def test_a_walk_is_kept_for_a_moment_and_no_longer_than_that(watched: Watched, client: Client) -> None:
    watched.ran("mcu-1", Outcome.OK, 1.5)
    assert (await load(client))["slowest"][0]["device"] == "mcu-1"
    watched.ran("ups-1", Outcome.OK, 1.9)
    assert (await load(client))["slowest"][0]["device"] == "mcu-1"
    assert (await load(client, "?limit=7"))["slowest"][0]["device"] == "ups-1"  # another question
    watched.passes(600)
    assert (await load(client))["slowest"][0]["device"] == "ups-1"


def test_of_many_who_ask_at_once_one_walks() -> None:
    kept, inventory, walks = KeptFleet(), Inventory({}, {}), list[int]()

    def make() -> FleetRows:
        walks.append(1)
        return FleetRows(FleetLoad(), [], [], 0)

    threads = [threading.Thread(target=kept.rows, args=(inventory, 10, 5.0, make)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert walks == [1]
    kept.rows(Inventory({}, {}), 10, 5.0, make)  # after a reload
    assert walks == [1, 1]


@pytest.mark.parametrize("query", ["?limit=0", "?limit=501", "?limit=x", "?nope=1"])
async def test_a_wrong_limit_is_refused(client: Client, query: str) -> None:
    assert (await client.get(f"/api/v1/load{query}")).status == 422


async def test_it_has_the_shape_that_is_promised(watched: Watched, client: Client) -> None:
    watched.ran("mcu-1", Outcome.OK, 0.004)
    watched.passes(100)
    schemas = (await (await client.get("/api/v1/openapi.json")).json())["components"]["schemas"]
    told = await load(client)
    shapes = {
        "LoadRowDocument": told["checks"],
        "SlowCheckDocument": told["slowest"],
        "LateCheckDocument": told["late"],
    }
    assert set(told) == set(schemas["LoadDocument"]["properties"])
    for name, rows in shapes.items():
        assert rows
        assert set(rows[0]) == set(schemas[name]["properties"]) == set(schemas[name]["required"])
