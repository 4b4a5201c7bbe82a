"""A message is sent once, however slowly the store is read beside its attempt."""

import asyncio
import threading
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from opsmon.notify.channel import ChannelKind, PageChannel
from opsmon.notify.kind.packing import WaitingNotice
from opsmon.store.parcel import StoredParcel, WaitingDelivery
from opsmon.store.parcel_store import ParcelStore
from opsmon.store.store import Store
from tests.support.notify.fake_robots import FakeRobot, running
from tests.support.notify.page_rig import PageHouse
from tests.support.notify.people import FAULT, KEY, robot


class SlowReader(ParcelStore):
    """Once it has shown a parcel that is under way, it reads no further until that was taken."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.has_shown, self.is_taken = threading.Event(), threading.Event()

    def open_parcels(self, channel: str) -> tuple[StoredParcel, ...]:
        found = super().open_parcels(channel)
        if found:
            self.has_shown.set()
        return found

    def waiting(self, channel: str, limit: int) -> tuple[WaitingDelivery, ...]:
        if self.has_shown.is_set():
            assert self.is_taken.wait(60)
        return super().waiting(channel, limit)


class LateHouse(PageHouse):
    """The parcel is marked taken when the lane has read that it is not."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.reader = self.parcels = SlowReader(self.store)

    async def taken(
        self, channel: PageChannel, parcel: StoredParcel, told: Sequence[WaitingNotice], at: datetime
    ) -> bool:
        self.lanes[channel.name].wake()  # a new row comes
        assert await asyncio.to_thread(self.reader.has_shown.wait, 60)
        settled = await super().taken(channel, parcel, told, at)
        self.reader.is_taken.set()
        return settled


async def test_a_parcel_that_is_taken_while_the_lane_reads_is_not_sent_again(tmp_path: Path) -> None:
    far = FakeRobot(ChannelKind.WECOM, KEY)
    async with running(far):
        house = LateHouse(tmp_path, (robot(far.kind, far.url),))
        async with house.running():
            house.tell(FAULT)
            await house.until(lambda: bool(house.accepted))
            await house.idle()
    assert len(far.texts) == 1
