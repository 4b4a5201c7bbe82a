"""What a ping is asked for and brings home, whoever sends it."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from opsmon.errors import ProbeError


class Echo(NamedTuple):
    """One answered ping: time on the wire by the kernel's clocks, the reply's remaining hops if known, and how long the
    request waited for its turn before it was sent.
    """

    rtt_s: float
    hop_limit: int | None
    setup_s: float = 0.0


Verdict = Echo | ProbeError | None  # None: the pinger was closed before it knew
Settle = Callable[[Verdict], None]


class Pinger(Protocol):
    async def ping(self, address: str, timeout_s: float, size_bytes: int = 56) -> Echo:
        """One echo request to a numeric address. Raises ProbeError (TIMEOUT, REFUSED, LOCAL_FAULT)."""
        ...

    def send(self, address: str, timeout_s: float, size_bytes: int, settle: Settle) -> None:
        """The same without a task or a future, for pings by the thousand: `settle` is called once, in the loop, and
        may be called before this returns."""
        ...
