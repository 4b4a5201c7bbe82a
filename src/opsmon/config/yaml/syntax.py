"""What is wrong with a text that is no YAML, in the words of who writes it and not of the parser's grammar."""

from collections.abc import Sequence
from dataclasses import dataclass

import yaml

TAB = ("a tab in the indentation", "YAML is indented with spaces")


@dataclass(frozen=True, slots=True)
class SyntaxFault:
    """Where (line and column from 1), what, and the mend."""

    line: int
    column: int
    message: str
    hint: str = ""


def syntax_fault(lines: Sequence[str], error: yaml.MarkedYAMLError) -> SyntaxFault:
    """The parser's complaint, told at the place where it can be mended."""
    at, begun = error.problem_mark or error.context_mark, error.context_mark
    line, column = (at.line + 1, at.column + 1) if at else (1, 1)
    written = lines[line - 1] if line <= len(lines) else ""
    if "\t" in written[:column] and not written[:column].strip():
        return SyntaxFault(line, column, *TAB)
    opened = (begun.line + 1, begun.column + 1) if begun else (line, column)
    if "mapping values are not allowed" in str(error.problem):
        return _colon_too_many(lines, line, column)
    return _opened_before(str(error.problem), opened) or _told_here(error, line, column, opened)


def _opened_before(problem: str, opened: tuple[int, int]) -> SyntaxFault | None:
    """What is noticed at its end and has to be mended where it begins."""
    if "expected ':'" in problem:
        return SyntaxFault(*opened, "a key without its colon", "`key: value`, with a blank after the colon")
    if "end of stream" in problem:
        return SyntaxFault(*opened, "a quote that is opened here and never closed", "close it, or leave it out")
    return None


def _told_here(error: yaml.MarkedYAMLError, line: int, column: int, opened: tuple[int, int]) -> SyntaxFault:
    problem = str(error.problem or "")
    if "unexpected ':'" in problem:
        return SyntaxFault(
            line, column, "a colon without a blank after it", "`key: value`; text with a colon in quotes"
        )
    closing = next((bracket for bracket in "}]" if f"'{bracket}'" in problem), "")
    if closing:
        where = f"opened at line {opened[0]}, column {opened[1]}"
        return SyntaxFault(line, column, f"a comma or the closing `{closing}` is missing before this", where)
    if any(f"expected {what}" in problem for what in ("'-'", "key", "<block end>")):
        hint = f"what it belongs to begins at line {opened[0]}, column {opened[1]}"
        return SyntaxFault(line, column, "not indented like the lines that it belongs to", hint)
    told = problem.removeprefix("while ") or "not YAML"
    context = f" {error.context}" if error.context else ""
    return SyntaxFault(line, column, f"not YAML: {told}{context}")


def _colon_too_many(lines: Sequence[str], line: int, column: int) -> SyntaxFault:
    """A second `: ` in one line, or a line that goes on the one above although that has its value already."""
    before = lines[line - 1][: column - 1]
    if ": " in before:
        return SyntaxFault(line, column, "a second colon in one line", "text with `: ` in it needs quotes")
    above = next((number for number in range(line - 1, 0, -1) if lines[number - 1].strip()), 0)
    if above and ":" not in lines[above - 1]:
        return SyntaxFault(above, _first_column(lines[above - 1]), "a key without its colon", "`key: value`")
    hint = f"as far as the key in line {above}" if above else ""
    return SyntaxFault(line, _first_column(before), "indented deeper than the line above, which has its value", hint)


def _first_column(line: str) -> int:
    return len(line) - len(line.lstrip(" -")) + 1
