"""What `make wheel` builds holds all that a machine without the checkout needs: program, profiles, rules."""

import os
import subprocess
import sys
from pathlib import Path

from tests.support.places import REPOSITORY


def run(*words: str | Path, environ: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        [str(word) for word in words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **(environ or {})},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_root_made_by_the_installed_wheel_is_right(tmp_path: Path) -> None:
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
    run(*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", tmp_path / "dist", REPOSITORY)
    (wheel,) = (tmp_path / "dist").glob("opsmon-*.whl")
    installed = tmp_path / "site"
    run(*pip, "install", "--no-deps", "--no-index", "--target", installed, wheel)
    pages = {str(page.relative_to(installed)) for page in (installed / "share" / "man").rglob("*.1")}
    assert pages == {"share/man/man1/opsmon.1", "share/man/zh_CN/man1/opsmon.1"}
    environ = {"PYTHONPATH": str(installed)}
    where = run(sys.executable, "-c", "import opsmon; print(opsmon.__file__)", environ=environ)
    assert Path(where.strip()).is_relative_to(installed)
    root = tmp_path / "root"
    run(sys.executable, "-m", "opsmon", "init", root, environ=environ)
    assert len(list((root / "probes").glob("*.yaml"))) == len(list((REPOSITORY / "probes").glob("*.yaml")))
    run(sys.executable, "-m", "opsmon", "check", "--root", root, environ=environ)
