"""Recordings of real devices are somebody's, so they are no part of the project, and `make test` does without them.

`make recordings DIR=…` names their folder: in it one folder a sort of device (`switch-router`, `ups`, …) with
`NAME.snmprec`, and `truth/NAME.json` with what is true of each.
"""

import os
from pathlib import Path

VARIABLE = "OPSMON_RECORDINGS"


def recordings_folder() -> Path | None:
    """The folder that was named; None where none was."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else None


def named_folder() -> Path:
    """The folder that was named, for tests that run only where one was. Raises LookupError otherwise."""
    folder = recordings_folder()
    if folder is None:
        raise LookupError(f"{VARIABLE} names no folder")
    return folder
