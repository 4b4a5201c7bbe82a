"""YAML files of a root that nobody reads although somebody may believe that they are read.

`opsmon.yml`, a folder `inventory/`, a contract directly in `rules/`: they are named with the place where they belong. A
file of other programs, such as a compose file, is none of ours.
"""

from collections.abc import Iterator
from pathlib import Path

from opsmon.config.misplaced import place_for
from opsmon.config.text_encoding import WrongEncodingError, decode_text
from opsmon.config.yaml.node import YamlProblem, parse_yaml
from opsmon.config.yaml.problem import Problems
from opsmon.errors import Problem
from opsmon.text.bilingual import Sentence

_SUFFIXES = (".yaml", ".yml")
_LARGEST = 1024 * 1024
_FOLDERS = {
    "inventories": ("inventory", "sites", "devices", "hosts"),
    "probes": ("probe", "profile", "profiles"),
    "rules": ("rule",),
    "rules/contracts": ("contract", "contracts", "rules/contract"),
    "rules/calendars": ("calendar", "calendars", "rules/calendar"),
}
_OTHER_NAMES = {
    "opsmon.yaml": ("opsmon.yml", "opsmon.yaml.txt", "Opsmon.yaml"),
    "rules/conditions.yaml": ("rules/conditions.yml", "rules/condition.yaml", "conditions.yaml", "conditions.yml"),
    "rules/oncall.yaml": ("rules/oncall.yml", "rules/on-call.yaml", "oncall.yaml", "oncall.yml", "on-call.yaml"),
    "people.yaml": ("people.yml", "rules/people.yaml", "rules/people.yml", "People.yaml"),
}


def tell_stray_files(root: Path, problems: Problems) -> None:
    """Warn of each; what is in the folders that are read is told where they are read."""
    for path, hint in sorted({**dict(_of_other_places(root)), **dict(_of_other_names(root))}.items()):
        problems.add(Problem(path, 0, 0, Sentence("not read", "未读取"), hint, "", True))


def _of_other_names(root: Path) -> Iterator[tuple[str, str]]:
    for right, names in _OTHER_NAMES.items():
        yield from ((name, f"its name has to be {right}") for name in names if _is_named_so(root / name))
    for right, folders in _FOLDERS.items():
        for folder in folders:
            if any(_yaml_files(root / folder)):
                yield folder, f"the folder has to be {right}/"


def _is_named_so(path: Path) -> bool:
    """Also where the file system does not tell capitals."""
    return path.is_file() and path.name in {found.name for found in path.parent.iterdir()}


def _of_other_places(root: Path) -> Iterator[tuple[str, str]]:
    for folder in (root, root / "rules"):
        for file in _yaml_files(folder):
            path = str(file.relative_to(root))
            place = None if path in _OTHER_NAMES else _place_of(file)
            if place is not None and place[1] != path:
                yield path, f"{place[0]} belongs in {place[1]}"


def _yaml_files(folder: Path) -> Iterator[Path]:
    try:
        found = sorted(folder.iterdir()) if folder.is_dir() else []
    except OSError:
        return
    yield from (file for file in found if file.suffix in _SUFFIXES and not file.name.startswith(".") and file.is_file())


def _place_of(file: Path) -> tuple[str, str] | None:
    try:
        if file.stat().st_size > _LARGEST:
            return None
        return place_for(parse_yaml(decode_text(file.read_bytes())).data)
    except (OSError, WrongEncodingError, YamlProblem):
        return None
