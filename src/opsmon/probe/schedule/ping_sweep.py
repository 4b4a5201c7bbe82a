"""Usual pings that are due together: sent together, and brought home together, without a task for each.

Promises: each run that was sent comes home once, with what became of it, through `home`, which is called in the loop
and never from `send`; after `abandon` none does.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from opsmon.clock import Clock
from opsmon.errors import ProbeError
from opsmon.probe.usual_ping import UsualPing
from opsmon.protocol.icmp.echo import Echo, Pinger, Verdict

Job = TypeVar("Job")


@dataclass(slots=True, eq=False)
class SweptPing(Generic[Job]):
    """One ping that is out, or has come home with its verdict. `started_s` is monotonic."""

    job: Job
    ping: UsualPing
    started_at: datetime
    started_s: float
    sweeper: "PingSweeper[Job]"
    verdict: Echo | ProbeError | None = None

    def settle(self, verdict: Verdict) -> None:
        """What the pinger says of it."""
        self.verdict = verdict
        self.sweeper.take(self)


class PingSweeper(Generic[Job]):
    """`out` counts the pings that have not come home."""

    def __init__(self, pinger: Pinger, clock: Clock, home: Callable[[Sequence[SweptPing[Job]]], None]) -> None:
        self._pinger, self._clock, self._home = pinger, clock, home
        self._landed: list[SweptPing[Job]] = []
        self._all_home = asyncio.Event()
        self._all_home.set()
        self._abandoned = False
        self.out = 0

    def send(self, due: Sequence[tuple[Job, UsualPing]]) -> None:
        """Sends these at once, as far as the pinger's pace allows."""
        started_at, started_s = self._clock.now(), self._clock.monotonic()
        self.out += len(due)
        self._all_home.clear()
        for job, ping in due:
            swept = SweptPing(job, ping, started_at, started_s, self)
            self._pinger.send(ping.address, ping.timeout_s, ping.size_bytes, swept.settle)

    def take(self, swept: SweptPing[Job]) -> None:
        """One has come home. Those that the pinger reads in one turn go on together."""
        if not self._landed:
            asyncio.get_running_loop().call_soon(self._bring_home)
        self._landed.append(swept)

    async def wait(self) -> None:
        """Returns when every ping that is out has come home."""
        await self._all_home.wait()

    def abandon(self) -> int:
        """Those that are out come home no more; how many they were."""
        left, self.out, self._abandoned = self.out, 0, True
        self._all_home.set()
        return left

    def _bring_home(self) -> None:
        landed, self._landed = self._landed, []
        if self._abandoned:
            return
        try:
            self._home([swept for swept in landed if swept.verdict is not None])
        finally:
            self.out -= len(landed)
            if not self.out:
                self._all_home.set()
