"""Lanes for people over a real store and fake far ends, with nothing of the engine: what is taken is marked so."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from opsmon.clock import Clock, WallClock
from opsmon.notify.channel import PageChannel
from opsmon.notify.kind.packing import WaitingNotice
from opsmon.notify.lane.message_composer import PageContext
from opsmon.notify.lane.orphan_pages import OrphanPages
from opsmon.notify.lane.page_lane import PageLane
from opsmon.notify.lane.page_rows import rows_of
from opsmon.notify.notice import Notice
from opsmon.notify.wire.page_sender import PageSender
from opsmon.store.parcel import ParcelReceipt, StoredParcel
from opsmon.store.parcel_store import ParcelStore
from opsmon.store.store import Store, open_store
from tests.support.notify.people import DIRECTORY, SHANGHAI


def link(notice: Notice, _person: str) -> str:
    return f"https://ops.invalid/i/{notice.incident}"


CONTEXT = PageContext("zh", SHANGHAI, DIRECTORY, link)


@dataclass
class PageHouse:
    """`accepted` and `told_of_failure` are what the engine would be told."""

    root: Path
    channels: tuple[PageChannel, ...]
    clock: Clock = field(default_factory=WallClock)
    accepted: list[tuple[str, str]] = field(default_factory=list)  # channel, delivery
    unknown: list[datetime | None] = field(default_factory=list)
    told_of_failure: list[tuple[str, str, str]] = field(default_factory=list)
    months: list[tuple[str, str, int, int]] = field(default_factory=list)  # of which people would be told
    wanted: Callable[[Notice], bool] = lambda _notice: True
    lanes: dict[str, PageLane] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.store: Store = open_store("sqlite:///var/opsmon.db", self.root)
        self.parcels = ParcelStore(self.store)

    def is_wanted(self, notice: Notice) -> bool:
        return self.wanted(notice)

    async def taken(
        self, channel: PageChannel, parcel: StoredParcel, told: Sequence[WaitingNotice], at: datetime
    ) -> bool:
        await asyncio.to_thread(self.store.commit, (), (), at, (ParcelReceipt(parcel.id, at),))
        self.accepted += [(channel.name, one.delivery) for one in told]
        self.unknown.append(parcel.unknown_since)
        self.changed.set()
        return True

    async def failed(self, channel: str, notice: WaitingNotice, reason: str) -> bool:
        self.told_of_failure.append((channel, notice.delivery, reason))
        self.changed.set()
        return True

    async def nearly_used(self, channel: str, month: str, used: int, per_month: int) -> bool:
        self.months.append((channel, month, used, per_month))
        self.changed.set()
        return True

    def rows_moved(self) -> None:
        for lane in self.lanes.values():
            lane.wake()

    def tell(self, *notices: Notice, by: str | None = None) -> None:
        """Writes the notices down for the first of their channels, as the pipeline does."""
        known = {channel.name: channel for channel in self.channels}
        rows = [
            row
            for notice in notices
            for row in rows_of(
                notice if notice.by else replace(notice, by=(by or self.channels[0].name,)),
                f"{notice.incident}-{notice.sequence}", known, DIRECTORY,
            )
        ]  # fmt: skip
        assert rows
        self.store.commit((), rows, self.clock.now())
        self.rows_moved()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        known = {channel.name: channel for channel in self.channels}
        async with PageSender(self.clock) as sender, asyncio.TaskGroup() as group:
            self.lanes = {
                name: PageLane(channel, known, CONTEXT, self.parcels, sender, self, self.clock)
                for name, channel in known.items()
            }
            orphans = OrphanPages(known, known, DIRECTORY, self.parcels, self, self.clock)
            tasks = [group.create_task(run) for run in (orphans.run(), *(lane.run() for lane in self.lanes.values()))]
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()

    async def until(self, ready: Callable[[], bool], longest_s: float = 60.0) -> None:
        async with asyncio.timeout(longest_s):
            while not ready():
                self.changed.clear()
                await self.changed.wait()

    async def idle(self) -> None:
        """Until no lane can send anything now."""
        async with asyncio.timeout(60):
            for lane in self.lanes.values():
                lane.wake()
                await lane.idle.wait()
