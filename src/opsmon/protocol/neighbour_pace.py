"""How many packets leave for one neighbourhood at once: a branch may hang on a thin line, and its gateway looks up each
new neighbour first.

A neighbourhood is 256 addresses: a /24 of IPv4, a /120 of IPv6. A burst of `BURST` packets goes at once, what is more
leaves `RATE_PER_S` a second, or at twice the rate of the ten seconds before where that is more, and nobody waits longer
than `MAX_WAIT_S`. So it smooths bursts, such as the confirmations of all that hang on one switch, and is no limit on
what is planned. Pure; the generic cell rate algorithm (ITU-T I.371, virtual scheduling).
"""

import ipaddress
from dataclasses import dataclass
from functools import lru_cache

RATE_PER_S = 100.0
BURST = 50
MAX_WAIT_S = 2.0
WINDOW_S = 10.0  # what is sent evenly is known after so long
HEADROOM = 2.0
_MANY = 4_096


@lru_cache(maxsize=65_536)
def neighbourhood_of(address: str) -> bytes:
    """The same for the addresses of one neighbourhood; a name, which is none, is its own."""
    try:
        return ipaddress.ip_address(address.partition("%")[0]).packed[:-1]
    except ValueError:
        return address.encode()


@dataclass(slots=True)
class _Neighbourhood:
    """`next_s` is when the next packet would be due if they left evenly, `step_s` apart."""

    next_s: float
    began_s: float  # the window in which `sent` are counted
    sent: int = 0
    step_s: float = 1 / RATE_PER_S

    def begin_window(self, now_s: float) -> None:
        step_s = (now_s - self.began_s) / (HEADROOM * self.sent)
        self.step_s = step_s if step_s < 1 / RATE_PER_S else 1 / RATE_PER_S
        self.next_s, self.began_s, self.sent = now_s, now_s, 0


class NeighbourPace:
    """Times are seconds on any one clock."""

    def __init__(self) -> None:
        self._known: dict[bytes, _Neighbourhood] = {}

    def __len__(self) -> int:
        """How many neighbourhoods it knows."""
        return len(self._known)

    def wait_s(self, address: str, now_s: float) -> float:
        """How long the next packet to this address has to wait; it counts as sent then."""
        key = neighbourhood_of(address)
        one = self._known.get(key) or self._meet(key, now_s)
        if now_s - one.began_s >= WINDOW_S:
            one.begin_window(now_s)
        one.sent += 1
        due_s = one.next_s if one.next_s > now_s else now_s
        wait_s = due_s - BURST * one.step_s - now_s
        if wait_s >= MAX_WAIT_S:
            return MAX_WAIT_S
        one.next_s = due_s + one.step_s
        return wait_s if wait_s > 0.0 else 0.0

    def _meet(self, key: bytes, now_s: float) -> _Neighbourhood:
        if len(self._known) > _MANY:
            recent = now_s - 2 * WINDOW_S
            self._known = {key: one for key, one in self._known.items() if one.began_s > recent}
        one = self._known[key] = _Neighbourhood(now_s, now_s)
        return one
