"""Every text that the programme may print, as it stands in the source: what is put into it is `…`."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.support.places import REPOSITORY

SOURCE = REPOSITORY / "src" / "opsmon"


SOURCES = sorted(SOURCE.rglob("*.py"))


@cache
def _source_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def _told_in(path: Path) -> tuple[str, ...]:
    """Neighbouring literals are one text already, as Python reads them."""
    return tuple(_texts_of(_source_of(path)))


def _texts_of(source: str) -> Iterator[str]:
    tree = ast.parse(source)
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def is_told(text: str) -> bool:
    """Whether some text of the programme reads so; `…` of the guide stands for anything within it."""
    parts = text.split("…")
    wanted = re.compile(".*?".join(map(re.escape, parts)), re.DOTALL)
    words = " ".join(parts).split()
    near = (path for path in SOURCES if all(word in _source_of(path) for word in words))  # not to parse every module
    return any(wanted.search(told) for path in near for told in _told_in(path))
