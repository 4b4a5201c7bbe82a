"""A short cut to a world: the fewest events that fold to it, as of one entry of the journal.

A snapshot is never needed. One that does not fit the journal, or that cannot be read, is passed over.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from opsmon.errors import StoreError
from opsmon.model.event import Event
from opsmon.store.chain import ChainHead
from opsmon.store.codec import SCHEMA_VERSION, decode_event, encode_event
from opsmon.store.schema import journal, snapshot

KEPT = 3


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`events` fold to the world as of `head`. What they do not tell of the past: `notices`, the alerts that each
    incident has sent by then, and `numbers`, how many incidents each day has had."""

    head: ChainHead
    at: datetime
    events: tuple[Event, ...]
    notices: Mapping[str, int]
    numbers: Mapping[str, int]


def save_snapshot(connection: Connection, new: Snapshot) -> None:
    """Writes it and drops all but the newest few."""
    connection.execute(delete(snapshot).where(snapshot.c.seq == new.head.seq))
    events = [encode_event(event) for event in new.events]
    body = {"schema": SCHEMA_VERSION, "events": events, "notices": new.notices, "numbers": new.numbers}
    row = {"seq": new.head.seq, "hash": new.head.hash, "at": new.at.isoformat()}
    connection.execute(insert(snapshot).values(**row, body=zlib.compress(json.dumps(body).encode(), 1)))
    old = connection.execute(select(snapshot.c.seq).order_by(snapshot.c.seq.desc()).offset(KEPT)).scalars().all()
    connection.execute(delete(snapshot).where(snapshot.c.seq.in_(old)))


def load_snapshot(connection: Connection) -> Snapshot | None:
    """The newest one whose head is in the journal and which this version understands."""
    known = snapshot.join(journal, (journal.c.seq == snapshot.c.seq) & (journal.c.hash == snapshot.c.hash))
    for row in connection.execute(select(snapshot).select_from(known).order_by(snapshot.c.seq.desc())):
        try:
            return _read(ChainHead(row.seq, row.hash), row.at, row.body)
        except (StoreError, ValueError, TypeError, KeyError, zlib.error):
            continue
    return None


def _read(head: ChainHead, at: str, body: bytes) -> Snapshot:
    document = json.loads(zlib.decompress(body))
    events = tuple(decode_event(name, payload, document["schema"]) for name, payload in document["events"])
    return Snapshot(head, datetime.fromisoformat(at), events, document["notices"], document["numbers"])


def kept_heads(connection: Connection) -> tuple[ChainHead, ...]:
    """The ends that the journal had when snapshots were made of it."""
    return tuple(ChainHead(row.seq, row.hash) for row in connection.execute(select(snapshot.c.seq, snapshot.c.hash)))
