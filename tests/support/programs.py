"""Finds programs that others wrote. Where one is missing the test skips with the reason, or fails if CI wants it."""

import os
import shutil
from typing import NoReturn

import pytest

SBIN = ("/usr/local/sbin", "/usr/sbin", "/sbin")  # not on an ordinary user's PATH


def way_to(program: str) -> str | None:
    """The path of a program, None where it is missing."""
    return shutil.which(program) or shutil.which(program, path=os.pathsep.join(SBIN))


def require(program: str, package: str = "") -> str:
    """The path of a program. Skips the test where it is missing, or fails it under OPSMON_REQUIRE_REAL."""
    path = way_to(program)
    if path is None:
        missing(f"{program} is not installed (Debian: {package or program})")
    return path


def require_root() -> None:
    """For what only root may do: raw sockets, namespaces, qdiscs."""
    if os.geteuid() != 0:
        missing("needs root")


def missing(reason: str) -> NoReturn:
    """Skip with the reason, or fail where nothing may be missing."""
    if os.environ.get("OPSMON_REQUIRE_REAL"):
        pytest.fail(f"{reason}, and OPSMON_REQUIRE_REAL is set")
    pytest.skip(reason)
