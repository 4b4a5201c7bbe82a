"""Lanes for people against the three robots: packed, in time, once, another way where one is shut, nothing lost."""

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from opsmon.notify.channel import ChannelKind, PageChannel
from opsmon.notify.lane.lane import RETRIED
from opsmon.notify.notice import Notice, Urgency
from opsmon.store.parcel import NewParcel, ParcelReceipt
from opsmon.text.bilingual import Text
from tests.support.notify.fake_robots import FakeRobot, running
from tests.support.notify.page_rig import PageHouse
from tests.support.notify.people import FAULT, KEY, fault, robot

KINDS = (ChannelKind.WECOM, ChannelKind.DINGTALK, ChannelKind.FEISHU)


def channel_to(far: FakeRobot, name: str = "robot", **changes: object) -> PageChannel:
    return replace(robot(far.kind, far.url), name=name, **changes)  # type: ignore[arg-type]


def named(far: FakeRobot) -> list[str]:
    """The incidents that the accepted texts name, in order."""
    return [name for text in far.texts for name in re.findall(r"#(20261128-\d+)", text)]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_storm_of_300_faults_is_named_whole_in_a_few_messages(kind: ChannelKind, tmp_path: Path) -> None:
    far = FakeRobot(kind, KEY)
    async with running(far):
        house = PageHouse(tmp_path, (channel_to(far),))
        async with house.running():
            house.tell(*(fault(number, since=datetime.now(UTC)) for number in range(1, 301)))
            await house.until(lambda: len(house.accepted) == 300)
    assert sorted(named(far)) == sorted(f"20261128-{number}" for number in range(1, 301))
    assert len(far.texts) <= 10
    assert far.refused == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("trouble", ["html", "cut", "never"])
async def test_an_answer_of_no_robot_is_followed_by_the_same_message(
    kind: ChannelKind, trouble: str, tmp_path: Path
) -> None:
    far = FakeRobot(kind, KEY)
    far.script.append(trouble)
    async with running(far):
        house = PageHouse(tmp_path, (channel_to(far, timeout_s=1.0),))
        async with house.running():
            house.tell(FAULT)
            await asyncio.wait_for(far.heard.wait(), 60)
            house.lanes["robot"].pace.try_now()
            await house.until(lambda: bool(house.accepted))
    assert len(far.texts) == 1
    first, second = (re.sub(rb'"(timestamp|sign)": "[^"]*"', b"", body) for body in far.bodies)
    assert first == second


@pytest.mark.parametrize("kind", KINDS)
async def test_an_answer_that_comes_in_pieces_is_an_answer(kind: ChannelKind, tmp_path: Path) -> None:
    far = FakeRobot(kind, KEY)
    far.script.append("pieces")
    async with running(far):
        house = PageHouse(tmp_path, (channel_to(far),))
        async with house.running():
            house.tell(FAULT)
            await house.until(lambda: bool(house.accepted))
    assert (len(far.texts), house.unknown) == (1, [None])


async def test_what_was_never_answered_is_told_as_unknown(tmp_path: Path) -> None:
    far = FakeRobot(ChannelKind.WECOM, KEY)
    far.script.append("slow")
    async with running(far):
        house = PageHouse(tmp_path, (channel_to(far, timeout_s=0.3),))
        async with house.running():
            house.tell(FAULT)
            await house.until(lambda: bool(house.accepted))
    assert house.unknown[0] is not None
    assert len(far.texts) == 1


@pytest.mark.parametrize("kind", KINDS)
async def test_a_robot_that_lets_nobody_in_is_passed_over_at_once_and_not_told_twice(
    kind: ChannelKind, tmp_path: Path
) -> None:
    shut, open_one = FakeRobot(kind, KEY, stuck_on="down"), FakeRobot(ChannelKind.WECOM, KEY)
    async with running(shut, open_one):
        house = PageHouse(tmp_path, (channel_to(shut, "vc-robot"), channel_to(open_one, "other")))
        async with house.running():
            house.tell(replace(FAULT, by=("vc-robot", "other")))
            await house.until(lambda: bool(house.accepted))
            shut.stuck_on = ""
            house.lanes["vc-robot"].pace.try_now()
            await house.idle()
    assert house.accepted == [("other", "20261128-7-1-other")]
    assert "vc-robot 不可用" in open_one.texts[0]
    assert shut.texts == []
    assert house.told_of_failure == []


async def test_a_text_that_is_too_long_goes_in_parts(tmp_path: Path) -> None:
    far = FakeRobot(ChannelKind.WECOM, KEY)
    far.script += ["long", "long"]
    async with running(far):
        house = PageHouse(tmp_path, (channel_to(far),))
        async with house.running():
            house.tell(*(fault(number) for number in range(1, 31)))
            await house.until(lambda: len(house.accepted) == 30)
    assert sorted(named(far)) == sorted(f"20261128-{number}" for number in range(1, 31))
    assert len(far.texts) > 1


async def test_one_message_that_is_refused_holds_up_no_other_and_is_a_dead_letter(tmp_path: Path) -> None:
    far = FakeRobot(ChannelKind.WECOM, KEY)
    far.script += ["poison", "poison"]
    async with running(far):
        house = PageHouse(tmp_path, (channel_to(far),))
        async with house.running():
            house.tell(*(fault(number) for number in range(1, 4)))
            await house.until(lambda: len(house.accepted) == 2)
    assert [found.id for found in house.store.unfinished(("dead",), 9)] == ["20261128-1-1-robot"]
    assert house.told_of_failure == [("robot", "20261128-1-1-robot", "refused")]


async def test_what_began_and_ended_while_the_robot_was_away_is_one_line(tmp_path: Path) -> None:
    far = FakeRobot(ChannelKind.WECOM, KEY)
    over = replace(FAULT, sequence=2, urgency=Urgency.RESOLVED, firing=False, until=FAULT.at, ended="recovered")
    async with running(far):
        house = PageHouse(tmp_path, (channel_to(far),))
        house.tell(FAULT, over)
        async with house.running():
            await house.until(lambda: len(house.accepted) == 2)
    assert len(far.texts) == 1
    assert far.texts[0].count("#20261128-7") == 1
    assert "已结束" in far.texts[0]
    assert "<@" not in far.texts[0]


async def test_restarts_tell_nobody_twice(tmp_path: Path) -> None:
    far = FakeRobot(ChannelKind.FEISHU, KEY)
    async with running(far):
        house = PageHouse(tmp_path, (channel_to(far),))
        async with house.running():
            house.tell(*(fault(number) for number in range(1, 51)))
            await house.until(lambda: len(house.accepted) == 50)
        told = len(far.texts)
        for _ in range(100):
            house.store.close()
            house = PageHouse(tmp_path, (channel_to(far),))
            async with house.running():
                await house.idle()
    assert len(far.texts) == told


async def test_a_message_whose_answer_was_lost_with_the_daemon_comes_again_as_it_was(tmp_path: Path) -> None:
    far = FakeRobot(ChannelKind.WECOM, KEY)
    far.script.append("slow")
    async with running(far):
        house = PageHouse(tmp_path, (channel_to(far, timeout_s=50.0),))
        async with house.running():
            house.tell(FAULT)
            await asyncio.wait_for(far.heard.wait(), 60)
        house.store.close()
        house = PageHouse(tmp_path, (channel_to(far),))
        house.tell(fault(8))
        async with house.running():
            await house.until(lambda: len(house.accepted) == 2)
    assert far.bodies[0] == far.bodies[1]
    assert house.unknown[0] is not None


async def test_the_window_of_before_a_restart_counts(tmp_path: Path) -> None:
    far = FakeRobot(ChannelKind.WECOM, KEY)
    async with running(far):
        before = PageHouse(tmp_path, (channel_to(far),))
        for number in range(18):  # what a robot is sent in a minute, written down as a lane writes it
            before.parcels.send_first([NewParcel(f"sent-{number}", "robot", "", "{}", ())], before.clock.now())
            before.parcels.take(ParcelReceipt(f"sent-{number}", before.clock.now()))
        before.store.close()
        house = PageHouse(tmp_path, (channel_to(far),))
        async with house.running():
            house.tell(fault(99, urgency=Urgency.EMERGENCY))
            await house.idle()
            waits_s = house.lanes["robot"].pace.pause_s("", urgent=True, full=False)
    assert far.requests_at == []
    assert 30 < waits_s <= 61


async def test_a_message_on_its_way_at_a_kill_is_not_sent_again_after_an_acknowledgement(tmp_path: Path) -> None:
    far = FakeRobot(ChannelKind.WECOM, KEY, stuck_on="slow")
    async with running(far):
        house = PageHouse(tmp_path, (channel_to(far),))
        async with house.running():
            house.tell(FAULT)
            await asyncio.wait_for(far.heard.wait(), 60)
        house.store.close()
        far.stuck_on = ""
        house = PageHouse(tmp_path, (channel_to(far),), wanted=lambda _notice: False)
        async with house.running():
            await house.idle()
        assert house.parcels.waiting("robot", 10) == ()
    assert far.texts == []


async def test_nobody_is_told_of_what_is_not_wanted_any_more(tmp_path: Path) -> None:
    def is_open(notice: Notice) -> bool:
        return notice.incident != "20261128-7"

    far = FakeRobot(ChannelKind.WECOM, KEY)
    async with running(far):
        house = PageHouse(tmp_path, (channel_to(far),), wanted=is_open)
        house.tell(FAULT, fault(8))
        async with house.running():
            await house.until(lambda: bool(house.accepted))
    assert named(far) == ["20261128-8"]
    assert house.parcels.waiting("robot", 9) == ()


async def test_a_wait_past_the_end_of_time_is_cut_short(tmp_path: Path) -> None:
    far = FakeRobot(ChannelKind.WECOM, KEY)
    far.script.append("never again")
    async with running(far):
        house = PageHouse(tmp_path, (channel_to(far),))
        async with house.running(), asyncio.timeout(60):
            house.tell(FAULT)
            while not house.lanes["robot"].results[RETRIED]:  # noqa: ASYNC110 - counted inside the lane
                await asyncio.sleep(0.01)
            await house.idle()
            (parcel,) = house.parcels.open_parcels("robot")
    assert parcel.next_attempt_at < datetime.now(UTC) + timedelta(minutes=20)


async def test_who_has_no_user_id_is_called_by_a_second_text(tmp_path: Path) -> None:
    far = FakeRobot(ChannelKind.WECOM, KEY)
    async with running(far):
        house = PageHouse(tmp_path, (channel_to(far),))
        async with house.running():
            house.tell(replace(FAULT, people=("p-1", "p-2")))
            await house.until(lambda: bool(house.accepted))
            await house.idle()
    assert "<@jia>" in far.texts[0]
    assert far.mentioned == ["13800000002"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("times", [1, 2, 6])
async def test_the_longest_words_go_through_a_robot_that_takes_less_and_less(
    kind: ChannelKind, times: int, tmp_path: Path
) -> None:
    far = FakeRobot(kind, KEY)
    far.script.extend(["long"] * times)
    words = "坏" * 10_000
    async with running(far):
        house = PageHouse(tmp_path, (channel_to(far),))
        async with house.running():
            house.tell(*(fault(n, fault=Text(words, words), site=words, holder=words) for n in range(1, 5)))
            await house.until(lambda: len(house.accepted) == 4)
    assert sorted(set(named(far))) == [f"20261128-{n}" for n in range(1, 5)]
    assert house.told_of_failure == []
