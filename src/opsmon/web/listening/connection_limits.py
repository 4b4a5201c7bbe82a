"""Who is connected to the port: how many may be, and how long one may stay without asking for anything.

A newcomer is always let in while somebody waits idly: the one who has waited longest, of the peer that holds the most,
makes room. So connections that only stay open lock nobody out, and those whose question is being answered are safe.

A proxy that the settings trust brings many people by one address: its connections are limited in all alone, and while a
question is answered the connection counts for the person who asks it.
"""

import ipaddress
import resource
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

MAX_CONNECTIONS = 512
MAX_OF_A_PEER = 128
HEADER_TIMEOUT_S = 10.0
KEEP_ALIVE_S = 75.0
MAX_ANSWER_S = 120.0
REASONS = ("refused", "displaced", "header_timeout", "keep_alive", "answer_timeout")
_SHARE_OF_FILES = 2  # the port may hold one file in two: the rest is for checks, the store and webhooks


@dataclass(frozen=True, slots=True)
class Limits:
    """How many connections there may be, in all and of one peer (an IPv6 peer is its /64)."""

    total: int = MAX_CONNECTIONS
    of_a_peer: int = MAX_OF_A_PEER
    header_s: float = HEADER_TIMEOUT_S
    keep_alive_s: float = KEEP_ALIVE_S
    answer_s: float = MAX_ANSWER_S


def limits_of_process() -> Limits:
    """The limits, lower where this process may open few files."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MAX_CONNECTIONS if soft == resource.RLIM_INFINITY else min(MAX_CONNECTIONS, soft // _SHARE_OF_FILES)
    return Limits(total=max(most, 1), of_a_peer=max(min(MAX_OF_A_PEER, most // 2), 1))


class Connection(Protocol):
    """What the door can do to one who came in."""

    def drop(self) -> None:
        """Ends the connection at once."""


@dataclass(slots=True)
class Stay:
    """One connection: since when it is what it is. `peer` is whom it counts for, `home` who holds it: another where a
    proxy brings a question (`by_proxy`)."""

    connection: Connection
    peer: str
    since_s: float
    home: str = ""
    by_proxy: bool = False
    answering: bool = False  # a question of it is being answered
    asking: bool = True  # the beginning of a question is awaited or has come: less patience than between two


@dataclass(slots=True)
class ConnectionDoor:
    """Everybody who is connected. `now` gives monotonic seconds; `is_proxy` says whether an address is one of a proxy
    that is trusted to say for whom it asks."""

    now: Callable[[], float]
    limits: Limits = field(default_factory=Limits)
    is_proxy: Callable[[str], bool] = lambda address: False
    closed: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(REASONS, 0)))
    _stays: dict[Connection, Stay] = field(default_factory=dict)
    _of_peer: Counter[str] = field(default_factory=Counter)

    def __len__(self) -> int:
        return len(self._stays)

    def admit(self, connection: Connection, address: str) -> Stay | None:
        """The stay of a newcomer, for whom another may have to go; None when everybody is being answered."""
        peer, by_proxy = peer_of(address), self.is_proxy(address)
        if not by_proxy and self._of_peer[peer] >= self.limits.of_a_peer:
            crowded = peer
        elif len(self._stays) >= self.limits.total:
            crowded = self._most_idle_peer()
        else:
            return self._enter(connection, peer, by_proxy)
        idle = [stay for stay in self._stays.values() if stay.peer == crowded and not stay.answering]
        if not idle:
            self.closed["refused"] += 1
            return None
        self._drop(min(idle, key=lambda stay: stay.since_s), "displaced")
        return self._enter(connection, peer, by_proxy)

    def _most_idle_peer(self) -> str:
        idle = Counter(stay.peer for stay in self._stays.values() if not stay.answering)
        return max(idle, key=lambda peer: idle[peer], default="")

    def _enter(self, connection: Connection, peer: str, by_proxy: bool) -> Stay:
        stay = self._stays[connection] = Stay(connection, peer, self.now(), peer, by_proxy)
        self._of_peer[peer] += 1
        return stay

    def _count_for(self, stay: Stay, peer: str) -> None:
        self._uncount(stay)
        self._of_peer[peer] += 1
        stay.peer = peer

    def _uncount(self, stay: Stay) -> None:
        self._of_peer[stay.peer] -= 1
        if not self._of_peer[stay.peer]:
            del self._of_peer[stay.peer]

    def leave(self, connection: Connection) -> None:
        """The connection is over; may be said twice."""
        stay = self._stays.pop(connection, None)
        if stay is not None:
            self._uncount(stay)

    def heard(self, stay: Stay) -> None:
        """Something came: between two questions it is the beginning of one."""
        if not stay.answering and not stay.asking:
            stay.asking, stay.since_s = True, self.now()

    def asked(self, stay: Stay, address: str = "") -> bool:
        """A whole question came, and is being answered; by a proxy it is of `address`. Whether it may be: a person
        behind a proxy may ask no more at a time than one who comes by himself."""
        stay.answering, stay.asking, stay.since_s = True, False, self.now()
        peer = peer_of(address) if address and stay.by_proxy else stay.home
        if peer == stay.peer:
            return True
        if self._of_peer[peer] >= self.limits.of_a_peer:
            self.closed["refused"] += 1
            return False
        self._count_for(stay, peer)
        return True

    def answered(self, stay: Stay) -> None:
        """It was answered: now the connection waits for the next question."""
        stay.answering, stay.since_s = False, self.now()
        if stay.connection in self._stays and stay.peer != stay.home:
            self._count_for(stay, stay.home)

    def sweep(self) -> None:
        """Ends the connections whose time is over."""
        now = self.now()
        for stay in list(self._stays.values()):
            reason, limit_s = self._patience(stay)
            if now - stay.since_s >= limit_s:
                self._drop(stay, reason)

    def _patience(self, stay: Stay) -> tuple[str, float]:
        if stay.answering:
            return "answer_timeout", self.limits.answer_s
        if stay.asking:
            return "header_timeout", self.limits.header_s
        return "keep_alive", self.limits.keep_alive_s

    def _drop(self, stay: Stay, reason: str) -> None:
        self.closed[reason] += 1
        self.leave(stay.connection)
        stay.connection.drop()


def peer_of(address: str) -> str:
    """Whom an address counts for: IPv6 hosts have a /64 to choose addresses from (RFC 4291, 2.5.1)."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return address
