"""Parcels: one message of a channel for people, with the deliveries that it tells.

A parcel and its body are written before the first attempt and stay the same to the last, so that a restart repeats the
very message. A delivery that is in a parcel is in no other; one whose parcel is taken apart waits as before. The body
of a parcel that is done is erased: it may hold phone numbers. Requests are kept, so that a channel's windows
and its month outlive a restart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from opsmon.store.outbox import DEAD, DELIVERED, WAITING, NewDelivery, add_deliveries, time_text
from opsmon.store.schema import channel_ban, channel_request, outbox, parcel, parcel_delivery

MOVED, WITHDRAWN, TAKEN_APART = "moved", "withdrawn", "taken_apart"


@dataclass(frozen=True, slots=True)
class WaitingDelivery:
    """A delivery that is in no parcel; `position` is its place in the order of writing."""

    position: int
    id: str
    key: str
    body: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class NewParcel:
    """`person` is whom it goes to, "" for a group; `follows` the parcel that has to be taken before."""

    id: str
    channel: str
    person: str
    body: str
    deliveries: tuple[str, ...]
    follows: str = ""


@dataclass(frozen=True, slots=True)
class StoredParcel:
    """A parcel that nobody took yet. `attempted_at` is the begin of an attempt whose outcome is not known, and
    `unknown_since` that of the earliest such attempt."""

    id: str
    person: str
    body: str
    deliveries: tuple[str, ...]
    attempts: int
    attempted_at: datetime | None
    unknown_since: datetime | None
    next_attempt_at: datetime
    follows: str = ""


@dataclass(frozen=True, slots=True)
class ParcelReceipt:
    """A channel took the parcel at `at`."""

    parcel: str
    at: datetime


def waiting_deliveries(connection: Connection, channel: str, limit: int) -> tuple[WaitingDelivery, ...]:
    """What waits for the channel and is in no parcel, oldest first."""
    packed = select(parcel_delivery.c.delivery)
    query = (
        select(outbox)
        .where(outbox.c.state == WAITING, outbox.c.channel == channel, outbox.c.id.not_in(packed))
        .order_by(outbox.c.position)
        .limit(limit)
    )
    return tuple(_waiting(row) for row in connection.execute(query))


def packed_deliveries(connection: Connection, identity: str) -> tuple[WaitingDelivery, ...]:
    """What a parcel tells, in order."""
    query = (
        select(outbox)
        .join(parcel_delivery, parcel_delivery.c.delivery == outbox.c.id)
        .where(parcel_delivery.c.parcel == identity)
        .order_by(parcel_delivery.c.position)
    )
    return tuple(_waiting(row) for row in connection.execute(query))


def _waiting(row: Row[tuple[object, ...]]) -> WaitingDelivery:
    return WaitingDelivery(row.position, row.id, row.key, row.body, datetime.fromisoformat(row.created_at))


def open_parcels(connection: Connection, channel: str) -> tuple[StoredParcel, ...]:
    """Those that are not done, in the order in which they were made."""
    query = select(parcel).where(parcel.c.state == WAITING, parcel.c.channel == channel).order_by(parcel.c.position)
    return tuple(_stored(row, _deliveries_of(connection, row.id)) for row in connection.execute(query).all())


def _stored(row: Row[tuple[object, ...]], deliveries: tuple[str, ...]) -> StoredParcel:
    return StoredParcel(
        row.id, row.person, row.body, deliveries, row.attempts, _moment(row.attempted_at), _moment(row.unknown_since),
        datetime.fromisoformat(row.next_attempt_at), row.follows,
    )  # fmt: skip


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _deliveries_of(connection: Connection, identity: str) -> tuple[str, ...]:
    query = (
        select(parcel_delivery.c.delivery)
        .where(parcel_delivery.c.parcel == identity)
        .order_by(parcel_delivery.c.position)
    )
    return tuple(row.delivery for row in connection.execute(query))


def add_parcels(connection: Connection, parcels: Sequence[NewParcel], now: datetime) -> None:
    at = time_text(now)
    for one in parcels:
        values = {"state": WAITING, "attempts": 0, "created_at": at, "next_attempt_at": at, "error": ""}
        connection.execute(
            insert(parcel).values(
                id=one.id, channel=one.channel, person=one.person, body=one.body, follows=one.follows, **values
            )
        )
        held = [{"parcel": one.id, "delivery": name} for name in one.deliveries]
        if held:
            connection.execute(insert(parcel_delivery), held)


def begin_attempt(connection: Connection, identity: str, now: datetime) -> None:
    """An attempt before it whose outcome nobody learned is remembered; the request counts against the window."""
    at = time_text(now)
    unknown_since = func.coalesce(parcel.c.unknown_since, parcel.c.attempted_at)
    values = {"attempts": parcel.c.attempts + 1, "unknown_since": unknown_since, "attempted_at": at}
    connection.execute(update(parcel).where(parcel.c.id == identity).values(**values))
    channel = select(parcel.c.channel).where(parcel.c.id == identity).scalar_subquery()
    person = select(parcel.c.person).where(parcel.c.id == identity).scalar_subquery()
    connection.execute(insert(channel_request).values(channel=channel, person=person, at=at))


def end_attempt(connection: Connection, identity: str, next_attempt_at: datetime, error: str, *, known: bool) -> None:
    """It was not taken, or (not `known`) nobody knows whether it was."""
    values = {"next_attempt_at": time_text(next_attempt_at), "error": error}
    known_values = {"attempted_at": None} if known else {}
    connection.execute(update(parcel).where(parcel.c.id == identity).values(**values, **known_values))


def take(connection: Connection, receipt: ParcelReceipt) -> None:
    """The parcel and all that it tells are delivered. A second time changes nothing."""
    at = time_text(receipt.at)
    rows = select(parcel_delivery.c.delivery).where(parcel_delivery.c.parcel == receipt.parcel)
    done = {"state": DELIVERED, "finished_at": at, "error": "", "attempts": outbox.c.attempts + 1}
    connection.execute(update(outbox).where(outbox.c.id.in_(rows), outbox.c.state == WAITING).values(**done))
    _finish(connection, parcel.c.id == receipt.parcel, DELIVERED, at)


def take_apart(connection: Connection, identity: str, now: datetime) -> None:
    """What it tells waits again, in no parcel; what was to follow it goes nowhere."""
    connection.execute(delete(parcel_delivery).where(parcel_delivery.c.parcel == identity))
    _finish(connection, (parcel.c.id == identity) | (parcel.c.follows == identity), TAKEN_APART, time_text(now))


def bury(connection: Connection, identity: str, now: datetime, reason: str) -> None:
    """The channel will never take it: its deliveries are dead letters."""
    at = time_text(now)
    rows = select(parcel_delivery.c.delivery).where(parcel_delivery.c.parcel == identity)
    dead = {"state": DEAD, "finished_at": at, "error": reason, "attempts": outbox.c.attempts + 1}
    connection.execute(update(outbox).where(outbox.c.id.in_(rows), outbox.c.state == WAITING).values(**dead))
    _finish(connection, (parcel.c.id == identity) | (parcel.c.follows == identity), DEAD, at)


def _finish(connection: Connection, which: "ColumnElement[bool]", state: str, at: str) -> None:
    values = {"state": state, "finished_at": at, "body": "", "attempted_at": None}
    connection.execute(update(parcel).where(which, parcel.c.state == WAITING).values(**values))


def move(
    connection: Connection, deliveries: Sequence[str], instead: Sequence[NewDelivery], now: datetime, reason: str
) -> None:
    """These deliveries go another way; one of `instead` that is written already is not written again."""
    _end(connection, deliveries, MOVED, now, reason)
    known = {row.id for row in connection.execute(select(outbox.c.id).where(outbox.c.id.in_([d.id for d in instead])))}
    fresh = {one.id: one for one in instead if one.id not in known}
    if fresh:
        add_deliveries(connection, tuple(fresh.values()), now)


def withdraw(connection: Connection, deliveries: Sequence[str], now: datetime, reason: str) -> None:
    """Nobody wants to be told any more."""
    _end(connection, deliveries, WITHDRAWN, now, reason)


def give_up(connection: Connection, deliveries: Sequence[str], now: datetime, reason: str) -> None:
    """No channel can be told: dead letters, that may be tried again."""
    _end(connection, deliveries, DEAD, now, reason)


def _end(connection: Connection, deliveries: Sequence[str], state: str, now: datetime, reason: str) -> None:
    values = {"state": state, "finished_at": time_text(now), "error": reason}
    connection.execute(update(outbox).where(outbox.c.id.in_(deliveries), outbox.c.state == WAITING).values(**values))


def waiting_channels(connection: Connection) -> tuple[str, ...]:
    """Those for which something waits, in a parcel or in none."""
    return tuple(
        row.channel for row in connection.execute(select(outbox.c.channel).where(outbox.c.state == WAITING).distinct())
    )


def ban(connection: Connection, channel: str, until: datetime) -> None:
    """The channel wants to be left alone until then."""
    connection.execute(delete(channel_ban).where(channel_ban.c.channel == channel))
    connection.execute(insert(channel_ban).values(channel=channel, until=time_text(until)))


def banned_until(connection: Connection, channel: str) -> datetime | None:
    """What was last said of it, also where it is over; None for nothing."""
    found = connection.execute(select(channel_ban.c.until).where(channel_ban.c.channel == channel)).scalar()
    return None if found is None else datetime.fromisoformat(found)


def requests_since(connection: Connection, channel: str, since: datetime) -> tuple[tuple[str, datetime], ...]:
    """To whom ("" for a group) and when something was sent, taken or not."""
    query = (
        select(channel_request.c.person, channel_request.c.at)
        .where(channel_request.c.channel == channel, channel_request.c.at >= time_text(since))
        .order_by(channel_request.c.position)
    )
    return tuple((row.person, datetime.fromisoformat(row.at)) for row in connection.execute(query))


def forget_parcels(connection: Connection, before: datetime) -> None:
    """Deletes what was done before."""
    at = time_text(before)
    old = select(parcel.c.id).where(parcel.c.state != WAITING, parcel.c.finished_at < at)
    connection.execute(delete(parcel_delivery).where(parcel_delivery.c.parcel.in_(old)))
    connection.execute(delete(parcel).where(parcel.c.state != WAITING, parcel.c.finished_at < at))
    connection.execute(delete(channel_request).where(channel_request.c.at < at))
    connection.execute(delete(channel_ban).where(channel_ban.c.until < at))
