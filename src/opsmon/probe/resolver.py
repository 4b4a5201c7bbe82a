"""Host names of the inventory to numeric addresses: asked of the system, remembered for a while.

A name that cannot be resolved says nothing of the device: it is a LOCAL_FAULT. While the name service is away the
last known address is used for as long as `stale_s`.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from opsmon.clock import Clock
from opsmon.errors import ProbeError
from opsmon.model.sample import Outcome
from opsmon.probe.contact import note_address

REMEMBER_S = 300.0
STALE_S = 86_400.0
ASK_AGAIN_S = 15.0  # after a failure, so that a thousand devices do not hammer a name service that is away
ANSWER_WITHIN_S = 5.0
THREADS = 8


LookUp = Callable[[str], Awaitable[str]]


class SystemNames:
    """The system's name service, in threads of its own: one that hangs must not hold up those who write the journal."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="names")

    async def look_up(self, name: str) -> str:
        """The first address that the system knows for a name. Raises OSError."""
        ask = partial(socket.getaddrinfo, name, None, type=socket.SOCK_DGRAM)
        found = await asyncio.get_running_loop().run_in_executor(self._threads, ask)
        return str(found[0][4][0])


@dataclass(slots=True)
class _Known:
    address: str
    resolved_at_s: float
    ask_at_s: float


def numeric_form(address: str) -> str | None:
    """An IPv4 or IPv6 address as the system writes it; None for a host name, which needs the name service."""
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return None


class Resolver:
    """One for the whole daemon. Concurrent questions for one name share one look-up."""

    def __init__(self, clock: Clock, look_up: LookUp | None = None) -> None:
        self._clock, self._look_up = clock, look_up or SystemNames().look_up
        self._known: dict[str, _Known] = {}
        self._asking: dict[str, asyncio.Task[str]] = {}
        self._numeric: dict[str, str] = {}
        self.failures = 0

    async def resolve(self, address: str) -> str:
        """The numeric address; the run that asks notes it. Raises ProbeError(LOCAL_FAULT) for an unknown name."""
        started_s = self._clock.monotonic()
        found = await self._resolve(address)
        note_address(found, self._clock.monotonic() - started_s)
        return found

    async def _resolve(self, address: str) -> str:
        numeric = self._numeric.get(address) or numeric_form(address)
        if numeric:
            self._numeric[address] = numeric
            return numeric
        known = self._known.get(address)
        if known and self._clock.monotonic() < known.ask_at_s:
            return self._answer_of(address, known)
        return await self._ask_shared(address)

    async def _ask_shared(self, name: str) -> str:
        task = self._asking.get(name)
        if task is None:
            task = self._asking[name] = asyncio.create_task(self._ask(name))
            task.add_done_callback(lambda _: self._asking.pop(name, None))
        return await asyncio.shield(task)

    async def _ask(self, name: str) -> str:
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                address = await self._look_up(name)
        except (OSError, UnicodeError, TimeoutError):
            return self._keep_stale(name)
        now_s = self._clock.monotonic()
        self._known[name] = _Known(address, now_s, now_s + REMEMBER_S)
        return address

    def _keep_stale(self, name: str) -> str:
        self.failures += 1
        now_s = self._clock.monotonic()
        known = self._known.setdefault(name, _Known("", now_s, 0.0))
        known.ask_at_s = now_s + ASK_AGAIN_S
        if known.address and now_s - known.resolved_at_s > STALE_S:
            known.address = ""
        return self._answer_of(name, known)

    def _answer_of(self, name: str, known: _Known) -> str:
        if not known.address:
            raise ProbeError(Outcome.LOCAL_FAULT, f"the name {name} cannot be resolved")
        return known.address
