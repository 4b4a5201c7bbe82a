"""The characters that a pattern can tell apart, and sets of them as integers: one bit a character."""

import re
import re._constants as codes  # type: ignore[import-not-found]  # typeshed leaves it out
from collections.abc import Iterable
from typing import Any

_ALWAYS = (*map(chr, range(128)), *"\x85\xa0é·Ωя–“中：，\u3000\udc81\udcff")
_SINGLE = (codes.ANY, codes.LITERAL, codes.NOT_LITERAL, codes.IN)
_CATEGORIES = {
    "CATEGORY_DIGIT": str.isdecimal,
    "CATEGORY_SPACE": str.isspace,
    "CATEGORY_WORD": lambda char: char.isalnum() or char == "_",
}


# Where a node of a parsed pattern has the sequence that it is about.
_PLACE_OF_INNER = {
    codes.MAX_REPEAT: 2, codes.MIN_REPEAT: 2, codes.POSSESSIVE_REPEAT: 2, codes.SUBPATTERN: 3, codes.ASSERT: 1,
    codes.ASSERT_NOT: 1,
}  # fmt: skip


class Alphabet:
    """Every ASCII character, some others, and those that the pattern names."""

    def __init__(self, nodes: Iterable[Any]) -> None:
        self.chars = tuple(dict.fromkeys((*_ALWAYS, *map(chr, _named(nodes)))))
        self._known: dict[tuple[str, str, int], int] = {}
        self.all = (1 << len(self.chars)) - 1
        self.newline = self.mask_of(lambda char: char == "\n")
        self.word = self.mask_of(_CATEGORIES["CATEGORY_WORD"])

    def mask_of(self, test: Any) -> int:
        """The set of the characters that pass a test."""
        return sum(1 << place for place, char in enumerate(self.chars) if test(char))

    def mask_of_node(self, op: Any, value: Any, flags: int) -> int | None:
        """The set that one node of a parsed pattern reads; None for a node that reads no single character."""
        key = (str(op), str(value), flags & (re.IGNORECASE | re.DOTALL))
        if op in _SINGLE and key not in self._known:
            self._known[key] = self._mask_of_node(op, value, flags)
        return self._known.get(key)

    def _mask_of_node(self, op: Any, value: Any, flags: int) -> int:
        if op is codes.ANY:
            return self.all if flags & re.DOTALL else self.all & ~self.newline
        if op is codes.LITERAL:
            return self._items([(op, value)], flags)
        if op is codes.NOT_LITERAL:
            return self.all & ~self._items([(codes.LITERAL, value)], flags)
        return self._items(value, flags)

    def _items(self, items: list[tuple[Any, Any]], flags: int) -> int:
        negated = any(op is codes.NEGATE for op, _ in items)
        mask = 0
        for op, value in items:
            mask |= self._item(op, value, ignoring_case=bool(flags & re.IGNORECASE))
        return self.all & ~mask if negated else mask

    def _item(self, op: Any, value: Any, *, ignoring_case: bool) -> int:
        if op is codes.CATEGORY:
            name = str(value)
            mask = self.mask_of(_CATEGORIES[name.replace("_NOT", "")])
            return self.all & ~mask if "_NOT" in name else mask
        low, high = (value, value) if op is codes.LITERAL else value if op is codes.RANGE else (1, 0)
        if not ignoring_case:
            return self.mask_of(lambda char: low <= ord(char) <= high)
        return self.mask_of(
            lambda char: any(len(form) == 1 and low <= ord(form) <= high for form in (char, char.lower(), char.upper()))
        )


def _named(nodes: Iterable[Any]) -> set[int]:
    """The code points that stand in a parsed pattern, of ranges their ends."""
    found: set[int] = set()
    for op, value in nodes:
        if op in (codes.LITERAL, codes.NOT_LITERAL):
            found.add(value)
        elif op is codes.RANGE:
            found |= set(value)
        elif op is codes.IN:
            found |= _named(value)
        else:
            for part in inner_parts(op, value):
                found |= _named(part)
    return found


def inner_parts(op: Any, value: Any) -> list[Any]:
    """The sequences of nodes within a node."""
    if op is codes.BRANCH:
        return list(value[1])
    if op is codes.ATOMIC_GROUP:
        return [value]
    if op is codes.GROUPREF_EXISTS:
        return [part for part in value[1:] if part is not None]
    place = _PLACE_OF_INNER.get(op)
    return [] if place is None else [value[place]]
