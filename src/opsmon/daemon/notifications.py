"""What tells people of alerts: the words of a notification, and the outbox that carries it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from opsmon.clock import Clock
from opsmon.config.root import Root
from opsmon.daemon.engine_rules import rules_of
from opsmon.engine.input import RecordNotice
from opsmon.engine.port import Answer, Unavailable
from opsmon.errors import StoreError
from opsmon.notify.channel import Channel
from opsmon.notify.kind.own_alert import OwnAlert, own_payload
from opsmon.notify.lane.outbox import OutboxWorker, Renderer
from opsmon.notify.registry import FIRING
from opsmon.notify.words.voice import RenderContext, count_behind, device_titles_of, titles_of
from opsmon.store.outbox import Delivery, NewDelivery, incident_of
from opsmon.store.store import Store

DRAIN_S = 1.5
log = logging.getLogger(__name__)
Issue = Callable[[RecordNotice], Awaitable[Answer]]


class Notifications:
    """`outbox` is run by the daemon; `renderer` is asked by the pipeline."""

    def __init__(self, root: Root, store: Store, clock: Clock, issue: Issue) -> None:
        self._channels, self._issue = root.settings.webhooks, issue
        self._store, self._clock, self._console_url = store, clock, root.settings.http.url
        self.outbox = OutboxWorker(store, self._channels, clock, self._record_taken)
        self.renderer = Renderer(self._channels, _voice_of(root), lambda: store.head.words)

    def load(self, root: Root) -> None:
        """Another root: its channels and its words."""
        self.renderer.load(root.settings.webhooks, _voice_of(root))
        if root.settings.webhooks != self._channels:
            self._channels = root.settings.webhooks
            self.outbox.load(self._channels)

    async def tell_operators(self, alert: OwnAlert) -> None:
        """Writes a delivery for every channel down; the outbox carries it like any other."""
        now = self._clock.now()
        rows = [
            NewDelivery(
                f"{alert.key}-{alert.status}-{channel.name}", channel.name, alert.key,
                own_payload(alert, channel.name, self._console_url, self.renderer.head_due(channel, now)),
            )
            for channel in self._channels
        ]  # fmt: skip
        try:
            await asyncio.to_thread(self._store.commit, [], rows, self._clock.now())
        except StoreError as error:
            log.error("%s could not be queued for any channel, it is only in this log: %s", alert.name, error)
        self.outbox.wake()

    async def drain(self) -> bool:
        """Delivers what can go out at once; False when something is left."""
        return await self.outbox.drain(DRAIN_S)

    @property
    def channel_names(self) -> frozenset[str]:
        """Of those that are told now."""
        return frozenset(channel.name for channel in self._channels)

    async def _record_taken(self, channel: Channel, delivery: Delivery, at: datetime) -> bool:
        """A message of a fault that a channel took is a notice, where its acceptance counts."""
        if not channel.counts or not FIRING[channel.format](delivery.body):
            return True
        notice = RecordNotice(incident_of(delivery.key), channel.name, delivery.id, at)
        return not isinstance(await self._issue(notice), Unavailable)


def _voice_of(root: Root) -> RenderContext:
    settings, inventory = root.settings, root.inventory
    return RenderContext(
        language=str(settings.language),
        timezone=settings.timezone,
        console_url=settings.http.url,
        rulebook=root.conditions,
        limits=rules_of(root).limits,
        sites=titles_of(inventory),
        titles=device_titles_of(inventory),
        behind=count_behind(inventory),
    )
