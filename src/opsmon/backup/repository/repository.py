"""The git repository of configurations: one folder a site, one file a device, one commit a device and change.

A commit is there as a whole or not at all, whenever the process is killed: `git fast-import` writes the objects and
moves the branch at its very end. The files in the folder are a copy for people; the branch is what counts. Nothing here
uses git's index lock, and a lock that a killed git left is taken away once it has stood for longer than any lives.
What was committed is read back before it counts; what a crash or a person damaged is mended first (repair.py).
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from opsmon.backup.repository.commit_stream import JOURNAL_HEAD, Commit, commit_stream, with_trailer
from opsmon.backup.repository.git import Git, ObjectReader
from opsmon.backup.repository.history import Version, versions_of
from opsmon.backup.repository.repair import BRANCH, Repair
from opsmon.errors import BackupError
from opsmon.text.bilingual import Sentence

STALE_LOCK_S = 2.0
FSCK_TRIES = 3
SCRATCH = "opsmon-index."  # followed by the process id
LOCKS = ("index.lock", "HEAD.lock", "config.lock", "packed-refs.lock", f"{BRANCH}.lock")
log = logging.getLogger(__name__)


# Number and hash of the journal's last entry, "" where there is none.
HeadOfJournal = Callable[[], str]


def no_journal() -> str:
    """For a repository of a root whose journal nobody can read, or has begun."""
    return ""


class Repository:
    """Opened once a process; written by one process at a time (the caller holds the run's lock).

    Every commit names the head that the journal has then, for `opsmon journal verify --against`: who rewrites the
    journal had to rewrite the repository too, and every clone of it.
    """

    def __init__(self, folder: Path, head_of_journal: HeadOfJournal = no_journal) -> None:
        self.folder = folder
        self.git = Git(folder)
        self._head_of_journal = head_of_journal
        self._reader = ObjectReader(self.git)
        self._repair = Repair(self.git)
        self._files: dict[str, str] | None = None
        self._reading = threading.Lock()

    def prepare(self) -> None:
        """Makes it where it is not there, mends it where it is damaged, and says so in the log. Raises BackupError."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise BackupError(
                Sentence(f"{self.folder} cannot be made: {error.strerror}", f"无法创建 {self.folder}：{error.strerror}")
            ) from error
        self._break_stale_locks()
        self._tell([*self._repair.layout(), *self._repair.branch()])
        self._files = None
        if self.head() is None:
            return
        self._rescue()
        self._refresh_folder()

    def _tell(self, notes: Iterable[str]) -> None:
        for note in notes:
            log.warning("the repository %s was damaged: %s", self.folder, note)

    def _rescue(self) -> None:
        """Texts that git lost and that their copies in the folder still have, letter for letter."""
        lost = self.lost()
        for path, name in lost.items():
            copy = self.folder / path
            with suppress(OSError, BackupError):
                if copy.is_file() and self._name_of(copy.read_bytes()) == name:
                    self._write_object(name, copy.read_bytes())
        if lost:
            self._reader.close()
            left = [path for path in lost if self.read_bytes(path) is None]
            self._tell([f"texts that git had lost: {len(lost)}; whole again by their copies: {len(lost) - len(left)}"])

    def lost(self) -> dict[str, str]:
        """Files of the branch whose text git does not have, by path, with their object's name."""
        files = self.files()
        asked = "".join(f"{name}\n" for name in files.values()).encode()
        said = self.git.spoken("cat-file", "--batch-check=%(objectname) %(objectsize)", stdin=asked)
        there = {line.split()[0] for line in said.decode("ascii", "replace").splitlines() if line[-1:].isdigit()}
        return {path: name for path, name in files.items() if name not in there}

    def files(self) -> Mapping[str, str]:
        """Every file of the branch, and its object's name."""
        with self._reading:
            if self._files is None:
                said = self.git.spoken("ls-tree", "-r", "-z", BRANCH) if self.head() is not None else b""
                entries = (entry.partition("\t") for entry in said.decode("utf-8", "replace").split("\0") if entry)
                self._files = {path: about.split()[2] for about, _, path in entries}
            return self._files

    def _break_stale_locks(self) -> None:
        """A lock of a living git is gone in milliseconds; one that stays was left by a killed one."""
        patience = time.monotonic() + STALE_LOCK_S
        left = [self.git.inside / name for name in LOCKS]
        while (left := [lock for lock in left if lock.exists()]) and time.monotonic() < patience:
            if all(time.time() - _modified(lock) > STALE_LOCK_S for lock in left):
                break
            time.sleep(0.05)
        for lock in left:
            try:
                lock.unlink(missing_ok=True)
            except OSError as error:
                raise BackupError(
                    Sentence(
                        f"the lock {lock} cannot be removed: {error.strerror}",
                        f"无法删除锁文件 {lock}：{error.strerror}",
                    )
                ) from error

    def head(self) -> str | None:
        """The last commit; None in an empty repository."""
        code, said = self.git.answers("rev-parse", "--verify", "--quiet", BRANCH)
        return said if code == 0 else None

    def read(self, path: str, commit: str = BRANCH) -> str | None:
        """A file as of a commit; None where it was not there, or where it cannot be read."""
        content = self._reader.read(f"{commit}:{path}")
        return content.decode("utf-8", "surrogateescape") if content is not None else None

    def read_bytes(self, path: str, commit: str = BRANCH) -> bytes | None:
        return self._reader.read(f"{commit}:{path}")

    def paths(self, folder: str) -> list[str]:
        """The files of a folder."""
        return [path for path in self.files() if path.startswith(f"{folder}/")]

    def commit(self, changes: Sequence[Commit]) -> list[str]:
        """Writes all or nothing, reads it back, then writes the copies for people.

        Returns the commits, in order. Raises BackupError where they cannot be written or not be read back.
        """
        if not changes:
            return []
        self._break_stale_locks()
        changes = with_trailer(changes, JOURNAL_HEAD, self._head_of_journal())
        commits = self._imported(changes)
        self._files = None
        for change, commit in zip(changes, commits, strict=True):
            for path, content in change.files.items():
                self._prove(commit, path, content)
        for change in changes:
            for path, content in change.files.items():
                self._write_copy(path, content)
        return commits

    def _imported(self, changes: Sequence[Commit]) -> list[str]:
        """The commits; where the first try fails, what is damaged is moved out of the way and they are tried again."""
        try:
            self.git.run("fast-import", "--quiet", "--done", "--force", stdin=commit_stream(changes, self.head()))
        except BackupError:
            notes = [*self._repair.objects(), *self._repair.branch()]
            if not notes:
                raise
            self._tell(notes)
            self._reader.close()
            self.git.run("fast-import", "--quiet", "--done", "--force", stdin=commit_stream(changes, self.head()))
        finally:
            for report in self.git.inside.glob("fast_import_crash_*"):
                report.unlink(missing_ok=True)
        return self.git.text("rev-list", f"--max-count={len(changes)}", "--reverse", BRANCH).split()

    def _prove(self, commit: str, path: str, content: bytes | None) -> None:
        """Reads back what was written. A broken object of the same text keeps git from writing it: it is replaced."""
        place = f"{commit}:{path}"
        if content is None or self._reader.read(place) == content:
            return
        name = self._name_of(content)
        self._tell([*self._repair.objects(), f"the text of {path} could not be read back, and is written anew"])
        self._write_object(name, content)
        self._reader.close()
        if self._reader.read(place) != content:
            raise BackupError(
                Sentence(
                    f"{path} was written to {self.folder} and cannot be read back",
                    f"{path} 已写入 {self.folder}，却读不回来",
                )
            )

    def _write_object(self, name: str, content: bytes) -> None:
        self._repair.discard(name)
        self.git.run("hash-object", "-w", "--no-filters", "--stdin", stdin=content)

    def _name_of(self, content: bytes) -> str:
        return self.git.run("hash-object", "--no-filters", "--stdin", stdin=content).decode("ascii").strip()

    def _write_copy(self, path: str, content: bytes | None) -> None:
        """A copy that cannot be written loses nothing, the branch has the text: it is told and tried again later."""
        target = self.folder / path
        beside = self.git.inside / f"opsmon-copy.{os.getpid()}"
        try:
            if content is None:
                target.unlink(missing_ok=True)
                return
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            beside.write_bytes(content)
            beside.replace(target)
        except OSError as error:
            log.warning("the copy %s cannot be written: %s", target, error.strerror)
            with suppress(OSError):
                beside.unlink(missing_ok=True)

    def _refresh_folder(self) -> None:
        """The index and the files as the branch has them; whatever a killed run left half done is mended."""
        try:
            self._refresh_index_and_files()
        except (BackupError, OSError) as error:  # they are for people only: the texts of the branch are what counts
            log.warning("the files in %s could not be brought up to date: %s", self.folder, error)

    def _refresh_index_and_files(self) -> None:
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
        """The commits of a file, the latest first, back over the places that it was moved from."""
        return versions_of(self.git, path, until=until, most=most) if self.head() is not None else []

    def encoding_of(self, commit: str) -> tuple[str, str]:
        """The main encoding of what a commit stored, and the note about its lines."""
        keys = "%x00".join(f"%(trailers:key={key},valueonly,separator=)" for key in ("Encoding", "Encoding-Note"))
        encoding, _, note = self.git.text("log", "-1", f"--format={keys}", commit).strip("\n").partition("\0")
        return encoding or "utf-8", note

    def commits(self) -> frozenset[str]:
        """All commits of the branch."""
        return frozenset(self.git.spoken("rev-list", BRANCH).decode("ascii", "replace").split())

    def diff(self, path: str, before: str, after: str, path_before: str = "") -> str:
        """The unified difference of a file between two commits; `path_before` where it was somewhere else then."""
        places = (f"{before}:{path_before or path}", f"{after}:{path}")
        said = self.git.run("diff", "--text", "--no-ext-diff", "--no-color", "--no-renames", *places)
        return said.decode("utf-8", "surrogateescape")

    def faults(self) -> list[str]:
        """What is wrong with the repository itself; empty where it is sound, and where there is none yet."""
        if self.head() is None and not self.git.inside.exists():
            return []
        for _ in range(FSCK_TRIES):
            head = self.head()
            code, said = self.git.answers("fsck", "--full", "--no-dangling", "--no-progress")
            if code == 0:
                return []
            if self.head() == head:
                break  # else it listed the objects before a commit and the branch after it
        return said.splitlines() or [f"git fsck ended with {code}"]

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
