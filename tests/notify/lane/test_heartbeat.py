"""A sign of life goes out while people could be told of a fault, and stays away when they could not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from aiohttp import web
from immutables import Map

from opsmon.engine.world import World, start_world
from opsmon.model.name import ChannelName, IncidentId, PersonId, PlanName
from opsmon.model.page import CallReason
from opsmon.model.secret import Secret
from opsmon.notify.channel import Heartbeat
from opsmon.notify.lane.heartbeat import HeartbeatSender
from opsmon.oncall.page import Acceptance, Call, Page, PageState
from opsmon.oncall.paging import Paging
from tests.support.engine.scene import rules_of

NOW = datetime(2026, 11, 28, 1, 0, tzinfo=UTC)


TAKEN = Acceptance(ChannelName("robot"), (PersonId("p"),), NOW, "20261128-1-1-robot")


class TurnedClock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


class Life:
    """What the daemon would say of itself."""

    def __init__(self, url: str = "http://127.0.0.1:1/") -> None:
        self.clock, self.turns, self.trouble = TurnedClock(), 0, ""
        self.world: World = start_world(rules_of(), NOW)
        beat = Heartbeat(Secret(url), 0.1)
        self.sender = HeartbeatSender(
            beat, self.clock, lambda: self.turns, lambda: self.trouble, lambda: self.world
        )  # fmt: skip

    def page(self, *, accepted: bool) -> None:
        call = Call(NOW, 1, CallReason.OPENED, (PersonId("p"),), (ChannelName("robot"),), step=1, round=1)
        taken = replace(call, accepted=(TAKEN,)) if accepted else call
        page = Page(IncidentId("20261128-1"), PlanName("all"), PageState.CALLING, since=NOW, calls=(taken,))
        self.world = replace(self.world, paging=Paging(Map({page.incident: page})))


def test_a_loop_that_stands_still_sends_none() -> None:
    life = Life()
    assert life.sender.hindrance() == ""
    life.clock.seconds = 31
    assert life.sender.hindrance() == "the loop does not turn"
    life.turns = 1
    assert life.sender.hindrance() == ""


def test_a_store_that_cannot_be_written_sends_none() -> None:
    life = Life()
    life.trouble = "the store failed: disk full"
    assert life.sender.hindrance() == "the store failed: disk full"


def test_a_fault_that_nobody_could_be_told_of_sends_none() -> None:
    life = Life()
    life.page(accepted=False)
    assert life.sender.hindrance() == ""
    life.clock.seconds, life.turns = 121, 1
    assert life.sender.hindrance() == "nobody could be told of incident 20261128-1"
    life.page(accepted=True)
    assert life.sender.hindrance() == ""


@asynccontextmanager
async def watcher(heard: asyncio.Queue[str]) -> AsyncIterator[str]:
    async def take(request: web.Request) -> web.Response:
        heard.put_nowait(request.path)
        return web.Response()

    application = web.Application()
    application.router.add_get("/{path:.*}", take)
    runner = web.AppRunner(application)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/ping/secret-of-the-watcher"
    finally:
        await runner.cleanup()


async def test_the_watcher_hears_of_life_again_and_again() -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    async with watcher(heard) as url, asyncio.timeout(60):
        life = Life(url)
        task = asyncio.create_task(life.sender.run())
        for _ in range(3):
            assert await heard.get() == "/ping/secret-of-the-watcher"
            life.clock.seconds += 1
        task.cancel()
