"""Opens the database that a URL names, and makes its transactions what the journal needs. What SQLite and PostgreSQL
have different of each other stands here.

SQLite: write-ahead log, every commit on the disk before it returns (`synchronous=FULL`), one writer at a time that
waits for a lock instead of failing. PostgreSQL is made to promise the same: `synchronous_commit` whatever the server
is set to, and one writer at a time by an advisory lock that each writing transaction takes first, so that rows get
their numbers in the order in which others see them. A line that is dead is noticed within seconds.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, Engine, Integer, String, Text, create_engine, event, text
from sqlalchemy.engine import URL, Dialect, make_url
from sqlalchemy.exc import ArgumentError, DataError, IntegrityError, SQLAlchemyError
from sqlalchemy.types import TypeDecorator, TypeEngine

from opsmon.errors import StoreError, StoreGoneError, StoreRefusedError
from opsmon.layout import DEFAULT_STORE
from opsmon.model.store_address import StoreAddress
from opsmon.private_file import make_private_file
from opsmon.store.storable import storable
from opsmon.text.bilingual import Sentence

BUSY_TIMEOUT_MS = 5_000
WRITES = "opsmon_writes"
SQLITE, POSTGRESQL = "sqlite", "postgresql"
# A server or a line that is dead answers nothing: these seconds later it counts as gone.
_LINE: Final[dict[str, Any]] = {
    "connect_timeout": 5,
    "keepalives_idle": 3,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "tcp_user_timeout": 6_000,
    "application_name": "opsmon",
    "client_encoding": "utf8",
}
_SESSION = (
    "SET synchronous_commit = on",
    f"SET lock_timeout = {BUSY_TIMEOUT_MS}",
    "SET statement_timeout = 60000",
    "SET idle_in_transaction_session_timeout = 10000",
    "SET tcp_keepalives_idle = 3",
    "SET tcp_keepalives_interval = 2",
    "SET tcp_keepalives_count = 3",
    "SET standard_conforming_strings = on",
)
# The keys of our advisory locks: a word that is ours, and the schema, since several stores may share a database.
WRITE_LOCK, WRITER_LOCK = 0x6F70_7301, 0x6F70_7302
_TAKE_WRITE_LOCK = text(f"SELECT pg_advisory_xact_lock({WRITE_LOCK}, hashtext(current_schema()))")


class Words(TypeDecorator[str]):
    """Text of any length, that sorts by its code points, and holds no character that only one of them would take."""

    impl = String
    cache_ok = True

    def __init__(self, length: int | None = None) -> None:
        super().__init__(length)
        self.length = length

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """SQLite heeds no length, and gets the type that its older stores have."""
        if dialect.name == POSTGRESQL:
            return dialect.type_descriptor(Text(collation="C"))
        return dialect.type_descriptor(String(self.length) if self.length else Text())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """On its way into the database, and into what is compared with it."""
        return None if value is None else storable(value)


# SQLite numbers rows by itself only in a column of this very name; in PostgreSQL it would end at 2^31.
Number: Final = BigInteger().with_variant(Integer(), SQLITE)


def resolve_url(address: StoreAddress | str, root: Path) -> URL:
    """The URL, with its password, and a relative SQLite path made absolute from the root. Raises StoreError if it is no
    URL, ConfigError where the password cannot be had."""
    given = StoreAddress(address) if isinstance(address, str) else address
    try:
        parsed = make_url(given.url)
    except ArgumentError as error:
        raise StoreError(
            Sentence(
                f"store: not a database URL such as {DEFAULT_STORE}", f"store：不是数据库地址，例如 {DEFAULT_STORE}"
            )
        ) from error
    if parsed.get_backend_name() == SQLITE and parsed.database not in (None, "", ":memory:"):
        return parsed.set(database=str((root / str(parsed.database)).resolve()))
    if parsed.drivername == POSTGRESQL:
        parsed = parsed.set(drivername=f"{POSTGRESQL}+psycopg")
    return parsed if given.password is None else parsed.set(password=given.password.reveal())


def make_engine(url: URL) -> Engine:
    """The engine of the URL; for SQLite with the folder of its file made."""
    try:
        if url.get_backend_name() == POSTGRESQL:
            return _postgresql(url)
        if url.get_backend_name() != SQLITE:
            raise StoreError(
                Sentence(
                    "the store cannot be opened: neither SQLite nor PostgreSQL",
                    "无法打开数据库：既不是 SQLite 也不是 PostgreSQL",
                )
            )
        if url.database and url.database != ":memory:":
            make_private_file(Path(url.database))  # SQLite gives the files beside it the same mode
        engine = create_engine(url)
    except ModuleNotFoundError as error:
        hint = "; `pip install 'opsmon[postgres]'`" if url.get_backend_name() == POSTGRESQL else ""
        raise StoreError(
            Sentence(f"the store cannot be opened: {error}{hint}", f"无法打开数据库：{error}{hint}")
        ) from error
    except (SQLAlchemyError, OSError) as error:
        raise StoreError(Sentence(f"the store cannot be opened: {error}", f"无法打开数据库：{error}")) from error
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _postgresql(url: URL) -> Engine:
    # What the URL says of the line is the user's wish, and wins.
    line = {name: value for name, value in _LINE.items() if name not in url.query}
    engine = create_engine(url, pool_pre_ping=True, pool_recycle=1_800, connect_args=line)
    event.listen(engine, "connect", _prepare_postgresql)
    event.listen(engine, "begin", _begin_postgresql)
    return engine


class DatabaseFile:
    """The files behind a SQLite database: SQLite goes on writing to one that has lost its name, and nobody reads it.

    The write-ahead log is one of them: it holds what is not in the database yet. It lives for as long as a connection
    of ours is open.
    """

    def __init__(self, url: URL) -> None:
        named = url.get_backend_name() == SQLITE and url.database not in (None, "", ":memory:")
        path = str(url.database)
        self._paths = (Path(path), Path(f"{path}-wal")) if named else ()
        self._known: dict[Path, tuple[int, int] | None] = {}

    def remember(self) -> None:
        """From now on they have to stay the files that they are."""
        self._known = {path: _identity(path) for path in self._paths}

    def check(self) -> None:
        """Raises StoreGoneError where a path leads to no file, or to another one."""
        for path, known in self._known.items():
            if known is not None and (found := _identity(path)) != known:
                raise StoreGoneError(
                    Sentence(
                        f"the store {path} was {'replaced' if found else 'deleted'} while we use it",
                        f"数据库文件 {path} 在使用中被{'替换' if found else '删除'}",
                    )
                )


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(
            Sentence(f"the store failed: {path}: {error.strerror}", f"数据库出错：{path}：{error.strerror}")
        ) from error
    return found.st_dev, found.st_ino


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late: we begin ourselves
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _prepare_postgresql(connection: Any, _record: object) -> None:
    connection.autocommit = True
    connection.execute("; ".join(_SESSION))
    connection.autocommit = False


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get(WRITES, False):
        connection.execute(_TAKE_WRITE_LOCK)


@contextmanager
def transaction(engine: Engine, *, writes: bool) -> Iterator[Connection]:
    """One transaction, of which a reading one sees the database as of one moment. Everything that the database or the
    disk has against it comes out as StoreError; a row that its tables cannot take as StoreRefusedError."""
    try:
        with engine.connect().execution_options(**_options(engine, writes)) as connection, connection.begin():
            yield connection
    except (IntegrityError, DataError) as error:
        raise StoreRefusedError(
            Sentence(f"the store refuses a row: {reason_of(error)}", f"数据库拒绝写入一行：{reason_of(error)}")
        ) from error
    except SQLAlchemyError as error:
        raise StoreError(
            Sentence(f"the store failed: {reason_of(error)}", f"数据库出错：{reason_of(error)}")
        ) from error


def _options(engine: Engine, writes: bool) -> dict[str, Any]:
    if engine.dialect.name != POSTGRESQL or writes:
        return {WRITES: writes}
    return {WRITES: writes, "isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def reason_of(error: SQLAlchemyError) -> str:
    """What the driver said, without the statement and its parameters."""
    return str(getattr(error, "orig", None) or error).splitlines()[0]
