"""What waits for a channel for people that is gone: another way where there is one, else it failed."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from opsmon.notify.channel import ChannelKind
from opsmon.notify.notice import Notice
from opsmon.store.outbox import NewDelivery
from tests.support.notify.fake_robots import FakeRobot, running
from tests.support.notify.page_rig import PageHouse
from tests.support.notify.people import FAULT, KEY, fault, robot


def house_of(folder: Path, wanted: Callable[[Notice], bool] = lambda _: True, **robots: FakeRobot) -> PageHouse:
    channels = tuple(replace(robot(far.kind, far.url), name=name) for name, far in robots.items())
    return PageHouse(folder, channels, wanted=wanted)


async def settled(house: PageHouse, *channels: str) -> None:
    """Until nothing waits for them."""
    async with asyncio.timeout(60):
        while set(channels) & set(house.parcels.waiting_channels()):  # noqa: ASYNC110 - only the store shows it
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("is_on_its_way", [False, True])
async def test_it_goes_to_the_next_channel_of_its_step_and_says_why(is_on_its_way: bool, tmp_path: Path) -> None:
    gone, other = FakeRobot(ChannelKind.DINGTALK, KEY, stuck_on="slow"), FakeRobot(ChannelKind.WECOM, KEY)
    async with running(gone, other):
        house = house_of(tmp_path, gone=gone, other=other)
        house.tell(replace(FAULT, by=("gone", "other")))
        if is_on_its_way:
            async with house.running():
                await asyncio.wait_for(gone.heard.wait(), 60)
        house.store.close()
        house = house_of(tmp_path, other=other)
        async with house.running():
            await house.until(lambda: bool(house.accepted))
            await settled(house, "gone")
    assert house.accepted == [("other", "20261128-7-1-other")]
    assert "gone 已移除" in other.texts[0]
    assert len(other.texts) == 1
    assert house.told_of_failure == []


async def test_where_there_is_no_other_the_page_is_told_and_it_is_a_dead_letter(tmp_path: Path) -> None:
    gone, other = FakeRobot(ChannelKind.DINGTALK, KEY), FakeRobot(ChannelKind.WECOM, KEY)
    async with running(gone, other):
        house = house_of(tmp_path, gone=gone, other=other)
        house.tell(FAULT, fault(8), by="gone")
        house.store.close()
        house = house_of(tmp_path, other=other)
        async with house.running():
            await settled(house, "gone")
    assert house.told_of_failure == [("gone", f"20261128-{n}-1-gone", "removed") for n in (7, 8)]
    dead = house.store.unfinished(("dead",), 9)
    assert {letter.id for letter in dead} == {"20261128-7-1-gone", "20261128-8-1-gone"}
    assert {letter.error for letter in dead} == {"the channel is not configured any more, and there is no other"}
    assert gone.requests_at == other.requests_at == []


async def test_an_engine_that_is_not_there_is_waited_for(tmp_path: Path) -> None:
    class LateHouse(PageHouse):
        refused = 0

        async def failed(self, channel: str, notice: object, reason: str) -> bool:
            self.refused += 1
            return self.refused > 1 and await super().failed(channel, notice, reason)  # type: ignore[arg-type]

    gone, other = FakeRobot(ChannelKind.DINGTALK, KEY), FakeRobot(ChannelKind.WECOM, KEY)
    async with running(gone, other):
        house = house_of(tmp_path, gone=gone)
        house.tell(FAULT)
        house.store.close()
        late = LateHouse(tmp_path, (replace(robot(other.kind, other.url), name="other"),))
        async with late.running():
            await settled(late, "gone")
    assert (late.refused, len(late.told_of_failure)) == (2, 1)


async def test_what_is_not_wanted_any_more_is_withdrawn_and_a_webhooks_message_goes_on_waiting(tmp_path: Path) -> None:
    gone, other = FakeRobot(ChannelKind.DINGTALK, KEY), FakeRobot(ChannelKind.WECOM, KEY)
    async with running(gone, other):
        house = house_of(tmp_path, gone=gone)
        house.tell(FAULT)
        house.store.commit((), (NewDelivery("i1-1-hook", "hook", "i1", '{"version": "4"}'),), house.clock.now())
        house.store.close()
        house = house_of(tmp_path, lambda _: False, other=other)
        async with house.running():
            await settled(house, "gone")
    assert house.parcels.waiting_channels() == ("hook",)
    assert house.told_of_failure == []
    assert house.store.unfinished(("dead",), 9) == ()
