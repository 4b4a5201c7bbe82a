"""One thing that people should change, with the place in the file."""

from dataclasses import dataclass
from datetime import datetime

from opsmon.text.bilingual import Text

MAX_TOLD_ALIKE = 5  # of findings of one kind and place; the others are counted


@dataclass(frozen=True, slots=True)
class LintFinding:
    """`rule` is the finding's kind, for programs; `key` the dotted path in `rules/oncall.yaml`, "" where it is about
    what is not in the file; `at` the first moment that it concerns."""

    rule: str
    key: str
    text: Text
    hint: Text
    at: datetime | None = None
