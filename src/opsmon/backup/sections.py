"""Configurations cut into sections and put together again: proof that a stored text came whole, line for line. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from opsmon.backup.recipe import Structure


class IncompleteError(ValueError):
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
        return _nested(lines, _EDIT_OPEN, _EDIT_CLOSE)
    if structure is Structure.BRACE:
        return _nested(lines, _BRACE_OPEN, _BRACE_CLOSE)
    return _files(lines) if structure is Structure.FILES else (Section("", tuple(lines)),)


def join_sections(sections: tuple[Section, ...], structure: Structure) -> str:
    """The text again."""
    lines = [line for section in sections for line in ((section.header,) if section.header else ()) + section.lines]
    return "\n".join(lines) + "\n" if lines else ""


_Begins = Callable[[str], bool]
_EDIT_OPEN, _EDIT_CLOSE = re.compile(r"^\s*(?:config|edit)\s"), re.compile(r"^\s*(?:end|next)\s*$")
_BRACE_OPEN, _BRACE_CLOSE = re.compile(r"\{\s*(?:#.*)?$"), re.compile(r"^\s*\}\s*(?:#.*)?$")


def _separated(lines: list[str], mark: str, last: str) -> tuple[Section, ...]:
    if last not in (line.strip() for line in lines[-3:]):
        raise IncompleteError(f"the last section is not followed by `{last}`")
    return _grouped(lines, lambda line: line.strip() == mark)


def _indented(lines: list[str]) -> tuple[Section, ...]:
    if not any(line and not line.startswith((" ", "!")) for line in lines):
        raise IncompleteError("there is no section")
    return _grouped(lines, lambda line: bool(line) and not line.startswith(" "))


def _grouped(lines: list[str], begins: _Begins) -> tuple[Section, ...]:
    groups: list[list[str]] = []
    for line in lines:
        if begins(line) or not groups:
            groups.append([])
        groups[-1].append(line)
    return tuple(_block(group) for group in groups)


def _nested(lines: list[str], opens: re.Pattern[str], closes: re.Pattern[str]) -> tuple[Section, ...]:
    depth, began, quoted = 0, 0, False
    sections: list[Section] = []
    for number, line in enumerate(lines):
        inside = quoted
        quoted = quoted ^ (_quotes(line) % 2 == 1)
        if not inside and opens.search(line):
            depth += 1
        elif not inside and closes.search(line):
            depth -= 1
        if depth < 0:
            raise IncompleteError(f"line {number + 1} closes what was never opened")
        if depth == 0 and not quoted:
            sections.append(_block(lines[began : number + 1]))
            began = number + 1
    if depth or quoted:
        last = lines[began].strip() if began < len(lines) else lines[-1].strip()
        raise IncompleteError(f"`{last}` is not closed")
    return tuple(sections)


def _block(lines: list[str]) -> Section:
    return Section(lines[0], tuple(lines[1:])) if lines[0] else Section("", tuple(lines))


def _quotes(line: str) -> int:
    """Quotation marks that open or close a text; FortiOS has texts over many lines, such as certificates."""
    return len(re.findall(r'(?<!\\)"', line))


FILE_HEADER = re.compile(r"^### file (?P<path>/.+) lines (?P<lines>\d+)(?: \(not readable\))?$")


def file_header(path: str, lines: int, *, readable: bool = True) -> str:
    """The line before the lines of a file."""
    return f"### file {path} lines {lines}{'' if readable else ' (not readable)'}"


def _files(lines: list[str]) -> tuple[Section, ...]:
    sections, number = [], 0
    while number < len(lines):
        header = FILE_HEADER.match(lines[number])
        if header is None:
            raise IncompleteError(f"line {number + 1} belongs to no file")
        end = number + 1 + int(header["lines"])
        if end > len(lines):
            raise IncompleteError(f"{header['path']} ends too early")
        sections.append(Section(lines[number], tuple(lines[number + 1 : end])))
        number = end
    return tuple(sections)
