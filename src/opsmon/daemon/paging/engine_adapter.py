"""The engine behind the lanes of people's channels: what was taken or failed is journaled, what is held is not sent."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from opsmon.clock import Clock
from opsmon.engine.input import Command, RecordAccepted, RecordFailed, RecordNearlyUsed
from opsmon.engine.paging.wanted import is_wanted
from opsmon.engine.port import Answer, Unavailable
from opsmon.engine.world import World
from opsmon.model.name import ChannelName, IncidentId, PersonId
from opsmon.notify.channel import PageChannel
from opsmon.notify.kind.packing import WaitingNotice
from opsmon.notify.notice import Notice
from opsmon.store.parcel import ParcelReceipt, StoredParcel
from opsmon.store.parcel_store import ParcelStore

Settle = Callable[[Sequence[Command], ParcelReceipt], Awaitable[Answer]]


class EngineAdapter:
    """`settle` journals commands and marks a parcel in one commit, `issue` journals a command, `world` is the last."""

    def __init__(
        self,
        settle: Settle,
        issue: Callable[[Command], Awaitable[Answer]],
        world: Callable[[], World],
        parcels: ParcelStore,
        wake: Callable[[], None],
        clock: Clock,
    ) -> None:
        self._settle, self._issue, self._world = settle, issue, world
        self._parcels, self._wake, self._clock = parcels, wake, clock

    def is_wanted(self, notice: Notice) -> bool:
        return not notice.incident or is_wanted(self._world(), IncidentId(notice.incident), notice.sequence)

    async def taken(
        self, channel: PageChannel, parcel: StoredParcel, told: Sequence[WaitingNotice], at: datetime
    ) -> bool:
        receipt = ParcelReceipt(parcel.id, at)
        commands = [_accepted(channel, parcel, one, at) for one in told if one.notice.incident]
        if not commands:
            await asyncio.to_thread(self._parcels.take, receipt)
            return True
        return not isinstance(await self._settle(commands, receipt), Unavailable)

    async def failed(self, channel: str, notice: WaitingNotice, reason: str) -> bool:
        if not notice.notice.incident:
            return True
        told = RecordFailed(
            IncidentId(notice.notice.incident), notice.notice.sequence, ChannelName(channel), notice.delivery,
            self._clock.now(), reason,
        )  # fmt: skip
        return not isinstance(await self._issue(told), Unavailable)

    async def nearly_used(self, channel: str, month: str, used: int, per_month: int) -> bool:
        told = RecordNearlyUsed(ChannelName(channel), month, used, per_month)
        return not isinstance(await self._issue(told), Unavailable)

    def rows_moved(self) -> None:
        self._wake()


def _accepted(channel: PageChannel, parcel: StoredParcel, one: WaitingNotice, at: datetime) -> RecordAccepted:
    people = (one.notice.to,) if one.notice.to else one.notice.people
    return RecordAccepted(
        IncidentId(one.notice.incident),
        one.notice.sequence,
        ChannelName(channel.name),
        one.delivery,
        tuple(PersonId(person) for person in people),
        parcel.attempted_at or at,
        at,
        parcel.unknown_since,
    )
