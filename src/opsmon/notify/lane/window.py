"""How much a channel takes in any stretch of time, and when the next message should go.

A robot of 20 messages a minute that is sent a 21st drops it, or drops everything for ten minutes. We keep to fewer, in
every sliding minute and over restarts, keep some places for what is urgent, and do not spend all at once.
"""

from collections import deque
from collections.abc import Iterable
from datetime import datetime

from opsmon.notify.message import ChannelLimits

GATHER_S = 0.5  # what fails together is told together
_SECOND = 1.0
_MARGIN_S = 0.25  # the far end counts by when a message comes, we by when it went
_HALF_HOUR_S = 1_800.0


class SlidingWindow:
    """The requests of the last minute. Times are seconds on one scale that never goes back."""

    def __init__(self, limits: ChannelLimits, sent: Iterable[float] = ()) -> None:
        self._limits = limits
        self._sent = deque(sorted(sent))
        self._blocked_until = float("-inf")

    def add(self, now_s: float) -> None:
        """A request begins."""
        self._sent.append(now_s)

    def block(self, now_s: float, seconds: float) -> None:
        """The channel asked us to leave it alone."""
        self._blocked_until = max(self._blocked_until, now_s + seconds)

    def used(self, now_s: float) -> int:
        """Requests in the stretch that ends now."""
        span_s = self._limits.span_s + _MARGIN_S
        while self._sent and self._sent[0] <= now_s - max(span_s, _SECOND + _MARGIN_S):
            self._sent.popleft()
        return sum(1 for at in self._sent if at > now_s - span_s)

    def used_ratio(self, now_s: float) -> float:
        """From 0 to 1; 0 where there is no bound."""
        return 0.0 if not self._limits.requests else min(1.0, self.used(now_s) / self._limits.requests)

    def pause_s(self, now_s: float, *, urgent: bool, full: bool) -> float:
        """Seconds until the next message may go; 0 for now. `full`: more waits than one message holds."""
        return max(
            self._blocked_until - now_s,
            self._pause_of_second(now_s),
            self._pause_of_span(now_s, urgent=urgent, full=full),
            0.0,
        )

    def _pause_of_span(self, now_s: float, *, urgent: bool, full: bool) -> float:
        most = self._limits.requests
        if most is None:
            return 0.0
        used, span_s = self.used(now_s), self._limits.span_s + _MARGIN_S
        allowed = most if urgent else most - self._limits.kept
        recent = [at for at in self._sent if at > now_s - span_s]
        if used >= allowed:
            return recent[used - allowed] + span_s - now_s
        is_first_kept = urgent and 0 < self._limits.kept == most - used  # it is kept for just this moment
        if used == 0 or used < most // 2 or is_first_kept or (full and most - used > self._limits.kept):
            return 0.0
        gap_s = (recent[0] + span_s - now_s) / (allowed - used)
        return max(0.0, recent[-1] + gap_s - now_s)

    def _pause_of_second(self, now_s: float) -> float:
        most = self._limits.per_second
        recent = [at for at in self._sent if at > now_s - _SECOND - _MARGIN_S]
        if most is None or len(recent) < most:
            return 0.0
        return recent[-most] + _SECOND + _MARGIN_S - now_s


def crowded_pause_s(limits: ChannelLimits, now: datetime) -> float:
    """Seconds until the platform is itself again, around each full and half hour; 0 where it is."""
    into_s = now.timestamp() % _HALF_HOUR_S
    if into_s < limits.crowded_s:
        return limits.crowded_s - into_s
    if into_s > _HALF_HOUR_S - limits.crowded_s:
        return _HALF_HOUR_S - into_s + limits.crowded_s
    return 0.0


class MonthlyQuota:
    """What may still be sent in this calendar month: the last tenth is kept for what is urgent.

    `most` None is no bound.
    """

    def __init__(self, most: int | None, month: tuple[int, int], used: int) -> None:
        self._most, self._month, self.used = most, month, used

    def add(self, month: tuple[int, int]) -> None:
        self.used = self.used + 1 if month == self._month else 1
        self._month = month

    def is_open(self, month: tuple[int, int], *, urgent: bool) -> bool:
        """Whether one more may go."""
        if self._most is None or month != self._month:
            return True
        return self.used < (self._most if urgent else self._most - self._most // 10)

    def used_in(self, month: tuple[int, int]) -> int:
        """How many were sent in the month, of this or an earlier one."""
        return self.used if month == self._month else 0
