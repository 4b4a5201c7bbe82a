"""Clocks that a test turns by hand."""

from datetime import UTC, datetime, timedelta


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
