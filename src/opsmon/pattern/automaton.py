"""A pattern as the automaton of its positions (Glushkov): each place that reads a character, and what may follow it.

What is looked at but not read (`\\b`, `^`, one character ahead or behind) allows a step or not, so positions are split
into the sets of characters that such a look tells apart. A longer look-ahead is a way that leads nowhere. Within an
atomic group no way is tried again once it is left; `regions` says which positions stand in which groups.
"""

import re
import re._constants as codes  # type: ignore[import-not-found]  # typeshed leaves it out
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from opsmon.pattern.alphabet import Alphabet, inner_parts

FEW = 100
COPIES = 3
COPIES_OF_LOOPS = 8
Look = Callable[[int | None, int], bool]  # whether one set of characters (None: the beginning) may stand before another
End = tuple[int, tuple[Look, ...]]
_REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)
_LOOKS = (codes.ASSERT, codes.ASSERT_NOT)


@dataclass(slots=True)
class Piece:
    """A part of the automaton: where it may begin and end; `through` are the looks of a way that reads nothing."""

    first: list[End] = field(default_factory=list)
    last: list[End] = field(default_factory=list)
    through: tuple[Look, ...] | None = ()


class Automaton:
    """`masks[p]` is the set of characters that position p reads, `follow[p]` the positions after it, repeated where
    there are two ways to the same one.

    A step of `commits` begins the next round of a possessive repetition: no round before it is tried again. Where a
    position of `settled` is reached, the search has a match, whatever may still be tried after it.
    """

    def __init__(self, nodes: Any, flags: int, *, anchored: bool) -> None:
        self.alphabet = Alphabet(nodes)
        self.masks: list[int] = []
        self.follow: list[list[int]] = []
        self.regions: list[frozenset[int]] = []
        self._never_fail: set[Look] = set()
        self.commits: set[tuple[int, int]] = set()
        self.settled: frozenset[int] = frozenset()
        self._region: frozenset[int] = frozenset()
        self._region_count = 0
        self._atoms = self._told_apart(nodes, flags)
        whole = self._sequence(nodes, flags)
        if not anchored:
            self.settled = frozenset(place for place, looks in whole.last if self._never_fail.issuperset(looks))
            anywhere = self._leaf(self.alphabet.all)
            self._join(anywhere.last, anywhere.first)
            self._join(anywhere.last, whole.first)

    def _told_apart(self, nodes: Any, flags: int) -> list[int]:
        """The sets of characters that the looks of the pattern tell apart."""
        atoms = [self.alphabet.all]
        for mask in self._looked_at(nodes, flags):
            atoms = [part for atom in atoms for part in (atom & mask, atom & ~mask) if part]
        return atoms

    def _looked_at(self, nodes: Any, flags: int) -> Iterable[int]:
        for op, value in nodes:
            if op is codes.AT:
                yield self.alphabet.word if "BOUNDARY" in str(value) else self.alphabet.newline
            elif (op in _LOOKS and (mask := self._single(value[1], flags)) is not None) or (
                op is codes.POSSESSIVE_REPEAT and (mask := self._single(value[2], flags)) is not None
            ):
                yield mask
            for part in inner_parts(op, value):
                yield from self._looked_at(part, _flags_within(op, value, flags))

    def _single(self, nodes: Any, flags: int) -> int | None:
        """The set of a sequence that is one character."""
        if len(nodes) != 1:
            return None
        ((op, value),) = nodes
        if op is codes.SUBPATTERN:
            return self._single(value[3], _flags_within(op, value, flags))
        return self.alphabet.mask_of_node(op, value, flags)

    def _leaf(self, mask: int) -> Piece:
        begin = len(self.masks)
        for part in (atom & mask for atom in self._atoms):
            if part:
                self.masks.append(part)
                self.follow.append([])
                self.regions.append(self._region)
        ends: list[End] = [(place, ()) for place in range(begin, len(self.masks))]
        return Piece(ends, list(ends), None)

    def _join(self, last: list[End], first: list[End]) -> None:
        for place, after in last:
            for other, before in first:
                if all(look(self.masks[place], self.masks[other]) for look in (*after, *before)):
                    self.follow[place].append(other)

    def _then(self, left: Piece, right: Piece) -> Piece:
        self._join(left.last, right.first)
        first, last = list(left.first), list(right.last)
        if left.through is not None:
            first += [(place, (*left.through, *looks)) for place, looks in right.first]
        if right.through is not None:
            last += [(place, (*looks, *right.through)) for place, looks in left.last]
        both = left.through is not None and right.through is not None
        return Piece(first, last, (*(left.through or ()), *(right.through or ())) if both else None)

    def _sequence(self, nodes: Any, flags: int) -> Piece:
        whole = Piece()
        for op, value in nodes:
            whole = self._then(whole, self._node(op, value, flags))
        return whole

    def _node(self, op: Any, value: Any, flags: int) -> Piece:
        mask = self.alphabet.mask_of_node(op, value, flags)
        if mask is not None:
            return self._leaf(mask)
        if op in _REPEATS:
            return self._repeat(op, value, flags)
        if op is codes.AT:
            return Piece(through=_looks_of_place(self.alphabet, str(value), flags))
        if op in _LOOKS:
            return self._look(op, value, flags)
        if op is codes.ATOMIC_GROUP:
            return self._atomic(lambda: self._sequence(value, flags))
        parts = [self._sequence(part, _flags_within(op, value, flags)) for part in inner_parts(op, value)]
        if op is codes.GROUPREF_EXISTS and len(parts) == 1:
            parts.append(Piece())
        return _either(parts) if parts else Piece(through=(_may_fail,))

    def _atomic(self, build: Callable[[], Piece]) -> Piece:
        before = self._region
        self._region_count += 1
        self._region = before | {self._region_count}
        try:
            return build()
        finally:
            self._region = before

    def _look(self, op: Any, value: Any, flags: int) -> Piece:
        """One character ahead or behind allows a step or not; a longer look ahead is a way that leads nowhere."""
        direction, nodes = value
        mask, wanted = self._single(nodes, flags), op is codes.ASSERT
        if mask is not None and direction < 0:
            return Piece(through=(lambda before, _: before is None or bool(before & mask) is wanted,))
        if mask is not None:
            return Piece(through=(lambda _, after: bool(after & mask) is wanted,))
        return Piece(self._sequence(nodes, flags).first if direction > 0 else [], [], (_may_fail,))

    def _repeat(self, op: Any, value: Any, flags: int) -> Piece:
        low, high, nodes = value
        if op is not codes.POSSESSIVE_REPEAT:
            return self._repeated(op, low, high, nodes, flags)
        mask = self._single(nodes, flags)
        piece = self._atomic(lambda: self._repeated(op, low, high, nodes, flags))
        if mask is None or high is not codes.MAXREPEAT:
            return piece

        def is_over(_: int | None, after: int) -> bool:
            return not after & mask

        self._never_fail.add(is_over)
        return self._then(piece, Piece(through=(is_over,)))

    def _repeated(self, op: Any, low: int, high: Any, nodes: Any, flags: int) -> Piece:
        most = COPIES_OF_LOOPS if _has_loop(nodes) else COPIES
        whole = Piece()
        if high is codes.MAXREPEAT or int(high) > FEW:
            for _ in range(min(low - 1, most)):
                whole = self._then(whole, self._sequence(nodes, flags))
            loop = self._sequence(nodes, flags)
            self._join(loop.last, loop.first)
            if op is codes.POSSESSIVE_REPEAT:
                self.commits |= {(place, other) for place, _ in loop.last for other, _ in loop.first}
            return self._then(whole, loop if low else Piece(loop.first, loop.last, ()))
        copies = [self._sequence(nodes, flags) for _ in range(min(int(high), most))]
        rest = Piece()
        for number in range(len(copies) - 1, -1, -1):  # x{1,3} is x(x(x)?)?
            rest = self._then(copies[number], rest)
            if number >= low:
                rest = Piece(rest.first, rest.last, ())
        return rest


def _may_fail(_before: int | None, _after: int) -> bool:
    """A look of which nothing is known but that it may refuse: what stands before it is not sure to match."""
    return True


def _either(parts: list[Piece]) -> Piece:
    through = [part.through for part in parts if part.through is not None]
    first = [end for part in parts for end in part.first]
    last = [end for part in parts for end in part.last]
    return Piece(first, last, None if not through else through[0] if len(through) == 1 or all(through) else ())


def _has_loop(nodes: Any) -> bool:
    return any(
        (op in _REPEATS and (value[1] is codes.MAXREPEAT or int(value[1]) > FEW))
        or any(_has_loop(part) for part in inner_parts(op, value))
        for op, value in nodes
    )


def _flags_within(op: Any, value: Any, flags: int) -> int:
    return (flags | value[1]) & ~value[2] if op is codes.SUBPATTERN else flags


def _looks_of_place(alphabet: Alphabet, place: str, flags: int) -> tuple[Look, ...]:
    word, newline = alphabet.word, alphabet.newline
    if place == "AT_BOUNDARY":
        return (lambda before, after: before is None or bool(before & word) is not bool(after & word),)
    if place == "AT_NON_BOUNDARY":
        return (lambda before, after: before is None or bool(before & word) is bool(after & word),)
    if place == "AT_BEGINNING" and flags & re.MULTILINE:
        return (lambda before, _: before is None or bool(before & newline),)
    if place in ("AT_BEGINNING", "AT_BEGINNING_STRING"):
        return (lambda before, _: before is None,)
    return (_may_fail,)
