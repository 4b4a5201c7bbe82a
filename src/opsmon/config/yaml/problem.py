"""The list that every mistake of every file goes into."""

from collections.abc import Iterable
from dataclasses import replace

from opsmon.errors import ConfigError, Problem
from opsmon.text.bilingual import Sentence
from opsmon.text.count import counted

MAX_PROBLEMS = 1000
UNQUOTED = Sentence(
    "something is wrong here; it is not quoted, since the file is a link that leads out of the root",
    "此处有误；因该文件是指向目录之外的链接，不引用其内容",
)
UNQUOTED_HINT = Sentence("copy the file into the root to be told what", "把文件复制到目录中即可看到具体内容")


class Problems:
    """Collects errors and warnings of one load. Grows only; asked once, at the end."""

    def __init__(self) -> None:
        self.errors: list[Problem] = []
        self.warnings: list[Problem] = []
        self._seen: set[Problem] = set()
        self._left_out = 0
        self.doubts: dict[str, list[Problem]] = {}  # warnings about a contract, told where a site is under it
        self._grouped: dict[str, dict[tuple[str, int, int], Problem]] = {}
        self._unquoted: set[str] = set()

    def quote_nothing_of(self, path: str) -> None:
        """From now on problems of this file say where they are, and nothing of what stands there."""
        self._unquoted.add(path)

    def add(self, problem: Problem) -> None:
        """Keep a problem on its side, once: a warning never fails a load."""
        if problem.path in self._unquoted:
            problem = replace(problem, message=UNQUOTED, hint=UNQUOTED_HINT, key="")
        side = self.warnings if problem.warning else self.errors
        if problem in self._seen:
            return
        if len(side) >= MAX_PROBLEMS:
            self._left_out += 1
            return
        self._seen.add(problem)
        side.append(problem)

    def doubt(self, contract: str, problem: Problem) -> None:
        """Keep a warning that is of interest to nobody before some site is under the contract."""
        self.doubts.setdefault(contract, []).append(problem)

    def tell_doubts(self, contracts: Iterable[str]) -> None:
        """Tell the doubts of these contracts."""
        for contract in contracts:
            for problem in self.doubts.get(contract, ()):
                self.add(problem)

    def add_grouped(self, problem: Problem) -> None:
        """Keep a problem that many places may share (one secret is not there): it is told once, with their number."""
        places = self._grouped.setdefault(problem.message, {})
        places.setdefault((problem.path, problem.line, problem.column), problem)

    def _tell_groups(self) -> None:
        for places in self._grouped.values():
            first = min(places.values())
            others = len(places) - 1
            hint = f"and {counted(others, 'other places')}" if others else first.hint
            self.add(replace(first, hint=hint))
        self._grouped.clear()

    def raise_if_any(self) -> None:
        """Raise ConfigError with everything found, warnings too, when there is an error at all."""
        self._tell_groups()
        if self.errors:
            raise ConfigError(tuple(self.errors + self.warnings + self._more()))

    def _more(self) -> list[Problem]:
        return (
            [
                Problem(
                    "~",
                    0,
                    0,
                    Sentence(f"and {counted(self._left_out, 'more problems')}", f"另有 {self._left_out} 处错误"),
                )
            ]
            if self._left_out
            else []
        )
