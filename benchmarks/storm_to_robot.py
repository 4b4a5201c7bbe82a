"""Three hundred faults at once through a robot of 20 messages a minute: `python -m benchmarks.storm_to_robot [FAULTS]`.

Real lanes over a real store, and a robot on loopback that checks window and bytes: messages, refusals, and the seconds
from the decision to the acceptance of the message that names a fault, median and 99th percentile. Then ten faults a
second for a minute.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from opsmon.notify.channel import ChannelKind
from tests.support.notify.fake_robots import FakeRobot, running
from tests.support.notify.page_rig import PageHouse
from tests.support.notify.people import KEY, fault, robot

FAULTS = 300
A_SECOND, SECONDS = 10, 60
MEDIAN_BAR_S, LATE_BAR_S, STREAM_BAR_S = 1.0, 3.0, 30.0


class Watch:
    """When each fault was told of and when it was accepted."""

    def __init__(self, house: PageHouse) -> None:
        self._house, self._seen = house, 0
        self.told_s: dict[str, float] = {}
        self.waited_s: dict[str, float] = {}

    def tell(self, numbers: range) -> None:
        now = datetime.now(UTC)
        self.told_s |= {f"20261128-{number}-1-robot": time.monotonic() for number in numbers}
        self._house.tell(*(replace(fault(number), at=now, since=now) for number in numbers))

    async def follow(self, total: int) -> None:
        while len(self.waited_s) < total:
            for _, delivery in self._house.accepted[self._seen :]:
                self.waited_s[delivery] = time.monotonic() - self.told_s[delivery]
            self._seen = len(self._house.accepted)
            await asyncio.sleep(0.01)


async def measure(faults: int) -> None:
    far = FakeRobot(ChannelKind.WECOM, KEY)
    with tempfile.TemporaryDirectory() as folder:
        async with running(far):
            house = PageHouse(Path(folder), (robot(ChannelKind.WECOM, far.url),))
            async with house.running():
                watch = Watch(house)
                watch.tell(range(1, faults + 1))
                await watch.follow(faults)
                waits = sorted(watch.waited_s.values())
                print(f"{faults} at once: {len(far.texts)} messages, {len(far.refused)} refused, median "
                      f"{statistics.median(waits):.2f} s (bar {MEDIAN_BAR_S:g}), 99 % "
                      f"{waits[int(len(waits) * 0.99) - 1]:.2f} s (bar {LATE_BAR_S:g})")  # fmt: skip
                following = asyncio.create_task(watch.follow(faults + A_SECOND * SECONDS))
                for second in range(SECONDS):
                    first = faults + second * A_SECOND + 1
                    watch.tell(range(first, first + A_SECOND))
                    await asyncio.sleep(1)
                await following
        late = max(list(watch.waited_s.values())[faults:])
        print(f"{A_SECOND} a second for {SECONDS} s: {len(far.texts)} messages in all, {len(far.refused)} refused, "
              f"longest wait {late:.1f} s (bar {STREAM_BAR_S:g})")  # fmt: skip


if __name__ == "__main__":
    asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else FAULTS))
