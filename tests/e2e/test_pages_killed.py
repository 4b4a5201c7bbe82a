"""A daemon killed between a page and its acknowledgement; `python -m benchmarks.page_kills` does it 100 times,
and asks for steps that are two seconds late at most."""

from datetime import timedelta
from pathlib import Path

from opsmon.notify.channel import ChannelKind
from tests.support.daemon.house import house_in
from tests.support.daemon.page_kills import PageKills
from tests.support.notify.fake_robots import FakeRobot, running

KILLS = 6


async def test_a_daemon_that_is_killed_takes_each_step_once_and_says_nothing_after_an_acknowledgement(
    tmp_path: Path,
) -> None:
    robot = FakeRobot(ChannelKind.WECOM, "k")
    async with running(robot), house_in(tmp_path) as house:
        kills = PageKills(house, robot, seed=20261128, late=timedelta(minutes=1))
        await kills.run(KILLS)
        assert kills.faults_found() == []
        assert kills.killed.total() == KILLS
