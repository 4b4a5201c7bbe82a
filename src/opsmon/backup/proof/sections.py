"""Configurations cut into sections and put together again: proof that a stored text came whole, line for line. Pure."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from opsmon.backup.recipe import Structure
from opsmon.text.bilingual import Sentence


class IncompleteTextError(ValueError):
    """The text is not whole; says where."""


@dataclass(frozen=True, slots=True)
class Section:
    """A header and the lines that belong to it, as they stand."""

    header: str
    lines: tuple[str, ...] = ()


def parse_sections(text: str, structure: Structure) -> tuple[Section, ...]:
    """The sections of a text. Raises IncompleteError where one is not closed."""
    lines = text.removesuffix("\n").split("\n") if text else []  # form feeds and the like end no line
    if structure is Structure.HASH:
        return _separated(lines, "#", "return")
    if structure is Structure.BANG:
        return _indented(lines)
    if structure is Structure.EDIT:
        return _either(lines, _edit_level, (True, False))
    if structure is Structure.BRACE:
        return _either(_without_annotations(lines), _brace_level, (False, True), lines)
    return _files(lines) if structure is Structure.FILES else (Section("", tuple(lines)),)


def join_sections(sections: tuple[Section, ...], structure: Structure) -> str:
    """The text again."""
    lines = [line for section in sections for line in ((section.header,) if section.header else ()) + section.lines]
    return "\n".join(lines) + "\n" if lines else ""


_Begins = Callable[[str], bool]
_Level = Callable[
    [str, list[str]], bool
]  # puts a line's opening on the stack or takes from it; False: nothing to close
_EDIT_OPEN, _EDIT_CLOSE = re.compile(r"^\s*(config|edit)\s"), re.compile(r"^\s*(end|next)\s*$")
_BRACE_OPEN, _BRACE_CLOSE = re.compile(r"\{\s*(?:#|$)"), re.compile(r"^\s*\}\s*(?:#.*)?$")


def _separated(lines: list[str], mark: str, last: str) -> tuple[Section, ...]:
    if last not in (line.strip() for line in lines[-3:]):
        raise IncompleteTextError(
            Sentence(f"the last section is not followed by `{last}`", f"最后一段之后缺少 `{last}`")
        )
    return _grouped(lines, lambda line: line.strip() == mark)


def _indented(lines: list[str]) -> tuple[Section, ...]:
    if not any(line and not line.startswith((" ", "!")) for line in lines):
        raise IncompleteTextError(Sentence("there is no section", "没有任何配置段"))
    return _grouped(lines, lambda line: bool(line) and not line.startswith(" "))


def _grouped(lines: list[str], begins: _Begins) -> tuple[Section, ...]:
    groups: list[list[str]] = []
    for line in lines:
        if begins(line) or not groups:
            groups.append([])
        groups[-1].append(line)
    return tuple(_block(group) for group in groups)


def _either(
    lines: list[str], level: _Level, ways: tuple[bool, bool], kept: list[str] | None = None
) -> tuple[Section, ...]:
    """The sections by the first way that closes: with texts that span lines, or with every text ending in its line.

    FortiOS and PAN-OS have texts over many lines, such as certificates; and a remark may hold one mark (`19" rack`).
    Raises IncompleteError of the first way where neither closes.
    """
    try:
        return _nested(lines, level, kept or lines, spanning=ways[0])
    except IncompleteTextError:
        with suppress(IncompleteTextError):
            return _nested(lines, level, kept or lines, spanning=ways[1])
        raise


def _nested(lines: list[str], level: _Level, kept: list[str], *, spanning: bool) -> tuple[Section, ...]:
    began, quoted = 0, False
    stack: list[str] = []
    sections: list[Section] = []
    for number, line in enumerate(lines):
        inside = quoted
        quoted = spanning and (quoted ^ (_quotes(line) % 2 == 1))
        if not spanning and _opens_text(line):
            raise IncompleteTextError(Sentence(f"`{line.strip()[:60]}` is not closed", f"`{line.strip()[:60]}` 未闭合"))
        if not inside and not level(line, stack):
            raise IncompleteTextError(
                Sentence(f"line {number + 1} closes what was never opened", f"第 {number + 1} 行结束了从未开始的段")
            )
        if not stack and not quoted:
            sections.append(_block(kept[began : number + 1]))
            began = number + 1
    if stack or quoted:
        last = lines[began].strip() if began < len(lines) else lines[-1].strip()
        raise IncompleteTextError(Sentence(f"`{last}` is not closed", f"`{last}` 未闭合"))
    return tuple(sections)


def _edit_level(line: str, stack: list[str]) -> bool:
    """FortiOS: `next` closes an `edit`; `end` closes a `config`, and the `edit` in it that is still open."""
    if opened := _EDIT_OPEN.match(line):
        stack.append(opened[1])
        return True
    closed = _EDIT_CLOSE.match(line)
    if closed is None:
        return True
    if closed[1] == "end" and stack[-1:] == ["edit"]:
        stack.pop()
    wanted = "edit" if closed[1] == "next" else "config"
    return bool(stack) and stack.pop() == wanted


def _brace_level(line: str, stack: list[str]) -> bool:
    if _BRACE_OPEN.search(line):
        stack.append("{")
    elif _BRACE_CLOSE.match(line):
        return bool(stack) and stack.pop() == "{"
    return True


def _without_annotations(lines: list[str]) -> list[str]:
    """Junos: `/* … */` before a statement, over one line or many; braces and marks in them are text."""
    plain, inside = [], False
    for line in lines:
        inside = inside or line.lstrip().startswith("/*")
        plain.append("" if inside else line)
        inside = inside and "*/" not in line
    return plain


def _block(lines: list[str]) -> Section:
    return Section(lines[0], tuple(lines[1:])) if lines[0] else Section("", tuple(lines))


def _quotes(line: str) -> int:
    """Quotation marks that open or close a text: not those behind a backslash, not those in a comment."""
    if line.lstrip().startswith("#"):
        return 0
    return sum(found == '"' for found in _MARKS.findall(line))


def _opens_text(line: str) -> bool:
    """Whether a text begins in a line that does not end in it; in `19" rack` the mark stands behind a sign."""
    marks = [found for found in _MARKS.finditer(line) if found[0] == '"']
    before = line[: marks[-1].start()] if marks else ""
    is_begin = before == "" or before.endswith(" ")
    return _quotes(line) % 2 == 1 and is_begin and not line.endswith((";", "{", "}"))


_MARKS = re.compile(r'\\.|"')
FILE_HEADER = re.compile(r"^### file (?P<path>/.+) lines (?P<lines>\d+)(?: \(not readable\))?$")


def file_header(path: str, lines: int, *, readable: bool = True) -> str:
    """The line before the lines of a file."""
    return f"### file {path} lines {lines}{'' if readable else ' (not readable)'}"


def _files(lines: list[str]) -> tuple[Section, ...]:
    sections, number = [], 0
    while number < len(lines):
        header = FILE_HEADER.match(lines[number])
        if header is None:
            raise IncompleteTextError(
                Sentence(f"line {number + 1} belongs to no file", f"第 {number + 1} 行不属于任何文件")
            )
        end = number + 1 + int(header["lines"])
        if end > len(lines):
            raise IncompleteTextError(Sentence(f"{header['path']} ends too early", f"{header['path']} 过早结束"))
        sections.append(Section(lines[number], tuple(lines[number + 1 : end])))
        number = end
    return tuple(sections)
