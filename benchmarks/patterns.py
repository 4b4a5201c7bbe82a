"""How long every pattern takes that a stranger's text meets, pumped at its bound: the slowest ten.

    python -m benchmarks.patterns [--all]

That a pattern cannot be slow is shown by `tests/test_patterns_are_quick.py`, from the pattern alone. Here each is run
on its own literals and on common characters, repeated up to the bound, with what may come before and with an end that
fails. Times are CPU time of the thread, the least of three. Ends with 1 where a pattern takes MAX_MS or more.
"""

import dataclasses
import importlib
import re
import re._parser as parser  # type: ignore[import-not-found]  # typeshed leaves it out
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from opsmon.bounds import CELL_CHARS, SYS_DESCR_CHARS
from opsmon.config.root import load_root
from tests.support.source_patterns import bound_of, compiled, modules, searching_names

MAX_MS = 10.0
SHOWN = 10
REPEATS = 3
_COMMON = [" ", "a", "0", "\t", "-", ".", '"', "\\", "a ", "\n", "中", "A1 "]
_ENDS = ["", "\0", "!", "\n"]
_MAX_PUMPS = 24


class Case(NamedTuple):
    """One pattern, where it stands, how much text it meets, whether it is tried at one place only."""

    where: str
    pattern: "re.Pattern[Any]"
    bound: int
    anchored: bool


class Result(NamedTuple):
    milliseconds: float
    case: Case
    text: str


def cases() -> Iterator[Case]:
    """Those of the modules that read devices, then those of the stock profiles."""
    searched = searching_names()
    for module in modules():
        for name, value in vars(importlib.import_module(module)).items():
            for where, pattern in compiled(value, name):
                anchored = isinstance(value, re.Pattern) and name not in searched
                yield Case(f"{module}.{where}", pattern, bound_of(module, pattern), anchored)
    profiles = load_root(Path(__file__).parents[1]).profiles
    seen: set[str] = set()
    for name, pattern in _patterns_in(profiles, "profiles", set()):
        if pattern.pattern not in seen:
            seen.add(pattern.pattern)
            yield Case(name, pattern, SYS_DESCR_CHARS if "sysdescr" in name else CELL_CHARS, anchored=False)


def _patterns_in(value: object, name: str, met: set[int]) -> Iterator[tuple[str, "re.Pattern[str]"]]:
    if id(value) in met:
        return
    met.add(id(value))
    if isinstance(value, re.Pattern):
        yield name, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _patterns_in(inner, f"{name}.{key}", met)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for inner in value:
            yield from _patterns_in(inner, name, met)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from _patterns_in(getattr(value, field.name, None), f"{name}.{field.name}", met)
    elif hasattr(value, "__dict__") and type(value).__module__.startswith("opsmon."):
        yield from _patterns_in(vars(value), name, met)


def literals_of(pattern: "re.Pattern[Any]") -> list[str]:
    """The runs of plain characters in a pattern, in their order."""
    runs: list[str] = [""]

    def walk(tree: Any) -> None:
        if isinstance(tree, tuple) and len(tree) == 2 and str(tree[0]) == "LITERAL":
            runs[-1] += chr(tree[1])
            return
        if isinstance(tree, (list, tuple, parser.SubPattern)):
            for inner in tree:
                walk(inner)
            if not (isinstance(tree, tuple) and len(tree) == 2):
                runs.append("")

    walk(parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE))
    return list(dict.fromkeys(run for run in runs if run))


def texts_for(case: Case) -> Iterator[str]:
    """Hostile texts of the bound."""
    literals = literals_of(case.pattern)
    beginnings = ["", *(word + " " for word in literals[:3]), " ".join(literals[:8]) + " "]
    pumps = list(dict.fromkeys([*_COMMON, *literals, *(f"{word} " for word in literals)]))[:_MAX_PUMPS]
    for before in beginnings:
        for pump in pumps:
            for end in _ENDS if not before else _ENDS[:2]:
                room = case.bound - len(before) - len(end)
                yield (before + (pump * (room // len(pump) + 1))[:room] + end)[: case.bound]


def slowest_of(case: Case) -> Result:
    """The text on which it takes longest."""
    worst = Result(0.0, case, "")
    for text in texts_for(case):
        milliseconds = _run_ms(case, text)
        if milliseconds > worst.milliseconds:
            worst = Result(milliseconds, case, text)
    again = min(_run_ms(case, worst.text) for _ in range(REPEATS))
    return worst._replace(milliseconds=min(worst.milliseconds, again))


def _run_ms(case: Case, text: str) -> float:
    given = text.encode("utf-8")[: case.bound] if isinstance(case.pattern.pattern, bytes) else text
    began_s = time.thread_time()
    if case.anchored:
        case.pattern.match(given)
    else:
        for _ in case.pattern.finditer(given):
            pass
    return (time.thread_time() - began_s) * 1e3


def main() -> int:
    """0 where every pattern is quick."""
    results = sorted((slowest_of(case) for case in cases()), reverse=True, key=lambda one: one.milliseconds)
    shown = results if "--all" in sys.argv else results[:SHOWN]
    print(f"{len(results)} patterns, each pumped at its bound; the slowest {len(shown)}:")
    for milliseconds, case, text in shown:
        pattern = " ".join(str(case.pattern.pattern).split())
        print(f"{milliseconds:8.2f} ms  {case.bound:7,}  {case.where}  on {text[:24]!r}…  {pattern[:60]}")
    slow = sum(one.milliseconds >= MAX_MS for one in results)
    print(f"{slow} of them take {MAX_MS:g} ms or more")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
