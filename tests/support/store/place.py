"""Where a store of a test is: in a SQLite file or in PostgreSQL, and how somebody else gets at it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from opsmon.store.database import WRITE_LOCK
from opsmon.store.store import Store, open_store
from tests.support.store.postgres import PostgresServer

SQLITE_URL = "sqlite:///var/opsmon.db"


@dataclass
class StorePlace:
    """An empty place for a store; `url` is as in `opsmon.yaml`."""

    root: Path
    url: str
    server: PostgresServer | None = None

    @property
    def schema(self) -> str:
        return self.url.rpartition("%3D")[2]

    def open(self) -> Store:
        """The caller closes it."""
        return open_store(self.url, self.root)

    def by_hand(self, statement: str) -> None:
        """Somebody changes the database with a tool of its own."""
        if self.server is None:
            connection = sqlite3.connect(self.root / "var" / "opsmon.db")
            with connection:
                connection.execute(statement)
            connection.close()
            return
        with self.server.connect() as other:
            other.execute(f"SET search_path = {self.schema}")
            other.execute(statement.replace("x'00'", r"'\x00'").encode())

    @contextmanager
    def locked(self, store: Store) -> Iterator[None]:
        """Another program holds the write lock: every write fails for as long, and soon."""
        if self.server is None:
            with store._engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA busy_timeout = 50")
                connection.rollback()
            locker = sqlite3.connect(self.root / "var" / "opsmon.db", isolation_level=None)
            locker.execute("BEGIN IMMEDIATE")
            yield
            locker.execute("ROLLBACK")
            locker.close()
            return
        with store._engine.connect() as connection:
            connection.exec_driver_sql("SET lock_timeout = 50")
            connection.commit()
        with self.server.connect() as other, other.transaction():
            other.execute(f"SET LOCAL search_path = {self.schema}")
            other.execute(f"SELECT pg_advisory_xact_lock({WRITE_LOCK}, hashtext(current_schema()))")
            yield
