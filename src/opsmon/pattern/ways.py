"""The ways that a pattern leaves and its automaton of positions does not show.

Those of alternatives and bounded repetitions, which do not grow with the text; and those of reading nothing.
`(a|ab){0,20}` reads no text in more ways the longer it is, and yet may try a million of them. The automaton takes such
repetitions for constants; here is the constant, never too small. `(a|a)+` reads each letter in one position, and then
nothing in two ways, because the parser takes out what alternatives have in common: its ways double with each letter.
"""

import re._constants as codes  # type: ignore[import-not-found]  # typeshed leaves it out
from typing import Any

from opsmon.pattern.alphabet import inner_parts
from opsmon.pattern.automaton import FEW

MAX_WAYS = 10**12  # more than anybody waits for
_READING_NOTHING = (codes.AT, codes.ASSERT, codes.ASSERT_NOT, codes.GROUPREF)
_REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)


def ways_of(nodes: Any) -> int:
    """The product over what stands one after the other; at most MAX_WAYS."""
    ways = 1
    for op, value in nodes:
        ways = min(ways * _ways_of_one(op, value), MAX_WAYS)
    return ways


def _ways_of_one(op: Any, value: Any) -> int:
    if op is codes.BRANCH:
        return sum(ways_of(part) for part in value[1])
    if op in _REPEATS:
        return _ways_of_repeat(*value)
    if op is codes.GROUPREF_EXISTS:
        return ways_of(value[1]) + (ways_of(value[2]) if value[2] else 1)
    return max((ways_of(part) for part in inner_parts(op, value)), default=1)


def _ways_of_repeat(least: int, most: int, nodes: Any) -> int:
    """Of a loop those of one round, since the automaton counts its rounds."""
    inner = ways_of(nodes)
    if most > FEW:
        return inner
    rounds = most - least + 1
    # What has one way is read in as many as there are numbers of rounds; else each round has its own.
    return MAX_WAYS if inner**most > MAX_WAYS else int(rounds * inner**most)


def doubles_by_nothing(nodes: Any, *, looped: bool = False) -> bool:
    """Whether there is a loop in which nothing at all is read in two ways."""
    for op, value in nodes:
        within = looped or (op in _REPEATS and value[1] > FEW)
        if within and _ways_to_read_nothing(op, value) > 1:
            return True
        if any(doubles_by_nothing(part, looped=within) for part in inner_parts(op, value)):
            return True
    return False


def _ways_to_read_nothing(op: Any, value: Any) -> int:
    """Two stand for any number above one."""
    if op is codes.BRANCH:
        return min(sum(_ways_of_nothing(part) for part in value[1]), 2)
    if op in _REPEATS and value[0] == 0:
        return 1 if value[1] > FEW else min(1 + _ways_of_nothing(value[2]), 2)
    if op in _REPEATS or op is codes.SUBPATTERN:
        return _ways_of_nothing(value[2] if op in _REPEATS else value[3])
    return int(op in _READING_NOTHING)


def _ways_of_nothing(nodes: Any) -> int:
    ways = 1
    for op, value in nodes:
        ways = min(ways * _ways_to_read_nothing(op, value), 2)
    return ways
