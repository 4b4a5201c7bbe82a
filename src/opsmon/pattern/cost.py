"""Whether a pattern is quick on any text of a length, judged from the pattern alone.

Python's `re` tries one way after the other, and nothing can interrupt it but the end of the process. What is called
quick here is quick; what is called slow may be quick for a reason that is not looked at (a long look-ahead, a back
reference). Bounded repetitions are taken for constants up to FEW.
"""

import re
import re._parser as parser  # type: ignore[import-not-found]  # typeshed leaves it out
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from math import factorial

from opsmon.pattern.automaton import Automaton
from opsmon.pattern.growth import EXPONENTIAL, growth_of
from opsmon.pattern.ways import MAX_WAYS, doubles_by_nothing, ways_of

MAX_STEPS = 600_000  # about 10 ms
_POWERS = {2: "the square", 3: "the cube"}


_judging: ContextVar[bool] = ContextVar("judging", default=False)


@contextmanager
def judging_patterns() -> Iterator[None]:
    """Within it the patterns that people write are judged as they are read: `opsmon check` does, a start need not."""
    before = _judging.set(True)
    try:
        yield
    finally:
        _judging.reset(before)


def refusal_of(pattern: str, bound: int, flags: int = 0, *, anchored: bool = False) -> str:
    """`slow_at` where patterns are judged; else nothing. Raises re.error."""
    return slow_at(pattern, bound, flags, anchored=anchored) if _judging.get() else ""


def slow_at(pattern: str | bytes, bound: int, flags: int = 0, *, anchored: bool = False) -> str:
    """Why a pattern may need more than MAX_STEPS on a text of `bound` characters; empty where it does not.

    `anchored` is a pattern that is tried at one place only (`match`, `fullmatch`). Raises re.error.
    """
    degree = degree_of(pattern, flags, anchored=anchored)
    if degree >= EXPONENTIAL:
        return "a repetition within a repetition can read the same text in more and more ways"
    if bound**degree // factorial(degree) <= MAX_STEPS:
        return ""
    power = _POWERS.get(degree, f"the power {degree}")
    return f"on hostile text its work grows with {power} of the length, and {bound} characters may come"


@lru_cache(maxsize=4_096)
def degree_of(pattern: str | bytes, flags: int = 0, *, anchored: bool = False) -> int:
    """The power of a text's length with which the work may grow; EXPONENTIAL where none is enough. Raises re.error."""
    tree = parser.parse(pattern, flags)
    if doubles_by_nothing(tree):
        return EXPONENTIAL
    return growth_of(Automaton(tree, tree.state.flags, anchored=anchored))


def most_steps(pattern: "re.Pattern[str] | re.Pattern[bytes]", length: int) -> int:
    """How many steps a search in a text of a length may need at the most, its bounded repetitions counted as well."""
    degree, ways = _growth(pattern.pattern, pattern.flags & ~re.UNICODE)
    if degree >= EXPONENTIAL:
        return MAX_WAYS
    steps: int = ways * length**degree // factorial(degree)
    return min(steps, MAX_WAYS)


@lru_cache(maxsize=4_096)
def _growth(pattern: str | bytes, flags: int) -> tuple[int, int]:
    return degree_of(pattern, flags), ways_of(parser.parse(pattern, flags))
