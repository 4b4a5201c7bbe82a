"""Which shape a store has, and how it gets another: revisions of Alembic, one module each in `versions/`.

A new store is made whole at once. One of an older opsmon has no revision written in it, and at least the tables of the
first: it is taken over. Nothing is lost on the way forward; on the way back what the older shape has no place for.
"""

from pathlib import Path
from typing import Final

from sqlalchemy import Column, Connection, MetaData, String, Table, inspect, select

from opsmon.errors import StoreError
from opsmon.store import access_schema as _tables_of_people  # noqa: F401 - they are part of METADATA
from opsmon.store.schema import METADATA
from opsmon.text.bilingual import Sentence

NEWEST: Final = "r0002"
OLDEST: Final = "r0001"
VERSION_TABLE: Final = "alembic_version"  # Alembic's own name
_VERSIONS = MetaData()
_version = Table(VERSION_TABLE, _VERSIONS, Column("version_num", String(32), primary_key=True))


def revision_of(connection: Connection) -> str:
    """The store's revision; "" of one that is empty, or was made before there were any."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return ""
    return connection.execute(select(_version.c.version_num)).scalar() or ""


def bring_up(connection: Connection) -> None:
    """To the newest revision, also from nothing. Raises StoreError for a store of a newer opsmon."""
    found = revision_of(connection)
    if found == NEWEST:
        return
    if not found and not inspect(connection).get_table_names():
        METADATA.create_all(connection)
        _VERSIONS.create_all(connection)
        connection.execute(_version.insert().values(version_num=NEWEST))
        return
    migrate(connection, NEWEST)


def migrate(connection: Connection, wanted: str) -> tuple[str, ...]:
    """Forwards or back, in the transaction of the connection; the revisions that were put on or taken back. Raises
    StoreError for a revision that this version does not know."""
    from alembic.migration import MigrationContext
    from alembic.operations import Operations
    from alembic.script import ScriptDirectory
    from alembic.script.revision import RevisionError
    from alembic.util import CommandError

    script = ScriptDirectory(str(Path(__file__).parent))
    known = [one.revision for one in script.walk_revisions()]  # the newest first
    found = revision_of(connection)
    if found and found not in known:
        raise StoreError(
            Sentence(
                f"the store has revision {found}: it was made by a newer opsmon (this one knows {NEWEST})",
                f"数据库的结构版本是 {found}：由更新版本的 opsmon 建立（本版本只到 {NEWEST}）",
            )
        )
    if wanted not in known:
        raise StoreError(
            Sentence(
                f"there is no revision {wanted} of the store (there are {', '.join(reversed(known))})",
                f"数据库没有结构版本 {wanted}（已有 {'、'.join(reversed(known))}）",
            )
        )
    back = bool(found) and known.index(wanted) > known.index(found)
    steps = script._downgrade_revs if back else script._upgrade_revs
    try:
        options = {"fn": lambda current, _context: steps(wanted, current), "transactional_ddl": True}
        context = MigrationContext.configure(connection, opts=options)
        with Operations.context(context):
            context.run_migrations()
    except (CommandError, RevisionError) as error:
        raise StoreError(Sentence(f"the store cannot be migrated: {error}", f"数据库无法迁移：{error}")) from error
    return _between(list(reversed(known)), found, wanted)


def _between(known: list[str], found: str, wanted: str) -> tuple[str, ...]:
    start, end = (known.index(found) if found else -1), known.index(wanted)
    return tuple(known[start + 1 : end + 1]) if end >= start else tuple(reversed(known[end + 1 : start + 1]))
