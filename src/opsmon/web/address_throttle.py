"""How often an address may ask for what is open to strangers."""

from collections import OrderedDict, deque

MAX_A_MINUTE = 10
_MINUTE_S = 60.0
_MAX_ADDRESSES = 10_000


class AddressThrottle:
    """At most so many requests a minute from an address; `monotonic` seconds never go back."""

    def __init__(self, max_a_minute: int = MAX_A_MINUTE) -> None:
        self._max_a_minute = max_a_minute
        self._asked: OrderedDict[str, deque[float]] = OrderedDict()

    def admits(self, address: str, now_s: float) -> bool:
        """Whether one more may come in, which is counted."""
        asked = self._asked.setdefault(address, deque())
        self._asked.move_to_end(address)
        while asked and asked[0] <= now_s - _MINUTE_S:
            asked.popleft()
        if len(asked) >= self._max_a_minute:
            return False
        asked.append(now_s)
        while len(self._asked) > _MAX_ADDRESSES:
            self._asked.popitem(last=False)
        return True
