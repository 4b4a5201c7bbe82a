"""How a store is: what it holds, how big it is, who writes to it; and what tidies it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, func, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from opsmon.errors import StoreError
from opsmon.store import schema
from opsmon.store.chain import ChainHead
from opsmon.store.database import POSTGRESQL, reason_of
from opsmon.store.migrations.revision import NEWEST, revision_of
from opsmon.store.writer import StoreHolder, holder_of
from opsmon.text.bilingual import Sentence

_SIZE: Final = text(
    "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c"
    " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = current_schema() AND c.relkind = 'r'"
)


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """`revision` "" is that of a store of before there were any; `holder` is None where nobody writes now."""

    kind: str
    revision: str
    head: ChainHead
    first_at: str
    last_at: str
    size_bytes: int
    holder: StoreHolder | None
    rows: dict[str, int] = field(default_factory=dict)

    @property
    def is_newest(self) -> bool:
        return self.revision == NEWEST


def status_of(connection: Connection) -> StoreStatus:
    """As of one moment."""
    there = set(inspect(connection).get_table_names())
    tables = [one for one in schema.METADATA.sorted_tables if one.name in there]
    rows = {one.name: int(connection.execute(select(func.count()).select_from(one)).scalar_one()) for one in tables}
    at = schema.journal.c.at
    ends = select(func.min(at), func.max(at))
    first_at, last_at = connection.execute(ends).one()
    head = connection.execute(select(schema.head.c.seq, schema.head.c.hash)).first()
    return StoreStatus(
        connection.dialect.name,
        revision_of(connection),
        ChainHead() if head is None else ChainHead(head.seq, head.hash),
        first_at or "",
        last_at or "",
        _size(connection),
        holder_of(connection) if schema.writer.name in there else None,
        rows,
    )


def _size(connection: Connection) -> int:
    if connection.dialect.name == POSTGRESQL:
        return int(connection.execute(_SIZE).scalar_one())
    return _file_size(connection.engine)


def _file_size(engine: Engine) -> int:
    paths = [Path(f"{engine.url.database}{ending}") for ending in ("", "-wal", "-shm")]
    return sum(path.stat().st_size for path in paths if path.is_file())


def vacuum(engine: Engine) -> tuple[int, int]:
    """Gives room that deleted rows had back to the disk; how many bytes the store had before and has now. Who writes
    meanwhile waits. Raises StoreError."""
    try:
        with engine.connect() as connection:
            before = _size(connection)
            connection.rollback()
            _vacuum(engine)
            return before, _size(connection)
    except SQLAlchemyError as error:
        raise StoreError(
            Sentence(f"the store failed: {reason_of(error)}", f"数据库出错：{reason_of(error)}")
        ) from error


def _vacuum(engine: Engine) -> None:
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        if engine.dialect.name == POSTGRESQL:
            raw.driver_connection.autocommit = True  # type: ignore[union-attr]  # it is open
            cursor.execute("SET statement_timeout = 0")
            for one in schema.METADATA.sorted_tables:
                cursor.execute(f'VACUUM (ANALYZE) "{one.name}"')
        else:
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            cursor.execute("PRAGMA optimize").fetchall()
        cursor.close()
    except engine.dialect.loaded_dbapi.Error as error:
        raise StoreError(
            Sentence(f"the store failed: {str(error).splitlines()[0]}", f"数据库出错：{str(error).splitlines()[0]}")
        ) from error
    finally:
        raw.invalidate()
