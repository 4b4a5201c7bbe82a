"""The way of notices to one channel for people: packed into few messages, within its windows, in the order of need.

One message at a time to a group or a person, so that what is over never overtakes what began. A message and what it
tells are written down before the first attempt and repeated as they are. What the channel cannot take in time goes to
the next of the notice's channels; what has no other waits here, however long, and is told as it stands then.
"""

import asyncio
import logging
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from opsmon.clock import Clock
from opsmon.errors import StoreError
from opsmon.notify.channel import PageChannel
from opsmon.notify.kind.packing import WaitingNotice
from opsmon.notify.lane.fail_over import Hindrance, hindrance_of, seconds_of_patience
from opsmon.notify.lane.message_composer import Composed, MessageComposer, PageContext
from opsmon.notify.lane.page_attempt import PageAttempts
from opsmon.notify.lane.page_pace import PagePace
from opsmon.notify.lane.page_port import MessageSender, PagePort, ParcelBox
from opsmon.notify.lane.page_rows import Channels, identity_of, rows_of
from opsmon.notify.lane.window import GATHER_S
from opsmon.notify.notice import read_notice
from opsmon.store.parcel import NewParcel, StoredParcel, WaitingDelivery

log = logging.getLogger(__name__)
MAX_ROWS = 2_000
_STORE_PAUSE_S = 1.0
_MAX_SLEEP_S = 5.0
_SOON_S = 1.0  # what may go out so soon is waited for at the end


@dataclass(frozen=True, slots=True)
class _Work:
    """What is owed to a group ("") or a person."""

    parcel: StoredParcel | None
    waiting: tuple[WaitingNotice, ...]


class PageLane:
    """Everything that waits for one channel for people. `channels` are all of them, to fail over to."""

    def __init__(
        self,
        channel: PageChannel,
        channels: Channels,
        context: PageContext,
        store: ParcelBox,
        transport: MessageSender,
        port: PagePort,
        clock: Clock,
    ) -> None:
        self.channel, self._channels, self._context = channel, channels, context
        self._store, self._port, self._clock = store, port, clock
        self._writer = MessageComposer(channel, context)
        self.pace = PagePace(channel, self._writer.kind.limits, context.zone, clock)
        self._attempts = PageAttempts(channel, self._writer, self.pace, store, transport, port, clock)
        self._wake = asyncio.Event()
        self.idle = asyncio.Event()
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._failed: set[str] = set()  # told to the engine already
        self._read: dict[str, WaitingNotice] = {}  # those of the last pass that still wait: a row never changes
        self.tries_all_now = False

    @property
    def results(self) -> Mapping[str, int]:
        """How many attempts ended how."""
        return self._attempts.results

    def wake(self) -> None:
        self.idle.clear()
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled. A store that cannot be read or written is waited for."""
        try:
            async with asyncio.TaskGroup() as group:
                while True:
                    try:
                        await self._pass(group)
                    except StoreError as error:
                        log.error("outbox of %s: the store failed: %s", self.channel.name, error)
                        await asyncio.sleep(_STORE_PAUSE_S)
        finally:
            self._under_way.clear()

    async def _pass(self, group: asyncio.TaskGroup) -> None:
        """Starts what may go now, and sleeps until something else may. Whoever had a message under way waits for the
        next pass: one that ends while we read may show as it was before."""
        self._wake.clear()
        busy = frozenset(self._under_way)
        await self.pace.load(self._store)
        parcels = await asyncio.to_thread(self._store.open_parcels, self.channel.name)
        rows = await asyncio.to_thread(self._store.waiting, self.channel.name, MAX_ROWS)
        waiting = await self._redirect(await self._wanted(rows))
        parcels = await self._look_at(parcels, busy)
        pause_s = _MAX_SLEEP_S
        for person, work in _by_person(parcels, waiting).items():
            if person not in busy:
                pause_s = min(pause_s, await self._advance(group, person, work))
        await self._sleep(pause_s)

    async def _sleep(self, pause_s: float) -> None:
        if not self._under_way and pause_s > _SOON_S and not self._wake.is_set():
            self.idle.set()
        try:
            async with asyncio.timeout(max(0.01, pause_s)):
                await self._wake.wait()
        except TimeoutError:
            pass
        self.idle.clear()

    async def _wanted(self, rows: Sequence[WaitingDelivery]) -> list[WaitingNotice]:
        """The rows as notices, without those of which nobody is to be told any more."""
        kept: list[WaitingNotice] = []
        withdrawn: dict[str, list[str]] = {}
        for row in rows:
            try:
                one = self._read.get(row.id) or waiting_notice(row)
            except ValueError:
                withdrawn.setdefault("the row holds no notice", []).append(row.id)
                continue
            if self._port.is_wanted(one.notice):
                kept.append(one)
            else:
                withdrawn.setdefault("nobody is to be told any more", []).append(row.id)
        for reason, names in withdrawn.items():
            await asyncio.to_thread(self._store.withdraw, names, self._clock.now(), reason)
        self._read = {one.delivery: one for one in kept}
        return kept

    async def _redirect(self, waiting: Sequence[WaitingNotice]) -> list[WaitingNotice]:
        """What stays here; the rest went another way."""
        now, health, kept = self._clock.now(), self.pace.health(), []
        for one in waiting:
            hindrance = hindrance_of(one, health, now)
            hindrance = Hindrance.REFUSED if one.delivery in self._attempts.refused else hindrance
            if hindrance is None or not await self._move(one, hindrance, now):
                kept.append(one)
        return kept

    async def _move(self, one: WaitingNotice, hindrance: Hindrance, now: datetime) -> bool:
        """Whether it went another way; where there is none the engine is told, once."""
        told = replace(one.notice, instead_of=self.channel.name, why=hindrance.value)
        identity = identity_of(one.delivery, self.channel.name, one.notice)
        rows = rows_of(told, identity, self._channels, self._context.directory)
        if rows:
            log.warning("outbox of %s: %s goes to %s: %s", self.channel.name, one.delivery, rows[0].channel, hindrance)
            await asyncio.to_thread(self._store.move, [one.delivery], rows, now, f"goes to {rows[0].channel}")
            self._port.rows_moved()
            return True
        await self._tell_failed(one, hindrance)
        return False

    async def _tell_failed(self, one: WaitingNotice, hindrance: Hindrance) -> None:
        if one.delivery not in self._failed and await self._port.failed(self.channel.name, one, hindrance.value):
            self._failed.add(one.delivery)

    async def _look_at(self, parcels: Iterable[StoredParcel], busy: Collection[str]) -> tuple[StoredParcel, ...]:
        """Takes those apart that hold something which should go another way, and are not being sent; the others."""
        kept, apart = list[StoredParcel](), set[str]()
        for parcel in parcels:
            is_busy = parcel.person in busy or parcel.id in self._attempts.taken or not parcel.attempts
            if not is_busy and await self._should_go_apart(parcel):
                await asyncio.to_thread(self._store.take_apart, parcel.id, self._clock.now())
                self._wake.set()
                apart.add(parcel.id)
            elif parcel.follows not in apart:
                kept.append(parcel)
        return tuple(kept)

    async def _should_go_apart(self, parcel: StoredParcel) -> bool:
        """Where something in it is not wanted any more, too. What is late and has no other way is told of, and stays
        in it."""
        now, health, found = self._clock.now(), self.pace.health(), False
        for row in await asyncio.to_thread(self._store.packed, parcel.id):
            one = waiting_notice(row)
            found = found or not self._port.is_wanted(one.notice)
            hindrance = hindrance_of(one, health, now)
            if hindrance is None:
                continue
            if self._has_other_way(one):
                found = True
            else:
                await self._tell_failed(one, hindrance)
        return found

    def _has_other_way(self, one: WaitingNotice) -> bool:
        return bool(rows_of(one.notice, "", self._channels, self._context.directory))

    async def _advance(self, group: asyncio.TaskGroup, person: str, work: _Work) -> float:
        """Starts the next message of a group or a person; else how many seconds until there may be one."""
        if work.parcel is not None:
            pause_s = 0.0 if work.parcel.id in self._attempts.taken else self._pause_of(work.parcel)
            if pause_s <= 0:
                self._start(group, person, work.parcel, is_begun=False)
            return pause_s if pause_s > 0 else _MAX_SLEEP_S
        if not work.waiting:
            return _MAX_SLEEP_S
        waiting = self._attempts.alone(work.waiting)
        now = self._clock.now()
        composed = self._writer.compose(waiting, person, self._attempts.room, now)
        pause_s = max(
            0.0 if composed.is_full else _gather_s(waiting, now),
            self.pace.pause_s(person, urgent=composed.is_urgent, full=composed.is_full),
        )
        if pause_s > 0:
            return min((pause_s, *(max(0.05, seconds_of_patience(one, now)) for one in waiting if one.notice.by)))
        self._start(group, person, await self._make(person, composed, now), is_begun=True)
        return _MAX_SLEEP_S

    def _pause_of(self, parcel: StoredParcel) -> float:
        due_s = min((parcel.next_attempt_at - self._clock.now()).total_seconds(), self.pace.longest_wait_s)
        due_s = 0.0 if self.tries_all_now else due_s
        return max(due_s, self.pace.pause_s(parcel.person, urgent=True, full=True))

    async def _make(self, person: str, composed: Composed, now: datetime) -> StoredParcel:
        """Writes the messages down, and that the first attempt begins."""
        names = [secrets.token_hex(8) for _ in composed.bodies]
        made = [
            NewParcel(
                name, self.channel.name, person, body,
                composed.deliveries if place == 0 else (), follows="" if place == 0 else names[0],
            )
            for place, (name, body) in enumerate(zip(names, composed.bodies, strict=True))
        ]  # fmt: skip
        await asyncio.to_thread(self._store.send_first, made, now)
        return StoredParcel(names[0], person, made[0].body, composed.deliveries, 1, now, None, now)

    def _start(self, group: asyncio.TaskGroup, person: str, parcel: StoredParcel, *, is_begun: bool) -> None:
        self._under_way[person] = group.create_task(self._attempt(person, parcel, is_begun=is_begun))

    async def _attempt(self, person: str, parcel: StoredParcel, *, is_begun: bool) -> None:
        try:
            await self._attempts.attempt(parcel, is_begun=is_begun)
            await self._tell_of_month()
        except StoreError as error:
            log.error("outbox of %s: the store failed: %s", self.channel.name, error)
            await asyncio.sleep(_STORE_PAUSE_S)
        finally:
            self._under_way.pop(person, None)
            self.tries_all_now = False
            self._wake.set()

    async def _tell_of_month(self) -> None:
        news = self.pace.nearly_used
        if news is not None and await self._port.nearly_used(self.channel.name, *news):
            self.pace.told_of_month()


def waiting_notice(row: WaitingDelivery) -> WaitingNotice:
    """The notice of a row. Raises ValueError where it holds none."""
    return WaitingNotice(row.id, row.position, read_notice(row.body), row.created_at)


def _by_person(parcels: Iterable[StoredParcel], waiting: Iterable[WaitingNotice]) -> dict[str, _Work]:
    """The oldest parcel of each, and what waits behind it."""
    found: dict[str, _Work] = {}
    for parcel in parcels:
        found.setdefault(parcel.person, _Work(parcel, ()))
    rows: dict[str, list[WaitingNotice]] = {}
    for one in waiting:
        rows.setdefault(one.notice.to, []).append(one)
    for person, owed in rows.items():
        found[person] = replace(found.get(person, _Work(None, ())), waiting=tuple(owed))
    return found


def _gather_s(waiting: Sequence[WaitingNotice], now: datetime) -> float:
    """Until what fails together with the oldest has had time to come."""
    oldest = min(one.created_at for one in waiting)
    return min(GATHER_S, GATHER_S - (now - oldest).total_seconds())
