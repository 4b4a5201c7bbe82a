"""`contracts obligations` and `done` on a root without a running daemon."""

import hashlib
from pathlib import Path

import pytest

from opsmon.daemon.lock import RootLock
from opsmon.model.duty import ObligationDone
from opsmon.store.store import open_existing_store
from tests.support.cli.said import Opsmon
from tests.support.places import REPOSITORY

E = "xicheng-vc-2025"


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    (tmp_path / "rules").symlink_to(REPOSITORY / "rules")
    return tmp_path


def tasks(command: Opsmon, root: Path, first: str, last: str) -> dict[tuple[str, str], str]:
    said = command("contracts", "obligations", E, "--from", first, "--to", last, "--root", root, "--json")
    assert said.code == 0, said.err
    return {(one["obligation"], one["due_at"]): one["state"] for one in said.json["tasks"]}


def test_obligations_are_listed_with_their_due_times(command: Opsmon, kept: Path) -> None:
    found = tasks(command, kept, "2026-11-02", "2026-11-06")
    assert ("E11", "2026-11-06T18:00:00+08:00") in found
    assert ("E12", "2026-11-07T00:00:00+08:00") in found
    assert sum(name == "E13" for name, _ in found) == 5


def test_those_without_dates_are_listed_beside(command: Opsmon, kept: Path) -> None:
    said = command("contracts", "obligations", E, "--root", kept, "--json")
    assert all(one["clause"] == one["obligation"] for key in ("tasks", "undated") for one in said.json[key])
    assert {one["obligation"] for one in said.json["undated"]} >= {"E18", "E19", "E24", "E35"}


def test_a_task_that_is_ticked_off_is_in_the_journal_with_the_digest_of_its_paper(
    command: Opsmon, kept: Path, tmp_path: Path
) -> None:
    paper = tmp_path / "report.docx"
    paper.write_bytes(b"a monthly report")
    words = ("--by", "值班员", "--note", "已提交", "--file", paper, "--at", "2026-11-05T17:00:00+08:00")
    said = command("contracts", "done", E, "E11", "2026-11-06", *words, "--root", kept)
    assert said.code == 0, said.err
    store = open_existing_store("sqlite:///var/opsmon.db", kept)
    (event,) = [entry.event for entry in store.read() if isinstance(entry.event, ObligationDone)]
    store.close()
    assert (event.by, event.note, event.file) == ("值班员", "已提交", "report.docx")
    assert event.file_sha256 == hashlib.sha256(b"a monthly report").hexdigest()
    found = tasks(command, kept, "2026-11-02", "2026-11-06")
    assert found["E11", "2026-11-06T18:00:00+08:00"] == "done"


def test_what_cannot_be_ticked_off_says_why_and_writes_nothing(command: Opsmon, kept: Path) -> None:
    said = command("contracts", "done", E, "E99", "2026-11-06", "--by", "值班员", "--root", kept)
    assert said.code == 1
    assert "has no obligation E99" in said.err
    said = command("contracts", "done", E, "E11", "soon", "--by", "值班员", "--root", kept)
    assert said.code == 2
    assert "is no date" in said.err


def test_with_a_daemon_on_the_root_it_is_the_daemon_that_is_asked(command: Opsmon, kept: Path) -> None:
    lock = RootLock(kept)  # a daemon that holds the root and does not answer
    try:
        (kept / "opsmon.yaml").write_text("http: {listen: '127.0.0.1:1', token: t}\n")
        said = command("contracts", "done", E, "E18", "2026-11-06", "--by", "值班员", "--root", kept)
    finally:
        lock.release()
    assert said.code == 3


@pytest.mark.parametrize("words", [("--from", "2026-11-06", "--to", "2026-11-01"), ("--from", "yesterday")])
def test_days_that_are_none_are_wrong_input(command: Opsmon, kept: Path, words: tuple[str, ...]) -> None:
    assert command("contracts", "obligations", E, *words, "--root", kept).code == 2
