"""What tells people of alerts: the words of a notification, and the outbox that carries it.

Webhooks and the Alertmanagers of `rules/oncall.yaml` hear of every alert; the other channels there of what the plans
say.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from opsmon.ack_link import ack_links_of
from opsmon.clock import Clock
from opsmon.config.root import Root
from opsmon.daemon.paging.channel_tests import ChannelTests
from opsmon.daemon.paging.engine_adapter import EngineAdapter, Settle
from opsmon.daemon.paging.lanes import LaneParts, orphan_pages_of, page_lanes_of, voice_of, webhooks_of
from opsmon.engine.effect import Message, Notify
from opsmon.engine.input import Command, RecordNotice
from opsmon.engine.port import Answer, Unavailable
from opsmon.engine.world import World
from opsmon.errors import StoreError
from opsmon.layout import ACK_KEYS
from opsmon.notify.channel import Channel
from opsmon.notify.kind.own_alert import OwnAlert, own_payload
from opsmon.notify.lane.outbox import OutboxWorker, Renderer
from opsmon.notify.lane.page_lane import PageLane
from opsmon.notify.lane.page_renderer import PageRenderer
from opsmon.notify.notice import Notice
from opsmon.notify.registry import FIRING
from opsmon.notify.wire.page_sender import PageSender
from opsmon.store.outbox import Delivery, NewDelivery, incident_of
from opsmon.store.parcel_store import ParcelStore
from opsmon.store.store import Store
from opsmon.text.bilingual import NO_WORDS, Text
from opsmon.web.context import ChannelUse

DRAIN_S = 1.5
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class EnginePort:
    """The engine, as those who tell people need it: commands, the receipts of parcels, and the last world."""

    issue: Callable[[Command], Awaitable[Answer]]
    settle: Settle
    world: Callable[[], World]


class Notifications:
    """`outbox` is run by the daemon; `renderer` is asked by the pipeline."""

    def __init__(self, root: Root, store: Store, clock: Clock, engine: EnginePort) -> None:
        self._root, self._engine = root, engine
        self._channels = webhooks_of(root)
        self._store, self._clock, self._console_url = store, clock, root.settings.http.url
        self.ack_links = ack_links_of(root.settings.http.link_key, root.path / ACK_KEYS, clock.now())
        self.channel_tests = ChannelTests(lambda: self._root, store, self._wake, clock)
        parcels = ParcelStore(store)
        port = EngineAdapter(engine.settle, engine.issue, engine.world, parcels, self._wake, clock)
        self._page_sender = PageSender(clock)
        self._lane_parts = LaneParts(parcels, self._page_sender, port, clock, engine.world)
        self.page_lanes = page_lanes_of(root, self._lane_parts, self._link)
        orphans = orphan_pages_of(root, self._lane_parts)
        self.outbox = OutboxWorker(store, self._channels, clock, self._record_taken, self.page_lanes, orphans)
        self._alerts = Renderer(self._channels, voice_of(root), lambda: store.head.words)
        self._pages = PageRenderer(root.oncall.channels, root.oncall.directory, voice_of(root))

    def _wake(self) -> None:
        self.outbox.wake()

    def render(self, message: Message) -> tuple[NewDelivery, ...]:
        """The rows that the pipeline writes beside its events."""
        return self._alerts(message) if isinstance(message, Notify) else self._pages(message)

    async def run(self) -> None:
        """Until cancelled."""
        async with self._page_sender:
            await self.outbox.run()

    def prepare(self, root: Root) -> None:
        """People are told by the channels of this root too, from now on: before the engine goes by it, so that what
        the change itself tells of finds its channel."""
        old, new = self._root.oncall, root.oncall
        names = {channel.name for channel in new.channels}
        left = (channel for channel in old.channels if channel.name not in names)
        self._pages.load((*new.channels, *left), {**old.directory, **new.directory}, voice_of(root))

    def load(self, root: Root) -> None:
        """Another root: its channels, its people and its words."""
        before, self._root = self._root, root
        self._alerts.load(webhooks_of(root), voice_of(root))
        self._pages.load(root.oncall.channels, root.oncall.directory, voice_of(root))
        if root.settings.webhooks != before.settings.webhooks or root.oncall != before.oncall:
            self._channels = webhooks_of(root)
            self.page_lanes = page_lanes_of(root, self._lane_parts, self._link)
            self.outbox.load(self._channels, self.page_lanes, orphan_pages_of(root, self._lane_parts))

    def title_of(self, person: str) -> Text:
        """What a person on call is called; no words for one whom nobody knows."""
        found = self._root.oncall.directory.get(person)
        return NO_WORDS if found is None else found.title or Text(person)

    def _link(self, notice: Notice, person: str) -> str:
        """Where a message leads: a group to the page of the incident, a person to the button that is theirs."""
        http = self._root.settings.http
        base = http.public_url or http.url
        if not notice.incident or not base:
            return base
        if person and notice.firing and not notice.holder:
            return f"{base}/a/{self.ack_links.token(notice.incident, person, self._clock.now())}"
        return f"{base}/i/{notice.incident}"

    async def tell_operators(self, alert: OwnAlert) -> None:
        """Writes a delivery for every channel down; the outbox carries it like any other."""
        now = self._clock.now()
        rows = [
            NewDelivery(
                f"{alert.key}-{alert.status}-{channel.name}", channel.name, alert.key,
                own_payload(alert, channel.name, self._console_url, self._alerts.head_due(channel, now)),
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
        return frozenset((*(channel.name for channel in self._channels), *self.page_lanes))

    def channel_uses(self) -> tuple[ChannelUse, ...]:
        """How the channels for people stand, in the order of the file."""
        lanes = self.page_lanes.items()
        return tuple(
            ChannelUse(
                name, lane.channel.kind, lane.pace.is_up, lane.pace.used, lane.pace.limit,
                lane.pace.health().blocked_s, lane.pace.taken_at,
            )
            for name, lane in lanes
            if isinstance(lane, PageLane)
        )  # fmt: skip

    async def _record_taken(self, channel: Channel, delivery: Delivery, at: datetime) -> bool:
        """A message of a fault that a channel took is a notice, where its acceptance counts."""
        if not channel.counts or not FIRING[channel.format](delivery.body):
            return True
        notice = RecordNotice(incident_of(delivery.key), channel.name, delivery.id, at)
        return not isinstance(await self._engine.issue(notice), Unavailable)
