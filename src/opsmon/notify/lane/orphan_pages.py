"""What waits for a channel for people that nobody configures any more: it would wait for ever.

It goes to the next channel of its step, and says why; where there is none the page is told that it failed, so that the
next step comes, and the message is a dead letter.
"""

import asyncio
import logging
from collections.abc import Collection, Mapping
from dataclasses import replace

from opsmon.clock import Clock
from opsmon.errors import StoreError
from opsmon.notify.channel import Directory
from opsmon.notify.kind.packing import WaitingNotice
from opsmon.notify.lane.fail_over import Hindrance
from opsmon.notify.lane.lane import DEAD
from opsmon.notify.lane.page_port import PagePort, ParcelBox
from opsmon.notify.lane.page_rows import Channels, identity_of, rows_of
from opsmon.notify.notice import read_notice
from opsmon.store.parcel import WaitingDelivery

log = logging.getLogger(__name__)
_MAX_ROWS = 2_000
_AGAIN_S = 1.0
_LOOK_EVERY_S = 30.0


class OrphanPages:
    """`served` are the names of all channels that somebody carries messages to, of webhooks too; of the others what is
    no notice to people goes on waiting."""

    def __init__(
        self,
        served: Collection[str],
        channels: Channels,
        directory: Directory,
        store: ParcelBox,
        port: PagePort,
        clock: Clock,
    ) -> None:
        self._served, self._channels, self._directory = frozenset(served), channels, directory
        self._store, self._port, self._clock = store, port, clock
        self._wake = asyncio.Event()
        self.given_up: dict[str, int] = {}  # by channel

    @property
    def results(self) -> Mapping[tuple[str, str], int]:
        """How many were given up, by (channel, result)."""
        return {(channel, DEAD): count for channel, count in self.given_up.items()}

    def wake(self) -> None:
        """There are new rows."""
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled. A store or an engine that is not there is waited for."""
        while True:
            self._wake.clear()
            try:
                is_done = await self._pass()
            except StoreError as error:
                log.error("outbox: the store failed: %s", error)
                is_done = False
            if not is_done:
                await asyncio.sleep(_AGAIN_S)
                continue
            try:
                async with asyncio.timeout(_LOOK_EVERY_S):
                    await self._wake.wait()
            except TimeoutError:
                pass

    async def _pass(self) -> bool:
        """Whether nothing is left that has to be tried again soon."""
        is_done = True
        for channel in await asyncio.to_thread(self._store.waiting_channels):
            if channel not in self._served:
                is_done = await self._settle(channel) and is_done
        return is_done

    async def _settle(self, channel: str) -> bool:
        """A message that was on its way when its channel went is told again by another rather than never."""
        for parcel in await asyncio.to_thread(self._store.open_parcels, channel):
            await asyncio.to_thread(self._store.take_apart, parcel.id, self._clock.now())
        rows = await asyncio.to_thread(self._store.waiting, channel, _MAX_ROWS)
        notices = [one for row in rows if (one := _notice_in(row)) is not None]
        settled = [await self._settle_one(channel, one) for one in notices]
        return all(settled) and len(rows) < _MAX_ROWS

    async def _settle_one(self, channel: str, one: WaitingNotice) -> bool:
        now = self._clock.now()
        if not self._port.is_wanted(one.notice):
            await asyncio.to_thread(self._store.withdraw, [one.delivery], now, "nobody is to be told any more")
            return True
        told = replace(one.notice, instead_of=channel, why=Hindrance.REMOVED.value)
        rows = rows_of(told, identity_of(one.delivery, channel, one.notice), self._channels, self._directory)
        if rows:
            log.warning("outbox of %s: not configured any more, %s goes to %s", channel, one.delivery, rows[0].channel)
            await asyncio.to_thread(self._store.move, [one.delivery], rows, now, f"goes to {rows[0].channel}")
            self._port.rows_moved()
            return True
        return await self._give_up(channel, one)

    async def _give_up(self, channel: str, one: WaitingNotice) -> bool:
        """First the journal, then the outbox."""
        if not await self._port.failed(channel, one, Hindrance.REMOVED.value):
            return False
        self.given_up[channel] = self.given_up.get(channel, 0) + 1
        reason = "the channel is not configured any more, and there is no other"
        log.error("outbox of %s: %s was given up: %s", channel, one.delivery, reason)
        await asyncio.to_thread(self._store.give_up, [one.delivery], self._clock.now(), reason)
        return True


def _notice_in(row: WaitingDelivery) -> WaitingNotice | None:
    """None for the message of a webhook."""
    try:
        return WaitingNotice(row.id, row.position, read_notice(row.body), row.created_at)
    except ValueError:
        return None
