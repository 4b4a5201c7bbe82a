"""Carries what the journal promised to the receivers: at least once, in order for each alert, never giving up on a
receiver that may come back.

One lane per channel (`lane.py`), so that a slow receiver holds up nobody else. The store hands out only the oldest
unfinished delivery of each alert and channel, so that `resolved` cannot overtake `firing`. What a receiver refuses
for good is kept as a dead letter, counted and logged. A delivery keeps its id and its body from the first attempt to
the last, over restarts as well.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Protocol

from opsmon.clock import Clock
from opsmon.engine.effect import Message, Notify
from opsmon.errors import StoreError
from opsmon.notify.channel import Channel
from opsmon.notify.lane.lane import DeliveryStore, Lane, RecordTaken, records_nothing
from opsmon.notify.lane.orphan_pages import OrphanPages
from opsmon.notify.registry import FORMATS
from opsmon.notify.wire.webhook import WebhookSender
from opsmon.notify.words.voice import RenderContext
from opsmon.store.outbox import NewDelivery, alert_key, delivery_id
from opsmon.text.count import counted

log = logging.getLogger(__name__)


class Renderer:
    """From an alert to the rows that the pipeline writes beside its events: one for each channel.

    The first of each day for a channel, and the first after a start, carries the head that the journal has then.
    """

    def __init__(
        self, channels: Sequence[Channel], voice: RenderContext, head_of_journal: Callable[[], str] = lambda: ""
    ) -> None:
        self._head_of_journal, self._head_told = head_of_journal, dict[str, date]()
        self.load(channels, voice)

    def load(self, channels: Sequence[Channel], voice: RenderContext) -> None:
        """From now on these channels."""
        self._channels, self._voice = tuple(channels), voice

    def __call__(self, notify: Message) -> tuple[NewDelivery, ...]:
        """The body is made here and stays; who signs it and where it goes is looked up when it is sent."""
        if not isinstance(notify, Notify):
            return ()
        clock = notify.clock
        key = alert_key(notify.incident.id, *(() if clock is None else (clock.clause, clock.target)))
        return tuple(
            NewDelivery(
                id=delivery_id(notify.incident.id, notify.sequence, channel.name),
                channel=channel.name,
                key=key,
                body=FORMATS[channel.format](notify, channel.name, self._voice_for(channel, notify.at)),
            )
            for channel in self._channels
        )

    def _voice_for(self, channel: Channel, at: datetime) -> RenderContext:
        head = self.head_due(channel, at)
        return replace(self._voice, journal_head=head) if head else self._voice

    def head_due(self, channel: Channel, at: datetime) -> str:
        """The journal's head, where the channel was not told one yet on the day of `at` in the root's zone; else ""."""
        day = at.astimezone(self._voice.timezone).date()
        if self._head_told.get(channel.name) == day:
            return ""
        head = self._head_of_journal()
        if head:
            self._head_told[channel.name] = day
        return head


class AnyLane(Protocol):
    """The way to one channel: of deliveries one by one, of notices in parcels, or of what is wrong now."""

    idle: asyncio.Event
    tries_all_now: bool

    @property
    def results(self) -> Mapping[str, int]: ...

    def wake(self) -> None: ...

    async def run(self) -> None: ...


class OutboxWorker:
    """All lanes. `load` changes the channels while it runs; `others` are lanes of other sorts, by channel, and
    `orphans` settles what waits for a channel for people that is gone."""

    def __init__(
        self,
        store: DeliveryStore,
        channels: Sequence[Channel],
        clock: Clock,
        record_taken: RecordTaken = records_nothing,
        others: Mapping[str, AnyLane] | None = None,
        orphans: OrphanPages | None = None,
    ) -> None:
        self._store, self._clock, self._record_taken = store, clock, record_taken
        self._sender = WebhookSender(clock)
        self._changed = asyncio.Event()
        self._past: Mapping[tuple[str, str], int] = {}
        self._lanes: dict[str, AnyLane] = {}
        self._orphans: OrphanPages | None = None
        self.load(channels, others, orphans)

    @property
    def results(self) -> Mapping[tuple[str, str], int]:
        """How many attempts ended how, by (channel, result): delivered, retried, dead. What never happened counts 0."""
        results, now = dict(self._past), dict(self._orphans.results) if self._orphans is not None else {}
        now |= {(name, result): count for name, lane in self._lanes.items() for result, count in lane.results.items()}
        return results | {key: results.get(key, 0) + count for key, count in now.items()}

    def load(
        self,
        channels: Sequence[Channel],
        others: Mapping[str, AnyLane] | None = None,
        orphans: OrphanPages | None = None,
    ) -> None:
        """From now on these channels; what waits for a webhook that is gone goes on waiting.

        A change is most likely the repair that somebody waits for: everything that waits is tried at once.
        """
        self._past, is_change = self.results, bool(self._lanes)
        self._lanes = {
            channel.name: Lane(channel, self._store, self._sender, self._clock, self._record_taken)
            for channel in channels
        }
        self._lanes |= others or {}
        self._orphans = orphans
        for lane in self._lanes.values():
            lane.tries_all_now = is_change
        self._changed.set()

    def wake(self) -> None:
        """There are new rows."""
        for lane in self._lanes.values():
            lane.wake()
        if self._orphans is not None:
            self._orphans.wake()

    async def run(self) -> None:
        """Until cancelled; an attempt under way is broken off and made again after the next start."""
        async with self._sender:
            while True:
                self._changed.clear()
                await self._tell_of_orphans()
                async with asyncio.TaskGroup() as lanes:
                    tasks = [lanes.create_task(lane.run()) for lane in self._lanes.values()]
                    if self._orphans is not None:
                        tasks.append(lanes.create_task(self._orphans.run()))
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
                waiting = counted(rows, "deliveries")
                log.warning("outbox: %s waiting for channel %s, which is not configured", waiting, channel)
