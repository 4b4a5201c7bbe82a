"""The journal, its short cut, and the outbox: one database, one writer.

`commit` promises that events and deliveries are on the disk together or not at all, and that repeating a commit whose
answer was lost writes nothing twice. Every method is synchronous and may be called from any thread; every failure of
the database is a StoreError, after which the same call may be repeated.
"""

import json
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, Row, insert, inspect, select, update

from opsmon.errors import NoStoreError, StoreError
from opsmon.model.event import Event
from opsmon.model.name import IncidentId
from opsmon.model.store_address import StoreAddress
from opsmon.store import outbox as boxes
from opsmon.store import parcel as parcels
from opsmon.store import schema
from opsmon.store.access_store import AccessStore
from opsmon.store.chain import ChainHead, ChainLink, Verification, forge_link, verify_chain
from opsmon.store.codec import SCHEMA_VERSION, decode_event, encode_event
from opsmon.store.database import DatabaseFile, make_engine, resolve_url, transaction
from opsmon.store.migrations.revision import bring_up
from opsmon.store.outbox import Delivery, NewDelivery, OwedDelivery
from opsmon.store.parcel import ParcelReceipt
from opsmon.store.snapshot import Snapshot, kept_heads, load_snapshot, save_snapshot
from opsmon.store.watch import WatchMarks
from opsmon.store.writer import WriterLock, needs_writer
from opsmon.text.bilingual import Sentence

READ_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of the journal, with its place in the chain."""

    seq: int
    hash: str
    event: Event


def make_store(address: StoreAddress | str, root: Path) -> "Store":
    """The store of an address, for who has to wait before it may be opened. Raises StoreError."""
    return Store(make_engine(resolve_url(address, root)))


def open_store(address: StoreAddress | str, root: Path) -> "Store":
    """Opens or makes the database. Raises StoreError if it cannot, or if its head is not the end of its journal."""
    store = make_store(address, root)
    store.open()
    return store


def open_existing_store(address: StoreAddress | str, root: Path) -> "Store":
    """Opens a database that a daemon has made, to read it: nothing is created, and its head may be anything."""
    resolved = resolve_url(address, root)
    if resolved.get_backend_name() == "sqlite" and not Path(str(resolved.database)).is_file():
        raise NoStoreError(
            Sentence(f"there is no journal yet: {resolved.database}", f"还没有日志：{resolved.database}")
        )
    store = Store(make_engine(resolved))
    if resolved.get_backend_name() != "sqlite":
        store.check_exists()
    return store


class Store:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()  # one writer: a journal's end must not move under a commit
        self._head = ChainHead()
        self._file = DatabaseFile(engine.url)
        self._right: WriterLock | None = None
        self.access = AccessStore(engine)
        self.watch = WatchMarks()

    @property
    def engine(self) -> Engine:
        """For the sister modules of this room."""
        return self._engine

    @property
    def head(self) -> ChainHead:
        """The end of the journal as of the last commit."""
        return self._head

    def claim(self, monotonic: Callable[[], float] = time.monotonic) -> WriterLock | None:
        """The right to write, for a daemon: yet to be taken, and held from then on; None where nobody needs one. What
        is done without it raises StoreTakenError."""
        if needs_writer(self._engine):
            self._right = WriterLock(self._engine, monotonic)
        return self._right

    def open(self) -> None:
        with self._lock, transaction(self._engine, writes=True) as connection:
            bring_up(connection)
            self._head = _read_head(connection)
        self._file.remember()

    def check_exists(self) -> None:
        """Raises NoStoreError where the database is there and no store in it."""
        with transaction(self._engine, writes=False) as connection:
            if inspect(connection).has_table(schema.journal.name):
                return
        self.close()
        raise NoStoreError(
            Sentence(
                f"there is no journal yet: {self._engine.url.render_as_string(hide_password=True)}",
                f"还没有日志：{self._engine.url.render_as_string(hide_password=True)}",
            )
        )

    def close(self) -> None:
        self._engine.dispose()

    def commit(
        self,
        events: Sequence[Event],
        deliveries: Sequence[NewDelivery],
        now: datetime,
        receipts: Sequence[ParcelReceipt] = (),
    ) -> ChainHead:
        """Appends the events, writes the deliveries down and marks what the receipts say, in one transaction."""
        with self._lock:
            links = _forge(self._head, events)
            head = ChainHead(links[-1].seq, links[-1].hash) if links else self._head
            with self._writing() as connection:
                if not _is_written(connection, self._head, head):
                    _append(connection, links, head)
                    owed = deliveries if links else boxes.not_yet_owed(connection, deliveries)
                    if owed:
                        boxes.add_deliveries(connection, owed, now)
                    for receipt in receipts:
                        parcels.take(connection, receipt)
                self.watch.see(connection, now)
            self._head = head
            return head

    def kept_head(self) -> ChainHead:
        """The end of the journal as it is in the database now, for who only reads it."""
        with self.reading() as connection:
            return _stored_head(connection) or ChainHead()

    def touch(self, now: datetime) -> None:
        """Writes a mark, to find out whether the store can be written, and is still the one that we wrote."""
        with self._lock, self._writing() as connection:
            _is_written(connection, self._head, self._head)
            _set_head(connection, self._head, touched_at=boxes.time_text(now))
            self.watch.see(connection, now)

    def begin_watch(self, now: datetime) -> None:
        """From now on every commit and every touch says that somebody watched until then."""
        with self._lock, self._writing() as connection:
            self.watch.begin(connection, now)

    def read(
        self, after: int = 0, incident: IncidentId | None = None, since: datetime | None = None
    ) -> Iterator[Entry]:
        """The events in order, in chunks, each chunk as of the moment when it is reached."""
        for link in self._links(after, incident, since):
            event = decode_event(link.type, json.loads(link.payload), link.schema)
            yield Entry(link.seq, link.hash, event)

    def verify(self, kept: Collection[str] = ()) -> Verification:
        """Reads the whole journal and checks every link, the head, those that snapshots kept, and those of `kept`."""
        with self.reading() as connection:
            anchors = [_stored_head(connection), *kept_heads(connection)]
        return verify_chain(self._links(0, None, None), [anchor for anchor in anchors if anchor is not None], kept)

    def save_snapshot(self, snapshot: Snapshot) -> None:
        with self._lock, self._writing() as connection:
            save_snapshot(connection, snapshot)

    def load_snapshot(self) -> Snapshot | None:
        """The newest snapshot that is of this journal and can be read; None means: fold from the beginning."""
        with self.reading() as connection:
            return load_snapshot(connection)

    def due(self, now: datetime, limit: int = 100, channel: str | None = None) -> tuple[Delivery, ...]:
        """What may be attempted now, for one channel or for all: so that a slow one cannot hide the others' rows."""
        with self.reading() as connection:
            return boxes.due_deliveries(connection, now, limit, channel)

    def next_attempt(self, channel: str | None = None) -> datetime | None:
        """When the next attempt may be made, for one channel or for all; None when nothing waits."""
        with self.reading() as connection:
            return boxes.earliest_attempt(connection, channel)

    def backlog(self) -> Mapping[str, int]:
        """How many deliveries each channel is owed."""
        with self.reading() as connection:
            return boxes.count_waiting(connection)

    def unfinished(self, states: Sequence[str], limit: int) -> tuple[OwedDelivery, ...]:
        """Deliveries in these states (`waiting`, `dead`), those that failed most often first."""
        with self.reading() as connection:
            return boxes.unfinished_deliveries(connection, states, limit)

    def delivery(self, identity: str) -> OwedDelivery | None:
        """How a delivery stands; None where there is none (any more)."""
        with self.reading() as connection:
            return boxes.delivery_of(connection, identity)

    def revive(self, delivery: str, now: datetime) -> bool:
        """A dead letter is tried again; False where there is no such one."""
        with self._lock, self._writing() as connection:
            return boxes.revive(connection, delivery, now)

    def failing(self, attempts: int) -> Mapping[str, int]:
        """How many deliveries of each channel wait after so many failed attempts or more."""
        with self.reading() as connection:
            return boxes.count_failing(connection, attempts)

    def hasten(self, channel: str, now: datetime) -> None:
        """Lets everything that waits for a channel go out now."""
        with self._lock, self._writing() as connection:
            boxes.hasten(connection, channel, now)

    def delivered(self, delivery: str, now: datetime) -> None:
        with self._lock, self._writing() as connection:
            boxes.finish(connection, delivery, boxes.DELIVERED, now)

    def give_up(self, delivery: str, now: datetime, reason: str) -> None:
        with self._lock, self._writing() as connection:
            boxes.finish(connection, delivery, boxes.DEAD, now, reason)

    def retry(self, delivery: str, next_attempt_at: datetime, error: str) -> None:
        with self._lock, self._writing() as connection:
            boxes.postpone(connection, delivery, next_attempt_at, error)

    def forget_finished(self, before: datetime) -> None:
        with self._lock, self._writing() as connection:
            boxes.forget_finished(connection, before)
            parcels.forget_parcels(connection, before)

    def last_written_at(self) -> datetime | None:
        """The latest moment, by the clock of then, at which something was written; None for an empty store."""
        queries = (select(schema.head.c.touched_at), select(schema.journal.c.at).order_by(schema.journal.c.seq.desc()))
        with self.reading() as connection:
            found = [connection.execute(query.limit(1)).scalar() for query in queries]
        return max((datetime.fromisoformat(text) for text in found if text), default=None)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that writes, for the sister modules of this room."""
        with self._lock, self._writing() as connection:
            yield connection

    def reading(self) -> AbstractContextManager[Connection]:
        """One transaction that reads, for the sister modules of this room. Raises StoreTakenError where what is read
        must not be acted on."""
        if self._right is not None:
            self._right.check_fresh()
        return transaction(self._engine, writes=False)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """A transaction that writes. Raises StoreGoneError where its file was deleted or replaced, or another daemon
        writes."""
        self._file.check()
        with transaction(self._engine, writes=True) as connection:
            if self._right is not None:
                self._right.check(connection)
            yield connection

    def _links(self, after: int, incident: IncidentId | None, since: datetime | None) -> Iterator[ChainLink]:
        table = schema.journal
        query = select(table).order_by(table.c.seq).limit(READ_CHUNK)
        if incident is not None:
            query = query.where(table.c.incident == incident)
        if since is not None:
            query = query.where(table.c.at >= boxes.time_text(since))
        while True:
            with self.reading() as connection:
                chunk = [_link_of(row) for row in connection.execute(query.where(table.c.seq > after))]
            yield from chunk
            if len(chunk) < READ_CHUNK:
                return
            after = chunk[-1].seq


def _forge(head: ChainHead, events: Sequence[Event]) -> list[ChainLink]:
    links: list[ChainLink] = []
    for event in events:
        name, payload = encode_event(event)
        links.append(forge_link(head, name, SCHEMA_VERSION, payload))
        head = ChainHead(links[-1].seq, links[-1].hash)
    return links


def _is_written(connection: Connection, before: ChainHead, after: ChainHead) -> bool:
    """Whether this very commit is in the journal already. Raises StoreError if somebody else wrote to it."""
    stored = _stored_head(connection) or ChainHead()
    if stored == before:
        return False
    if stored == after:
        return True
    raise StoreError(
        Sentence(
            f"another program wrote to the journal: it ends at {stored.seq}, not at {before.seq}",
            f"有其他程序写入了日志：它止于第 {stored.seq} 条，而不是第 {before.seq} 条",
        )
    )


def _append(connection: Connection, links: Sequence[ChainLink], head: ChainHead) -> None:
    if not links:
        return
    connection.execute(insert(schema.journal), [asdict(link) for link in links])
    _set_head(connection, head)


def _set_head(connection: Connection, head: ChainHead, **marks: str) -> None:
    values = {"seq": head.seq, "hash": head.hash, **marks}
    if connection.execute(update(schema.head).values(**values)).rowcount == 0:
        connection.execute(insert(schema.head).values(id=1, **values))


def _stored_head(connection: Connection) -> ChainHead | None:
    row = connection.execute(select(schema.head.c.seq, schema.head.c.hash)).first()
    return None if row is None else ChainHead(row.seq, row.hash)


def _read_head(connection: Connection) -> ChainHead:
    """The end of the journal, which must be the head that was kept apart."""
    table = schema.journal
    row = connection.execute(select(table.c.seq, table.c.hash).order_by(table.c.seq.desc()).limit(1)).first()
    last, kept = ChainHead() if row is None else ChainHead(row.seq, row.hash), _stored_head(connection) or ChainHead()
    if last != kept:
        raise StoreError(
            Sentence(
                f"the journal ends at entry {last.seq} and should end at {kept.seq}: see `opsmon journal verify`",
                f"日志止于第 {last.seq} 条，应止于第 {kept.seq} 条：请运行 `opsmon journal verify`",
            )
        )
    return last


def _link_of(row: Row[tuple[object, ...]]) -> ChainLink:
    return ChainLink(**row._mapping)
