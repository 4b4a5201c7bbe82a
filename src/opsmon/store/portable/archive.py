"""A store as one file, to be kept or carried to a database of the other kind: JSON lines, compressed.

The first line says what it is, then each table begins with its columns and has its rows as lists, and the last line
holds their numbers and a digest of everything before it: a file that was cut or changed is refused. What is not in it:
which daemon writes.
"""

import base64
import gzip
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

from sqlalchemy import Connection, MetaData, Table, column, func, insert, inspect, select, table, text

from opsmon.errors import StoreError
from opsmon.private_file import FILE_MODE
from opsmon.store.chain import ChainHead
from opsmon.store.database import POSTGRESQL
from opsmon.store.migrations.revision import VERSION_TABLE, bring_up, migrate, revision_of
from opsmon.store.outbox import time_text
from opsmon.store.schema import METADATA, head, writer
from opsmon.store.storable import storable
from opsmon.text.bilingual import Sentence

FORMAT: Final = 1
_CHUNK = 1_000
_BYTES = "base64"
_LEFT_OUT = (VERSION_TABLE, writer.name)
Progress = Callable[[str, int, int], None]  # a table, and how many of how many rows of all of them are done


@dataclass(slots=True)
class ArchiveSummary:
    """What an archive holds: rows by table."""

    revision: str = ""
    head: ChainHead = field(default_factory=ChainHead)
    rows: dict[str, int] = field(default_factory=dict)


def write_archive(connection: Connection, file: Path, now: datetime, progress: Progress) -> ArchiveSummary:
    """Everything as of one moment. Raises StoreError where the file is there, or cannot be written."""
    summary = ArchiveSummary(revision_of(connection), stored_head(connection))
    names = _tables_of(connection)
    tables = [Table(name, MetaData(), autoload_with=connection, resolve_fks=False) for name in names]
    total = sum(_count(connection, one) for one in tables)
    part = file.with_name(f"{file.name}.part")
    try:
        if file.exists():
            raise StoreError(Sentence(f"{file} is there already", f"{file} 已存在"))
        with _new_file(part) as raw, gzip.GzipFile("", "wb", 6, raw) as packed:
            out = _ArchiveLines(packed)
            out.write({"opsmon_archive": FORMAT, "revision": summary.revision, "made_at": time_text(now)})
            for one in tables:
                _write_table(
                    connection, one, out, summary, lambda name: progress(name, sum(summary.rows.values()), total)
                )
            out.write({"rows": summary.rows, "sha256": out.digest.hexdigest()})
            packed.flush()
            raw.flush()
            os.fsync(raw.fileno())
        part.replace(file)
    except OSError as error:
        raise StoreError(
            Sentence(
                f"{file} cannot be written: {error.strerror or error}", f"无法写入 {file}：{error.strerror or error}"
            )
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return summary


def stored_head(connection: Connection) -> ChainHead:
    """The end of the journal as it was kept apart."""
    row = connection.execute(select(head.c.seq, head.c.hash)).first()
    return ChainHead() if row is None else ChainHead(row.seq, row.hash)


def _new_file(file: Path) -> IO[bytes]:
    """For us alone: it holds what accounts are known by."""
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, FILE_MODE), "wb")


class _ArchiveLines:
    def __init__(self, out: gzip.GzipFile) -> None:
        self._out, self.digest = out, hashlib.sha256()

    def write(self, document: object) -> None:
        line = json.dumps(document, separators=(",", ":"), default=_packed).encode() + b"\n"
        self.digest.update(line)
        self._out.write(line)


def _packed(value: object) -> object:
    if isinstance(value, bytes | memoryview):
        return {_BYTES: base64.b64encode(value).decode()}
    raise TypeError(f"a {type(value).__name__} has no place in an archive")


def _unpacked(value: object) -> object:
    if isinstance(value, dict):
        return base64.b64decode(value[_BYTES], validate=True)
    return storable(value) if isinstance(value, str) else value


def _tables_of(connection: Connection) -> list[str]:
    """In an order in which each stands after those that it refers to."""
    there = set(inspect(connection).get_table_names()) - set(_LEFT_OUT)
    known = [one.name for one in METADATA.sorted_tables]
    if strange := sorted(there - set(known)):
        raise StoreError(
            Sentence(
                f"the database holds tables that are not ours: {', '.join(strange)}",
                f"数据库中有不属于 opsmon 的表：{'、'.join(strange)}",
            )
        )
    return [name for name in known if name in there]


def _count(connection: Connection, one: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(one)).scalar_one())


def _write_table(
    connection: Connection, one: Table, out: _ArchiveLines, summary: ArchiveSummary, progress: Callable[[str], None]
) -> None:
    (key,) = one.primary_key.columns
    out.write({"table": one.name, "columns": list(one.columns.keys())})
    summary.rows[one.name], after = 0, None
    while True:
        query = select(one).order_by(key).limit(_CHUNK)
        found = connection.execute(query if after is None else query.where(key > after)).all()
        for row in found:
            out.write(list(row))
        summary.rows[one.name] += len(found)
        progress(one.name)
        if len(found) < _CHUNK:
            return
        after = found[-1]._mapping[key]


def read_archive(connection: Connection, file: Path, progress: Progress) -> ArchiveSummary:
    """Puts everything into an empty store. Raises StoreError where it is not empty, or the file is not whole: then the
    transaction is to be given up."""
    _refuse_unless_empty(connection)
    try:
        lines = _whole_lines(file)
        first = next(lines, None)
        if not isinstance(first, dict) or first.get("opsmon_archive") != FORMAT:
            raise StoreError(
                Sentence(
                    f"{file} is no archive of a store that this version reads", f"{file} 不是本版本可读的数据库归档"
                )
            )
        summary = ArchiveSummary(str(first["revision"]))
        if revision_of(connection) != summary.revision:
            migrate(connection, summary.revision)
        _fill(connection, lines, summary, progress)
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise StoreError(Sentence(f"{file} cannot be read: {error}", f"无法读取 {file}：{error}")) from error
    bring_up(connection)
    _set_counters(connection)
    return summary


def _refuse_unless_empty(connection: Connection) -> None:
    full = [name for name in _tables_of(connection) if _count(connection, METADATA.tables[name])]
    if full:
        raise StoreError(
            Sentence(
                f"the store is not empty: {', '.join(full)}; only an empty one takes an archive",
                f"数据库不为空：{'、'.join(full)}；只有空库才能导入归档",
            )
        )


def _whole_lines(file: Path) -> Iterator[Any]:
    """The lines but the last, which has to hold for all of them."""
    digest, held, rows = hashlib.sha256(), b"", dict[str, int]()
    name = ""
    with gzip.open(file, "rb") as packed:
        for line in packed:
            if held:
                document = json.loads(held)
                name = document["table"] if isinstance(document, dict) and "table" in document else name
                if isinstance(document, list):
                    rows[name] = rows.get(name, 0) + 1
                digest.update(held)
                yield document
            held = line
    last = json.loads(held or b"null")
    if not isinstance(last, dict) or last.get("sha256") != digest.hexdigest():
        raise StoreError(
            Sentence(
                f"{file} is not whole, or was changed: its digest does not hold", f"{file} 不完整或被改动：摘要不符"
            )
        )


def _fill(connection: Connection, lines: Iterator[Any], summary: ArchiveSummary, progress: Progress) -> None:
    name, columns, rows = "", list[str](), list[dict[str, object]]()
    for document in lines:
        if isinstance(document, dict):
            _insert(connection, name, columns, rows)
            name, columns = document["table"], document["columns"]
            if name not in METADATA.tables or name in _LEFT_OUT:
                raise StoreError(
                    Sentence(
                        f"the archive holds a table that is not ours: {name}", f"归档中有不属于 opsmon 的表：{name}"
                    )
                )
            summary.rows[name] = 0
            continue
        rows.append(dict(zip(columns, map(_unpacked, document), strict=True)))
        summary.rows[name] += 1
        if len(rows) >= _CHUNK:
            _insert(connection, name, columns, rows)
            progress(name, sum(summary.rows.values()), 0)
    _insert(connection, name, columns, rows)
    progress(name, sum(summary.rows.values()), 0)


def _insert(connection: Connection, name: str, columns: Sequence[str], rows: list[dict[str, object]]) -> None:
    if rows:
        connection.execute(insert(table(name, *map(column, columns))), rows)
        rows.clear()


def _set_counters(connection: Connection) -> None:
    """PostgreSQL counts rows apart from the rows; SQLite goes on after the greatest."""
    if connection.dialect.name != POSTGRESQL:
        return
    for one in METADATA.sorted_tables:
        counter = one.autoincrement_column
        if counter is not None:
            last = connection.execute(select(func.max(counter))).scalar() or 0
            sequence = text("SELECT setval(pg_get_serial_sequence(:name, :key), :next, false)")
            connection.execute(sequence, {"name": one.name, "key": counter.name, "next": int(last) + 1})
