"""Deliveries that are owed: written with the events that cause them, kept until somebody took them or never will.

Of each channel and key only the oldest unfinished delivery is given out, so that a later one never overtakes it. What
was never tried comes first, then what has waited longest for its turn: deliveries that a receiver never takes cannot
hold up the others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Select, func, insert, select, update

from opsmon.model.name import IncidentId
from opsmon.store.schema import outbox

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
    """A delivery that nobody took yet or will, without its body. `state` is `waiting` or `dead`."""

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
    query = (
        select(outbox)
        .where(outbox.c.state.in_(states))
        .order_by(outbox.c.attempts.desc(), outbox.c.position)
        .limit(limit)
    )
    return tuple(
        OwedDelivery(
            row.id, row.channel, row.key, row.state, row.attempts, row.error,
            datetime.fromisoformat(row.created_at), datetime.fromisoformat(row.next_attempt_at),
        )
        for row in connection.execute(query)
    )  # fmt: skip


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
