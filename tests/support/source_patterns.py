"""Every pattern of the source, and the text that it may be given."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from opsmon.bounds import CELL_CHARS, CONFIGURATION_LINE_CHARS, HEADER_FIELD_CHARS, TAIL_CHARS
from tests.support.places import REPOSITORY

SOURCE = REPOSITORY / "src"
SEARCHING = {"search", "finditer", "findall", "sub", "subn", "split"}
# By the beginning of a module's name, the first that fits: how much text its patterns meet at most.
BOUNDS = {
    "opsmon.probe.profile": CELL_CHARS,
    "opsmon.probe": HEADER_FIELD_CHARS,
    "opsmon.backup.device.dialogue": TAIL_CHARS,
    "opsmon.backup.device.greeting": TAIL_CHARS,
    "opsmon.backup.device.silence": TAIL_CHARS,
    "opsmon.backup.device.pager": TAIL_CHARS,
    "opsmon.backup": CONFIGURATION_LINE_CHARS,
}
# Octets are searched before they are text: a head of a page, a line of a chunk, a datagram, a line of a backup.
BOUNDS_IN_OCTETS = {
    "opsmon.protocol.http.page_text": 4_096,
    "opsmon.probe": 65_536,
    "opsmon.backup": 65_536,
}


def bound_of(module: str, pattern: re.Pattern[Any]) -> int:
    """How much text a pattern of a module meets."""
    bounds = BOUNDS_IN_OCTETS if isinstance(pattern.pattern, bytes) else BOUNDS
    return next(bound for prefix, bound in bounds.items() if module.startswith(prefix))


def modules() -> list[str]:
    files = (file for room in ("probe", "backup") for file in (SOURCE / "opsmon" / room).rglob("*.py"))
    return sorted(".".join(file.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__") for file in files)


@cache
def searching_names() -> set[str]:
    """The names on which anything but `match` and `fullmatch` is called, anywhere in the source."""
    found = set()
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in SEARCHING and isinstance(node.value, ast.Name):
                found.add(node.value.id)
    return found


def compiled(value: object, name: str, depth: int = 0) -> Iterator[tuple[str, re.Pattern[Any]]]:
    if isinstance(value, re.Pattern):
        yield name, value
    elif isinstance(value, dict | list | tuple) and depth < 3:
        for inner in value.values() if isinstance(value, dict) else value:
            yield from compiled(inner, name, depth + 1)
