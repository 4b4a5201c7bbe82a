"""The fleet pinger: every ping of the daemon, over one ICMP socket per address family (see `icmp_family`).

Where pinging is not permitted, every ping is a LOCAL_FAULT, the log says once how to permit it, and the sockets are
tried again once a minute.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import asdict
from functools import partial

from opsmon.clock import Clock
from opsmon.errors import ProbeError
from opsmon.protocol.icmp.echo import Echo, Settle, Verdict
from opsmon.protocol.icmp.family import FamilyPinger, PingCounts, PingRequest
from opsmon.protocol.icmp.packet import IpVersion
from opsmon.protocol.icmp.socket import PingNotPermittedError

log = logging.getLogger(__name__)

OPEN_AGAIN_S = 60.0


class FleetPinger:
    """All pings of the daemon. Opens its sockets when first needed; must be closed in the loop it was used in."""

    def __init__(self, clock: Clock, wall_ns: Callable[[], int] = time.time_ns) -> None:
        self._clock, self._wall_ns = clock, wall_ns
        self._counts = PingCounts()
        self._families: dict[IpVersion, FamilyPinger] = {}
        self._faults: dict[IpVersion, tuple[float, ProbeError]] = {}
        self._explained = False

    def open(self) -> bool:
        """Whether pinging over IPv4 is possible; if it is not permitted, the log says once how to permit it."""
        for version in IpVersion:
            try:
                self._families.get(version) or self._open_family(version)
            except PingNotPermittedError:
                continue
            except ProbeError:
                self._faults.pop(
                    version, None
                )  # a machine without IPv6 is told of it when something has such an address
        return IpVersion.V4 in self._families

    def close(self) -> None:
        """Cancels what is out and closes the sockets."""
        for family in self._families.values():
            family.close()
        self._families.clear()

    def counts(self) -> dict[str, int]:
        """Counters by name, for the daemon's own metrics."""
        totals = asdict(self._counts) | {"malformed": 0, "kernel_drops": 0}
        for family in self._families.values():
            for name, number in family.lost_counts.items():
                totals[name] += number
        return totals

    @property
    def in_flight(self) -> int:
        """Pings that are out, and those that wait for their batch."""
        return sum(family.in_flight for family in self._families.copy().values())

    @property
    def held_back(self) -> int:
        """Pings that wait until their neighbourhood may have another."""
        return sum(family.held_back for family in self._families.copy().values())

    async def ping(self, address: str, timeout_s: float, size_bytes: int = 56) -> Echo:
        """One echo request with `size_bytes` (8 to 1,400) of payload. Raises ProbeError."""
        future: asyncio.Future[Echo] = asyncio.get_running_loop().create_future()
        request = PingRequest(address, timeout_s, size_bytes, partial(_settle_future, future))
        self._family_of(address).submit(request)
        try:
            return await future
        finally:
            request.settled = True  # whoever waited may have been cancelled

    def send(self, address: str, timeout_s: float, size_bytes: int, settle: Settle) -> None:
        """As Pinger says."""
        try:
            family = self._family_of(address)
        except ProbeError as error:
            settle(error)
            return
        family.submit(PingRequest(address, timeout_s, size_bytes, settle))

    def _family_of(self, address: str) -> FamilyPinger:
        version = IpVersion.V6 if ":" in address else IpVersion.V4
        return self._families.get(version) or self._open_family(version)

    def _open_family(self, version: IpVersion) -> FamilyPinger:
        now_s = self._clock.monotonic()
        known = self._faults.get(version)
        if known and now_s < known[0]:
            raise ProbeError(known[1].outcome, known[1].detail, known[1].cause)
        try:
            family = self._families[version] = FamilyPinger(version, self._clock, self._counts, self._wall_ns)
        except ProbeError as error:
            self._faults[version] = (now_s + OPEN_AGAIN_S, error)
            if isinstance(error, PingNotPermittedError):
                self._explain(error)
            raise
        return family

    def _explain(self, error: PingNotPermittedError) -> None:
        if not self._explained:
            log.warning("%s", error.detail)
        self._explained = True


def _settle_future(future: "asyncio.Future[Echo]", verdict: Verdict) -> None:
    if future.done():
        return
    if verdict is None:
        future.cancel()
    elif isinstance(verdict, ProbeError):
        future.set_exception(verdict)
    else:
        future.set_result(verdict)
