"""The git repository of configurations: one folder a site, one file a device, one commit a device and change.

A commit is there as a whole or not at all, whenever the process is killed: `git fast-import` writes the objects and
moves the branch at its very end. The files in the folder are a copy for people; the branch is what counts. Nothing here
uses git's index lock, and a lock that a killed git left is taken away once it has stood for longer than any lives.
"""

import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from opsmon.backup.git import Git, ObjectReader
from opsmon.errors import BackupError

BRANCH = "refs/heads/main"
AUTHOR = "opsmon <opsmon@localhost>"
STALE_LOCK_S = 2.0
SCRATCH = "opsmon-index."  # followed by the process id
LOCKS = ("index.lock", "HEAD.lock", "config.lock", "packed-refs.lock", f"{BRANCH}.lock")


@dataclass(frozen=True, slots=True)
class Change:
    """One commit to be: files by path (None removes one), when, and its message."""

    files: dict[str, bytes | None] = field(repr=False)
    at: datetime
    message: str


@dataclass(frozen=True, slots=True)
class Version:
    """One commit of a file."""

    commit: str
    at: datetime
    subject: str


class Repository:
    """Opened once a process; written by one process at a time (the caller holds the run's lock)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git = Git(folder)
        self._reader = ObjectReader(self.git)

    def prepare(self) -> None:
        """Makes it where it is not there, and takes stale locks away. Raises BackupError."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise BackupError(f"{self.folder} cannot be made: {error.strerror}") from error
        self._break_stale_locks()
        inside = self.git.inside
        if not (inside / "HEAD").is_file() or not (inside / "config").is_file() or not (inside / "objects").is_dir():
            self.git.run("init", "--quiet", "--template=", "--initial-branch=main", str(self.folder))
        if self.head() is None:
            return
        self._refresh_folder()

    def _break_stale_locks(self) -> None:
        """A lock of a living git is gone in milliseconds; one that stays was left by a killed one."""
        patience = time.monotonic() + STALE_LOCK_S
        left = [self.git.inside / name for name in LOCKS]
        while (left := [lock for lock in left if lock.exists()]) and time.monotonic() < patience:
            if all(time.time() - _modified(lock) > STALE_LOCK_S for lock in left):
                break
            time.sleep(0.05)
        for lock in left:
            lock.unlink(missing_ok=True)

    def head(self) -> str | None:
        """The last commit; None in an empty repository."""
        code, said = self.git.answers("rev-parse", "--verify", "--quiet", BRANCH)
        return said if code == 0 else None

    def read(self, path: str, commit: str = BRANCH) -> str | None:
        """A file as of a commit; None where it was not there."""
        content = self._reader.read(f"{commit}:{path}")
        return content.decode("utf-8", "replace") if content is not None else None

    def read_bytes(self, path: str, commit: str = BRANCH) -> bytes | None:
        return self._reader.read(f"{commit}:{path}")

    def paths(self, folder: str) -> list[str]:
        """The files of a folder."""
        if self.head() is None:
            return []
        said = self.git.text("ls-tree", "--name-only", "-z", "-r", BRANCH, "--", f"{folder}/")
        return [path for path in said.split("\0") if path]

    def commit(self, changes: Sequence[Change]) -> list[str]:
        """Writes all or nothing, then the copies for people. Returns the commits, in order. Raises BackupError."""
        if not changes:
            return []
        self._break_stale_locks()
        self.git.run("fast-import", "--quiet", "--done", "--force", stdin=commit_stream(changes, self.head()))
        commits = self.git.text("rev-list", f"--max-count={len(changes)}", "--reverse", BRANCH).split()
        for change in changes:
            for path, content in change.files.items():
                self._write_copy(path, content)
        return commits

    def _write_copy(self, path: str, content: bytes | None) -> None:
        target = self.folder / path
        if content is None:
            target.unlink(missing_ok=True)
            return
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = self.git.inside / f"opsmon-copy.{os.getpid()}"
        beside.write_bytes(content)
        beside.replace(target)

    def _refresh_folder(self) -> None:
        """The index and the files as the branch has them; whatever a killed run left half done is mended."""
        self._sweep_scratch()
        # An index of our own name: a git that outlives the killed run which started it holds the lock of another.
        index = self.git.inside / f"{SCRATCH}{os.getpid()}"
        environ = {"GIT_INDEX_FILE": str(index)}
        if (self.git.inside / "index").is_file():
            index.write_bytes((self.git.inside / "index").read_bytes())
        try:
            self.git.run("read-tree", "--reset", BRANCH, environ=environ)
        except BackupError:  # an index that a crash of the machine broke
            index.unlink(missing_ok=True)
            self.git.run("read-tree", BRANCH, environ=environ)
        with suppress(BackupError):  # it says so when files differ
            self.git.run("update-index", "-q", "--refresh", environ=environ)
        differing = self.git.run("diff-files", "--name-only", "-z", environ=environ)
        if differing:
            self.git.run("checkout-index", "--force", "--quiet", "-z", "--stdin", stdin=differing, environ=environ)
        index.replace(self.git.inside / "index")

    def _sweep_scratch(self) -> None:
        """Scratch indexes, and their locks, of runs that were killed, once they are older than any git lives."""
        own = str(os.getpid())  # a number that was used before is nobody else's now
        for left in self.git.inside.glob(f"{SCRATCH}*"):
            if time.time() - _modified(left) > STALE_LOCK_S or left.name.split(".")[1] == own:
                left.unlink(missing_ok=True)

    def finish(self) -> None:
        """After a run: copies and index as the branch has them, packs kept few."""
        if self.head() is None:
            return
        self._refresh_folder()
        with suppress(BackupError):  # tidiness only; the next run tries again
            self.git.run("gc", "--auto", "--quiet")

    def versions(self, path: str, *, until: datetime | None = None, most: int | None = None) -> list[Version]:
        """The commits of a file, the latest first."""
        if self.head() is None:
            return []
        words = ["log", "--format=%H%x00%ct%x00%s"]
        words += [f"--until={until.timestamp():.0f}"] if until else []
        words += [f"--max-count={most}"] if most else []
        lines = self.git.text(*words, BRANCH, "--", path).splitlines()
        return [_version(line) for line in lines if line.count("\0") == 2]

    def diff(self, path: str, before: str, after: str) -> str:
        """The unified difference of a file between two commits."""
        return self.git.text("diff", "--no-ext-diff", "--no-color", "--no-renames", before, after, "--", path)

    def faults(self) -> list[str]:
        """What is wrong with the repository itself; empty where it is sound."""
        if self.head() is None:
            return []
        code, said = self.git.answers("fsck", "--full", "--no-dangling", "--no-progress")
        return said.splitlines() or [f"git fsck ended with {code}"] if code else []

    def copies_that_differ(self) -> list[str]:
        """Files of the folder that are not as the branch has them: somebody edited them, or a run was killed."""
        if self.head() is None:
            return []
        index = self.git.inside / f"opsmon-verify.{os.getpid()}"
        environ = {"GIT_INDEX_FILE": str(index)}
        try:
            self.git.run("read-tree", BRANCH, environ=environ)
            with suppress(BackupError):  # it says so when files differ
                self.git.run("update-index", "-q", "--refresh", environ=environ)
            said = self.git.run("diff-files", "--name-only", "-z", environ=environ)
        finally:
            index.unlink(missing_ok=True)
        return [path for path in said.decode("utf-8", "replace").split("\0") if path]

    def close(self) -> None:
        self._reader.close()


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _version(line: str) -> Version:
    commit, seconds, subject = line.split("\0")
    return Version(commit, datetime.fromtimestamp(int(seconds), UTC), subject)


def commit_stream(changes: Sequence[Change], head: str | None) -> bytes:
    """The commits as git-fast-import(1) reads them, `done` at the end: a stream that breaks off changes nothing."""
    parts = [b"feature done\n"]
    for number, change in enumerate(changes, 1):
        message = change.message.encode()
        parts.append(
            f"commit {BRANCH}\nmark :{number}\ncommitter {AUTHOR} {change.at.timestamp():.0f} +0000\n".encode()
        )
        parts.append(b"data %d\n%s\n" % (len(message), message))
        if number == 1 and head is not None:
            parts.append(f"from {head}\n".encode())
        elif number > 1:
            parts.append(f"from :{number - 1}\n".encode())
        for path, content in change.files.items():
            parts.append(_file(path.encode(), content))
        parts.append(b"\n")
    return b"".join((*parts, b"done\n"))


def _file(path: bytes, content: bytes | None) -> bytes:
    quoted = b'"' + path.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'"'
    if content is None:
        return b"D " + quoted + b"\n"
    return b"M 100644 inline " + quoted + b"\ndata %d\n" % len(content) + content + b"\n"
