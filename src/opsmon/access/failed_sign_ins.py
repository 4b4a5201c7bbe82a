"""Sign-ins that failed, counted for the journal: an entry a minute for each name and address, and few of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from opsmon.model.access_event import SignInFailed

MAX_ENTRIES = 20  # a minute; what is beyond them is counted in one more, of no name and no address


@dataclass(slots=True)
class _Count:
    since: datetime
    until: datetime
    number: int = 0


class FailedSignIns:
    """`now` gives the time."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._counts: dict[tuple[str, str], _Count] = {}
        self.total = 0

    def count(self, account: str, address: str) -> None:
        """One more: of a known account, or of "" where the name is nobody's."""
        key = account, address
        if key not in self._counts and len(self._counts) >= MAX_ENTRIES:
            key = "", ""
        now = self._now()
        counted = self._counts.setdefault(key, _Count(now, now))
        counted.number, counted.until = counted.number + 1, now
        self.total += 1

    def take(self) -> tuple[SignInFailed, ...]:
        """What was counted since the last time."""
        taken, self._counts = self._counts, {}
        return tuple(
            SignInFailed(one.until, account, address, one.number, one.since, one.until)
            for (account, address), one in taken.items()
        )
