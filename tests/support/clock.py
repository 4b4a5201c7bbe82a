"""Clocks that a test turns by hand."""

from datetime import UTC, datetime, timedelta

from opsmon.clock import WallClock


class LeapingClock(WallClock):
    """Goes as the machine's does, and leaps ahead where the test says that time passed."""

    def __init__(self) -> None:
        self._leapt_s = 0.0

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self._leapt_s)

    def monotonic(self) -> float:
        return super().monotonic() + self._leapt_s

    def leap(self, seconds: float) -> None:
        """So much time has passed, whoever waits."""
        self._leapt_s += seconds


class HandClock:
    """Both scales stand still until they are moved."""

    def __init__(self, now: datetime = datetime(2026, 3, 20, 2, 0, tzinfo=UTC)) -> None:
        self._now, self._monotonic = now, 1_000.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def move(self, seconds: float) -> None:
        """Time passes."""
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds

    def set(self, seconds: float) -> None:
        """Somebody sets the wall clock."""
        self._now += timedelta(seconds=seconds)
