"""The only reader of YAML: text in, plain data out in which every key and value knows its line and column.

Promises: whatever the text, either a document or a `YamlProblem`; memory and depth bounded by the text's size. Refuses
anchors, aliases, tags, duplicate keys, several documents in one file and non-scalar keys. Scalars are YAML 1.2's core:
only `true` and `false` are booleans, times and dates stay text, `011` is text and not nine.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

import yaml

from opsmon.config.yaml.full_width import Slip, flow_slip, line_slips, silent_slip, swallowed_key
from opsmon.config.yaml.syntax import syntax_fault
from opsmon.text.near_miss import shown

_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
DEEPEST = 40
MAX_SLIPS = 100
TEXT_KEYS = frozenset({"source"})  # a section of a paper, 3.10 for one, is no number
MAX_YAML_CHARS = 32 * 1024 * 1024
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})", re.ASCII)
_FLOAT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,30})?(?:[eE][-+]?[0-9]{1,3})?", re.ASCII)
_WORDS: dict[str, object] = {"": None, "~": None, "null": None, "true": True, "false": False}


class Position(NamedTuple):
    """Line and column, counted from 1."""

    line: int
    column: int


class YamlMap(dict[str, object]):
    """A mapping that knows where it, its keys and its values stand."""

    __slots__ = ("in_flow", "keys_at", "place", "values_at")

    def __init__(self, place: Position, *, in_flow: bool = False) -> None:
        super().__init__()
        self.place, self.in_flow = place, in_flow
        self.keys_at: dict[str, Position] = {}
        self.values_at: dict[str, Position] = {}


class YamlList(list[object]):
    """A sequence that knows where it and its items stand."""

    __slots__ = ("in_flow", "items_at", "place")

    def __init__(self, place: Position, *, in_flow: bool = False) -> None:
        super().__init__()
        self.place, self.in_flow = place, in_flow
        self.items_at: list[Position] = []


class YamlProblem(Exception):  # noqa: N818 - it carries a problem to the door, it is not an error of the programme
    """One thing in the text that is no YAML, or YAML that is refused; `more` are others of its kind."""

    def __init__(self, place: Position, message: str, hint: str = "", more: "tuple[YamlProblem, ...]" = ()) -> None:
        super().__init__(message)
        self.place, self.message, self.hint, self.more = place, message, hint, more


class Parsed(NamedTuple):
    """The document, and mistakes that did not stop the reading (duplicate keys)."""

    data: object
    place: Position
    mistakes: tuple[YamlProblem, ...]


def parse_yaml(text: str) -> Parsed:
    """The one document of a text; None for an empty one. Raises YamlProblem."""
    if len(text) > MAX_YAML_CHARS:
        raise YamlProblem(Position(1, 1), f"the file is longer than {MAX_YAML_CHARS // 1024 // 1024} MiB", "split it")
    try:
        return _Builder(yaml.parse(text, Loader=yaml.CSafeLoader), text).document()
    except yaml.reader.ReaderError as error:
        raise _unreadable(text, error) from None
    except yaml.MarkedYAMLError as error:
        raise _syntax(text, error) from None


class _Builder:
    """Turns the parser's events into located data, with a stack of its own, so that depth costs no recursion."""

    def __init__(self, events: Iterator[yaml.Event], text: str) -> None:
        self._events = events
        self._slips = None if text.isascii() else _Slips(text)
        self._mistakes: list[YamlProblem] = []
        self._stack: list[YamlMap | YamlList] = []
        self._keys: list[tuple[str, Position] | None] = []
        self._result: tuple[object, Position] | None = None

    def document(self) -> Parsed:
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.ScalarEvent):
                self._scalar(event)
            elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                self._open(event)
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                self._close()
            elif isinstance(event, yaml.AliasEvent):
                raise _refused(event, "aliases (`*name`) are not read")
            elif isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise YamlProblem(_place(event), "a second document in one file", "one file, one document")
        data, place = self._result or (None, Position(1, 1))
        slips = () if self._slips is None else self._slips.found()
        return Parsed(data, place, (*self._mistakes, *slips))

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        if event.anchor or event.tag:
            _check_plain(event)
        if self._keys and self._keys[-1] is None and isinstance(self._stack[-1], YamlMap):
            self._key(event.value, _place(event))
            return
        if self._slips is not None and event.implicit[0]:
            self._slips.look_at(event, self._stack)
        value = scalar_value(event.value) if event.implicit[0] else event.value
        if self._is_of_text() and isinstance(value, int | float) and not isinstance(value, bool):
            value = event.value
        self._value(value, _place(event))

    def _is_of_text(self) -> bool:
        """Whether the value of a key in TEXT_KEYS is what comes next."""
        waiting = self._keys[-1] if self._keys else None
        return waiting is not None and waiting[0] in TEXT_KEYS and isinstance(self._stack[-1], YamlMap)

    def _key(self, key: str, place: Position) -> None:
        holder = self._stack[-1]
        assert isinstance(holder, YamlMap)  # noqa: S101 - only mappings wait for keys
        if key in holder:
            first = holder.keys_at[key]
            hint = f"first at line {first.line}, column {first.column}"
            self._mistakes.append(YamlProblem(place, f"the key {shown(key)} stands twice", hint))
        if key == "<<":
            raise YamlProblem(place, "merge keys (`<<`) are not read", "use `templates:` and `use:`")
        self._keys[-1] = (key, place)
        if self._slips is not None:
            self._slips.keys.add(key)

    def _value(self, value: object, place: Position) -> None:
        if not self._stack:
            self._result = (value, place)
            return
        holder = self._stack[-1]
        if isinstance(holder, YamlList):
            holder.append(value)
            holder.items_at.append(place)
            return
        waiting = self._keys[-1]
        if waiting is None:
            raise YamlProblem(place, "a key must be plain text")
        key, key_place = waiting
        self._keys[-1] = None
        if key not in holder:
            holder[key] = value
            holder.keys_at[key], holder.values_at[key] = key_place, place

    def _open(self, event: "yaml.MappingStartEvent | yaml.SequenceStartEvent") -> None:
        if event.anchor or event.tag:
            _check_plain(event)
        place = _place(event)
        if len(self._stack) >= DEEPEST:
            raise YamlProblem(place, f"nested deeper than {DEEPEST} levels")
        holder = YamlMap if isinstance(event, yaml.MappingStartEvent) else YamlList
        opened = holder(place, in_flow=bool(event.flow_style))
        self._value(opened, place)
        self._stack.append(opened)
        self._keys.append(None)

    def _close(self) -> None:
        self._stack.pop()
        self._keys.pop()


def lines_of(text: str) -> list[str]:
    """The lines as a reader of YAML counts them (YAML 1.1, 5.4: a lone CR, NEL, LS and PS end one, too)."""
    return _BREAK.split(text)


class _Slips:
    """Full-width characters by which an unquoted text has silently taken in what should stand beside it."""

    def __init__(self, text: str) -> None:
        self.keys: set[str] = set()
        self._lines = lines_of(text)
        self._sure: list[YamlProblem] = []
        self._if_known: list[tuple[str, YamlProblem]] = []

    def look_at(self, event: yaml.ScalarEvent, stack: "list[YamlMap | YamlList]") -> None:
        """Looks at an unquoted scalar, and at the lines that it goes on over."""
        start, end = event.start_mark, event.end_mark
        assert start is not None and end is not None  # noqa: S101, PT018 - the parser marks every event
        holder = stack[-1] if stack else None
        in_flow = isinstance(holder, YamlMap | YamlList) and holder.in_flow
        slip = silent_slip(event.value, in_flow=in_flow, in_list=isinstance(holder, YamlList))
        if slip is not None:
            self._sure.append(_slip_problem(start.line, start.column, slip))
        for number in range(start.line + 1, end.line + 1 if end.column else end.line):
            swallowed = swallowed_key(self._lines[number])
            if swallowed is not None:
                self._if_known.append((swallowed[0], _slip_problem(number, 0, swallowed[1])))

    def found(self) -> tuple[YamlProblem, ...]:
        """What is a slip, now that all keys of the document are known."""
        return (*self._sure, *(problem for key, problem in self._if_known if key in self.keys))


def _slip_problem(line: int, column: int, slip: Slip) -> YamlProblem:
    """A slip of a text that begins at a line and column, both from 0."""
    return YamlProblem(Position(line + 1, column + slip.offset + 1), slip.message, slip.hint)


def _place(event: yaml.Event) -> Position:
    mark = event.start_mark
    assert mark is not None  # noqa: S101 - the parser marks every event
    return Position(mark.line + 1, mark.column + 1)


def _check_plain(event: "yaml.ScalarEvent | yaml.CollectionStartEvent") -> None:
    if event.anchor:
        raise _refused(event, "anchors (`&name`) are not read")
    if event.tag and event.tag != "!":
        raise YamlProblem(_place(event), "tags (`!name`) are not read", "write the plain value")


def _refused(event: yaml.Event, message: str) -> YamlProblem:
    return YamlProblem(_place(event), message, "use `templates:` and `use:`; text that begins with & or * needs quotes")


def scalar_value(text: str) -> object:
    """YAML 1.2 core schema, without octal, hexadecimal and infinities: those stay text."""
    if text.lower() in _WORDS and text in (text.lower(), text.capitalize(), text.upper()):
        return _WORDS[text.lower()]
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        number = float(text)
        return number if abs(number) < float("inf") else text
    return text


def _unreadable(text: str, error: yaml.reader.ReaderError) -> YamlProblem:
    before = text[: error.position]
    place = Position(before.count("\n") + 1, len(before) - before.rfind("\n"))
    return YamlProblem(place, f"the character U+{_code(error.character):04X} may not stand in YAML")


def _code(character: object) -> int:
    return character if isinstance(character, int) else ord(str(character)[:1] or "\0")


def _syntax(text: str, error: yaml.MarkedYAMLError) -> YamlProblem:
    lines = text.splitlines()
    near = () if text.isascii() else _lines_around(lines, error)
    slips = _slips_of(lines, near)
    if slips:
        first = slips[0]
        return YamlProblem(first.place, first.message, first.hint, slips[1:])
    fault = syntax_fault(lines, error)
    return YamlProblem(Position(fault.line, fault.column), fault.message, _suspicion(lines, near) or fault.hint)


def _suspicion(lines: list[str], near: tuple[int, ...]) -> str:
    """What else might be at fault in the lines that the parser stopped in; "" for nothing."""
    for number in reversed(near):
        slip = flow_slip(lines[number])
        if slip is not None:
            return f"perhaps the {slip.message} in line {number + 1}, column {slip.offset + 1}: {slip.hint}"
    return ""


def _lines_around(lines: list[str], error: yaml.MarkedYAMLError) -> tuple[int, ...]:
    """The lines, from 0, that the parser names, and the one before them that says anything."""
    marks = {mark.line for mark in (error.context_mark, error.problem_mark) if mark is not None}
    above = range(min(max(marks, default=0), len(lines)) - 1, -1, -1)
    before = next((number for number in above if lines[number].strip() and lines[number].lstrip()[0] != "#"), None)
    near = marks if before is None else {*marks, before}
    return tuple(number for number in sorted(near) if number < len(lines))


def _slips_of(lines: list[str], near: tuple[int, ...]) -> tuple[YamlProblem, ...]:
    """Slips in the lines that the parser stopped in; where there are some, those of the whole text."""
    found = [_slip_problem(number, 0, slip) for number in near for slip in line_slips(lines[number])]
    if not found:
        return ()
    others = [
        _slip_problem(number, 0, slip)
        for number, line in enumerate(lines)
        if number not in near and line.lstrip().removeprefix("- ")[:1].isascii()
        for slip in line_slips(line)
    ]
    return tuple(sorted((*found, *others[:MAX_SLIPS]), key=lambda slip: slip.place))
