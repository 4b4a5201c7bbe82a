"""Opens the database that a URL names, and makes its transactions what the journal needs.

SQLite: write-ahead log, every commit on the disk before it returns (`synchronous=FULL`), one writer at a time that
waits for a lock instead of failing. Other databases are reached through SQLAlchemy Core as they are.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from opsmon.errors import StoreError, StoreGoneError
from opsmon.layout import DEFAULT_STORE
from opsmon.private_file import make_private_file

BUSY_TIMEOUT_MS = 5_000
WRITES = "opsmon_writes"


def resolve_url(url: str, root: Path) -> URL:
    """The URL with a relative SQLite path made absolute from the root. Raises StoreError if it is no URL."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError(f"store: not a database URL such as {DEFAULT_STORE}") from error
    if parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:"):
        return parsed.set(database=str((root / str(parsed.database)).resolve()))
    return parsed


def make_engine(url: URL) -> Engine:
    """The engine of the URL; for SQLite with the folder of its file made."""
    try:
        if url.get_backend_name() != "sqlite":
            return create_engine(url, pool_pre_ping=True)
        if url.database and url.database != ":memory:":
            make_private_file(Path(url.database))  # SQLite gives the files beside it the same mode
        engine = create_engine(url)
    except (SQLAlchemyError, OSError, ModuleNotFoundError) as error:
        raise StoreError(f"the store cannot be opened: {error}") from error
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


class DatabaseFile:
    """The files behind a SQLite database: SQLite goes on writing to one that has lost its name, and nobody reads it.

    The write-ahead log is one of them: it holds what is not in the database yet. It lives for as long as a connection
    of ours is open.
    """

    def __init__(self, url: URL) -> None:
        named = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
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
                raise StoreGoneError(f"the store {path} was {'replaced' if found else 'deleted'} while we use it")


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"the store failed: {path}: {error.strerror}") from error
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


@contextmanager
def transaction(engine: Engine, *, writes: bool) -> Iterator[Connection]:
    """One transaction. Everything that the database or the disk has against it comes out as StoreError."""
    try:
        with engine.connect().execution_options(**_options(writes)) as connection, connection.begin():
            yield connection
    except SQLAlchemyError as error:
        raise StoreError(f"the store failed: {_reason_of(error)}") from error


def _options(writes: bool) -> dict[str, Any]:
    return {WRITES: writes}


def _reason_of(error: SQLAlchemyError) -> str:
    """What the driver said, without the statement and its parameters."""
    return str(getattr(error, "orig", None) or error).splitlines()[0]
