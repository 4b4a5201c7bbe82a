"""One daemon writes to a store that several can reach: it holds an advisory lock of PostgreSQL for as long as it lives.

The lock goes to another when the session that holds it ends, however that comes about: the daemon is killed, the
server starts anew, the line is cut. Three things see to it that two never act at once:

* each holder counts the store's `epoch` up, and no commit of an older epoch is taken (`check`, in the transaction);
* a holder says every second that it is there (`beat`). One that could not for `FRESH_S` writes, reads and sends
  nothing more, whatever the network tells it; so does one whose process was stopped and goes on later;
* who waits takes the lock from a holder that said nothing for `STALE_S`, which is longer, by ending its session.

SQLite needs none of it: its file is on one machine, where a root has one daemon.
"""

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Engine, insert, inspect, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from opsmon.errors import StoreError, StoreTakenError
from opsmon.store import schema
from opsmon.store.database import POSTGRESQL, WRITE_LOCK, WRITER_LOCK, make_engine, reason_of, transaction
from opsmon.store.migrations.revision import bring_up
from opsmon.text.bilingual import Sentence

BEAT_S: Final = 1.0
FRESH_S: Final = 5.0
STALE_S: Final = 9.0
_LEAVE_S: Final = 1.0
_TRY = text(f"SELECT pg_try_advisory_lock({WRITER_LOCK}, hashtext(current_schema()))")
_OURS = (
    " FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND objid::bigint = hashtext(current_schema())::bigint & 4294967295 AND classid::bigint"
)
# Of the sessions that hold our locks: that of a holder that is silent, and one that it left in the midst of a commit.
_EVICT = text(
    "SELECT pg_terminate_backend(pid)" + _OURS + " IN (:writer, :write) AND pid <> pg_backend_pid()"
).bindparams(writer=WRITER_LOCK, write=WRITE_LOCK)
_HELD = text("SELECT count(*)" + _OURS + " = :writer").bindparams(writer=WRITER_LOCK)


@dataclass(frozen=True, slots=True)
class StoreHolder:
    """Who writes to a store, in words, and since when."""

    name: str = ""
    since: str = ""


class WriterLock:
    """The right to write to a store. Its methods may block, and are for one thread at a time; `check_fresh` is for
    any. Raises StoreError where the database fails, StoreTakenError where the right is lost for good."""

    def __init__(self, engine: Engine, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._engine = make_engine(engine.url)  # a session of its own, that nobody else uses up
        self._monotonic = monotonic
        self._session: Connection | None = None
        self._epoch: int | None = None
        self._confirmed_s = float("-inf")
        self._seen: tuple[int, int] | None = None  # epoch and beat of the holder that we wait for
        self._seen_s = monotonic()
        self._lost = ""
        self.holder = StoreHolder()

    def try_take(self, at: str) -> bool:
        """Whether the right is ours now. Otherwise `holder` says whose it is."""
        try:
            return self._try_take(at)
        except SQLAlchemyError as error:
            self._drop()
            raise StoreError(
                Sentence(f"the store failed: {reason_of(error)}", f"数据库出错：{reason_of(error)}")
            ) from error
        except StoreError:
            self._drop()
            raise

    def _try_take(self, at: str) -> bool:
        self._prepare()
        session = self._opened()
        with session.begin():
            taken = bool(session.execute(_TRY).scalar())
        if not taken:
            self._look(session)
            return False
        began_s = self._monotonic()
        with session.begin():
            session.execute(text(f"SELECT pg_advisory_xact_lock({WRITE_LOCK}, hashtext(current_schema()))"))
            self._epoch = _next_epoch(session, at)
        self._confirmed_s = began_s
        return True

    def _prepare(self) -> None:
        """Makes the tables in a new database. In any other the lock of writers is not asked for: a holder that stands
        still in the midst of a commit would be waited for."""
        if self._session is not None:
            return
        with transaction(self._engine, writes=False) as connection:
            is_there = inspect(connection).has_table(schema.writer.name)
        if not is_there:
            with transaction(self._engine, writes=True) as connection:
                bring_up(connection)

    def _opened(self) -> Connection:
        if self._session is None:
            self._session = self._engine.connect()
        return self._session

    def _look(self, session: Connection) -> None:
        """Who holds the lock, and whether it still says so; one that does not for long loses it."""
        table = schema.writer
        with session.begin():
            row = session.execute(select(table)).first()
        seen = None if row is None else (int(row.epoch), int(row.beat))
        now_s = self._monotonic()
        if row is not None:
            self.holder = StoreHolder(row.holder, row.taken_at)
        if seen != self._seen:
            self._seen, self._seen_s = seen, now_s
        elif now_s - self._seen_s >= STALE_S:
            self._seen_s = now_s
            with session.begin():
                session.execute(_EVICT)

    def beat(self) -> None:
        """Says that we are there. Raises StoreTakenError where the right is no longer ours, or nobody can tell."""
        began_s, session = self._monotonic(), self._session
        if session is None or self._epoch is None:
            raise StoreTakenError(
                Sentence("this daemon has no right to write to the store", "本守护进程无权写入数据库")
            )
        table = schema.writer
        try:
            with session.begin():
                session.exec_driver_sql("SET LOCAL synchronous_commit = off")  # nobody misses a beat
                mine = update(table).where(table.c.epoch == self._epoch).values(beat=table.c.beat + 1)
                is_ours = session.execute(mine).rowcount == 1
        except SQLAlchemyError as error:
            raise self._lose(f"the connection that holds the store's lock ended: {reason_of(error)}") from error
        if not is_ours:
            raise self._lose("another daemon writes to the store")
        self._confirmed_s = began_s

    def _lose(self, reason: str) -> StoreTakenError:
        self._lost = self._lost or reason
        return StoreTakenError(self._lost)

    def check_fresh(self) -> None:
        """Raises StoreTakenError where nobody confirmed lately that the right is ours. Asks nobody."""
        silent_s = self._monotonic() - self._confirmed_s
        if not self._lost and silent_s > FRESH_S:
            self._lose(f"the store has not confirmed for {silent_s:.0f} s that this daemon is its writer")
        if self._lost:
            raise StoreTakenError(self._lost)

    def check(self, connection: Connection) -> None:
        """Raises StoreTakenError where a transaction that writes is not of the present writer."""
        self.check_fresh()
        if connection.execute(select(schema.writer.c.epoch)).scalar() != self._epoch:
            raise self._lose("another daemon writes to the store")

    def release(self) -> None:
        """Lets others have it at once."""
        self._lost = self._lost or "this daemon gave the store's lock back"
        self._drop()
        self._engine.dispose()

    def _drop(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            with contextlib.suppress(SQLAlchemyError):
                session.invalidate()  # ends the session, and the lock with it; giving it back to a pool would not
            with contextlib.suppress(SQLAlchemyError):
                session.close()


def _next_epoch(session: Connection, at: str) -> int:
    table = schema.writer
    values = {"holder": f"{socket.gethostname()}, process {os.getpid()}", "taken_at": at}
    raised = update(table).values(epoch=table.c.epoch + 1, beat=0, **values).returning(table.c.epoch)
    epoch = session.execute(raised).scalar()
    if epoch is None:
        session.execute(insert(table).values(id=1, epoch=1, beat=0, **values))
        return 1
    return int(epoch)


def holder_of(connection: Connection) -> StoreHolder | None:
    """Who writes to the store now; None where nobody does, or the database is not one that several can reach."""
    if connection.dialect.name != POSTGRESQL or not connection.execute(_HELD).scalar():
        return None
    row = connection.execute(select(schema.writer)).first()
    return None if row is None else StoreHolder(row.holder, row.taken_at)


class Heart:
    """Beats in a thread of its own, so that a busy loop does not look like a dead daemon; `lost` is called from it,
    once, when the right is lost."""

    def __init__(self, lock: WriterLock, lost: Callable[[], None]) -> None:
        self._lock, self._lost = lock, lost
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)

    def _run(self) -> None:
        try:
            while not self._stopping.wait(BEAT_S):
                self._lock.beat()
        except StoreError:
            self._lost()
        finally:
            self._lock.release()

    @contextlib.contextmanager
    def beating(self) -> Iterator[None]:
        """Gives the lock back at the end; a line that is cut is not waited for."""
        self._thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            self._thread.join(_LEAVE_S)


def needs_writer(engine: Engine) -> bool:
    """Whether several machines may reach the database."""
    return engine.dialect.name == POSTGRESQL
