"""The git program, kept from everything of the machine's: no configuration of a user, no hook, no question, no index.

Raises BackupError with git's own words where it fails. Paths and texts go in as bytes on stdin, never as arguments.
"""

import os
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from opsmon.errors import BackupError, InvariantError

SETTINGS = (
    "core.hooksPath=/dev/null",
    "core.autocrlf=false",
    "core.quotePath=false",
    "core.fsync=committed,reference",
    "gc.autoDetach=false",
    "fastimport.unpackLimit=20",
    "advice.detachedHead=false",
)


class Git:
    """Commands on one repository."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.inside = folder / ".git"

    def run(self, *arguments: str, stdin: bytes = b"", environ: Mapping[str, str] | None = None) -> bytes:
        """What git wrote. Raises BackupError when it failed."""
        done = self._process(arguments, stdin, environ or {})
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise BackupError(f"git {arguments[0]} failed: {said[-1] if said else done.returncode}")
        return done.stdout

    def text(self, *arguments: str) -> str:
        return self.run(*arguments).decode("utf-8", "replace")

    def answers(self, *arguments: str) -> tuple[int, str]:
        """The exit code and all that was said, for commands whose failure is an answer."""
        done = self._process(arguments, b"", {})
        return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace").strip()

    def _process(
        self, arguments: Sequence[str], stdin: bytes, environ: Mapping[str, str]
    ) -> "subprocess.CompletedProcess[bytes]":
        try:
            return subprocess.run(
                self.command(*arguments),
                input=stdin,
                capture_output=True,
                check=False,
                env=self.environ() | dict(environ),
            )
        except FileNotFoundError:
            raise BackupError("the program `git` is not installed") from None

    def command(self, *arguments: str) -> list[str]:
        settings = [word for setting in SETTINGS for word in ("-c", setting)]
        return ["git", *settings, *arguments]

    def environ(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
        own = {"GIT_DIR": str(self.inside), "GIT_WORK_TREE": str(self.folder), "GIT_CONFIG_GLOBAL": "/dev/null"}
        return kept | own | {"GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C.UTF-8", "HOME": "/"}


class ObjectReader:
    """Reads objects through one `git cat-file --batch`, so that a thousand devices start one process. Thread-safe."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, name: str) -> bytes | None:
        """The content of an object such as `HEAD:site/device.cfg`; None where there is none."""
        if "\n" in name or not (self._git.inside / "HEAD").is_file():
            return None
        with self._lock:
            try:
                return self._ask(name)
            except OSError as error:
                self._process = None
                raise BackupError(f"git cat-file ended: {error.strerror}") from error

    def _ask(self, name: str) -> bytes | None:
        process = self._process = self._process or self._start()
        if process.stdin is None or process.stdout is None:
            raise InvariantError("a process that was started with pipes has none")
        process.stdin.write(name.encode() + b"\n")
        process.stdin.flush()
        header = process.stdout.readline().split()
        if len(header) != 3 or not header[2].isdigit():
            return None
        content = process.stdout.read(int(header[2]))
        process.stdout.read(1)
        return content

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            self._git.command("cat-file", "--batch"),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=self._git.environ(),
        )  # fmt: skip

    def close(self) -> None:
        with self._lock:
            if self._process is not None:
                self._process.communicate()
                self._process = None
