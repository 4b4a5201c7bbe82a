"""Alertmanagers of the v2 API at the far end: each is told by itself, what hangs there delays no other."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from opsmon.clock import WallClock
from opsmon.engine.world import World
from opsmon.model.secret import Secret
from opsmon.notify.channel import ChannelKind, PageChannel, Reaches
from opsmon.notify.lane.alertmanager_feed import AlertmanagerFeed
from opsmon.notify.words.voice import RenderContext
from tests.support.engine.scene import Town, rules_of
from tests.support.notify.receiver import Behaviour, Receiver, answer, hang, one_after_another, receiver, reset


def quiet_world() -> World:
    return Town(rules_of()).world


@asynccontextmanager
async def feeding(world: World, *members: Receiver, timeout_s: float = 60.0) -> AsyncIterator[AlertmanagerFeed]:
    urls = tuple(Secret(f"http://user:s3cret-word@127.0.0.1:{one.port}") for one in members)
    channel = PageChannel("am", ChannelKind.ALERTMANAGER_V2, Reaches.GROUP, urls, timeout_s=timeout_s)
    feed = AlertmanagerFeed(channel, lambda: world, RenderContext(), WallClock())
    running = asyncio.create_task(feed.run())
    try:
        yield feed
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def broken_world() -> World:
    town = Town(rules_of()).run(60.0)
    town.dead.add("core")
    return town.run(120.0).world


async def test_a_member_that_hangs_delays_the_news_for_no_other() -> None:
    async with receiver(hang) as hung, receiver(answer(200)) as well, feeding(broken_world(), hung, well) as feed:
        (first,) = await well.until(1, within_s=60)
        assert json.loads(first.body)
        assert first.path == "/api/v2/alerts"
        feed.wake()
        await well.until(2, within_s=60)
        assert len(hung.received) == 1


@pytest.mark.parametrize("trouble", [reset, answer(503), answer(302)])
async def test_a_member_is_up_or_down_also_while_nothing_is_wrong(
    trouble: Behaviour, caplog: pytest.LogCaptureFixture
) -> None:
    behave = one_after_another(trouble, answer(200))
    async with receiver(behave) as odd, receiver(answer(200)) as well, feeding(quiet_world(), odd, well) as feed:
        await asyncio.gather(odd.until(1, within_s=60), well.until(1, within_s=60))
        await _until_up(feed, odd=False)
        feed.wake()
        await _until_up(feed, odd=True)
        assert {request.body for request in (*odd.received, *well.received)} == {b"[]"}
        assert feed.results == {"delivered": 0, "retried": 0, "dead": 0}  # nothing was to be told
    assert "member 1 took no alerts" in caplog.text
    assert "s3cret-word" not in caplog.text


async def _until_up(feed: AlertmanagerFeed, *, odd: bool) -> None:
    async with asyncio.timeout(60):
        while feed.ups != {0: odd, 1: True}:  # noqa: ASYNC110 - known inside the feed alone
            await asyncio.sleep(0.02)
