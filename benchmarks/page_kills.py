"""A daemon killed between pages and acknowledgements.

python -m benchmarks.page_kills [KILLS] [SEED] [--store sqlite|postgresql]

The real daemon over a real store (a SQLite file, or a PostgreSQL server of its own) and a robot on loopback. Prints
where it was killed how often, and what was not as it must be: a step taken twice or more than two seconds late, a
message after an acknowledgement, a delivery accepted twice. Exit code 1 where there is any.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from opsmon.notify.channel import ChannelKind
from tests.support.daemon.house import house_in
from tests.support.daemon.page_kills import OWN_STORE, PageKills
from tests.support.notify.fake_robots import FakeRobot, running
from tests.support.store.postgres import running_postgres

KILLS, SEED = 100, 1
SQLITE, POSTGRESQL = "sqlite", "postgresql"


async def measure(kills: int, seed: int, store: str = OWN_STORE) -> int:
    """Exit code."""
    robot, begun_s = FakeRobot(ChannelKind.WECOM, "k"), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        async with running(robot), house_in(Path(folder)) as house:
            victim = PageKills(house, robot, seed, store)
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


def main(words: list[str]) -> int:
    """Exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page_kills")
    parser.add_argument("kills", type=int, nargs="?", default=KILLS)
    parser.add_argument("seed", type=int, nargs="?", default=SEED)
    parser.add_argument("--store", choices=(SQLITE, POSTGRESQL), default=SQLITE)
    given = parser.parse_args(words)
    if given.store == SQLITE:
        return asyncio.run(measure(given.kills, given.seed))
    with running_postgres() as server:
        return asyncio.run(measure(given.kills, given.seed, server.new_schema()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
