"""The map of the tests, held: a folder is named for a room of src, what several tests use stands in `tests/support`."""

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.support.places import REPOSITORY, TESTS

SUPPORT = TESTS / "support"
# Folders that mirror no room of src, and why.
OF_NO_ROOM = {
    "": "modules at the top of src, and what holds for the whole house",
    "benchmarks": "the pure parts of the benchmarks: what a figure is made of",
    "browser": "the console, as people use it in a browser",
    "deploy": "files that other programs read, as we ship them",
    "e2e": "the whole daemon, as its users start it",
    "fuzz": "a file for each kind of far end, and what it may send",
    "golden": "what devices and contracts are known to do, and databases of earlier releases",
    "property": "a file for each law",
    "real": "a file for each program of others at the far end",
}
MAX_TESTS_OF_A_FOLDER = 16
SILENCED = re.compile(r"# (?:ruff: )?noqa(?:: [A-Z0-9]+(?:, ?[A-Z0-9]+)*)?(?P<reason> - \S.*)?$")


def modules() -> list[Path]:
    return sorted(TESTS.rglob("*.py"))


def name_of(path: Path) -> str:
    return str(path.relative_to(TESTS))


def is_test(path: Path) -> bool:
    return path.name == "conftest.py" or path.name.startswith("test_")


def imports_of(path: Path) -> Iterator[str]:
    """Modules of the tests that a module imports, dotted; names taken from a module too, as they may be modules."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}: relative import"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_each_folder_is_named_for_a_room_and_small() -> None:
    """So that the tests of a module are found without searching."""
    held = Counter(str(path.parent.relative_to(TESTS)) for path in TESTS.rglob("test_*.py"))
    mirrored = {
        folder.removeprefix("."): number
        for folder, number in held.items()
        if folder.removeprefix(".") not in OF_NO_ROOM
    }
    assert [folder for folder in mirrored if not (REPOSITORY / "src" / "opsmon" / folder).is_dir()] == []
    assert {folder: number for folder, number in mirrored.items() if number > MAX_TESTS_OF_A_FOLDER} == {}
    assert OF_NO_ROOM.keys() <= {folder.removeprefix(".") for folder in held}, "these are gone: take them off the list"


def imported() -> Iterator[tuple[Path, str]]:
    return ((path, module) for path in modules() for module in imports_of(path))


def test_nothing_imports_a_test() -> None:
    """Else moving one test breaks another, and a fixture means two things."""
    for path, module in imported():
        file = REPOSITORY / (module.replace(".", "/") + ".py")
        assert not (file.is_relative_to(TESTS) and is_test(file) and file.is_file()), (
            f"{name_of(path)} imports {module}: put what both use into tests/support"
        )


def test_helpers_stand_in_support_and_tests_do_not() -> None:
    misplaced = [name_of(path) for path in modules() if is_test(path) == path.is_relative_to(SUPPORT)]
    assert misplaced == []


def test_every_helper_is_used() -> None:
    """By a test, by another helper, or started as a program, by its dotted name or its path."""
    texts = {path: path.read_text(encoding="utf-8") for path in modules()}
    for path in SUPPORT.rglob("*.py"):
        place = path.relative_to(REPOSITORY)
        dotted = ".".join(place.with_suffix("").parts)
        package, _, module = dotted.rpartition(".")
        words = (dotted, f"from {package} import {module}", str(place))
        users = [other for other, text in texts.items() if other != path and any(word in text for word in words)]
        assert users, f"nobody uses {place}"


def test_a_class_of_support_means_one_thing() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for path in SUPPORT.rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                places[node.name].append(name_of(path))
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_what_is_silenced_has_a_reason() -> None:
    """After it (`# noqa: S314 - our own check wrote it`), or in a comment on the line above."""
    assert [place for path in modules() for place in silenced_without_reason(path)] == []


def silenced_without_reason(path: Path) -> Iterator[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        found = SILENCED.search(line)
        above = lines[number - 1].strip() if number else ""
        if found is not None and not found["reason"] and not above.startswith("#"):
            yield f"{name_of(path)}:{number + 1}: {line.strip()}"
