"""When to try again: soon at first, then ever more rarely, but never later than a minute."""

LONGEST_WAIT_S = 60.0
_FIRST_WAIT_S = 1.0
_LONGEST_PAUSE_S = 30.0
_FAILURES_TO_OPEN = 2


def retry_wait_s(attempts: int, jitter: float) -> float:
    """Seconds until the next attempt after `attempts` failed ones; `jitter` in 0..1 takes off up to a half."""
    full = min(LONGEST_WAIT_S, _FIRST_WAIT_S * 2.0 ** min(attempts - 1, 16))
    return full * (1.0 - 0.5 * jitter)


class Circuit:
    """Whether a channel is worth trying. After a few failures in a row one delivery at a time is let through, with
    pauses between, instead of everything that waits; the first success opens the way for all of it.
    """

    def __init__(self) -> None:
        self._failures = 0
        self._closed_until = 0.0

    @property
    def is_broken(self) -> bool:
        """Whether only a single trial may go out at a time."""
        return self._failures >= _FAILURES_TO_OPEN

    def wait_s(self, monotonic: float) -> float:
        """Seconds until the next trial; 0 when something may go out now."""
        return max(0.0, self._closed_until - monotonic) if self.is_broken else 0.0

    def succeeded(self) -> None:
        self._failures = 0

    def failed(self, monotonic: float, jitter: float) -> None:
        """Another failure in a row; the pauses double up to half a minute."""
        self._failures += 1
        excess = self._failures - _FAILURES_TO_OPEN
        if excess >= 0:
            pause = min(_LONGEST_PAUSE_S, 2.0 ** min(excess, 16))
            self._closed_until = monotonic + pause * (1.0 - 0.5 * jitter)
