"""How many packets leave for one neighbourhood at once: a branch may hang on a thin line, and its gateway looks up each
new neighbour first.

A neighbourhood is 256 addresses: a /24 of IPv4, a /120 of IPv6. A burst of `BURST` packets goes at once, what is more
leaves `RATE_PER_S` a second, and nobody waits longer than `MAX_WAIT_S`: it smooths bursts, such as the confirmations of
all that hang on one switch, and is no limit on what is planned. Pure; the generic cell rate algorithm (ITU-T I.371,
virtual scheduling).
"""

import ipaddress
from functools import lru_cache

RATE_PER_S = 100.0
BURST = 50
MAX_WAIT_S = 2.0
_STEP_S = 1 / RATE_PER_S
_TOLERANCE_S = BURST * _STEP_S
_MANY = 4_096


@lru_cache(maxsize=65_536)
def neighbourhood_of(address: str) -> bytes:
    """The same for the addresses of one neighbourhood; a name, which is none, is its own."""
    try:
        return ipaddress.ip_address(address.partition("%")[0]).packed[:-1]
    except ValueError:
        return address.encode()


class NeighbourPace:
    """Times are seconds on any one clock."""

    def __init__(self) -> None:
        self._next_s: dict[bytes, float] = {}  # when the next packet would be due if they left evenly

    def __len__(self) -> int:
        """How many neighbourhoods it knows."""
        return len(self._next_s)

    def wait_s(self, address: str, now_s: float) -> float:
        """How long the next packet to this address has to wait; it counts as sent then."""
        key = neighbourhood_of(address)
        due_s = max(self._next_s.get(key, now_s), now_s)
        wait_s = due_s - _TOLERANCE_S - now_s
        if wait_s >= MAX_WAIT_S:
            return MAX_WAIT_S
        if len(self._next_s) > _MANY and key not in self._next_s:
            self._next_s = {one: at_s for one, at_s in self._next_s.items() if at_s > now_s}
        self._next_s[key] = due_s + _STEP_S
        return wait_s if wait_s > 0.0 else 0.0
