"""The lanes of the channels of `rules/oncall.yaml`, and what their messages are worded by."""

from collections.abc import Callable
from dataclasses import dataclass

from opsmon.clock import Clock
from opsmon.config.root import Root
from opsmon.daemon.engine_rules import rules_of
from opsmon.engine.world import World
from opsmon.notify.channel import Channel, ChannelKind
from opsmon.notify.lane.alertmanager_feed import AlertmanagerFeed
from opsmon.notify.lane.message_composer import Link, PageContext
from opsmon.notify.lane.orphan_pages import OrphanPages
from opsmon.notify.lane.outbox import AnyLane
from opsmon.notify.lane.page_lane import PageLane
from opsmon.notify.lane.page_port import MessageSender, PagePort, ParcelBox
from opsmon.notify.registry import KINDS
from opsmon.notify.words.voice import RenderContext, count_behind, device_titles_of, titles_of
from opsmon.text.bilingual import Text


@dataclass(frozen=True, slots=True)
class LaneParts:
    """What all lanes have in common."""

    parcels: ParcelBox
    sender: MessageSender
    port: PagePort
    clock: Clock
    world: Callable[[], World]


def page_lanes_of(root: Root, parts: LaneParts, link: Link) -> dict[str, AnyLane]:
    """A lane for each channel that plans can name, and a feed for each Alertmanager of the v2 API."""
    channels = {channel.name: channel for channel in root.oncall.channels if channel.kind in KINDS}
    http = root.settings.http
    context = PageContext(
        str(root.settings.language), root.settings.timezone, root.oncall.directory, link, http.public_url or http.url
    )
    lanes: dict[str, AnyLane] = {
        name: PageLane(channel, channels, context, parts.parcels, parts.sender, parts.port, parts.clock)
        for name, channel in channels.items()
    }
    for channel in root.oncall.channels:
        if channel.kind is ChannelKind.ALERTMANAGER_V2:
            lanes[channel.name] = AlertmanagerFeed(channel, parts.world, voice_of(root), parts.clock)
    return lanes


def orphan_pages_of(root: Root, parts: LaneParts) -> OrphanPages:
    """What settles messages to people whose channel is no longer in the root."""
    channels = {channel.name: channel for channel in root.oncall.channels if channel.kind in KINDS}
    served = (*channels, *(webhook.name for webhook in webhooks_of(root)))
    return OrphanPages(served, channels, root.oncall.directory, parts.parcels, parts.port, parts.clock)


def webhooks_of(root: Root) -> tuple[Channel, ...]:
    """Those of the settings, and those of `rules/oncall.yaml` that are the same: they hear of every alert."""
    more = tuple(
        Channel(channel.name, channel.urls[0], "alertmanager", channel.secret, channel.timeout_s)
        for channel in root.oncall.channels
        if channel.kind is ChannelKind.ALERTMANAGER_V4 and channel.urls
    )
    return (*root.settings.webhooks, *more)


def voice_of(root: Root) -> RenderContext:
    """The words of a root."""
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
        shifts=_shift_titles(root),
        tasks=_task_titles(root),
    )


def _shift_titles(root: Root) -> dict[tuple[str, str], Text]:
    """Rota and shift as people call them."""
    return {
        (rota.name, shift.name): _both(rota.title or Text(rota.name), Text(" "), rota.shift_title(shift.name))
        for rota in root.oncall.rules.rotas.values()
        for shift in rota.shifts
    }


def _task_titles(root: Root) -> dict[tuple[str, str], Text]:
    """Clause, what it wants and whose contract it is."""
    return {
        (name, one.id): _both(Text(f"{one.id} "), one.what, Text(" ("), rules.contract.title, Text(")"))
        for name, rules in root.contracts.items()
        for one in rules.obligations
    }


def _both(*parts: Text) -> Text:
    return Text("".join(part.en for part in parts), "".join(part.in_("zh") for part in parts))
