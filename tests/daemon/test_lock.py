"""Two daemons do not run on one root; a lock outlives nobody."""

import os
from pathlib import Path

import pytest

from opsmon.daemon.lock import RootLock
from opsmon.errors import StoreError
from opsmon.layout import DAEMON_LOCK


def test_the_second_is_refused_and_told_who_holds_it(tmp_path: Path) -> None:
    lock = RootLock(tmp_path)
    with pytest.raises(StoreError, match=rf"another opsmon runs on .* \(process {os.getpid()}\)"):
        RootLock(tmp_path)
    lock.release()
    RootLock(tmp_path).release()


def test_the_file_of_a_dead_process_holds_nobody_up(tmp_path: Path) -> None:
    (tmp_path / DAEMON_LOCK).parent.mkdir()
    (tmp_path / DAEMON_LOCK).write_text("99999999\n")
    lock = RootLock(tmp_path)
    assert (tmp_path / DAEMON_LOCK).read_text() == f"{os.getpid()}\n"
    lock.release()


def test_a_root_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file where a folder should be")
    with pytest.raises(StoreError, match="cannot be made"):
        RootLock(tmp_path)
