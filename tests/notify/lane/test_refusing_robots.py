"""Robots that let us in no more: our clock is off, a ban of ten minutes, a key that is none.

It is told, another channel is used, nothing is lost, and no key shows.
"""

import asyncio
import re
from collections import deque
from dataclasses import replace
from pathlib import Path

import pytest

from opsmon.clock import Clock
from opsmon.model.secret import Secret
from opsmon.notify.channel import ChannelKind, PageChannel
from tests.support.clock import LeapingClock
from tests.support.notify.fake_robots import FakeRobot, running
from tests.support.notify.page_rig import PageHouse
from tests.support.notify.people import FAULT, KEY, fault, robot

KINDS = (ChannelKind.WECOM, ChannelKind.DINGTALK, ChannelKind.FEISHU)
SIGNED = (ChannelKind.DINGTALK, ChannelKind.FEISHU)
WRONG = "9d41-another-key-of-nobody-c2e8"
BAN_S = 600.0


def channel_to(far: FakeRobot, name: str, **changes: object) -> PageChannel:
    return replace(robot(far.kind, far.url), name=name, **changes)  # type: ignore[arg-type]


def house_of(folder: Path, first: FakeRobot, other: FakeRobot, clock: Clock) -> PageHouse:
    return PageHouse(folder, (channel_to(first, "first"), channel_to(other, "other")), clock)


def reasons(house: PageHouse) -> str:
    """What `opsmon notify list` and the API show."""
    return "\n".join(owed.error for owed in house.store.unfinished(("waiting", "dead"), 99))


@pytest.mark.parametrize("kind", SIGNED)
@pytest.mark.parametrize(("ahead_s", "words"), [(312.0, "slow"), (-312.0, "fast")])
async def test_a_clock_that_is_off_is_named_with_what_to_do(
    kind: ChannelKind, ahead_s: float, words: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    far = FakeRobot(kind, KEY, clock_ahead_s=ahead_s, clock_tolerance_s=300)
    async with running(far):
        house = PageHouse(tmp_path, (channel_to(far, "first", secret=Secret("SECtest")),))
        async with house.running():
            house.tell(FAULT)
            await house.until(lambda: bool(house.told_of_failure))
        shown = reasons(house)
    told = rf"our clock is 31[123] s {words} by the answer's Date: set it \(`timedatectl set-ntp true`"
    assert re.search(told, caplog.text)
    assert re.search(told, shown)
    assert not any(secret in text for secret in (KEY, "SECtest") for text in (caplog.text, shown))


@pytest.mark.parametrize("kind", KINDS)
async def test_no_request_goes_into_a_ban_of_ten_minutes_and_nothing_is_lost(kind: ChannelKind, tmp_path: Path) -> None:
    clock = LeapingClock()
    banned = FakeRobot(kind, KEY, script=_script("ban"), clock=clock)
    other = FakeRobot(ChannelKind.WECOM, KEY, clock=clock)
    async with running(banned, other):
        house = house_of(tmp_path, banned, other, clock)
        async with house.running():
            house.tell(replace(FAULT, by=("first", "other")), replace(fault(8), by=("first",)))
            await house.until(lambda: bool(house.accepted) and bool(house.told_of_failure))
            for minute in range(9):
                clock.leap(60.0)
                house.tell(replace(fault(20 + minute), by=("first",)))
                await house.idle()
            assert len(banned.requests_at) == 1
            clock.leap(61.0)
            house.rows_moved()
            await house.until(lambda: len(house.accepted) == 11)
    assert "first 受限" in other.texts[0]
    assert house.accepted[0] == ("other", "20261128-7-1-other")
    assert house.told_of_failure[0] == ("first", "20261128-8-1-first", "throttled")
    named = {name for text in banned.texts for name in re.findall(r"#20261128-(\d+)", text)}
    assert named == {"8", *(str(20 + minute) for minute in range(9))}
    assert banned.refused == banned.refused[:1]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_ban_outlives_a_restart(kind: ChannelKind, tmp_path: Path) -> None:
    clock = LeapingClock()
    banned = FakeRobot(kind, KEY, script=_script("ban"), clock=clock)
    other = FakeRobot(ChannelKind.WECOM, KEY, clock=clock)
    async with running(banned, other):
        house = house_of(tmp_path, banned, other, clock)
        async with house.running():
            house.tell(replace(FAULT, by=("first", "other")))
            await house.until(lambda: bool(house.accepted))
        house.store.close()
        clock.leap(BAN_S / 2)
        again = house_of(tmp_path, banned, other, clock)
        async with again.running():
            again.tell(replace(fault(8), by=("first", "other")))
            await again.until(lambda: bool(again.accepted))
            await again.idle()
    assert again.accepted == [("other", "20261128-8-1-other")]
    assert len(banned.requests_at) == 1


@pytest.mark.parametrize("kind", [ChannelKind.WECOM, ChannelKind.FEISHU])
async def test_a_ban_that_nobody_announced_is_asked_ever_more_rarely(kind: ChannelKind, tmp_path: Path) -> None:
    clock = LeapingClock()
    banned = FakeRobot(kind, KEY, script=_script("ban"), clock=clock, says_bans=False)
    async with running(banned):
        house = PageHouse(tmp_path, (channel_to(banned, "first"),), clock)
        async with house.running():
            house.tell(FAULT)
            await asyncio.wait_for(banned.heard.wait(), 60)
            for _ in range(60):
                await house.idle()
                clock.leap(60.0)
                if house.accepted:
                    break
    assert house.accepted == [("first", "20261128-7-1-first")]
    assert len(banned.requests_at) <= 9  # each of them begins the ban anew
    gaps_s = [later - earlier for earlier, later in zip(banned.requests_at, banned.requests_at[1:], strict=False)]
    assert gaps_s[-1] >= BAN_S


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (ChannelKind.WECOM, 93000), (ChannelKind.WECOM, 93004), (ChannelKind.WECOM, 93008),
        (ChannelKind.DINGTALK, 300001), (ChannelKind.DINGTALK, 300005), (ChannelKind.DINGTALK, 400101),
        (ChannelKind.DINGTALK, 400102), (ChannelKind.DINGTALK, 400106), (ChannelKind.DINGTALK, 400013),
        (ChannelKind.FEISHU, 19001), (ChannelKind.FEISHU, 19007),
    ],
)  # fmt: skip
async def test_a_key_that_is_none_is_told_another_channel_is_used_and_no_key_shows(
    kind: ChannelKind, code: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shut, other = FakeRobot(kind, KEY, no_robot=code), FakeRobot(ChannelKind.WECOM, KEY)
    async with running(shut, other):
        wrong = channel_to(shut, "first", urls=(Secret(shut.url.replace(KEY, WRONG)),), token=Secret(WRONG))
        house = PageHouse(tmp_path, (wrong, channel_to(other, "other")))
        async with house.running():
            house.tell(replace(FAULT, by=("first", "other")))
            await house.until(lambda: bool(house.accepted))
            house.lanes["first"].pace.try_now()
            house.tell(replace(fault(8), by=("first",)))
            await house.until(lambda: bool(house.told_of_failure))
            await house.idle()
        shown = reasons(house)
    assert house.accepted == [("other", "20261128-7-1-other")]
    assert "first 不可用" in other.texts[0]
    assert house.told_of_failure == [("first", "20261128-8-1-first", "down")]
    assert str(code) in caplog.text
    assert str(code) in shown
    assert "another-key" not in caplog.text + shown
    assert house.store.unfinished(("dead",), 9) == ()


def _script(*troubles: str) -> deque[str]:
    return deque(troubles)
