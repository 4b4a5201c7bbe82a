"""Log lines about what others can repeat at will: one at once, then at most one a minute of each sort, with the number
left out.

A flood of forged datagrams, a client that breaks off again and again or a loop that is held at every poll must show in
the log and must not fill the disk with it.
"""

import logging
from collections.abc import Callable

EVERY_S = 60.0


class ThrottledLog:
    """One for each room that tells. `monotonic` gives seconds that never go back."""

    def __init__(
        self,
        log: logging.Logger,
        monotonic: Callable[[], float],
        *,
        level: int = logging.WARNING,
        every_s: float = EVERY_S,
    ) -> None:
        self._log, self._monotonic, self._level, self._every_s = log, monotonic, level, every_s
        self._next_s: dict[str, float] = {}
        self._kept_back: dict[str, int] = {}

    def tell(self, sort: str, detail: str = "") -> None:
        """`sort` is what is counted; `detail` tells the latest case."""
        now_s = self._monotonic()
        if now_s < self._next_s.get(sort, now_s):
            self._kept_back[sort] = self._kept_back.get(sort, 0) + 1
            return
        more = self._kept_back.pop(sort, 0)
        self._next_s[sort] = now_s + self._every_s
        text = f"{sort}: {detail}" if detail else sort
        self._log.log(self._level, "%s%s", text, f" (and {more} more since the last line)" if more else "")
