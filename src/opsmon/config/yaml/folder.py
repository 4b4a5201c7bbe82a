"""Which files of a folder are read, and what is not read although somebody may believe that it is.

Promises that nothing is left out in silence: links to folders are followed, one that leads in a circle or to what is
read already is named; so are dangling links, folders that cannot be opened and files whose names end in another way.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from opsmon.config.yaml.document import shown_path
from opsmon.config.yaml.problem import Problems
from opsmon.errors import Problem

_LOOKS_LIKE_YAML = re.compile(r"\.(ya?ml|json)\b", re.IGNORECASE)


def yaml_files(folder: Path, root: Path, problems: Problems, *, deep: bool) -> Iterator[Path]:
    """Every `.yaml` file of a folder in the order of names, hidden ones left out; with `deep` of its folders too."""
    found = _Walk(root, problems, deep)
    if folder.is_dir():
        found.enter(folder, ())
    yield from sorted(found.files)


class _Walk:
    """One walk through a folder; `files` are those to read."""

    def __init__(self, root: Path, problems: Problems, deep: bool) -> None:
        self._root, self._problems, self._deep = root, problems, deep
        self._entered: dict[tuple[int, int], Path] = {}
        self.files: list[Path] = []

    def enter(self, folder: Path, above: tuple[Path, ...]) -> None:
        """Looks at everything in a folder. `above` led here: that tells a circle from a second way."""
        try:
            known = folder.stat()
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            self._tell(folder, f"cannot be read: {error.strerror}")
            return
        first = self._entered.setdefault((known.st_dev, known.st_ino), folder)
        if first != folder:
            self._tell_again(folder, first, circle=first in above)
            return
        for entry in entries:
            if not entry.name.startswith("."):
                self._take(Path(entry.path), (*above, folder))

    def _take(self, path: Path, above: tuple[Path, ...]) -> None:
        if path.suffix == ".yaml" and not path.is_dir():
            self.files.append(path)
        elif path.is_symlink() and not path.exists():
            self._tell(path, f"a link that leads nowhere: to {path.readlink()}", "mend or remove it")
        elif path.is_dir():
            self._take_folder(path, above)
        elif _LOOKS_LIKE_YAML.search(path.name):
            self._tell(path, "not read", "rename it to end in `.yaml`", warning=True)

    def _take_folder(self, path: Path, above: tuple[Path, ...]) -> None:
        if self._deep:
            self.enter(path, above)
        elif any(_LOOKS_LIKE_YAML.search(name) for name in _names_in(path)):
            self._tell(path, "not read", "files of folders within this one are not looked at", warning=True)

    def _tell_again(self, folder: Path, first: Path, *, circle: bool) -> None:
        where = shown_path(first, self._root)
        message = f"a link that leads in a circle: back to {where}" if circle else f"not read again: it is {where}"
        self._tell(folder, message, "", warning=not circle)

    def _tell(self, path: Path, message: str, hint: str = "", *, warning: bool = False) -> None:
        self._problems.add(Problem(shown_path(path, self._root), 0, 0, message, hint, "", warning))


def _names_in(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir()]
    except OSError:
        return []
