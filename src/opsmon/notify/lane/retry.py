"""When to try again: soon at first, then ever more rarely.

A receiver that is away is tried at least once a minute, so that it is told soon after it is back. A delivery that fails
while the receiver takes others is tried ever more rarely, down to once an hour: the fault is in what it says or in what
the receiver makes of it, and a person has to look.
"""

MAX_WAIT_S = 60.0
MAX_RARE_WAIT_S = 3_600.0
_FIRST_WAIT_S = 1.0
_MAX_PAUSE_S = 30.0
_MAX_REACHED_PAUSE_S = 5.0
_FAILURES_TO_OPEN = 2
# A receiver that asks for more is asked again all the same: an alert that comes a day late is an alert that is lost.
MAX_ASKED_WAIT_S = 300.0
MAX_ASKED_PAUSE_S = {429: 60.0, 503: 30.0}


def retry_wait_s(attempts: int, jitter: float) -> float:
    """Seconds until the next attempt after `attempts` failed ones; `jitter` in 0..1 takes off up to a half."""
    full = min(MAX_WAIT_S, _FIRST_WAIT_S * 2.0 ** min(attempts - 1, 16))
    return full * (1.0 - 0.5 * jitter)


def rare_wait_s(failures: int, jitter: float) -> float:
    """Seconds until the next attempt of what failed `failures` times while the receiver took others."""
    full = min(MAX_RARE_WAIT_S, MAX_WAIT_S * 2.0 ** min(failures, 16))
    return full * (1.0 - 0.5 * jitter)


class Circuit:
    """Whether a channel is worth trying. After a few failures in a row one delivery at a time is let through, with
    pauses between, instead of everything that waits; the first success opens the way for all of it.
    """

    def __init__(self) -> None:
        self._failures = 0
        self._closed_until = 0.0
        self._asked_until = 0.0

    @property
    def is_broken(self) -> bool:
        """Whether only a single trial may go out at a time."""
        return self._failures >= _FAILURES_TO_OPEN

    def wait_s(self, monotonic: float) -> float:
        """Seconds until the next trial; 0 when something may go out now."""
        until = max(self._asked_until, self._closed_until if self.is_broken else 0.0)
        return max(0.0, until - monotonic)

    def succeeded(self) -> None:
        self._failures, self._asked_until = 0, 0.0

    def failed(self, monotonic: float, jitter: float, *, reached: bool = False) -> None:
        """Another failure in a row; the pauses double up to half a minute.

        Up to a few seconds where the receiver was `reached`: it is there, and may take the next delivery.
        """
        self._failures += 1
        excess = self._failures - _FAILURES_TO_OPEN
        if excess >= 0:
            longest_s = _MAX_REACHED_PAUSE_S if reached else _MAX_PAUSE_S
            self._closed_until = monotonic + min(longest_s, 2.0 ** min(excess, 16)) * (1.0 - 0.5 * jitter)

    def asked_to_wait(self, monotonic: float, seconds: float, status: int) -> None:
        """The receiver said `Retry-After`; everything for it waits, within bounds."""
        self._asked_until = max(self._asked_until, monotonic + min(seconds, MAX_ASKED_PAUSE_S.get(status, 0.0)))
