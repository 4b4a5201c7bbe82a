"""The journal of a root as people read it and as they prove it. Reads the store itself: the daemon may run or not."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from opsmon.errors import ConfigError, NoStoreError, StoreError
from opsmon.model.name import IncidentId
from opsmon.model.store_address import StoreAddress
from opsmon.store.codec import encode_event
from opsmon.store.store import Store, open_existing_store

log = logging.getLogger(__name__)


@contextmanager
def existing_store(store_address: StoreAddress, root: Path) -> Iterator[Store]:
    """The store of a root that has one, closed afterwards. Raises StoreError."""
    store = open_existing_store(store_address, root)
    try:
        yield store
    finally:
        store.close()


def verify_journal(store_address: StoreAddress, root: Path, heads: Sequence[str]) -> dict[str, Any]:
    """Whether no past entry was changed, and each of the `heads` that were kept elsewhere still stands. As JSON."""
    with existing_store(store_address, root) as store:
        verdict = store.verify(heads)
    return {
        "ok": not verdict.damage,
        "entries": verdict.entries,
        "head": {"seq": verdict.head.seq, "hash": verdict.head.hash},
        "damage": [{"seq": one.seq, "message": one.message} for one in verdict.damage],
    }


def journal_rows(
    store_address: StoreAddress, root: Path, incident: IncidentId | None, since: datetime | None
) -> list[dict[str, Any]] | None:
    """The entries as JSON, oldest first; None where the journal knows no such incident."""
    with existing_store(store_address, root) as store:
        rows = [
            {"seq": entry.seq, "type": name, **payload, "hash": entry.hash}
            for entry in store.read(incident=incident, since=since)
            for name, payload in (encode_event(entry.event),)
        ]
        is_known = bool(rows) or incident is None or any(True for _ in store.read(incident=incident))
    return rows if is_known else None


def head_of_journal(store_address: StoreAddress, root: Path) -> str:
    """Sequence number and hash of the last entry, for commits of backups; "" where there is no journal, or it cannot be
    read now: that keeps nobody from a copy."""
    try:
        with existing_store(store_address, root) as store:
            return store.kept_head().words
    except NoStoreError:
        return ""
    except (StoreError, ConfigError) as error:
        log.warning("the commits do not name the journal's head: %s", error)
        return ""
