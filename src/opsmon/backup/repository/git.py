"""The git program, kept from everything of the machine's: no configuration of a user, no hook, no question, no index.

Raises BackupError with git's own words where it fails. Paths and texts go in as bytes on stdin, never as arguments.
"""

import os
import subprocess
import threading
import weakref
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from opsmon.errors import BackupError, InvariantError
from opsmon.text.bilingual import Sentence

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
            said = done.stderr.decode("utf-8", "replace")
            raise BackupError(
                Sentence(
                    f"git {arguments[0]} failed in {self.folder}: {cause_in(said) or done.returncode}",
                    f"git {arguments[0]} 在 {self.folder} 失败：{cause_in(said) or done.returncode}",
                )
            )
        return done.stdout

    def spoken(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """What git wrote before it failed, if it did: of a damaged repository a part is better than nothing."""
        return self._process(arguments, stdin, {}).stdout

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
            raise BackupError(Sentence("the program `git` is not installed", "未安装 `git` 程序")) from None
        except OSError as error:
            raise BackupError(
                Sentence(
                    f"the program `git` cannot be started: {error.strerror}", f"无法启动 `git` 程序：{error.strerror}"
                )
            ) from error

    def command(self, *arguments: str) -> list[str]:
        settings = [word for setting in SETTINGS for word in ("-c", setting)]
        return ["git", *settings, *arguments]

    def environ(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
        own = {"GIT_DIR": str(self.inside), "GIT_WORK_TREE": str(self.folder), "GIT_CONFIG_GLOBAL": "/dev/null"}
        alone = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_NO_REPLACE_OBJECTS": "1", "GIT_TERMINAL_PROMPT": "0"}
        return kept | own | alone | {"LC_ALL": "C.UTF-8", "HOME": "/"}


_DISK = ("no space left", "read-only file system", "quota exceeded", "input/output error", "out of diskspace")


def cause_in(stderr: str) -> str:
    """The line of git's complaints that says why: what the disk said where it was the disk, else the last fatal one."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip() and "crash report" not in line]
    disk = [line for line in lines if any(word in line.lower() for word in _DISK)]
    fatal = [line for line in lines if line.startswith(("fatal:", "error:"))]
    cause = (disk or fatal or lines or [""])[-1]
    return f"no space left on device ({cause})" if "out of diskspace" in cause.lower() else cause


class ObjectReader:
    """Reads objects through one `git cat-file --batch`, so that a thousand devices start one process. Thread-safe."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._finalizer: weakref.finalize[..., ObjectReader] | None = None

    def read(self, name: str) -> bytes | None:
        """The content of an object such as `HEAD:site/device.cfg`; None where there is none that can be read."""
        if "\n" in name or not (self._git.inside / "HEAD").is_file():
            return None
        with self._lock:
            try:
                return self._ask(name)
            except OSError:  # git ended over an object that it could not read; the next one is another matter
                self._end()
                return None

    def _ask(self, name: str) -> bytes | None:
        process = self._process = self._process or self._start()
        if process.stdin is None or process.stdout is None:
            raise InvariantError("a process that was started with pipes has none")
        process.stdin.write(name.encode() + b"\n")
        process.stdin.flush()
        header = process.stdout.readline()
        words = header.rsplit(b" ", 2)
        if not header:
            self._end()
        if len(words) != 3 or not words[2].strip().isdigit():
            return None
        size = int(words[2])
        content = process.stdout.read(size + 1)
        if len(content) != size + 1:
            self._end()
            return None
        return content[:size]

    def _start(self) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen(
            self._git.command("cat-file", "--batch"),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=self._git.environ(),
        )  # fmt: skip
        self._finalizer = weakref.finalize(self, _end_process, process)  # a reader that nobody closed leaves no process
        return process

    def _end(self) -> None:
        self._process = None
        if self._finalizer is not None:
            self._finalizer()

    def close(self) -> None:
        """Ends the process; the next question starts another, which sees what was changed in the meantime."""
        with self._lock:
            self._end()


def _end_process(process: "subprocess.Popen[bytes]") -> None:
    with suppress(OSError):
        process.communicate()
