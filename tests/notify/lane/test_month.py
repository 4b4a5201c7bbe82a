"""A channel whose month is nearly used up: people are told once, whatever happens in between."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from opsmon.notify.channel import ChannelKind
from opsmon.notify.lane.page_pace import PagePace
from opsmon.notify.message import ChannelLimits
from opsmon.store.parcel_store import ParcelStore
from opsmon.store.store import open_store
from tests.support.clock import HandClock
from tests.support.notify.fake_robots import FakeRobot, running
from tests.support.notify.page_rig import PageHouse
from tests.support.notify.people import KEY, SHANGHAI, fault, robot


async def test_four_fifths_of_a_month_are_told_once(tmp_path: Path) -> None:
    channel = robot(ChannelKind.WECOM, per_month=10)
    clock = HandClock(datetime(2026, 11, 28, 2, 0, tzinfo=UTC))
    pace = PagePace(channel, ChannelLimits(4_096), SHANGHAI, clock)
    await pace.load(ParcelStore(open_store("sqlite:///opsmon.db", tmp_path)))
    for _ in range(7):
        pace.began("")
    assert pace.nearly_used is None
    pace.began("")
    assert pace.nearly_used == ("2026-11", 8, 10)
    pace.began("")
    assert pace.nearly_used == ("2026-11", 9, 10)  # as long as nobody could be told
    pace.told_of_month()
    assert pace.nearly_used is None
    assert pace.month_used_ratio == 0.9
    clock.move(timedelta(days=3).total_seconds())
    assert (pace.nearly_used, pace.month_used_ratio) == (None, 0.0)  # the new month has used nothing
    for _ in range(8):
        pace.began("")
    assert pace.nearly_used == ("2026-12", 8, 10)


async def test_a_lane_tells_the_engine_when_its_month_is_nearly_used(tmp_path: Path) -> None:
    far = FakeRobot(ChannelKind.WECOM, KEY)
    clock = HandClock(datetime(2026, 11, 28, 2, 0, tzinfo=UTC))
    async with running(far):
        house = PageHouse(tmp_path, (replace(robot(far.kind, far.url), name="robot", per_month=1),), clock)
        async with house.running():
            house.tell(fault(1))
            clock.move(5)
            await house.until(lambda: bool(house.months))
    assert house.months == [("robot", "2026-11", 1, 1)]
    assert len(far.texts) == 1
