"""What `make wheelhouse` has packed is installed where there is no network, and works there.

Run by it alone: packing wants a package index, which the tests of the project do without.
"""

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.support.programs import require, require_root

pytestmark = pytest.mark.timeout(600)
ARCHIVE = os.environ["OPSMON_WHEELHOUSE"]


def run(*words: str | Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Without the bytecode of sixty packages, which nothing here would read twice."""
    whole = {**os.environ, "PIP_NO_COMPILE": "1", **environ}
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, env=whole)


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    """The archive, as it stands after `tar xzf`."""
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(tmp_path, filter="data")
    return tmp_path / "opsmon-wheelhouse"


def test_it_is_installed_and_works_where_there_is_no_network(packed: Path, tmp_path: Path) -> None:
    require_root()
    alone = (require("unshare", "util-linux"), "--net")
    target, root = tmp_path / "opsmon", tmp_path / "root"
    installed = run(*alone, "sh", packed / "install.sh", target, PYTHON=sys.executable, PIP_INDEX_URL="")
    assert installed.returncode == 0, installed.stdout + installed.stderr
    assert f"in {target}" in installed.stdout
    for words in (("init", root), ("check", "--root", root), ("backup", "list", "--root", root)):
        done = run(*alone, target / "bin" / "opsmon", *words, PYTHONPATH="")
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_damaged_archive_and_another_python_install_nothing(packed: Path, tmp_path: Path) -> None:
    made_for, sums = packed / "made-for", packed / "SHA256SUMS"
    made_for.write_text("3 9 riscv64\n")
    damaged = run("sh", packed / "install.sh", tmp_path / "one", PYTHON=sys.executable)
    assert (damaged.returncode, "the archive is damaged" in damaged.stderr) == (1, True)
    kept = [line for line in sums.read_text().splitlines(keepends=True) if "made-for" not in line]
    sums.write_text("".join(kept))
    stranger = run("sh", packed / "install.sh", tmp_path / "two", PYTHON=sys.executable)
    assert (stranger.returncode, "these wheels are for" in stranger.stderr) == (1, True)
    assert not any((tmp_path / name).exists() for name in ("one", "two"))
