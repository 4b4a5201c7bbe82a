"""`opsmon store`: what is done to the store itself, by who looks after it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from opsmon.daemon.lock import RootLock
from opsmon.daemon.sharing.writing_alone import writing_alone
from opsmon.errors import StoreError
from opsmon.model.store_address import StoreAddress
from opsmon.store.migrations.revision import NEWEST, migrate, revision_of
from opsmon.store.portable.archive import Progress, read_archive, write_archive
from opsmon.store.portable.upkeep import status_of, vacuum
from opsmon.store.store import Store, open_existing_store
from opsmon.text.bilingual import Sentence

Document = dict[str, object]


class StoreCommands:
    """Each returns what it did, as JSON. Raises StoreError."""

    def __init__(self, address: StoreAddress, root: Path, now: datetime) -> None:
        self._address, self._root, self._now = address, root, now

    def status(self) -> Document:
        """How the store is; also while a daemon writes to it."""
        with self._existing() as store, store.reading() as connection:
            found = status_of(connection)
        return {
            "kind": found.kind,
            "address": self._address.url,
            "revision": found.revision,
            "newest_revision": NEWEST,
            "head": asdict(found.head),
            "first_at": found.first_at or None,
            "last_at": found.last_at or None,
            "bytes": found.size_bytes,
            "rows": found.rows,
            "writer": None if found.holder is None else asdict(found.holder),
        }

    def export(self, file: Path, progress: Progress) -> Document:
        """Everything as of one moment; also while a daemon writes."""
        with self._existing() as store, store.reading() as connection:
            found = write_archive(connection, file, self._now, progress)
        return {"file": str(file), "revision": found.revision, "rows": found.rows, "head": asdict(found.head)}

    def import_(self, file: Path, progress: Progress) -> Document:
        """Into an empty store; the journal is proved before anything of it stays."""
        if not file.is_file():
            raise StoreError(Sentence(f"there is no file {file}", f"没有文件 {file}"))
        with self._alone() as store:
            store.open()
            with store.writing() as connection:
                found = read_archive(connection, file, progress)
            store.open()
            verdict = store.verify()
        return {
            "file": str(file),
            "rows": found.rows,
            "head": asdict(verdict.head),
            "damage": [asdict(one) for one in verdict.damage],
        }

    def migrate(self, wanted: str) -> Document:
        """To the newest revision, or back to an older one for an older opsmon."""
        with self._existing() as store, store.reading() as connection:
            found = revision_of(connection)
        with self._alone() as store, store.writing() as connection:
            migrate(connection, wanted or NEWEST)
            reached = revision_of(connection)
        return {"from": found, "to": reached}

    def vacuum(self) -> Document:
        """Also while a daemon writes: it waits as long as this takes."""
        with self._existing() as store:
            before, after = vacuum(store.engine)
        return {"bytes_before": before, "bytes": after}

    @contextmanager
    def _existing(self) -> Iterator[Store]:
        store = open_existing_store(self._address, self._root)
        try:
            yield store
        finally:
            store.close()

    @contextmanager
    def _alone(self) -> Iterator[Store]:
        lock = RootLock(self._root)
        try:
            with writing_alone(self._address, self._root, self._now) as store:
                yield store
        finally:
            lock.release()
