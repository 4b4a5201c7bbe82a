"""The last minute of the daemon's counters: a snapshot of the sums every five seconds, thirteen of them kept.

Whoever asks is told the difference of now and a snapshot, so that nothing is counted for it; a fleet of two hundred
sites keeps a megabyte.
"""

import asyncio
import resource
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from opsmon.clock import Clock
from opsmon.daemon.loop_watch import LoopWatch
from opsmon.probe.schedule.counters import ProbeTally
from opsmon.probe.schedule.run_counts import RunCounts
from opsmon.web.api.load.port import LoadWindow

STEP_S, KEPT_S = 5.0, 60.0
RECENT_S = 3.0  # a rate over less jumps
_STATM = Path("/proc/self/statm")
_NOTHING = RunCounts()
Parts = Callable[[], Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """Sums since the start, and when."""

    at_s: float
    kinds: Mapping[str, RunCounts]
    sites: Mapping[str, RunCounts]
    cpu_s: float
    parts: Mapping[str, int]
    holds: int
    held_s: Mapping[str, float]
    worst_lag_s: float


class LoadMeter:
    """`run` takes the snapshots until it is cancelled; `recent` and `minute` may be asked in any thread. `parts` tells
    how often processor time was seen spent on each part."""

    def __init__(self, clock: Clock, tally: ProbeTally, watch: LoopWatch, parts: Parts = dict) -> None:
        self._clock, self._tally, self._watch, self._parts = clock, tally, watch, parts
        self._began_s = clock.monotonic()
        self._snapshots: deque[_Snapshot] = deque([self._take()], maxlen=int(KEPT_S / STEP_S) + 1)

    async def run(self) -> None:
        while True:
            await asyncio.sleep(STEP_S)
            self.note()

    def note(self) -> None:
        """Takes a snapshot."""
        self._snapshots.append(self._take())

    @property
    def uptime_s(self) -> float:
        return self._clock.monotonic() - self._began_s

    def recent(self) -> LoadWindow:
        """The last few seconds."""
        return self._since(RECENT_S)

    def minute(self) -> LoadWindow:
        """The last minute, or all since the start."""
        return self._since(KEPT_S)

    def _take(self) -> _Snapshot:
        watch = self._watch
        holds, held_s = sum(watch.holds.values()), watch.held_s
        kinds, sites = self._tally.by_kind(), self._tally.by_site()
        parts, lag_s = dict(self._parts()), self._tally.lag_s()
        return _Snapshot(self._clock.monotonic(), kinds, sites, time.process_time(), parts, holds, held_s, lag_s)

    def _since(self, seconds: float) -> LoadWindow:
        """From the youngest snapshot that is so old, else from the oldest one."""
        now, kept = self._take(), list(self._snapshots)
        old_enough = [one for one in kept if now.at_s - one.at_s >= seconds]
        return _difference(now, old_enough[-1] if old_enough else kept[0])


def _difference(now: _Snapshot, then: _Snapshot) -> LoadWindow:
    held_s = {by: s - then.held_s.get(by, 0.0) for by, s in now.held_s.items()}
    return LoadWindow(
        lasted_s=now.at_s - then.at_s,
        kinds={kind: counts - then.kinds.get(kind, _NOTHING) for kind, counts in now.kinds.items()},
        sites={site: counts - then.sites.get(site, _NOTHING) for site, counts in now.sites.items()},
        cpu_s=now.cpu_s - then.cpu_s,
        cpu_parts=_shares({part: seen - then.parts.get(part, 0) for part, seen in now.parts.items()}),
        holds=now.holds - then.holds,
        worst_lag_s=now.worst_lag_s,
        held_s={by: seconds for by, seconds in held_s.items() if seconds > 0},
    )


def _shares(seen: Mapping[str, int]) -> Mapping[str, float]:
    total = sum(seen.values())
    return {part: count / total for part, count in seen.items() if count} if total else {}


def resident_bytes() -> int:
    """The memory that the process holds; the most that it held, where the system tells no more."""
    try:
        pages = int(_STATM.read_text(encoding="ascii").split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return pages * resource.getpagesize()
