"""Every event that the journal can hold, each of its fields and each word of ours in them, has a Chinese name."""

import re
from collections.abc import Iterator
from dataclasses import fields
from enum import StrEnum
from typing import Any, get_args, get_type_hints

import pytest

from opsmon.model.account import Role
from opsmon.model.incident import Fact
from opsmon.store.codec import EVENT_TYPES
from opsmon.text.journal_words import event_name, field_name, value_name

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_BESIDE = frozenset({"at", "reason_zh", "detail_zh"})  # told in the line's own columns, or in place of another
RECORDS = {**EVENT_TYPES, "fact": Fact}
KEPT = frozenset({"ups", *Role})  # names of things


def enumerations(hint: Any) -> Iterator[type[StrEnum]]:
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        yield hint
    for part in get_args(hint):
        yield from enumerations(part)


@pytest.mark.parametrize("name", RECORDS)
def test_an_event_and_its_fields_have_chinese_names(name: str) -> None:
    told = [] if name == "fact" else [event_name(name)]
    told += [field_name(field.name) for field in fields(RECORDS[name]) if field.name not in _BESIDE]
    assert [word for word in told if not _CHINESE.search(word)] == []


@pytest.mark.parametrize("name", RECORDS)
def test_its_words_have_chinese_names(name: str) -> None:
    hints = get_type_hints(RECORDS[name])
    words = [(field, value.value) for field, hint in hints.items() for one in enumerations(hint) for value in one]
    assert [pair for pair in words if not _CHINESE.search(value_name(name, *pair))] == []
