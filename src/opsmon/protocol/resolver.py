"""Host names of the inventory to numeric addresses: asked of the system, remembered for a while.

A name that cannot be resolved says nothing of the device: it is a LOCAL_FAULT. While the name service is away the last
known addresses are used for as long as `stale_s`, and nobody waits for it longer than he must. After a failed check
(`doubt`) a name is asked anew before anybody is blamed, and of several addresses another one comes first.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import chain, zip_longest

from opsmon.clock import Clock
from opsmon.errors import ProbeError
from opsmon.model.sample import LocalCause, Outcome
from opsmon.protocol.address import numeric_form, version_of
from opsmon.protocol.liveness import note_address
from opsmon.protocol.socket_fault import local_fault

REMEMBER_S = 300.0
STALE_S = 86_400.0
ASK_AGAIN_S = 15.0  # after a failure, so that a thousand devices do not hammer a name service that is away
# The name service answers, and knows of none: a slip of the pen and no fault of the service. (RFC 3493, 6.1)
_NO_SUCH_NAME = frozenset({socket.EAI_NONAME, socket.EAI_NODATA})
DOUBTED_AGAIN_S = 1.0  # between two questions about a name whose addresses do not answer
ANSWER_WITHIN_S = 5.0
KNOWN_ANSWER_WITHIN_S = 1.0  # where there is an address to go on with
MAX_ADDRESSES = 8
THREADS = 8

LookUp = Callable[[str], Awaitable[Sequence[str]]]


class SystemNames:
    """The system's name service, in threads of its own: one that hangs must not hold up those who write the journal."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="names")

    async def look_up(self, name: str) -> Sequence[str]:
        """The addresses that the system knows for a name, in its order (RFC 6724). Raises OSError."""
        ask = partial(socket.getaddrinfo, name, None, type=socket.SOCK_DGRAM)
        found = await asyncio.get_running_loop().run_in_executor(self._threads, ask)
        return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(slots=True)
class _ResolvedName:
    """What is known of a name; no addresses where it was never resolved."""

    addresses: tuple[str, ...] = ()
    resolved_at_s: float = 0.0
    asked_at_s: float = 0.0
    ask_at_s: float = 0.0
    failed: bool = False  # the last question had no answer
    unknown: bool = False  # or the answer was that there is no such name
    avoided: str = ""  # an address that did not answer: the others come first


class Resolver:
    """One for the whole daemon. Concurrent questions for one name share one look-up."""

    def __init__(self, clock: Clock, look_up: LookUp | None = None) -> None:
        self._clock, self._look_up = clock, look_up or SystemNames().look_up
        self._known: dict[str, _ResolvedName] = {}
        self._asking: dict[str, asyncio.Task[None]] = {}
        self._numeric: dict[str, tuple[str, ...]] = {}
        self.failures = 0

    async def resolve(self, address: str, family: int | None = None) -> str:
        """The numeric address to try first. Raises ProbeError(LOCAL_FAULT) when the name service does not know."""
        return (await self.addresses(address, family))[0]

    async def addresses(self, address: str, family: int | None = None) -> tuple[str, ...]:
        """Every numeric address in the order to try them, both families in turn (RFC 8305, 4).

        `family` (4 or 6) leaves only its own; the run that asks notes the first. Raises ProbeError(LOCAL_FAULT) when
        there is none.
        """
        found, lookup_s = self.numeric(address), 0.0
        if not found:
            known = self._known.setdefault(address, _ResolvedName())
            began_s = self._clock.monotonic()
            if began_s >= known.ask_at_s:
                await self._ask_shared(address, known)
                lookup_s = self._clock.monotonic() - began_s
            found = _ordered(known)
        chosen = found if family is None else tuple(one for one in found if version_of(one) == family)
        if chosen:
            note_address(chosen[0], lookup_s)
            return chosen
        if found:
            raise ProbeError(Outcome.LOCAL_FAULT, f"{address} has no IPv{family} address")
        if self._known[address].unknown:
            raise ProbeError(Outcome.LOCAL_FAULT, f"the name {address} does not exist")
        raise local_fault(LocalCause.NAMES, f"the name {address} cannot be resolved")

    def known_addresses(self, address: str) -> tuple[str, ...]:
        """What is known without asking; empty for a name that was never resolved."""
        known = self._known.get(address)
        return self.numeric(address) or (() if known is None else known.addresses)

    def numeric(self, address: str) -> tuple[str, ...]:
        """The one address that needs no name service; empty for a name."""
        return self._numeric.get(address) or self._numeric_of(address)

    def doubt(self, address: str) -> None:
        """A check failed: the name may mean another address by now, or another of its addresses may answer."""
        known = self._known.get(address)
        if known is None or not known.addresses:
            return
        known.avoided = _ordered(known)[0]
        if not known.failed:
            known.ask_at_s = min(known.ask_at_s, known.asked_at_s + DOUBTED_AGAIN_S)

    def _numeric_of(self, address: str) -> tuple[str, ...]:
        numeric = numeric_form(address)
        if not numeric:
            return ()
        found = self._numeric[address] = (numeric,)
        return found

    async def _ask_shared(self, name: str, known: _ResolvedName) -> None:
        """Asks, and waits: not for long where there are addresses to go on with; the answer is used when it comes."""
        task = self._asking.get(name)
        if task is None:
            task = self._asking[name] = asyncio.create_task(self._ask(name, known))
            task.add_done_callback(lambda _: self._asking.pop(name, None))
        try:
            async with asyncio.timeout(KNOWN_ANSWER_WITHIN_S if known.addresses else None):
                await asyncio.shield(task)
        except TimeoutError:
            return

    async def _ask(self, name: str, known: _ResolvedName) -> None:
        known.asked_at_s = self._clock.monotonic()
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                found = await self._look_up(name)
        except (OSError, UnicodeError, TimeoutError) as error:
            known.unknown = isinstance(error, UnicodeError) or getattr(error, "errno", None) in _NO_SUCH_NAME
            self._keep_stale(known)
            return
        now_s = self._clock.monotonic()
        known.addresses, known.failed = _interleaved(found), False
        known.resolved_at_s, known.ask_at_s = now_s, now_s + REMEMBER_S

    def _keep_stale(self, known: _ResolvedName) -> None:
        self.failures += 1
        now_s = self._clock.monotonic()
        known.failed, known.ask_at_s = True, now_s + ASK_AGAIN_S
        if known.addresses and now_s - known.resolved_at_s > STALE_S:
            known.addresses = ()


def _ordered(known: _ResolvedName) -> tuple[str, ...]:
    if len(known.addresses) < 2 or known.avoided not in known.addresses:
        return known.addresses
    return (*(address for address in known.addresses if address != known.avoided), known.avoided)


def _interleaved(addresses: Iterable[str]) -> tuple[str, ...]:
    """One family after the other, beginning with that of the first; each in the order given."""
    by_version: dict[int, list[str]] = {}
    for address in addresses:
        by_version.setdefault(version_of(address), []).append(address)
    mixed = chain.from_iterable(zip_longest(*by_version.values()))
    return tuple(address for address in mixed if address)[:MAX_ADDRESSES]
