"""Deliveries that are owed: written with the events that cause them, kept until somebody took them or never will.

Of each channel and key only the oldest unfinished delivery is given out, so that a later one never overtakes it. What
was never tried comes first, then what has waited longest for its turn: deliveries that a receiver never takes cannot
hold up the others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, delete, func, insert, select, update

from opsmon.model.name import IncidentId
from opsmon.store.schema import outbox, parcel, parcel_delivery

WAITING, DELIVERED, DEAD = "waiting", "delivered", "dead"


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """Something to tell a channel. Deliveries of one channel and `key` are made in the order of their writing."""

    id: str
    channel: str
    key: str
    body: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery that is owed; `attempts` have failed so far."""

    id: str
    channel: str
    key: str
    body: str
    attempts: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class OwedDelivery:
    """A delivery and how it stands, without its body: `waiting` for somebody to take it, `dead`, or settled.

    Of one that waits in a parcel `attempts`, `error` and `next_attempt_at` are the parcel's."""

    id: str
    channel: str
    key: str
    state: str
    attempts: int
    error: str
    created_at: datetime
    next_attempt_at: datetime


def alert_key(incident: IncidentId, *clock: str) -> str:
    """The key of an alert: of an incident, or of the clock with this clause and target. Each alert is told in its
    order; one that a receiver never takes holds up no other, not even of the same incident."""
    return "/".join((incident, *clock))


def incident_of(key: str) -> IncidentId:
    """The incident that an alert with this key is about."""
    return IncidentId(key.partition("/")[0])


def delivery_id(incident: IncidentId, sequence: int, channel: str) -> str:
    """The name of a delivery, the same on every attempt and after every restart."""
    return f"{incident}-{sequence}-{channel}"


def time_text(at: datetime) -> str:
    """A time that sorts as text: UTC, always with microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def not_yet_owed(connection: Connection, deliveries: Sequence[NewDelivery]) -> Sequence[NewDelivery]:
    """Those that are not there: a commit without an event leaves no head by which its repetition could be known."""
    there = select(outbox.c.id).where(outbox.c.id.in_([one.id for one in deliveries]))
    known = set(connection.execute(there).scalars()) if deliveries else set()
    return [one for one in deliveries if one.id not in known]


def add_deliveries(connection: Connection, deliveries: Sequence[NewDelivery], now: datetime) -> None:
    at = time_text(now)
    rows = [
        {
            "id": delivery.id,
            "channel": delivery.channel,
            "key": delivery.key,
            "body": delivery.body,
            "state": WAITING,
            "attempts": 0,
            "created_at": at,
            "next_attempt_at": at,
            "error": "",
        }
        for delivery in deliveries
    ]
    connection.execute(insert(outbox), rows)


def due_deliveries(
    connection: Connection, now: datetime, limit: int, channel: str | None = None
) -> tuple[Delivery, ...]:
    """The oldest unfinished delivery of each key (of one channel or of all), where its next attempt is due."""
    query = (
        select(outbox)
        .where(outbox.c.position.in_(_oldest(channel)), outbox.c.next_attempt_at <= time_text(now))
        .order_by(outbox.c.attempts > 0, outbox.c.next_attempt_at, outbox.c.position)
        .limit(limit)
    )
    return tuple(
        Delivery(row.id, row.channel, row.key, row.body, row.attempts, datetime.fromisoformat(row.created_at))
        for row in connection.execute(query)
    )


def unfinished_deliveries(connection: Connection, states: Sequence[str], limit: int) -> tuple[OwedDelivery, ...]:
    """What waits, or is given up, with what went wrong: what failed most often first."""
    query = _owed().where(outbox.c.state.in_(states)).limit(limit)
    return tuple(_as_owed(row) for row in connection.execute(query))


def delivery_of(connection: Connection, identity: str) -> OwedDelivery | None:
    """The delivery of this id, whatever became of it; None where there is none (any more)."""
    row = connection.execute(_owed().where(outbox.c.id == identity)).one_or_none()
    return None if row is None else _as_owed(row)


def _owed() -> Select[*tuple[Any, ...]]:
    """Deliveries, each with the parcel that carries it now; what failed most often first."""
    attempts = outbox.c.attempts + func.coalesce(parcel.c.attempts, 0)
    carried = and_(parcel.c.id == parcel_delivery.c.parcel, parcel.c.state == WAITING)
    return (
        select(
            outbox.c.id, outbox.c.channel, outbox.c.key, outbox.c.state, outbox.c.created_at,
            attempts.label("attempts"),
            func.coalesce(parcel.c.error, outbox.c.error).label("error"),
            func.coalesce(parcel.c.next_attempt_at, outbox.c.next_attempt_at).label("next_attempt_at"),
        )
        .outerjoin(parcel_delivery, parcel_delivery.c.delivery == outbox.c.id)
        .outerjoin(parcel, carried)
        .order_by(attempts.desc(), outbox.c.position)
    )  # fmt: skip


def _as_owed(row: Row[*tuple[Any, ...]]) -> OwedDelivery:
    return OwedDelivery(
        row.id, row.channel, row.key, row.state, row.attempts, row.error,
        datetime.fromisoformat(row.created_at), datetime.fromisoformat(row.next_attempt_at),
    )  # fmt: skip


def revive(connection: Connection, identity: str, now: datetime) -> bool:
    """A dead letter waits again, in no parcel, to be tried at once; False where there is no such one."""
    values = {"state": WAITING, "next_attempt_at": time_text(now), "finished_at": None, "attempts": 0, "error": ""}
    dead = (outbox.c.id == identity, outbox.c.state == DEAD)
    if not connection.execute(update(outbox).where(*dead).values(**values)).rowcount:
        return False
    connection.execute(delete(parcel_delivery).where(parcel_delivery.c.delivery == identity))
    return True


def count_failing(connection: Connection, attempts: int) -> Mapping[str, int]:
    """How many deliveries that wait have failed so many times or more, by channel."""
    query = (
        select(outbox.c.channel, func.count())
        .where(outbox.c.state == WAITING, outbox.c.attempts >= attempts)
        .group_by(outbox.c.channel)
    )
    return {row.channel: row[1] for row in connection.execute(query)}


def hasten(connection: Connection, channel: str, now: datetime) -> None:
    """Everything that waits for a channel may be attempted now."""
    waiting = (outbox.c.state == WAITING, outbox.c.channel == channel, outbox.c.next_attempt_at > time_text(now))
    connection.execute(update(outbox).where(*waiting).values(next_attempt_at=time_text(now)))


def earliest_attempt(connection: Connection, channel: str | None = None) -> datetime | None:
    """When the next delivery (of one channel or of all) may be attempted."""
    query = select(func.min(outbox.c.next_attempt_at)).where(outbox.c.position.in_(_oldest(channel)))
    earliest = connection.execute(query).scalar()
    return None if earliest is None else datetime.fromisoformat(earliest)


def finish(connection: Connection, delivery: str, state: str, now: datetime, error: str = "") -> None:
    values = {"state": state, "finished_at": time_text(now), "error": error, "attempts": outbox.c.attempts + 1}
    connection.execute(update(outbox).where(outbox.c.id == delivery).values(**values))


def postpone(connection: Connection, delivery: str, next_attempt_at: datetime, error: str) -> None:
    values = {"next_attempt_at": time_text(next_attempt_at), "error": error, "attempts": outbox.c.attempts + 1}
    connection.execute(update(outbox).where(outbox.c.id == delivery).values(**values))


def count_waiting(connection: Connection) -> Mapping[str, int]:
    query = select(outbox.c.channel, func.count()).where(outbox.c.state == WAITING).group_by(outbox.c.channel)
    return {row.channel: row[1] for row in connection.execute(query)}


def forget_finished(connection: Connection, before: datetime) -> None:
    """Deletes what was finished before; the journal keeps the events that caused it."""
    connection.execute(outbox.delete().where(outbox.c.state != WAITING, outbox.c.finished_at < time_text(before)))


def _oldest(channel: str | None) -> Select[int | None]:
    query = select(func.min(outbox.c.position)).where(outbox.c.state == WAITING)
    if channel is not None:
        query = query.where(outbox.c.channel == channel)
    return query.group_by(outbox.c.channel, outbox.c.key)
