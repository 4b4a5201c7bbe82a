"""A count agrees with its noun, and no room counts by itself."""

import re

import pytest

from opsmon.text.count import counted
from tests.support.places import REPOSITORY

SOURCE = REPOSITORY / "src" / "opsmon"
# A formatted length or count straight before a plural noun: `{len(x)} devices`. Counts that are never one are named.
BARE = re.compile(r"\{len\([^}]*\)\} (devices|sites|tasks|incidents|lines|values|names|events|configurations)\b")
NEVER_ONE = {"cli/inventory/table.py"}


@pytest.mark.parametrize(
    ("number", "plural", "words"),
    [(0, "devices", "0 devices"), (1, "devices", "1 device"), (2, "devices", "2 devices"), (1, "entries", "1 entry"),
     (1, "more problems", "1 more problem"), (1, "deliveries", "1 delivery")],
)  # fmt: skip
def test_one_is_singular(number: int, plural: str, words: str) -> None:
    assert counted(number, plural) == words


def test_every_count_with_a_noun_is_made_by_the_one_function() -> None:
    assert all((SOURCE / name).is_file() for name in NEVER_ONE)
    found = [
        f"{path.relative_to(SOURCE)}:{number}: {line.strip()}"
        for path in sorted(SOURCE.rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if BARE.search(line) and str(path.relative_to(SOURCE)) not in NEVER_ONE
    ]
    assert not found
