"""Notices when the wall clock is set: its pace is held against the monotonic clock's."""

from datetime import timedelta

from opsmon.clock import Clock

# Ordinary discipline (NTP slewing) is far slower between two looks; more than this is a jump.
MIN_JUMP_S = 0.5


class WallWatch:
    """`jumps` counts how often the clock was set."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wall, self._monotonic = clock.now(), clock.monotonic()
        self.jumps = 0

    def look(self) -> timedelta | None:
        """By how much the wall clock jumped since the last look (ahead is positive); None if it only went on."""
        wall, monotonic = self._clock.now(), self._clock.monotonic()
        jump = (wall - self._wall) - timedelta(seconds=monotonic - self._monotonic)
        self._wall, self._monotonic = wall, monotonic
        if abs(jump.total_seconds()) < MIN_JUMP_S:
            return None
        self.jumps += 1
        return jump
