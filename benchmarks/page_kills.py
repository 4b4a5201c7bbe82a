"""A daemon killed between pages and acknowledgements: `python -m benchmarks.page_kills [KILLS] [SEED]`.

The real daemon over a real store and a robot on loopback. Prints where it was killed how often, and what was not as it
must be: a step taken twice or more than two seconds late, a message after an acknowledgement, a delivery accepted
twice. Exit code 1 where there is any.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from opsmon.notify.channel import ChannelKind
from tests.support.daemon.house import house_in
from tests.support.daemon.page_kills import PageKills
from tests.support.notify.fake_robots import FakeRobot, running

KILLS, SEED = 100, 1


async def measure(kills: int, seed: int) -> int:
    """Exit code."""
    robot, begun_s = FakeRobot(ChannelKind.WECOM, "k"), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        async with running(robot), house_in(Path(folder)) as house:
            victim = PageKills(house, robot, seed)
            await victim.run(kills)
            found = victim.faults_found()
    for point, times in victim.killed.items():
        print(f"{times:4} {point}")
    repeated = len(robot.texts) - len(set(robot.texts))
    print(
        f"{victim.killed.total()} kills in {time.monotonic() - begun_s:.0f} s, seed {seed}: {len(robot.texts)} "
        f"messages, {repeated} of them again word for word, {len(robot.refused)} refused, {len(found)} wrong"
    )
    for words in found:
        print(f"wrong: {words}")
    return 1 if found else 0


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:3]]
    sys.exit(asyncio.run(measure(*given, *(KILLS, SEED)[len(given) :])))
