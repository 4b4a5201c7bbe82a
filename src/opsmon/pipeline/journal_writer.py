"""Writes batches to the store until they are written: nothing is lost because a disk is full for a while.

A failure is said once in the log, counted, and kept in `trouble` for the readiness; the same batch is tried again with
growing pauses. Two things are given up: a store whose file is gone (StoreGoneError), and a batch that the database
refuses by a rule of its tables (StoreRefusedError), which it would refuse for ever while nothing else is written. The
daemon ends then, and begins anew at what is written. The writing itself happens in a thread, so that a slow disk does
not stop the loop.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta

from opsmon.clock import Clock
from opsmon.engine.world import World
from opsmon.errors import StoreError, StoreGoneError, StoreRefusedError, StoreTakenError
from opsmon.model.event import Event
from opsmon.model.name import IncidentId
from opsmon.pipeline.recovery import save_world
from opsmon.store.chain import ChainHead
from opsmon.store.outbox import NewDelivery
from opsmon.store.parcel import ParcelReceipt
from opsmon.store.store import Store
from opsmon.text.count import counted

FIRST_PAUSE_S = 0.2
MAX_PAUSE_S = 5.0
DELIVERIES_KEPT = timedelta(days=30)  # after they were made; the journal keeps what caused them
log = logging.getLogger(__name__)


class JournalWriter:
    """`failures` counts failed attempts; `trouble` says what is wrong with the store now, "" for nothing."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self.failures = 0
        self.written = 0
        self.trouble = ""

    async def write(
        self, events: Sequence[Event], deliveries: Sequence[NewDelivery], receipts: Sequence[ParcelReceipt] = ()
    ) -> None:
        """Returns when the batch is on the disk, however long that takes."""
        pause_s = FIRST_PAUSE_S
        while not await self._try(events, deliveries, receipts):
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, MAX_PAUSE_S)
        self.written += len(events)

    async def history(self, incident: IncidentId) -> tuple[Event, ...]:
        """What the journal has of an incident. Raises StoreError."""
        return await asyncio.to_thread(lambda: tuple(entry.event for entry in self._store.read(incident=incident)))

    async def save(self, world: World, head: ChainHead) -> None:
        """Writes a short cut to the world as it was at `head`, and forgets old deliveries; if it cannot be written, it
        is not missed."""
        try:
            await asyncio.to_thread(save_world, self._store, world, head, self._clock.now())
            await asyncio.to_thread(self._store.forget_finished, self._clock.now() - DELIVERIES_KEPT)
        except StoreError as error:
            log.warning("snapshot not written (the next start takes longer): %s", error)

    @property
    def head(self) -> ChainHead:
        """The end of the journal."""
        return self._store.head

    def break_off_watch(self) -> None:
        """The clock jumped, or the machine slept: what was watched until then does not reach to now."""
        self._store.watch.break_off(self._clock.now())

    async def check(self) -> None:
        """Finds out whether the store could be written now, while there is nothing to write."""
        try:
            await asyncio.to_thread(self._store.touch, self._clock.now())
        except StoreGoneError as error:
            self._give_up(error, 0)
            raise
        except StoreError as error:
            self._fail(error)
        else:
            self._recover()

    async def _try(
        self, events: Sequence[Event], deliveries: Sequence[NewDelivery], receipts: Sequence[ParcelReceipt]
    ) -> bool:
        try:
            await asyncio.to_thread(self._store.commit, events, deliveries, self._clock.now(), receipts)
        except (StoreGoneError, StoreRefusedError) as error:
            self._give_up(error, len(events))
            raise
        except StoreError as error:
            self._fail(error)
            return False
        self._recover()
        return True

    def _fail(self, error: StoreError) -> None:
        self.failures += 1
        if not self.trouble:
            log.error("%s; nothing is lost; retrying until it can be written", error)
        self.trouble = error.words

    def _give_up(self, error: StoreError, events: int) -> None:
        """Trying again would help nobody: whoever watches over us has to start us on what is there."""
        self.failures += 1
        self.trouble = error.words
        needed = "" if isinstance(error, StoreTakenError) else ", restart needed"
        log.critical("%s; could not write %s; stopping%s", error, counted(events, "events"), needed)

    def _recover(self) -> None:
        if self.trouble:
            log.warning("the store can be written again")
        self.trouble = ""
