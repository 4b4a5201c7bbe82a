"""One attempt at a parcel, and what its outcome changes: in the store, in the journal, and for what is packed next."""

import asyncio
import json
import logging
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from opsmon.clock import Clock
from opsmon.errors import ConfigError, NotifyError
from opsmon.notify.channel import PageChannel
from opsmon.notify.kind.packing import WaitingNotice
from opsmon.notify.lane.fail_over import Hindrance
from opsmon.notify.lane.lane import DEAD, DELIVERED, RETRIED
from opsmon.notify.lane.message_composer import MessageComposer
from opsmon.notify.lane.page_pace import PagePace
from opsmon.notify.lane.page_port import MessageSender, PagePort, ParcelBox
from opsmon.notify.lane.retry import retry_wait_s
from opsmon.notify.message import Verdict, VerdictKind
from opsmon.notify.notice import read_notice
from opsmon.store.parcel import ParcelReceipt, StoredParcel

log = logging.getLogger(__name__)
_SMALLEST_ROOM = 1_024
_JOURNAL_PAUSE_S = 1.0


class PageAttempts:
    """`taken` are parcels that the channel took and that are not marked so yet. `room` is how many bytes a text may
    have: less than the limit after a channel called one too long. `refused` are deliveries that the channel refused for
    themselves."""

    def __init__(
        self,
        channel: PageChannel,
        writer: MessageComposer,
        pace: PagePace,
        store: ParcelBox,
        transport: MessageSender,
        port: PagePort,
        clock: Clock,
    ) -> None:
        self._channel, self._writer, self._pace = channel, writer, pace
        self._store, self._transport, self._port, self._clock = store, transport, port, clock
        self.room = writer.kind.limits.max_bytes
        self.taken: dict[str, datetime] = {}
        self.refused: set[str] = set()
        self._to_go_alone: set[str] = set()
        self.results = {DELIVERED: 0, RETRIED: 0, DEAD: 0}

    def alone(self, waiting: Sequence[WaitingNotice]) -> Sequence[WaitingNotice]:
        """What is to be packed next: one of those that were refused in company, else everything."""
        suspects = [one for one in waiting if one.delivery in self._to_go_alone]
        return suspects[:1] or waiting

    async def attempt(self, parcel: StoredParcel, *, is_begun: bool) -> None:
        """Sends the parcel, unless it was taken already, and settles the outcome. `is_begun`: the attempt is written
        down already. Raises StoreError."""
        if parcel.id not in self.taken:
            if not is_begun:
                await asyncio.to_thread(self._store.begin_attempt, parcel.id, self._clock.now())
                parcel = replace(
                    parcel, attempts=parcel.attempts + 1, unknown_since=parcel.unknown_since or parcel.attempted_at
                )
            self._pace.began(parcel.person)
            verdict = await self._verdict(parcel)
            if verdict is None:
                return
            if verdict.kind is not VerdictKind.TAKEN:
                await self._not_taken(parcel, verdict)
                return
            self._pace.succeeded()
            self.results[DELIVERED] += 1
            self.taken[parcel.id] = self._clock.now()
        await self._finish(parcel)

    async def _verdict(self, parcel: StoredParcel) -> Verdict | None:
        """What the channel says; None where it says nothing, which is settled here."""
        try:
            return await self._send(parcel)
        except ConfigError as error:  # a key that is a reference to nothing: nothing was sent
            return Verdict(VerdictKind.CHANNEL_DOWN, str(error))
        except KeyError:
            return Verdict(VerdictKind.REFUSED, "nobody knows any more where the person is reached")
        except NotifyError as error:
            await self._no_answer(parcel, error)
        except Exception as error:
            log.exception("outbox of %s: parcel %s failed unexpectedly", self._channel.name, parcel.id)
            await self._no_answer(parcel, NotifyError(type(error).__name__, retryable=True))
        return None

    async def _send(self, parcel: StoredParcel) -> Verdict:
        kind = self._writer.kind
        form = {**json.loads(parcel.body), **self._writer.address(parcel.person)}
        message = kind.sign(self._channel, form, parcel.id, self._clock.now())
        answer = await self._transport.send(message, self._channel)
        return kind.judge(answer, self._clock.now())

    async def _finish(self, parcel: StoredParcel) -> None:
        """The events and the mark in one commit; a parcel that tells nothing has no events."""
        at = self.taken[parcel.id]
        if not parcel.deliveries:
            await asyncio.to_thread(self._store.take, ParcelReceipt(parcel.id, at))
        elif not await self._port.taken(self._channel, parcel, await self._told(parcel), at):
            await asyncio.sleep(_JOURNAL_PAUSE_S)
            return
        self.taken.pop(parcel.id, None)
        self._to_go_alone.difference_update(parcel.deliveries)

    async def _told(self, parcel: StoredParcel) -> list[WaitingNotice]:
        rows = await asyncio.to_thread(self._store.packed, parcel.id)
        return [WaitingNotice(row.id, row.position, read_notice(row.body), row.created_at) for row in rows]

    async def _no_answer(self, parcel: StoredParcel, error: NotifyError) -> None:
        """Where it was not even reached it has not taken the parcel; else nobody knows."""
        self._pace.failed(reached=error.reached)
        await self._again(parcel, error.reason, retry_wait_s(parcel.attempts, random.random()), known=not error.reached)

    async def _not_taken(self, parcel: StoredParcel, verdict: Verdict) -> None:
        match verdict.kind:
            case VerdictKind.LATER:
                wait_s = await self._pace.asked_to_wait(verdict, self._store)
                await self._again(parcel, verdict.reason, wait_s, known=True)
            case VerdictKind.CHANNEL_DOWN:
                await self._again(parcel, verdict.reason, self._pace.went_down(), known=True)
            case VerdictKind.TOO_LONG if len(parcel.deliveries) > 1 or self.room > _SMALLEST_ROOM:
                self.room = max(_SMALLEST_ROOM, self.room // 2)
                await self._in_parts(parcel, verdict)
            case _ if len(parcel.deliveries) > 1:
                self._to_go_alone |= set(parcel.deliveries)
                await self._in_parts(parcel, verdict)
            case _:
                await self._refused(parcel, verdict)

    async def _again(self, parcel: StoredParcel, reason: str, wait_s: float, *, known: bool) -> None:
        self.results[RETRIED] += 1
        log.warning(
            "outbox of %s: parcel %s (%d in it) was not taken (attempt %d): %s; next attempt in %.1f s",
            self._channel.name, parcel.id, len(parcel.deliveries), parcel.attempts, reason, wait_s,
        )  # fmt: skip
        again = self._clock.now() + timedelta(seconds=min(wait_s, self._pace.longest_wait_s))
        await asyncio.to_thread(lambda: self._store.end_attempt(parcel.id, again, reason, known=known))

    async def _in_parts(self, parcel: StoredParcel, verdict: Verdict) -> None:
        self.results[RETRIED] += 1
        log.warning("outbox of %s: parcel %s goes in parts: %s", self._channel.name, parcel.id, verdict.reason)
        await asyncio.to_thread(self._store.take_apart, parcel.id, self._clock.now())

    async def _refused(self, parcel: StoredParcel, verdict: Verdict) -> None:
        """The channel will never take this one: another may; where there is none it is a dead letter."""
        told = await self._told(parcel)
        if told and any(one.notice.by for one in told):
            self.refused |= set(parcel.deliveries)
            await self._in_parts(parcel, verdict)
            return
        self.results[DEAD] += 1
        log.error("outbox of %s: parcel %s was given up: %s", self._channel.name, parcel.id, verdict.reason)
        for one in told:
            await self._port.failed(self._channel.name, one, Hindrance.REFUSED.value)
        await asyncio.to_thread(self._store.bury, parcel.id, self._clock.now(), verdict.reason)
