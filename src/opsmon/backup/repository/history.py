"""The past of a file, followed back over the places that it had: another site's folder, another name in the inventory.

A device that moves is committed at its new path, and its old file is removed in the same commit. Where the log of a
path begins with such a commit, the past goes on at the old one.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from opsmon.backup.repository.commit_stream import JOURNAL_HEAD
from opsmon.backup.repository.git import Git
from opsmon.backup.repository.repair import BRANCH

MAX_MOVES = 50
MOVED_FROM = "Moved-From"
_FORMAT = f"--format=%x01%H%x00%ct%x00%s%x00%(trailers:key={MOVED_FROM},valueonly,separator=%x00)"


@dataclass(frozen=True, slots=True)
class Version:
    """One commit of a file, and where the file was then."""

    commit: str
    at: datetime
    subject: str
    path: str = ""
    begins: bool = False
    moved_from: str = ""


def journal_heads(folder: Path) -> str:
    """What the commits of all branches of a repository, bare or not, say of the journal's head, a line each.

    Raises BackupError where the folder holds no repository.
    """
    git = Git(folder)
    if not git.inside.exists():
        git.inside = folder
    return git.text("log", "--all", f"--format=%(trailers:key={JOURNAL_HEAD},only)")


def versions_of(git: Git, path: str, *, until: datetime | None = None, most: int | None = None) -> list[Version]:
    """The commits of a file, the latest first; those that removed it are left out."""
    found: list[Version] = []
    start = BRANCH
    for _ in range(MAX_MOVES):
        part = _versions_at(git, path, start, until, most - len(found) if most else None)
        found += part
        if most and len(found) >= most:
            return found
        begin = _beginning(git, path, start, part)
        before = begin.moved_from or _removed_beside(git, begin.commit) if begin else ""
        if begin is None or not before:
            return found
        path, start = before, f"{begin.commit}^"
    return found


def _versions_at(git: Git, path: str, start: str, until: datetime | None, most: int | None) -> list[Version]:
    """At one path, as far back as the file was made there."""
    words = ["log", _FORMAT, "--name-status"]
    words += [f"--until={until.timestamp():.0f}"] if until else []
    words += [f"--max-count={most}"] if most else []
    said = git.spoken(*words, start, "--", path).decode("utf-8", "replace")
    found: list[Version] = []
    for entry in said.split("\x01")[1:]:
        version, status = _version(entry, path)
        if status == "D":  # it was given up here: what is older belongs to whoever had the path before
            break
        found.append(version)
        if version.begins:
            break
    return found


def _version(entry: str, path: str) -> tuple[Version, str]:
    head, _, names = entry.partition("\n")
    commit, seconds, subject, moved_from = [*head.split("\0"), ""][:4]
    status = names.strip()[:1]
    at = datetime.fromtimestamp(int(seconds), UTC)
    return Version(commit, at, subject, path, status == "A", moved_from.strip()), status


def _beginning(git: Git, path: str, start: str, part: list[Version]) -> Version | None:
    """The commit that made the file where it is."""
    if part and part[-1].begins:
        return part[-1]
    whole = _versions_at(git, path, start, None, None)
    return whole[-1] if whole and whole[-1].begins else None


def _removed_beside(git: Git, commit: str) -> str:
    """The one configuration that the same commit removed; old ones tell of a move by nothing else."""
    said = git.spoken("diff-tree", "--no-commit-id", "--name-status", "-r", "-z", commit).decode("utf-8", "replace")
    words = said.split("\0")
    removed = [name for status, name in zip(words[::2], words[1::2], strict=False) if status == "D"]
    configurations = [name for name in removed if name.endswith(".cfg")]
    return configurations[0] if len(configurations) == 1 else ""
