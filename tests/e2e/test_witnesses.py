"""A journal that was rewritten whole is found by each of those who were told its head: a page of metrics, a message,
the backup commits, the log. The daemon is a real one; who rewrites has its database and knows the rules."""

import json
import shutil
import subprocess
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from opsmon.backup.repository.commit_stream import Commit
from opsmon.backup.repository.repository import Repository
from opsmon.model.event import DeviceStateChanged
from opsmon.model.store_address import StoreAddress
from opsmon.report.journal import head_of_journal
from opsmon.store.store import open_existing_store, open_store
from tests.support.daemon.house import DaemonHouse, command, house_in

STORE = "sqlite:///var/opsmon.db"
TEXTS = ("metrics.prom", "message.json", "daemon.log")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[DaemonHouse]:
    async with house_in(tmp_path) as made:
        yield made


def rewrite(root: Path) -> None:
    """The same events but for one word, with every hash and the head computed anew."""
    store = open_existing_store(STORE, root)
    events = [entry.event for entry in store.read()]
    store.close()
    shutil.rmtree(root / "var")
    new = open_store(STORE, root)
    changed = [replace(one, reason="nothing of note") if isinstance(one, DeviceStateChanged) else one for one in events]
    assert changed != events
    new.commit(changed, [], datetime.now(UTC))
    new.close()


def commit(root: Path, text: bytes) -> Path:
    """As a run of backups does it; the daemon need not run."""
    repository = Repository(root / "backups", lambda: head_of_journal(StoreAddress(STORE), root))
    repository.prepare()
    repository.commit([Commit({"hall/core-1.cfg": text}, datetime(2026, 11, 20, tzinfo=UTC), "core-1\n\nDevice: a\n")])
    repository.close()
    return repository.folder


def cloned(repository: Path, bare: Path) -> Path:
    subprocess.run(["git", "clone", "-q", "--bare", repository, bare], check=True)
    return bare


async def verdicts(root: Path, witnesses: list[str]) -> dict[str, tuple[int, str]]:
    found = {}
    for witness in witnesses:
        code, said = await command(root, "journal", "verify", "--against", witness)
        found[witness] = code, said
    return found


async def kept_by_witnesses(house: DaemonHouse, folder: Path) -> list[str]:
    daemon = await house.start()
    commit(house.root, b"while it runs\n")
    await house.mcu.die()
    await house.receiver.until(lambda: len(house.receiver.seen) >= 1)
    _, page = await daemon.get("/metrics")
    await daemon.end()
    commit(house.root, b"while it does not\n")
    bare = cloned(house.root / "backups", folder / "clone.git")
    seen = json.dumps([alert for _, alert in house.receiver.seen])
    for name, text in zip(TEXTS, (page, seen, "\n".join(daemon.log)), strict=True):
        (folder / name).write_text(text, "utf-8")
    return [*(str(folder / name) for name in TEXTS), str(house.root / "backups"), str(bare)]


async def test_a_rewritten_journal_is_found_by_each_witness(house: DaemonHouse, tmp_path: Path) -> None:
    witnesses = await kept_by_witnesses(house, tmp_path)
    for witness, (code, said) in (await verdicts(house.root, witnesses)).items():
        assert (code, "The journal is whole" in said) == (0, True), (witness, said)
    rewrite(house.root)
    assert (await command(house.root, "journal", "verify"))[0] == 0
    for witness, (code, said) in (await verdicts(house.root, witnesses)).items():
        assert (code, "it was rewritten" in said) == (1, True), (witness, said)


async def test_the_first_message_of_a_day_carries_the_head_and_the_next_do_not(house: DaemonHouse) -> None:
    daemon = await house.start()
    await house.mcu.die()
    await house.nvr.die()
    await house.receiver.until(lambda: len(house.receiver.story()) >= 2)
    await daemon.end()
    heads: list[Any] = [alert["annotations"].get("journal_head") for _, alert in house.receiver.seen]
    store = open_existing_store(STORE, house.root)
    known = {f"{entry.seq} {entry.hash}" for entry in store.read()}
    store.close()
    told = [head for head in heads if head]
    assert len(told) == 1
    assert set(told) <= known
