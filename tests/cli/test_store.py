"""`opsmon store`: how it is, its shape, and a way out of one database into another."""

from pathlib import Path

import pytest

from opsmon.daemon.lock import RootLock
from opsmon.store.store import make_store, open_store
from tests.support.cli.said import Opsmon
from tests.support.store.full import fill
from tests.support.store.postgres import PASSWORD, PostgresServer

URL = "sqlite:///var/opsmon.db"


@pytest.fixture
def full(root: Path) -> Path:
    """A root with a store in a file."""
    store = open_store(URL, root)
    fill(store)
    store.close()
    return root


def point(root: Path, server: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> str:
    """The root's store is an empty one in PostgreSQL, over TCP."""
    url = server.new_schema()
    monkeypatch.setenv("STORE_PASSWORD", PASSWORD)
    settings = f"store: {{url: '{server.over_tcp(url)}', password: {{env: STORE_PASSWORD}}}}\n"
    (root / "opsmon.yaml").write_text(settings, encoding="utf-8")
    return url


def test_how_the_store_is(command: Opsmon, full: Path) -> None:
    said = command("store", "status", "--root", full)
    assert said.code == 0
    assert "5 entries" in said.out
    assert "journal 5" in said.out
    document = command("store", "status", "--json", "--root", full).json
    assert (document["kind"], document["head"]["seq"], document["writer"]) == ("sqlite", 5, None)
    assert document["revision"] == document["newest_revision"]
    assert document["rows"]["account"] == 1


def test_a_root_without_a_store_has_no_status(command: Opsmon, root: Path) -> None:
    said = command("store", "status", "--root", root)
    assert said.code == 1
    assert "there is no journal yet" in said.err


def test_from_a_file_to_postgresql_and_the_journal_is_proved(
    command: Opsmon, full: Path, tmp_path: Path, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPSMON_LANG", "en")
    head = command("journal", "verify", "--json", "--root", full).json["head"]
    archive = tmp_path / "move.jsonl.gz"
    said = command("store", "export", archive, "--json", "--root", full)
    assert (said.code, said.json["head"]) == (0, head)
    assert command("store", "export", archive, "--root", full).code == 1  # it is there already
    point(full, postgres, monkeypatch)
    said = command("store", "import", archive, "--root", full)
    assert said.code == 0, said.err
    assert f"head {head['hash']}" in said.out
    assert command("journal", "verify", "--json", "--root", full).json["head"] == head
    again = command("store", "import", archive, "--root", full)
    assert again.code == 1
    assert "the store is not empty" in again.err
    status = command("store", "status", "--json", "--root", full)
    assert (status.json["kind"], status.json["rows"]["journal"]) == ("postgresql", 5)
    assert PASSWORD not in status.out + status.err


def test_a_file_that_is_no_archive_leaves_the_store_empty(command: Opsmon, root: Path, tmp_path: Path) -> None:
    (tmp_path / "x.gz").write_bytes(b"not compressed")
    said = command("store", "import", tmp_path / "x.gz", "--root", root)
    assert said.code == 1
    assert "cannot be read" in said.err
    assert command("store", "import", tmp_path / "nothing.gz", "--root", root).code == 1
    assert command("store", "status", "--json", "--root", root).json["rows"]["journal"] == 0


def test_to_an_older_shape_and_back(command: Opsmon, full: Path) -> None:
    said = command("store", "migrate", "--to", "r0001", "--json", "--root", full)
    assert (said.code, said.json) == (0, {"from": "r0002", "to": "r0001"})
    assert command("store", "status", "--root", full).code == 1
    assert command("journal", "verify", "--root", full).code == 0
    assert command("store", "migrate", "--root", full).code == 0
    assert command("store", "status", "--root", full).code == 0
    assert "no revision r9" in command("store", "migrate", "--to", "r9", "--root", full).err


def test_what_changes_the_store_is_refused_while_a_daemon_runs(
    command: Opsmon, full: Path, tmp_path: Path, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPSMON_LANG", "en")
    lock = RootLock(full)
    assert "another opsmon runs" in command("store", "migrate", "--root", full).err
    assert command("store", "export", tmp_path / "a.gz", "--root", full).code == 0
    assert command("store", "vacuum", "--root", full).code == 0
    lock.release()
    elsewhere = make_store(point(full, postgres, monkeypatch), tmp_path)
    right = elsewhere.claim()
    assert right is not None
    assert right.try_take("2026-11-20T02:00:00+00:00")
    said = command("store", "import", tmp_path / "a.gz", "--root", full)
    assert (said.code, "another opsmon writes to the store" in said.err) == (1, True)
    assert "process" in command("store", "status", "--json", "--root", full).json["writer"]["name"]
    right.release()
    elsewhere.close()
    assert command("store", "import", tmp_path / "a.gz", "--root", full).code == 0


def test_room_is_given_back(command: Opsmon, full: Path) -> None:
    said = command("store", "vacuum", "--json", "--root", full)
    assert said.code == 0
    assert said.json["bytes"] <= said.json["bytes_before"]
    assert "MiB now" in command("store", "vacuum", "--root", full).out
