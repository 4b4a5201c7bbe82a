"""Our pinger alone, a process of its own: every address once a period, as fping does.

python -m benchmarks._ping_loop PERIOD_S STEP_S FILE

What is due within a step is sent together; with a step of the period all addresses are. FILE has an address a line.
Ends with its input; says how many pings were answered, and how many were not.
"""

import asyncio
import contextlib
import sys
import time
from pathlib import Path

from opsmon.clock import WallClock
from opsmon.protocol.icmp.echo import Echo, Verdict
from opsmon.protocol.icmp.pinger import FleetPinger

TIMEOUT_S, SIZE_BYTES = 2.0, 56


class Loop:
    """Sends, and counts what comes back."""

    def __init__(self, addresses: list[str], period_s: float, step_s: float) -> None:
        self._addresses, self._period_s, self._step_s = addresses, period_s, step_s
        self._pinger = FleetPinger(WallClock())
        self.answered = self.lost = 0

    def _settle(self, verdict: Verdict) -> None:
        if isinstance(verdict, Echo):
            self.answered += 1
        else:
            self.lost += 1

    async def run(self, ended: asyncio.Event) -> None:
        began_s, sent, steps = time.monotonic(), 0, 0
        while not ended.is_set():
            steps += 1
            due = round(steps * self._step_s * len(self._addresses) / self._period_s)
            for turn in range(sent, due):
                address = self._addresses[turn % len(self._addresses)]
                self._pinger.send(address, TIMEOUT_S, SIZE_BYTES, self._settle)
            sent = due
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(began_s + steps * self._step_s - time.monotonic()):
                    await ended.wait()
        self._pinger.close()


async def main(addresses: list[str], period_s: float, step_s: float) -> None:
    loop, ended = Loop(addresses, period_s, step_s), asyncio.Event()
    print("ready", flush=True)
    asyncio.get_running_loop().add_reader(sys.stdin, ended.set)
    await loop.run(ended)
    print(loop.answered, loop.lost, flush=True)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[3]).read_text(encoding="ascii").split(), float(sys.argv[1]), float(sys.argv[2])))
