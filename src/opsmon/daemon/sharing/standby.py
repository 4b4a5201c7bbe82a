"""One daemon of several acts: the others wait for its right to write to the store, poll nothing and tell nobody.

Whoever waits says so at its port and to systemd. Whoever lost the right stops at once, and waits like the others.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from opsmon.clock import Clock
from opsmon.daemon.systemd import ServiceManager
from opsmon.errors import StoreError
from opsmon.store.outbox import time_text
from opsmon.store.writer import Heart, WriterLock
from opsmon.web.listening.standby import StandbyServer
from opsmon.web.settings import PortSettings

LOOK_EVERY_S = 1.0
CHECK_EVERY_S = 0.25
TELL_EVERY_S = 600.0
log = logging.getLogger(__name__)


class Standby:
    """Waits for the right to write; `patient` also for a database that does not answer: who starts says so and ends."""

    def __init__(self, lock: WriterLock, clock: Clock, settings: PortSettings, *, patient: bool) -> None:
        self._lock, self._clock, self._patient = lock, clock, patient
        self._server = StandbyServer(settings, clock.monotonic)
        self._manager = ServiceManager()
        self._told = ""
        self._told_s = float("-inf")

    async def wait(self, stop: asyncio.Event) -> bool:
        """Returns True once the right is ours, False when `stop` came first. Raises StoreError, or OSError where the
        port is taken."""
        if await self._try():
            return True
        log.info("standby: listening on %s", await self._server.start())
        try:
            while not await self._try():
                self._manager.alive()
                if await _is_set_within(stop, LOOK_EVERY_S):
                    return False
        finally:
            await self._server.stop()
        log.warning("standby no more: this daemon takes over")
        return True

    async def _try(self) -> bool:
        try:
            taken = await asyncio.to_thread(self._lock.try_take, time_text(self._clock.now()))
        except StoreError as error:
            if not self._patient:
                raise
            self._tell(f"the store does not answer: {error}")
            return False
        self._patient = True
        if not taken:
            holder = self._lock.holder
            self._tell(f"another daemon writes to the store ({holder.name}, since {holder.since})")
        return taken

    def _tell(self, reason: str) -> None:
        now_s = self._clock.monotonic()
        if reason != self._told or now_s - self._told_s >= TELL_EVERY_S:
            log.warning("standby: %s; nothing is polled, nobody is told", reason)
            self._told, self._told_s = reason, now_s
            self._manager.ready(f"standby: {reason}")


@asynccontextmanager
async def held(lock: WriterLock) -> AsyncIterator[None]:
    """For as long as the right is ours; what runs inside is cancelled, by StoreTakenError, when it no longer is."""
    async with asyncio.TaskGroup() as group:
        guarding = group.create_task(_guard(lock))
        yield
        guarding.cancel()


async def _guard(lock: WriterLock) -> None:
    loop, lost = asyncio.get_running_loop(), asyncio.Event()

    def tell() -> None:
        with suppress(RuntimeError):  # the loop is over
            loop.call_soon_threadsafe(lost.set)

    with Heart(lock, tell).beating():
        while True:
            lock.check_fresh()
            await _is_set_within(lost, CHECK_EVERY_S)


async def _is_set_within(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
