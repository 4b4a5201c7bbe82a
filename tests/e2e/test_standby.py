"""Two daemons and one store in PostgreSQL: one acts, the other takes its place when it is killed, when the database is,
and when the line between is cut; nothing that was seen or owed is lost, and nothing is told by both."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from opsmon.store.store import open_existing_store
from tests.support.daemon.house import PATIENCE_S, Daemon, DaemonHouse, Service, house_beside, house_in
from tests.support.store.cuttable import CuttableLine
from tests.support.store.postgres import PASSWORD, PostgresServer

pytestmark = pytest.mark.timeout(300)  # six starts of the daemon on a machine with other work to do


class Pair:
    """Two roots that watch the same devices, with the same receiver, over one store."""

    def __init__(self, first: DaemonHouse, second: DaemonHouse, server: PostgresServer) -> None:
        self.first, self.second, self.server = first, second, server
        self._url = server.new_schema()
        for house in (first, second):
            self.point(house, server.port)
            house.environment["STORE_PASSWORD"] = PASSWORD

    def point(self, house: DaemonHouse, port: int) -> None:
        """The root's store is behind this port."""
        house.write_settings()
        with (house.root / "opsmon.yaml").open("a") as settings:
            url = self.server.over_tcp(self._url, port)
            settings.write(f"store: {{url: '{url}', password: {{env: STORE_PASSWORD}}}}\n")

    async def start(self) -> tuple[Daemon, Daemon]:
        """The first acts, the second waits."""
        acting = await self.first.start()
        await acting.until_logged("listening on")
        waiting = await self.second.start()
        await waiting.until_logged("standby: another daemon writes to the store")
        return acting, waiting

    async def verify(self) -> None:
        store = open_existing_store(self._url, self.second.root)
        assert (await asyncio.to_thread(store.verify)).damage == ()
        store.close()


@pytest.fixture
async def pair(tmp_path: Path, postgres: PostgresServer) -> AsyncIterator[Pair]:
    async with house_in(tmp_path / "a") as first, house_beside(first, tmp_path / "b") as second:
        yield Pair(first, second, postgres)


async def took_over(daemon: Daemon) -> None:
    """Its own page and not the page of one that waits."""
    await daemon.until_logged("this daemon takes over")
    await daemon.until_logged("listening on", after="this daemon takes over")
    daemon.follow_port()


async def readiness(daemon: Daemon) -> int:
    """0 while it closes its port to open it again, as what it is now."""
    daemon.follow_port()
    try:
        return (await daemon.get("/readyz"))[0]
    except aiohttp.ClientError:
        return 0


async def test_one_that_waits_says_so_polls_nothing_and_takes_over_when_the_other_is_killed(pair: Pair) -> None:
    door = Service()  # only the second knows it
    await door.live()
    line = f"  - {{name: door, address: 127.0.0.1, kind: other, checks: [{{tcp: {{port: {door.port}}}}}]}}\n"
    pair.second.write_inventory(line)
    acting, waiting = await pair.start()
    assert (await acting.get("/healthz"))[1] == "ok\n"
    assert await waiting.get("/healthz") == (200, "standby\n")
    assert (await waiting.get("/readyz"))[0] == 503
    assert "opsmon_standby 1\n" in (await waiting.get("/metrics"))[1]
    assert "opsmon_standby 0" in (await acting.get("/metrics"))[1]
    status, said = await waiting.post("/api/v1/incidents", {"site": "hall", "condition": "x", "by": "p"})
    assert (status, "standby" in said) == (503, True)

    await pair.first.mcu.die()
    await pair.first.receiver.until(lambda: pair.first.receiver.story() == [("mcu", "firing")])
    (incident,) = await acting.read("/api/v1/incidents")
    assert door.greeted == 0
    await acting.end(signal.SIGKILL)
    await took_over(waiting)
    (same,) = await waiting.read("/api/v1/incidents")
    assert (same["id"], same["clocks"][0]["due_at"]) == (incident["id"], incident["clocks"][0]["due_at"])
    await pair.first.mcu.live()
    await pair.first.receiver.until(lambda: ("mcu", "resolved") in pair.first.receiver.story())
    assert door.greeted > 0
    await door.die()
    await pair.verify()


async def test_what_was_owed_when_the_database_was_killed_is_told_once_it_is_there_again(pair: Pair) -> None:
    acting, waiting = await pair.start()
    pair.first.receiver.answer = 503
    await pair.first.mcu.die()
    await pair.first.receiver.until(lambda: bool(pair.first.receiver.seen))
    await asyncio.to_thread(pair.server.kill)
    await acting.until_logged("this daemon stops and waits")
    pair.first.receiver.answer = 200
    before = len(pair.first.receiver.seen)
    await asyncio.to_thread(pair.server.start)
    await pair.first.receiver.until(lambda: len(pair.first.receiver.seen) > before)
    assert set(pair.first.receiver.story()) == {("mcu", "firing")}
    assert len({delivery for delivery, _ in pair.first.receiver.seen}) == 1
    await pair.verify()
    async with asyncio.timeout(PATIENCE_S):
        while sorted([await readiness(daemon) for daemon in (acting, waiting)]) != [200, 503]:  # noqa: ASYNC110 - other programs give no event
            await asyncio.sleep(0.1)


async def test_one_whose_line_is_cut_stops_before_another_begins(pair: Pair) -> None:
    async with CuttableLine(pair.server.port) as line:
        pair.point(pair.first, line.port)
        acting, waiting = await pair.start()
        line.cut()
        await acting.until_logged("this daemon stops and waits")
        assert not any("takes over" in entry for entry in waiting.log)
        await took_over(waiting)
        await pair.first.mcu.die()
        await pair.first.receiver.until(lambda: pair.first.receiver.story() == [("mcu", "firing")])
        line.mend()
        await acting.until_logged("standby: another daemon writes to the store")
        (incident,) = await waiting.read("/api/v1/incidents")
        assert incident["device"] == "mcu"
    await pair.verify()
