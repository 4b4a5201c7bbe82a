"""A damaged repository made usable again: what a crash, a full disk, a restored backup or a person left of it.

Nothing that could still be read is thrown away: broken parts are moved to `.git/opsmon-broken/`. A branch that points
to nothing is set to the newest commit that is whole; what is lost after it is stored anew by the run that follows.
"""

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from opsmon.backup.repository.git import Git
from opsmon.errors import BackupError
from opsmon.text.bilingual import Sentence

BRANCH = "refs/heads/main"
HEAD_TEXT = f"ref: {BRANCH}\n"
BROKEN = "opsmon-broken"
_OBJECT_NAME, _LONG_OBJECT_NAME = 40, 64  # hex digits of SHA-1 and SHA-256
_HEXADECIMAL = frozenset("0123456789abcdef")


class Repair:
    """Of one repository, by the holder of the run's lock. Each step tells in words what it did."""

    def __init__(self, git: Git) -> None:
        self._git = git

    def layout(self) -> Iterator[str]:
        """HEAD, configuration and folders, made or made again where git would not call it a repository."""
        inside = self._git.inside
        head = inside / "HEAD"
        existed = inside.is_dir() and any((inside / "objects").glob("*/*"))
        if existed and _text(head).strip() != HEAD_TEXT.strip():
            said = "it was on another branch or commit" if _text(head) else "its HEAD was missing"
            _write(head, HEAD_TEXT)
            yield f"{said}; it is on `main` again"
        if existed and (inside / "config").is_file() and self._git.answers("config", "--list", "--local")[0]:
            self._aside(inside / "config")
            yield "its configuration was broken; it has a new one"
        parts = (head.is_file(), (inside / "config").is_file(), (inside / "objects").is_dir())
        if not all(parts) or not (inside / "refs").is_dir():
            self._git.run("init", "--quiet", "--template=", "--initial-branch=main", str(self._git.folder))

    def branch(self) -> Iterator[str]:
        """The branch at a commit that is whole, where there is any."""
        code, commit = self._git.answers("rev-parse", "--verify", "--quiet", BRANCH)
        if code == 0 and self.is_whole(commit):
            return
        if code and not self._has_objects():
            self._drop_branch()
            return
        yield from self.objects()
        if code == 0 and self.is_whole(commit):
            return
        found = self._newest_whole()
        self._drop_branch()
        if found is None:
            yield "no commit of it is whole: it begins anew"
            return
        self._git.run("update-ref", BRANCH, found)
        yield f"its branch led nowhere; it is at the newest whole commit again, {found[:12]}"

    def objects(self) -> Iterator[str]:
        """Objects and packs that cannot be read, out of the way: git takes them for present and never writes them."""
        store = self._git.inside / "objects"
        broken = [path for path in store.glob("[0-9a-f][0-9a-f]/*") if not _is_sound(path)]
        for path in broken:
            self._aside(path)
        if broken:
            yield f"{len(broken)} of its objects were empty or broken"
        for pack in sorted((store / "pack").glob("*.pack")):
            if self._git.answers("verify-pack", str(pack.with_suffix(".idx")))[0]:
                self._unpack(pack)
                yield f"{pack.name} was damaged; what could be read of it was kept"

    def discard(self, name: str) -> None:
        """The file of one object that git takes for present and cannot read."""
        if len(name) >= _OBJECT_NAME:
            self._aside(self._git.inside / "objects" / name[:2] / name[2:])

    def is_whole(self, commit: str) -> bool:
        """Whether its whole tree can be listed."""
        return self._git.answers("cat-file", "-e", f"{commit}^{{tree}}")[0] == 0 and self._listed(commit)

    def _listed(self, commit: str) -> bool:
        return self._git.answers("ls-tree", "-r", "-t", "-z", "--name-only", commit)[0] == 0

    def _unpack(self, pack: Path) -> None:
        for path in pack.parent.glob(f"{pack.stem}.*"):
            self._aside(path)
        aside = self._git.inside / BROKEN / pack.name
        with suppress(OSError):
            self._git.spoken("unpack-objects", "-r", "-q", stdin=aside.read_bytes())

    def _has_objects(self) -> bool:
        store = self._git.inside / "objects"
        return any(store.glob("[0-9a-f][0-9a-f]/*")) or any((store / "pack").glob("*.pack"))

    def _drop_branch(self) -> None:
        """Out of the way, with its log: git calls a log with commits that are lost a fault, for ever."""
        for name in (BRANCH, "packed-refs", f"logs/{BRANCH}", "logs/HEAD"):
            if (self._git.inside / name).is_file():
                self._aside(self._git.inside / name)

    def _newest_whole(self) -> str | None:
        said = self._git.spoken("cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype)")
        commits = [line.split()[0] for line in said.decode("ascii", "replace").splitlines() if line.endswith(" commit")]
        return next((commit for commit in self._latest_first(commits) if self.is_whole(commit)), None)

    def _latest_first(self, commits: Iterable[str]) -> list[str]:
        """By their times; of one second, those that no other of them follows first."""
        asked = "".join(f"{commit}\n" for commit in commits).encode()
        said = self._git.spoken("rev-list", "--no-walk=unsorted", "--timestamp", "--parents", "--stdin", stdin=asked)
        found: dict[str, tuple[int, list[str]]] = {}
        for line in said.decode("ascii", "replace").splitlines():
            seconds, commit, *parents = line.split()
            found[commit] = (int(seconds), parents)
        depth: dict[str, int] = {}
        for commit in sorted(found, key=lambda name: found[name][0]):
            _measure(commit, found, depth)
        return sorted(found, key=lambda name: (found[name][0], depth[name]), reverse=True)

    def _aside(self, path: Path) -> None:
        """Moves a broken part away. Raises BackupError."""
        folder = self._git.inside / BROKEN
        try:
            folder.mkdir(exist_ok=True)
            if path.exists():
                path.replace(folder / (path.name if "pack" in path.name else f"{_now()}-{path.name}"))
        except OSError as error:
            raise BackupError(
                Sentence(f"{path} cannot be moved away: {error.strerror}", f"无法移走 {path}：{error.strerror}")
            ) from error


def _measure(commit: str, found: dict[str, tuple[int, list[str]]], depth: dict[str, int]) -> None:
    """How long the line of commits of the same second behind this one is; no recursion, lines are long."""
    line = [commit]
    while (parents := found[line[-1]][1]) and parents[0] in found and parents[0] not in depth:
        line.append(parents[0])
    for name in reversed(line):
        parents = found[name][1]
        depth[name] = 1 + depth.get(parents[0], 0) if parents else 1


def _is_sound(path: Path) -> bool:
    """Whether a loose object is what its name says. git writes none anew whose file is there, whatever is in it."""
    name = path.parent.name + path.name
    digest = {_OBJECT_NAME: hashlib.sha1, _LONG_OBJECT_NAME: hashlib.sha256}.get(len(name))
    if digest is None or not _HEXADECIMAL.issuperset(name):
        return True  # git's own scratch
    try:
        return digest(zlib.decompress(path.read_bytes()), usedforsecurity=False).hexdigest() == name
    except zlib.error:
        return False
    except OSError:  # somebody else's, perhaps: that is another trouble, and told when it is read
        return True


def _now() -> str:
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%S")


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise BackupError(
            Sentence(f"{path} cannot be written: {error.strerror}", f"无法写入 {path}：{error.strerror}")
        ) from error
