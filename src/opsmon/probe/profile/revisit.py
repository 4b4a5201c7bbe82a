"""When a device is surveyed again.

Now and then, so that a new fan or disk is found. Soon while the agent is young, or when something of the last survey is
missing: agents say "no such object" of tables that their drivers, line cards, stack members or subagents fill later.
What stays missing is looked for at growing distances, and then no more often than anything else.
"""

import random
from collections.abc import Set

from opsmon.model.sample import SeriesKey

# At the usual minute between polls: an hour between surveys.
POLLS_BETWEEN_SURVEYS = 60
FIRST_POLLS = 2
MAX_POLLS_WHILE_YOUNG = 4


class Revisits:
    """Counts the polls of one device down to its next survey.

    At most `every` polls lie between two surveys, and at least three quarters of them: devices that began together
    drift apart.
    """

    def __init__(self, every: int = POLLS_BETWEEN_SURVEYS) -> None:
        self._every = every
        self._gap = 0
        self._had: Set[SeriesKey] = frozenset()
        self.missing: frozenset[SeriesKey] = frozenset()
        self.polls_left = 0

    def surveyed(self, have: Set[SeriesKey], *, young: bool, finished: bool) -> None:
        """A survey found these series. One that is not finished goes on with the next poll; its names are not final."""
        if not finished:
            self.polls_left = 0
            return
        self.missing = frozenset((self._had | self.missing) - have)
        self._had = frozenset(have)
        if not young and not self.missing:
            self._wait_long()
            return
        self._gap = min(self._gap * 2, self._every) if self._gap else min(FIRST_POLLS, self._every)
        if young:
            self._gap = min(self._gap, MAX_POLLS_WHILE_YOUNG)
        elif self._gap >= self._every:
            self.missing = frozenset()
            self._wait_long()
            return
        self.polls_left = self._gap

    def _wait_long(self) -> None:
        self._gap = 0
        self.polls_left = self._every - random.randint(0, self._every // 4)

    def restarted(self) -> None:
        """The device has just come up: begin with short distances."""
        self._gap = 0
