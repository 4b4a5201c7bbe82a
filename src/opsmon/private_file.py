"""Files that only the daemon's account may read, whatever the umask: 0600 in folders of 0700.

They hold the journal, host keys and what devices said. Files that an older opsmon left open are mended at the start.
"""

import os
from pathlib import Path
from typing import IO

FILE_MODE, FOLDER_MODE = 0o600, 0o700
PRIVATE_UMASK = 0o077  # of processes that write nothing for other accounts
_OTHERS = 0o077


def make_private_folder(path: Path) -> None:
    """The folder, with those above it that are missing; each new one for us alone. Raises OSError."""
    missing = []
    while not path.exists():
        missing.append(path)
        path = path.parent
    for folder in reversed(missing):
        folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
        folder.chmod(FOLDER_MODE)


def make_private_file(path: Path) -> None:
    """An empty file for us alone, unless there is one already; its folder likewise. Raises OSError."""
    make_private_folder(path.parent)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, FILE_MODE))


def open_private(path: Path, mode: str) -> IO[str]:
    """Opens a text file of ours (UTF-8) as `open` does, made for us alone where it is missing. Raises OSError."""
    make_private_folder(path.parent)

    def opener(name: str, flags: int) -> int:
        return os.open(name, flags, FILE_MODE)

    return open(path, mode, encoding="utf-8", errors="replace", opener=opener)


def mend_modes(folder: Path) -> int:
    """Takes the rights of others from everything of ours below a folder, and the folder; how many had some.

    Links are not followed. What belongs to another account is left alone: it is not ours to change.
    """
    mended = int(_mend(folder))
    for above, folders, files in os.walk(folder):
        mended += sum(_mend(Path(above) / name) for name in (*folders, *files))
    return mended


def _mend(path: Path) -> bool:
    try:
        found = path.lstat()
        if not found.st_mode & _OTHERS or path.is_symlink() or found.st_uid != os.geteuid():
            return False
        path.chmod(found.st_mode & 0o7777 & ~_OTHERS)
    except OSError:
        return False
    return True
