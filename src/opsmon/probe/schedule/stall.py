"""Notices when this process could not do its work: a loop that was blocked, a machine that slept, a clock that was set.

A check that failed meanwhile says nothing of its device. The watch beats four times a second; a beat that comes late
by more than a beat, or a wall clock that went further than the monotonic one, is a hold-up and is remembered.
"""

import asyncio
import logging
from collections import deque

from opsmon.clock import Clock
from opsmon.probe.schedule.counters import ProbeTally
from opsmon.throttled_log import ThrottledLog

log = logging.getLogger(__name__)

BEAT_S = 0.25
CLOCK_STEP_S = 1.0
REMEMBERED = 256
CAUSES = "loop blocked, machine asleep or clock set"


class HoldUpWatch:
    """One for the scheduler; `start` in a running loop, `stop` before it ends."""

    def __init__(self, clock: Clock, tally: ProbeTally) -> None:
        self._clock, self._tally = clock, tally
        self._timer: asyncio.TimerHandle | None = None
        self._beat_s, self._beat_at = clock.monotonic(), clock.now()
        self._holdups: deque[tuple[float, float]] = deque(maxlen=REMEMBERED)  # (ended at, lasted), monotonic seconds
        self._throttled = ThrottledLog(log, clock.monotonic)

    def start(self) -> None:
        self._beat_s, self._beat_at = self._clock.monotonic(), self._clock.now()
        self._arm()

    def stop(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def held_up_s(self, since_s: float) -> float:
        """The longest hold-up that ended after `since_s`, the one that ends at this moment included."""
        if self._timer is None:
            return 0.0
        self._note_holdup()
        return max((lasted for ended, lasted in self._holdups if ended > since_s), default=0.0)

    def _arm(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(BEAT_S, self._beat)

    def _beat(self) -> None:
        self._note_holdup()
        self._beat_s, self._beat_at = self._clock.monotonic(), self._clock.now()
        self._arm()

    def _note_holdup(self) -> None:
        now_s, now = self._clock.monotonic(), self._clock.now()
        blocked_s = now_s - self._beat_s - BEAT_S
        stepped_s = abs((now - self._beat_at).total_seconds() - (now_s - self._beat_s))
        lasted_s = max(blocked_s if blocked_s > BEAT_S else 0.0, stepped_s if stepped_s > CLOCK_STEP_S else 0.0)
        if lasted_s:
            self._tally.held_up += 1
            self._holdups.append((now_s, lasted_s))
            # Whoever can hold us up once can do it again and again.
            self._throttled.tell("held up", f"for {lasted_s:.1f} s ({CAUSES}): failures count for nothing")
            self._beat_s, self._beat_at = now_s, now
