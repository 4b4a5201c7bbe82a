"""One run on a root at a time, by a lock that the kernel lets go when its holder dies, however it dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from opsmon.errors import BackupError
from opsmon.layout import BACKUP_LOCK
from opsmon.private_file import make_private_folder
from opsmon.text.bilingual import Sentence


@contextmanager
def run_lock(root: Path) -> Iterator[None]:
    """Holds the lock. Raises BackupError, with the holder's process id, if another run does."""
    path = root / BACKUP_LOCK
    try:
        make_private_folder(path.parent)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise BackupError(
            Sentence(f"{path} cannot be made: {error.strerror}", f"无法创建 {path}：{error.strerror}")
        ) from error
    try:
        _take(descriptor)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip() or "unknown"
        raise BackupError(
            Sentence(
                f"another backup is running on this root (process {holder})", f"本目录已有备份在运行（进程 {holder}）"
            )
        ) from None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
