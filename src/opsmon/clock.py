"""The only place that asks what time it is.

Facts carry aware UTC datetimes from `WallClock.now`; time-outs use `WallClock.monotonic`. The pure rooms never import
this module: they are handed the time.
"""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What the outer rooms are handed, so that a test can hand them another."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds on a scale that never goes back; only differences mean anything."""
        ...


class WallClock:
    """The machine's own clocks."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()
