"""Log lines about what strangers send: one at once, then at most one a minute of each sort, with the number left out.

A flood of forged datagrams must show in the log and must not fill the disk with it.
"""

import logging

from opsmon.clock import Clock

EVERY_S = 60.0


class ThrottledLog:
    """One for each driver. `what` is the sort; the rest of the line tells the latest case."""

    def __init__(self, log: logging.Logger, clock: Clock) -> None:
        self._log, self._clock = log, clock
        self._next_s: dict[str, float] = {}
        self._kept_back: dict[str, int] = {}

    def tell(self, what: str, case: str) -> None:
        now_s = self._clock.monotonic()
        if now_s < self._next_s.get(what, now_s):
            self._kept_back[what] = self._kept_back.get(what, 0) + 1
            return
        more = self._kept_back.pop(what, 0)
        self._next_s[what] = now_s + EVERY_S
        self._log.warning("%s: %s%s", what, case, f" (and {more} more since the last line)" if more else "")
