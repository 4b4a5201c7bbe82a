"""One daemon on one root: a lock that the kernel lets go when its holder dies, however it dies."""

import fcntl
import os
from pathlib import Path

from opsmon.errors import StoreError
from opsmon.layout import DAEMON_LOCK
from opsmon.private_file import open_private
from opsmon.text.bilingual import Sentence


class RootLock:
    """Holds the lock from its making to `release`. Raises StoreError, with the holder's process id, if another does."""

    def __init__(self, root: Path) -> None:
        path = root / DAEMON_LOCK
        try:
            self._file = open_private(path, "a+")
        except OSError as error:
            raise StoreError(
                Sentence(f"{path} cannot be made: {error.strerror}", f"无法创建 {path}：{error.strerror}")
            ) from error
        self._take(root)

    def _take(self, root: Path) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.seek(0)
            holder = self._file.read(20).strip() or "unknown"
            self._file.close()
            raise StoreError(
                Sentence(
                    f"another opsmon runs on {root} (process {holder})", f"{root} 上已有 opsmon 在运行（进程 {holder}）"
                )
            ) from error
        self._file.truncate(0)
        self._file.write(f"{os.getpid()}\n")
        self._file.flush()

    def release(self) -> None:
        self._file.close()
