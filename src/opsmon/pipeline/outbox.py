"""Carries what the journal promised to the receivers: at least once, in order for each incident, never giving up on a
receiver that may come back.

One lane per channel, so that a slow receiver holds up nobody else. The store hands out only the oldest unfinished
delivery of each incident and channel, so that `resolved` cannot overtake `firing`. What a receiver refuses for good is
kept as a dead letter, counted and logged. A delivery keeps its id and its body from the first attempt to the last,
over restarts as well.
"""

import asyncio
import logging
import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from opsmon.clock import Clock
from opsmon.engine.effect import Notify
from opsmon.errors import NotifyError, StoreError
from opsmon.notify.channel import Channel
from opsmon.notify.registry import FORMATS
from opsmon.notify.retry import LONGEST_WAIT_S, Circuit, retry_wait_s
from opsmon.notify.voice import Voice
from opsmon.notify.webhook import WebhookSender
from opsmon.store.outbox import Delivery, NewDelivery, delivery_id

log = logging.getLogger(__name__)
_AT_ONCE = 8
_STORE_PAUSE_S = 1.0
_LONGEST_SLEEP_S = 30.0  # however sure we are that nothing is due, a look does no harm

DELIVERED, RETRIED, DEAD = "delivered", "retried", "dead"


class DeliveryStore(Protocol):
    """What the worker needs of the store; every method may block, and raises StoreError."""

    def due(self, now: datetime, limit: int, channel: str | None) -> tuple[Delivery, ...]: ...

    def next_attempt(self, channel: str | None) -> datetime | None: ...

    def delivered(self, delivery: str, now: datetime) -> None: ...

    def retry(self, delivery: str, next_attempt_at: datetime, error: str) -> None: ...

    def give_up(self, delivery: str, now: datetime, reason: str) -> None: ...

    def backlog(self) -> Mapping[str, int]: ...


class Renderer:
    """From an alert to the rows that the pipeline writes beside its events: one for each channel."""

    def __init__(self, channels: Sequence[Channel], voice: Voice) -> None:
        self.load(channels, voice)

    def load(self, channels: Sequence[Channel], voice: Voice) -> None:
        """From now on these channels."""
        self._channels, self._voice = tuple(channels), voice

    def __call__(self, notify: Notify) -> tuple[NewDelivery, ...]:
        """The body is made here and stays; who signs it and where it goes is looked up when it is sent."""
        return tuple(
            NewDelivery(
                id=delivery_id(notify.incident.id, notify.sequence, channel.name),
                channel=channel.name,
                key=notify.incident.id,
                body=FORMATS[channel.format](notify, channel.name, self._voice),
            )
            for channel in self._channels
        )


class Lane:
    """Everything that waits for one channel."""

    def __init__(self, channel: Channel, store: DeliveryStore, sender: WebhookSender, clock: Clock) -> None:
        self.channel = channel
        self._store, self._sender, self._clock = store, sender, clock
        self._circuit = Circuit()
        self._wake = asyncio.Event()
        self.idle = asyncio.Event()  # set while there is nothing to do
        self._taken: set[str] = set()  # delivered, and not yet marked so in the store
        self.results = {DELIVERED: 0, RETRIED: 0, DEAD: 0}

    def wake(self) -> None:
        self.idle.clear()
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled. A store that cannot be read or written is waited for."""
        while True:
            try:
                await self._pass()
            except StoreError as error:
                log.error("outbox of %s: the store failed: %s", self.channel.name, error)
                await asyncio.sleep(_STORE_PAUSE_S)

    async def _pass(self) -> None:
        """Delivers what is due, or sleeps until something may be."""
        self._wake.clear()
        wait_s = self._circuit.wait_s(self._clock.monotonic())
        if wait_s:
            await asyncio.sleep(wait_s)
            return
        now = self._clock.now()
        due = await self._due(now)
        if not due:
            next_at = await asyncio.to_thread(self._store.next_attempt, self.channel.name)
            if next_at is None or next_at - now <= timedelta(seconds=LONGEST_WAIT_S):
                await self._sleep(None if next_at is None else (next_at - now).total_seconds())
                return
            due = await self._due(next_at)  # no wait is that long: the clock was set back meanwhile
        await self._deliver_all(due)

    async def _due(self, now: datetime) -> tuple[Delivery, ...]:
        limit = 1 if self._circuit.is_broken else _AT_ONCE
        return await asyncio.to_thread(self._store.due, now, limit, self.channel.name)

    async def _sleep(self, seconds: float | None) -> None:
        """Until woken, or for `seconds`."""
        if not self._wake.is_set():
            self.idle.set()
        try:
            async with asyncio.timeout(_LONGEST_SLEEP_S if seconds is None else max(0.01, seconds)):
                await self._wake.wait()
        except TimeoutError:
            pass
        self.idle.clear()

    async def _deliver_all(self, due: Sequence[Delivery]) -> None:
        """All of them to their end, before a failure of the store is told. One answer is enough for the circuit."""
        results = await asyncio.gather(*map(self._deliver, due), return_exceptions=True)
        if any(result is True for result in results):
            self._circuit.succeeded()
        elif any(result is False for result in results):
            self._circuit.failed(self._clock.monotonic(), random.random())
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def _deliver(self, delivery: Delivery) -> bool:
        """Whether the receiver answered, be it with a refusal for good."""
        if delivery.id not in self._taken:
            error = await self._attempt(delivery)
            if error is not None:
                await self._failed(delivery, error)
                return not error.retryable
            self.results[DELIVERED] += 1
            self._taken.add(delivery.id)
        await asyncio.to_thread(self._store.delivered, delivery.id, self._clock.now())
        self._taken.discard(delivery.id)
        return True

    async def _attempt(self, delivery: Delivery) -> NotifyError | None:
        try:
            await self._sender.send(self.channel, delivery.id, delivery.body)
        except NotifyError as error:
            return error
        except Exception as error:
            log.exception("outbox of %s: delivery %s failed in a way nobody thought of", self.channel.name, delivery.id)
            return NotifyError(type(error).__name__, retryable=True)
        return None

    async def _failed(self, delivery: Delivery, error: NotifyError) -> None:
        if not error.retryable:
            await self._bury(delivery, error.reason)
            return
        self.results[RETRIED] += 1
        wait_s = min(LONGEST_WAIT_S, retry_wait_s(delivery.attempts + 1, random.random()))
        log.warning(
            "outbox of %s: delivery %s failed (attempt %d): %s; next attempt in %.1f s",
            self.channel.name, delivery.id, delivery.attempts + 1, error.reason, wait_s,
        )  # fmt: skip
        again = self._clock.now() + timedelta(seconds=wait_s)
        await asyncio.to_thread(self._store.retry, delivery.id, again, error.reason)

    async def _bury(self, delivery: Delivery, reason: str) -> None:
        self.results[DEAD] += 1
        log.error("outbox of %s: delivery %s is given up: %s", self.channel.name, delivery.id, reason)
        await asyncio.to_thread(self._store.give_up, delivery.id, self._clock.now(), reason)


class OutboxWorker:
    """All lanes. `load` changes the channels while it runs."""

    def __init__(self, store: DeliveryStore, channels: Sequence[Channel], clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._sender = WebhookSender(clock)
        self._changed = asyncio.Event()
        self._past: Mapping[tuple[str, str], int] = {}
        self._lanes: dict[str, Lane] = {}
        self.load(channels)

    @property
    def results(self) -> Mapping[tuple[str, str], int]:
        """How many attempts ended how, by (channel, result): delivered, retried, dead. What never happened counts 0."""
        results = dict(self._past)
        for name, lane in self._lanes.items():
            for result, count in lane.results.items():
                results[name, result] = results.get((name, result), 0) + count
        return results

    def load(self, channels: Sequence[Channel]) -> None:
        """From now on these channels; what waits for one that is gone goes on waiting."""
        self._past = self.results
        self._lanes = {channel.name: Lane(channel, self._store, self._sender, self._clock) for channel in channels}
        self._changed.set()

    def wake(self) -> None:
        """There are new rows."""
        for lane in self._lanes.values():
            lane.wake()

    async def run(self) -> None:
        """Until cancelled; an attempt under way is broken off and made again after the next start."""
        async with self._sender:
            while True:
                self._changed.clear()
                await self._tell_of_orphans()
                async with asyncio.TaskGroup() as lanes:
                    tasks = [lanes.create_task(lane.run()) for lane in self._lanes.values()]
                    await self._changed.wait()
                    for task in tasks:
                        task.cancel()

    async def drain(self, grace_s: float) -> bool:
        """Waits until nothing is left that can go out now; False when `grace_s` were not enough."""
        self.wake()
        try:
            async with asyncio.timeout(grace_s):
                await asyncio.gather(*(lane.idle.wait() for lane in self._lanes.values()))
        except TimeoutError:
            return False
        return True

    async def _tell_of_orphans(self) -> None:
        """Rows of a channel that nobody configures any more wait for it: a slip in the settings loses nothing."""
        try:
            backlog = await asyncio.to_thread(self._store.backlog)
        except StoreError as error:
            log.error("outbox: the store failed: %s", error)
            return
        for channel, rows in backlog.items():
            if rows and channel not in self._lanes:
                log.warning("outbox: %d deliveries wait for channel %s, which is not configured", rows, channel)
