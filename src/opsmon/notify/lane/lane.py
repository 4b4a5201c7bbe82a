"""The way of deliveries to one receiver: several at a time while it takes them, one at a time while it does not.

Each delivery waits by its own next attempt. One that the receiver never takes, or that hangs there, keeps no other from
going out: what was never tried goes first, and retries may hold only a part of the places. A delivery that fails while
the receiver takes others is tried ever more rarely, and its failures say nothing of the receiver.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from opsmon.clock import Clock
from opsmon.clock_watch import WallWatch
from opsmon.errors import NotifyError, StoreError
from opsmon.notify.channel import Channel
from opsmon.notify.lane.retry import (
    MAX_ASKED_WAIT_S,
    MAX_RARE_WAIT_S,
    Circuit,
    rare_wait_s,
    retry_wait_s,
)
from opsmon.notify.wire.webhook import WebhookSender
from opsmon.store.outbox import Delivery

log = logging.getLogger(__name__)
AT_ONCE = 8
RETRIES_AT_ONCE = 4  # so that retries that hang leave places for what is new
TRIALS_FROM = 100
FAILED_OFTEN = 5  # attempts after which a delivery that fails alone is held to be its own fault
_STORE_PAUSE_S = 1.0
_MAX_SLEEP_S = 30.0  # however sure we are that nothing is due, a look does no harm

DELIVERED, RETRIED, DEAD = "delivered", "retried", "dead"


# Journals that the channel took the delivery at that time; False when that cannot be journaled now.
RecordTaken = Callable[[Channel, Delivery, datetime], Awaitable[bool]]


async def records_nothing(_channel: Channel, _delivery: Delivery, _at: datetime) -> bool:
    """For those who do not ask which messages were taken."""
    return True


class DeliveryStore(Protocol):
    """What the worker needs of the store; every method may block, and raises StoreError."""

    def due(self, now: datetime, limit: int, channel: str | None) -> tuple[Delivery, ...]: ...

    def next_attempt(self, channel: str | None) -> datetime | None: ...

    def delivered(self, delivery: str, now: datetime) -> None: ...

    def retry(self, delivery: str, next_attempt_at: datetime, error: str) -> None: ...

    def give_up(self, delivery: str, now: datetime, reason: str) -> None: ...

    def hasten(self, channel: str, now: datetime) -> None: ...

    def backlog(self) -> Mapping[str, int]: ...


@dataclass(slots=True)
class _Failing:
    """A delivery that failed: since when (monotonic), and how often while the receiver took others."""

    since_s: float
    alone: int = 0


class Lane:
    """Everything that waits for one channel."""

    def __init__(
        self,
        channel: Channel,
        store: DeliveryStore,
        sender: WebhookSender,
        clock: Clock,
        record_taken: RecordTaken = records_nothing,
    ) -> None:
        self.channel, self._record_taken = channel, record_taken
        self._store, self._sender, self._clock = store, sender, clock
        self._circuit = Circuit()
        self._wall = WallWatch(clock)
        self._wake = asyncio.Event()
        self.idle = asyncio.Event()  # set while there is nothing to do
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._retries: set[str] = set()  # those under way that failed before
        self._taken: dict[str, datetime] = {}  # delivered then, and not yet marked so in the store
        self._failing: dict[str, _Failing] = {}
        self._trials = 0  # of a broken circuit; every other one takes the newest: it may be of another sort
        self._judged_s, self._took_s = float("-inf"), float("-inf")
        self.tries_all_now = False  # whatever its own next attempt
        self.results = {DELIVERED: 0, RETRIED: 0, DEAD: 0}

    def wake(self) -> None:
        self.idle.clear()
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled. A store that cannot be read or written is waited for."""
        try:
            async with asyncio.TaskGroup() as attempts:
                while True:
                    try:
                        await self._pass(attempts)
                    except StoreError as error:
                        await self._wait_for_store(error)
        finally:
            self._under_way.clear()
            self._retries.clear()

    async def _wait_for_store(self, error: StoreError) -> None:
        log.error("outbox of %s: the store failed: %s", self.channel.name, error)
        await asyncio.sleep(_STORE_PAUSE_S)

    async def _pass(self, attempts: asyncio.TaskGroup) -> None:
        """Sends off what is due and has a place, or sleeps until something may go."""
        self._wake.clear()
        await self._hasten()
        pause_s = self._circuit.wait_s(self._clock.monotonic())
        if pause_s or not self._places():
            await self._sleep(pause_s or None, nothing_to_do=False)
            return
        now = self._clock.now()
        due = await self._due(now)
        next_at = None if due else await self._next_attempt()
        if next_at is not None and next_at - now > timedelta(seconds=MAX_RARE_WAIT_S):
            due = await self._due(next_at)  # no wait is that long: the clock was set back while we did not run
        for delivery in due:
            self._send_off(attempts, delivery)
        if not due:
            wait_s = None if next_at is None else (next_at - now).total_seconds()
            await self._sleep(wait_s, nothing_to_do=not self._under_way)

    async def _hasten(self) -> None:
        """What waits by a clock that was set back would wait for too long."""
        jump = self._wall.look()
        if self.tries_all_now or (jump is not None and jump < timedelta(0)):
            await asyncio.to_thread(self._store.hasten, self.channel.name, self._clock.now())
            self.tries_all_now = False

    def _places(self) -> int:
        return (1 if self._circuit.is_broken else AT_ONCE) - len(self._under_way)

    async def _due(self, now: datetime) -> list[Delivery]:
        """As many as have a place, without those under way; one that ends while we read may show as it was before."""
        under_way = set(self._under_way)
        limit = TRIALS_FROM if self._circuit.is_broken else AT_ONCE + len(under_way)
        found = await asyncio.to_thread(self._store.due, now, limit, self.channel.name)
        waiting = [delivery for delivery in found if delivery.id not in under_way]
        fresh = [delivery for delivery in waiting if not delivery.attempts]
        retried = [delivery for delivery in waiting if delivery.attempts]
        if self._circuit.is_broken and fresh:
            self._trials += 1
            return [fresh[-1 if self._trials % 2 else 0]]
        retried = retried[: max(0, RETRIES_AT_ONCE - len(self._retries))]
        return [*fresh, *retried][: max(0, self._places())]

    async def _next_attempt(self) -> datetime | None:
        """When something may be attempted that is not under way; what is under way wakes the lane when it ends."""
        if self._under_way:
            return None
        return await asyncio.to_thread(self._store.next_attempt, self.channel.name)

    async def _sleep(self, seconds: float | None, *, nothing_to_do: bool) -> None:
        """Until woken, or for `seconds`."""
        if nothing_to_do and not self._wake.is_set():
            self.idle.set()
        try:
            async with asyncio.timeout(_MAX_SLEEP_S if seconds is None else max(0.01, seconds)):
                await self._wake.wait()
        except TimeoutError:
            pass
        self.idle.clear()

    def _send_off(self, attempts: asyncio.TaskGroup, delivery: Delivery) -> None:
        self._under_way[delivery.id] = attempts.create_task(self._deliver(delivery))
        if delivery.attempts:
            self._retries.add(delivery.id)

    async def _deliver(self, delivery: Delivery) -> None:
        """One attempt, and its result in the store."""
        try:
            if delivery.id in self._taken or await self._is_taken(delivery):
                await self._finish(delivery)
        except StoreError as error:
            await self._wait_for_store(error)
        finally:
            self._under_way.pop(delivery.id, None)
            self._retries.discard(delivery.id)
            self._wake.set()

    async def _finish(self, delivery: Delivery) -> None:
        """First the journal, then the outbox: a message that was taken is told again rather than never."""
        if await self._record_taken(self.channel, delivery, self._taken[delivery.id]):
            await asyncio.to_thread(self._store.delivered, delivery.id, self._clock.now())
            self._taken.pop(delivery.id, None)
        else:
            await asyncio.sleep(_STORE_PAUSE_S)

    async def _is_taken(self, delivery: Delivery) -> bool:
        began_s = self._clock.monotonic()
        error = await self._attempt(delivery)
        now_s = self._clock.monotonic()
        if error is None:
            self.results[DELIVERED] += 1
            self._taken[delivery.id] = self._clock.now()
            self._failing.pop(delivery.id, None)
            self._circuit.succeeded()
            self._judged_s = self._took_s = now_s
            return True
        await self._failed(delivery, error, began_s)
        return False

    async def _attempt(self, delivery: Delivery) -> NotifyError | None:
        try:
            await self._sender.send(self.channel, delivery.id, delivery.body)
        except NotifyError as error:
            return error
        except Exception as error:
            log.exception("outbox of %s: delivery %s failed unexpectedly", self.channel.name, delivery.id)
            return NotifyError(type(error).__name__, retryable=True)
        return None

    async def _failed(self, delivery: Delivery, error: NotifyError, began_s: float) -> None:
        if not error.retryable:
            self._circuit.succeeded()  # it answers, and what it refuses is this body
            self._judged_s = self._clock.monotonic()
            await self._bury(delivery, error.reason)
            return
        self.results[RETRIED] += 1
        wait_s = self._wait_s(delivery, error, began_s)
        log.warning(
            "outbox of %s: delivery %s failed (attempt %d): %s; next attempt in %.1f s",
            self.channel.name, delivery.id, delivery.attempts + 1, error.reason, wait_s,
        )  # fmt: skip
        again = self._clock.now() + timedelta(seconds=wait_s)
        await asyncio.to_thread(self._store.retry, delivery.id, again, error.reason)

    def _wait_s(self, delivery: Delivery, error: NotifyError, began_s: float) -> float:
        """How long a delivery waits that failed, after the receiver was judged by the failure."""
        attempts, now_s = delivery.attempts + 1, self._clock.monotonic()
        failing = self._failing.setdefault(delivery.id, _Failing(began_s))
        alone = attempts >= FAILED_OFTEN and self._took_s > failing.since_s
        asked_s = error.retry_after_s or 0.0
        if alone:
            failing.alone += 1
        elif began_s > self._judged_s:  # those that failed together are one failure
            self._circuit.failed(now_s, random.random(), reached=error.reached)
            self._judged_s = now_s
        if asked_s:
            self._circuit.asked_to_wait(now_s, asked_s, error.status or 0)
        wait_s = rare_wait_s(failing.alone, random.random()) if alone else retry_wait_s(attempts, random.random())
        return max(wait_s, min(asked_s, MAX_ASKED_WAIT_S))

    async def _bury(self, delivery: Delivery, reason: str) -> None:
        self.results[DEAD] += 1
        self._failing.pop(delivery.id, None)
        log.error("outbox of %s: delivery %s was given up: %s", self.channel.name, delivery.id, reason)
        await asyncio.to_thread(self._store.give_up, delivery.id, self._clock.now(), reason)
