"""What is wrong with a text that is no YAML, in the words of who writes it and not of the parser's grammar."""

from collections.abc import Sequence
from dataclasses import dataclass

import yaml

from opsmon.text.bilingual import Sentence

TAB = (
    Sentence("a tab in the indentation", "缩进中有制表符"),
    Sentence("YAML is indented with spaces", "YAML 用空格缩进"),
)


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
        return SyntaxFault(
            *opened,
            "a key without its colon",
            Sentence("`key: value`, with a blank after the colon", "`key: value`，冒号后要有空格"),
        )
    if "end of stream" in problem:
        return SyntaxFault(
            *opened,
            Sentence("a quote that is opened here and never closed", "引号在此打开，没有闭合"),
            Sentence("close it, or leave it out", "请闭合或去掉"),
        )
    return None


def _told_here(error: yaml.MarkedYAMLError, line: int, column: int, opened: tuple[int, int]) -> SyntaxFault:
    problem = str(error.problem or "")
    if "unexpected ':'" in problem:
        return SyntaxFault(
            line,
            column,
            Sentence("a colon without a blank after it", "冒号后缺少空格"),
            Sentence("`key: value`; text with a colon in quotes", "`key: value`；含冒号的文本要加引号"),
        )
    closing = next((bracket for bracket in "}]" if f"'{bracket}'" in problem), "")
    if closing:
        where = Sentence(f"opened at line {opened[0]}, column {opened[1]}", f"打开于第 {opened[0]} 行第 {opened[1]} 列")
        return SyntaxFault(
            line,
            column,
            Sentence(f"a comma or the closing `{closing}` is missing before this", f"此前缺少逗号或 `{closing}`"),
            where,
        )
    if any(f"expected {what}" in problem for what in ("'-'", "key", "<block end>")):
        hint = Sentence(
            f"what it belongs to begins at line {opened[0]}, column {opened[1]}",
            f"所属部分始于第 {opened[0]} 行第 {opened[1]} 列",
        )
        return SyntaxFault(
            line, column, Sentence("not indented like the lines that it belongs to", "缩进与所属各行不一致"), hint
        )
    told = problem.removeprefix("while ") or "not YAML"
    context = f" {error.context}" if error.context else ""
    return SyntaxFault(line, column, Sentence(f"not YAML: {told}{context}", "不是 YAML，无法解析"))


def _colon_too_many(lines: Sequence[str], line: int, column: int) -> SyntaxFault:
    """A second `: ` in one line, or a line that goes on the one above although that has its value already."""
    before = lines[line - 1][: column - 1]
    if ": " in before:
        return SyntaxFault(
            line,
            column,
            Sentence("a second colon in one line", "一行中有第二个冒号"),
            Sentence("text with `: ` in it needs quotes", "含 `: ` 的文本要加引号"),
        )
    above = next((number for number in range(line - 1, 0, -1) if lines[number - 1].strip()), 0)
    if above and ":" not in lines[above - 1]:
        return SyntaxFault(above, _first_column(lines[above - 1]), "a key without its colon", "`key: value`")
    hint = Sentence(f"as far as the key in line {above}", f"与第 {above} 行的键对齐") if above else ""
    return SyntaxFault(
        line,
        _first_column(before),
        Sentence("indented deeper than the line above, which has its value", "缩进比上一行深，而上一行已有值"),
        hint,
    )


def _first_column(line: str) -> int:
    return len(line) - len(line.lstrip(" -")) + 1
