"""The store for a command that writes to the journal by itself, while no daemon does."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from opsmon.errors import StoreError
from opsmon.model.store_address import StoreAddress
from opsmon.store.outbox import time_text
from opsmon.store.store import Store, make_store
from opsmon.store.writer import Heart
from opsmon.text.bilingual import Sentence


@contextmanager
def writing_alone(address: StoreAddress, root: Path, now: datetime) -> Iterator[Store]:
    """The store, yet to be opened. Raises StoreError, also where a daemon elsewhere writes to it."""
    store = make_store(address, root)
    try:
        right = store.claim()
        if right is None:
            yield store
            return
        if not right.try_take(time_text(now)):
            right.release()
            raise StoreError(
                Sentence(
                    f"another opsmon writes to the store ({right.holder.name}): give the command there",
                    f"另一个 opsmon 正在写入该库（{right.holder.name}）：请在那里执行命令",
                )
            )
        with Heart(right, lambda: None).beating():
            yield store
    finally:
        store.close()
