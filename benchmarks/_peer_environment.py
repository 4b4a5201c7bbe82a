"""A virtual environment of their own for the peers from PyPI: what they need never meets what opsmon needs.

It is made once, in `.peers` at the top of the checkout (`make clean` removes it).
"""

import subprocess
import sys
import venv
from functools import cache
from pathlib import Path

PLACE = Path(__file__).parents[1] / ".peers"
PACKAGES = ("gufo-snmp", "zino")
PATIENCE_S = 300.0
_VERSION = "import sys; from importlib.metadata import version; print(version(sys.argv[1]))"


def program(name: str) -> Path:
    return PLACE / "bin" / name


@cache
def hindrance() -> str:
    """Why the packages are not to be had; empty when they are there."""
    if all(version_of(package) for package in PACKAGES):
        return ""
    print(f"installing {', '.join(PACKAGES)} into {PLACE.name}/ …", file=sys.stderr)
    try:
        venv.create(PLACE, with_pip=True)
        words = [str(program("python")), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES]
        subprocess.run(words, check=True, capture_output=True, timeout=PATIENCE_S)
    except (OSError, subprocess.SubprocessError):
        return f"not to be had from PyPI now: pip install {' '.join(PACKAGES)}"
    return ""


def version_of(package: str) -> str:
    """Empty when it is not installed there."""
    try:
        done = subprocess.run([program("python"), "-c", _VERSION, package], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip()
