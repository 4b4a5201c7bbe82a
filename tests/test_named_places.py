"""A file, a folder or a module that the texts name is there: a reader who follows a pointer arrives."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from tests.support.places import REPOSITORY

SOURCE = REPOSITORY / "src" / "opsmon"
ROOMS = sorted(path.name.removesuffix(".py") for path in SOURCE.iterdir() if not path.name.startswith("_"))
TEXTS = sorted(
    path
    for path in (
        *REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md"), *(REPOSITORY / "deploy").rglob("*.md"),
        *(REPOSITORY / "probes").glob("*.md"), *(REPOSITORY / "benchmarks").glob("*.md"),
    )
    if path.name != "CHANGELOG.md"  # it tells of what was
)  # fmt: skip

PROJECT_PATH = re.compile(r"(?<![\w/.])(?:src/opsmon|tests|benchmarks|docs/decisions)/[\w./-]*")
ROOM_PATH = re.compile(rf"`((?:{'|'.join(ROOMS)})/[\w/]+\.py)`")
DOTTED = re.compile(r"`(?:python -m )?(opsmon(?:\.\w+)+)`")
BENCHMARK = re.compile(r"python -m (benchmarks(?:\.\w+)+)")
FILE_ENDINGS = {"yaml", "yml", "db", "lock", "token", "service", "fish"}
# A decision may name what was, if it says beside it what it is now: "`probe/worker.py` (now `probe/…/run_check.py`)".
SUPERSEDED = re.compile(r"`[^`\n]+`(?=,\s+now\s+`|\s+\(now\s+`)")
# A file that the reader is about to make: the profile of a vendor that nobody knows.
TO_BE_MADE = "acme-"


def text_of(path: Path) -> str:
    return SUPERSEDED.sub("", path.read_text(encoding="utf-8"))


def missing_paths(text: str) -> Iterator[str]:
    for named in PROJECT_PATH.findall(text):
        place = named.rstrip("./")
        if TO_BE_MADE not in place and not (REPOSITORY / place).exists():
            yield place
    yield from (named for named in ROOM_PATH.findall(text) if not (SOURCE / named).is_file())


def is_there(dotted: str) -> bool:
    """Whether the name is a module of ours, or a name in one, or an attribute of that."""
    parts = dotted.split(".")
    for count in range(len(parts), 0, -1):
        place = REPOSITORY.joinpath("src" if parts[0] == "opsmon" else "", *parts[:count])
        if not (place.is_dir() or place.with_suffix(".py").is_file()):
            continue
        if count == len(parts):
            return True
        thing: object = import_module(".".join(parts[:count]))
        for name in parts[count:]:
            thing = getattr(thing, name, None)
        return thing is not None
    return False


def missing_names(text: str) -> Iterator[str]:
    for dotted in (*DOTTED.findall(text), *BENCHMARK.findall(text)):
        if dotted.rpartition(".")[2] not in FILE_ENDINGS and not is_there(dotted):
            yield dotted


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_every_place_that_a_text_names_is_there(path: Path) -> None:
    text = text_of(path)
    assert [*missing_paths(text), *missing_names(text)] == []


def test_a_pointer_to_nowhere_is_found() -> None:
    text = "`src/opsmon/gone/`, `tests/gone.py`, `probe/gone.py`, `opsmon.gone`, `opsmon.probe.registry.GONE`"
    assert [*missing_paths(text), *missing_names(text)] == [
        "src/opsmon/gone", "tests/gone.py", "probe/gone.py", "opsmon.gone", "opsmon.probe.registry.GONE",
    ]  # fmt: skip


def test_what_is_there_is_found() -> None:
    text = "`src/opsmon/probe/kind/`, `probe/registry.py`, `opsmon.probe.registry.KINDS`, python -m benchmarks.decide"
    assert [*missing_paths(text), *missing_names(text)] == []


def drawn_functions() -> list[str]:
    """The lines `room.module: function` of the ways in docs/architecture.md."""
    text = (REPOSITORY / "docs" / "architecture.md").read_text(encoding="utf-8")
    return [f"opsmon.{module}.{name}" for module, name in re.findall(r"^([a-z_.]+): ([\w.]+)", text, re.MULTILINE)]


def test_every_function_that_the_ways_draw_is_there() -> None:
    functions = drawn_functions()
    assert functions
    assert [name for name in functions if not is_there(name)] == []
