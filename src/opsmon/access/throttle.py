"""Who guesses waits: after n failures in a row the next attempt is looked at 0.5 s · 2ⁿ later, by name and by address.

An attempt counts as failed from its beginning, so that many at once are one. The memory is bounded: of the names and
addresses the one that failed longest ago is let go.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

FIRST_WAIT_S = 0.5
MAX_WAIT_OF_NAME_S = 60.0  # a stranger who knows a name keeps its owner out for no longer
MAX_WAIT_OF_ADDRESS_S = 900.0
FORGIVEN_AFTER_S = 3_600.0
MAX_REMEMBERED = 4_096
MAX_EXPONENT = 12
_FREE_FAILURES = 1  # everybody mistypes once


@dataclass(slots=True)
class Failures:
    """Of one name or address: how many in a row, and when the last was."""

    count: int = 0
    at_s: float = 0.0


class SignInThrottle:
    """`now` gives monotonic seconds."""

    def __init__(self, now: Callable[[], float], max_remembered: int = MAX_REMEMBERED) -> None:
        self._now, self._max = now, max_remembered
        self._failures: OrderedDict[tuple[str, str], Failures] = OrderedDict()

    def __len__(self) -> int:
        return len(self._failures)

    def begin(self, name: str, address: str) -> float:
        """How many seconds an attempt has to wait yet; 0 where it may be made, and then it counts as failed."""
        keys = (("name", name, MAX_WAIT_OF_NAME_S), ("address", address, MAX_WAIT_OF_ADDRESS_S))
        wait_s = max(self._wait_s((kind, word), most_s) for kind, word, most_s in keys)
        if wait_s <= 0:
            for kind, word, _ in keys:
                self._count((kind, word))
        return max(wait_s, 0.0)

    def succeeded(self, name: str, address: str) -> None:
        """It was the right password: the name has not failed at all, the address not this time."""
        self._failures.pop(("name", name), None)
        kept = self._failures.get(("address", address))
        if kept is not None:
            kept.count -= 1
            if kept.count <= 0:
                del self._failures["address", address]

    def _wait_s(self, key: tuple[str, str], most_s: float) -> float:
        kept = self._failures.get(key)
        if kept is None or kept.count <= _FREE_FAILURES or self._now() - kept.at_s > FORGIVEN_AFTER_S:
            return 0.0
        pause_s: float = min(FIRST_WAIT_S * 2.0 ** min(kept.count - _FREE_FAILURES, MAX_EXPONENT), most_s)
        return kept.at_s + pause_s - self._now()

    def _count(self, key: tuple[str, str]) -> None:
        kept = self._failures.pop(key, None)
        if kept is None or self._now() - kept.at_s > FORGIVEN_AFTER_S:
            kept = Failures()
        kept.count, kept.at_s = kept.count + 1, self._now()
        self._failures[key] = kept
        while len(self._failures) > self._max:
            self._failures.popitem(last=False)
