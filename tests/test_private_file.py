"""Files of the daemon are its own, whatever the umask and whoever made them."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from opsmon.daemon.lock import RootLock
from opsmon.private_file import mend_modes, open_private
from opsmon.store.store import open_store


@pytest.fixture(autouse=True)
def generous() -> Iterator[None]:
    """The umask that most accounts have."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def modes_of(folder: Path) -> set[int]:
    return {stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.rglob("*"))}


def test_the_store_and_its_neighbours_are_made_private(tmp_path: Path) -> None:
    lock = RootLock(tmp_path)
    store = open_store("sqlite:///var/deep/opsmon.db", tmp_path)
    with open_private(tmp_path / "var" / "known_hosts", "a+") as file:
        file.write("x")
    assert len(list((tmp_path / "var" / "deep").iterdir())) == 3  # with -wal and -shm
    assert modes_of(tmp_path / "var") == {0o600, 0o700}
    store.close()
    lock.release()


def test_what_stands_open_is_mended_and_links_are_not_followed(tmp_path: Path) -> None:
    var, outside = tmp_path / "var", tmp_path / "outside"
    (var / "backup").mkdir(parents=True)
    outside.write_text("x")
    for name in ("opsmon.db", "backup/told.json"):
        (var / name).write_text("x")
    (var / "link").symlink_to(outside)
    assert mend_modes(var) == 4
    assert {stat.S_IMODE(path.lstat().st_mode) & 0o077 for path in (var, *var.rglob("*")) if not path.is_symlink()} == {
        0
    }
    assert stat.S_IMODE(outside.stat().st_mode) == 0o644
    assert mend_modes(var) == 0
    assert mend_modes(tmp_path / "missing") == 0
