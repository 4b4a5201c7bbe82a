"""The git repository: all or nothing, sound whatever was killed or left lying about, read as of any time."""

import os
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from opsmon.backup.repository.commit_stream import Commit, commit_stream
from opsmon.backup.repository.git import cause_in
from opsmon.backup.repository.history import journal_heads
from opsmon.backup.repository.repository import Repository
from opsmon.errors import BackupError

START = datetime(2026, 3, 20, 2, 0, tzinfo=UTC)
PATH = "hall/core-1.cfg"


def change(text: str, minutes: int = 0, path: str = PATH) -> Commit:
    return Commit({path: text.encode()}, START + timedelta(minutes=minutes), f"core-1: {text}\n\nDevice: core-1\n")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "backups")
    made.prepare()
    return made


def test_a_commit_a_change_with_its_time_and_message(repository: Repository) -> None:
    commits = repository.commit([change("one"), change("two", 5), change("other", 6, "hall/core-2.cfg")])
    assert len(commits) == 3
    assert [(v.commit, v.at, v.subject) for v in repository.versions(PATH)] == [
        (commits[1], START + timedelta(minutes=5), "core-1: two"),
        (commits[0], START, "core-1: one"),
    ]
    assert (repository.read(PATH), repository.read(PATH, commits[0])) == ("two", "one")
    assert (repository.folder / PATH).read_text() == "two"
    assert repository.faults() == []


def test_a_version_of_a_time(repository: Repository) -> None:
    repository.commit([change("one"), change("two", 5)])
    (found,) = repository.versions(PATH, until=START + timedelta(minutes=4), most=1)
    assert repository.read(PATH, found.commit) == "one"
    assert repository.versions(PATH, until=START - timedelta(minutes=1)) == []


def test_names_that_git_would_quote(repository: Repository) -> None:
    odd = '二龙路/a "b"\\c.cfg'
    repository.commit([change("one", 0, odd)])
    assert repository.read(odd) == "one"
    assert repository.paths("二龙路") == [odd]


@pytest.mark.parametrize("lock", ["index.lock", "HEAD.lock", "refs/heads/main.lock", "packed-refs.lock", "config.lock"])
def test_a_lock_that_a_killed_git_left_blocks_nothing(repository: Repository, lock: str) -> None:
    repository.commit([change("one")])
    (repository.git.inside / lock).touch()
    old = time.time() - 60
    os.utime(repository.git.inside / lock, (old, old))
    again = Repository(repository.folder)
    again.prepare()
    again.commit([change("two", 1)])
    again.finish()
    assert (again.read(PATH), again.faults()) == ("two", [])
    assert not (repository.git.inside / lock).exists()


def test_a_lock_that_is_young_is_waited_for_only_a_moment(repository: Repository) -> None:
    repository.commit([change("one")])
    (repository.git.inside / "refs/heads/main.lock").touch()
    began = time.monotonic()
    repository.commit([change("two", 1)])
    assert time.monotonic() - began < 5
    assert repository.read(PATH) == "two"


def test_a_half_made_repository_is_made_whole(tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    (folder / ".git" / "objects").mkdir(parents=True)
    repository = Repository(folder)
    repository.prepare()
    repository.commit([change("one")])
    assert repository.faults() == []


def test_copies_and_index_are_mended(repository: Repository) -> None:
    repository.commit([change("one")])
    repository.finish()
    (repository.folder / PATH).write_text("edited by hand")
    (repository.git.inside / "index").write_bytes(b"broken by a crash")
    assert repository.copies_that_differ() == [PATH]
    again = Repository(repository.folder)
    again.prepare()
    assert (repository.folder / PATH).read_text() == "one"
    assert again.copies_that_differ() == []
    status = subprocess.run(["git", "-C", repository.folder, "status", "--porcelain"], capture_output=True, check=False)
    assert (status.returncode, status.stdout) == (0, b"")


def test_a_broken_object_is_a_fault(repository: Repository) -> None:
    repository.commit([change("one")])
    objects = [path for path in (repository.git.inside / "objects").rglob("*") if path.is_file()]
    largest = max(objects, key=lambda path: path.stat().st_size)
    largest.chmod(0o644)
    largest.write_bytes(largest.read_bytes()[:-9] + b"123456789")
    assert repository.faults()


def test_a_disk_that_takes_nothing_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "backups").write_text("a file")
    with pytest.raises(BackupError, match="cannot be made"):
        Repository(tmp_path / "backups").prepare()


def test_settings_of_the_user_have_no_say(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".gitconfig").write_text(
        "[core]\n\tautocrlf = true\n\thooksPath = /nonexistent\n[commit]\n\tgpgsign = true\n"
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_DIR", "/nonexistent")
    repository.commit([change("a\r\nb\n")])
    assert repository.read_bytes(PATH) == b"a\r\nb\n"


def test_a_stream_that_breaks_off_changes_nothing(repository: Repository) -> None:
    """What git is left with when the process that feeds it is killed, wherever that happens."""
    repository.commit([change("one")])
    head = repository.head()
    stream = commit_stream([change("two", 1), change("three", 2)], head)
    for end in [*range(0, len(stream), 40), len(stream) - 1]:
        with pytest.raises(BackupError, match="fast-import failed"):
            repository.git.run("fast-import", "--quiet", "--done", "--force", stdin=stream[:end])
        assert repository.head() == head
    assert repository.faults() == []
    assert repository.commit([change("two", 1)])


def test_the_reason_is_what_the_disk_said_and_not_the_last_word_of_git() -> None:
    full = "fatal: sha1 file '/b/.git/objects/pack/tmp_pack_1' write error. Out of diskspace\n"
    crashed = "fast-import: dumping crash report to /b/.git/fast_import_crash_1\n"
    assert cause_in(full + crashed).startswith("no space left on device (fatal: sha1 file")
    read_only = "error: unable to create temporary file: Read-only file system\nfatal: failed to write object\n"
    assert cause_in(read_only) == "error: unable to create temporary file: Read-only file system"
    assert cause_in("warning: something\nfatal: bad object 1\n" + crashed) == "fatal: bad object 1"
    assert cause_in("") == ""


def test_every_commit_names_the_journals_head_of_its_time_and_none_where_there_is_no_journal(tmp_path: Path) -> None:
    heads = iter(["", f"1 {'a' * 64}", f"2 {'b' * 64}"])
    repository = Repository(tmp_path / "backups", lambda: next(heads))
    repository.prepare()
    at = datetime(2026, 11, 20, 2, tzinfo=UTC)
    for text in (b"1", b"2", b"3"):
        changes = [Commit({f"hall/{name}.cfg": text}, at, f"{name}\n\nDevice: {name}\n") for name in ("core", "edge")]
        repository.commit(changes)
    told = repository.git.text("log", "--reverse", "--format=%(trailers:key=Journal-Head,valueonly,separator=)")
    assert told.split("\n") == ["", "", *[f"1 {'a' * 64}"] * 2, *[f"2 {'b' * 64}"] * 2, ""]
    assert repository.git.text("log", "-1", "--format=%(trailers:key=Device,valueonly)").strip() == "edge"
    assert journal_heads(repository.folder).split() == journal_heads(repository.git.inside).split()
    repository.close()


def test_the_same_copies_make_the_same_commits(tmp_path: Path) -> None:
    made = []
    for name in ("a", "b"):
        repository = Repository(tmp_path / name)
        repository.prepare()
        at = datetime(2026, 11, 20, 2, tzinfo=UTC)
        made.append(repository.commit([Commit({"hall/core.cfg": b"x"}, at, "core\n\nDevice: core\n")]))
        repository.close()
    assert made[0] == made[1]


def test_a_folder_without_a_repository_has_no_heads(tmp_path: Path) -> None:
    with pytest.raises(BackupError):
        journal_heads(tmp_path)
