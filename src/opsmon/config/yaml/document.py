"""One YAML file of a root: read, located, checked against a Spec, its mistakes said with path, line and column."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from opsmon.config.misplaced import misplaced
from opsmon.config.text_encoding import WrongEncodingError, decode_text
from opsmon.config.yaml.full_width import blamed
from opsmon.config.yaml.mistake import Mistake, mistakes_of
from opsmon.config.yaml.node import (
    MAX_YAML_CHARS,
    Parsed,
    Position,
    YamlList,
    YamlMap,
    YamlProblem,
    lines_of,
    parse_yaml,
)
from opsmon.config.yaml.problem import Problems
from opsmon.errors import ConfigError, Problem
from opsmon.layout import INVENTORIES
from opsmon.text.bilingual import Sentence

YAML_SUFFIXES = (".yaml", ".yml")
Steps = Sequence[str | int]
KEY_ITSELF = "[key]"  # pydantic's last step where the key of a mapping is at fault
SpecT = TypeVar("SpecT", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Document:
    """A file's data with the way back to its text. `path` is as shown to people, relative to the root."""

    file: Path
    path: str
    data: object
    place: Position
    lines: Sequence[str] = ()

    def place_of(self, steps: Steps) -> tuple[Position, str]:
        """Where the value of a path of keys stands (as deep as the data goes), and the path in dots.

        A step that the data does not have (the name of a union's member, a missing key) is passed over.
        """
        return locate(self.data, self.place, steps)

    def part(self, steps: Steps) -> object:
        """The data under a path of keys that exist."""
        data = self.data
        for step in steps:
            data = data[step]  # type: ignore[index]  # the caller knows that the path exists
        return data

    def depth(self, steps: Steps) -> int:
        """How many of the steps exist, from the first on."""
        data, depth = self.data, 0
        for step in steps:
            known = step in data if isinstance(data, dict) else isinstance(data, list) and step in range(len(data))
            if not known:
                return depth
            data, depth = data[step], depth + 1  # type: ignore[index]  # just looked up
        return depth

    def problem(
        self, steps: Steps, message: str, hint: str = "", *, at_key: bool = False, warning: bool = False
    ) -> Problem:
        """A problem at the value, or with `at_key` at the key, of a path of keys."""
        if steps and steps[-1] == KEY_ITSELF:
            steps, at_key = steps[:-1], True
        place, key = self.place_of(steps)
        value = self.part(steps) if self.depth(steps) == len(steps) else ""
        if at_key:
            place = self._key_place(steps) or place
        of_key = bool(steps) and (at_key or value is None)
        text = str(steps[-1]) if of_key else value
        if isinstance(text, str) and not text.isascii() and not warning:
            hint = self._blaming(text, (self._key_place(steps) if of_key else None) or place) or hint
        return Problem(self.path, place.line, place.column, message, hint, key, warning)

    def _blaming(self, text: str, place: Position) -> str:
        """The full-width character that a wrong text is likely to be wrong by, and what to write; "" for none."""
        slip = blamed(text)
        if slip is None:
            return ""
        line = self.lines[place.line - 1] if place.line <= len(self.lines) else ""
        column = line.find(slip.char, place.column - 1) + 1
        return f"{slip.message}{f' in column {column}' if column else ''}: {slip.hint}"

    def _key_place(self, steps: Steps) -> Position | None:
        node = self.data
        holder, last = None, ""
        for step in steps:
            if isinstance(node, YamlMap) and isinstance(step, str) and step in node:
                holder, last, node = node, step, node[step]
            elif isinstance(node, YamlList) and isinstance(step, int) and step < len(node):
                holder, node = None, node[step]
        return holder.keys_at.get(last) if holder is not None else None


def locate(data: object, place: Position, steps: Steps) -> tuple[Position, str]:
    """Follow `steps` through located data; returns the last place that exists and its dotted path."""
    node, path = data, []
    for step in steps:
        if isinstance(node, YamlMap) and isinstance(step, str) and step in node:
            place, node = node.values_at[step], node[step]
        elif isinstance(node, YamlList) and isinstance(step, int) and 0 <= step < len(node):
            place, node = node.items_at[step], node[step]
        else:
            continue
        path.append(str(step))
    return place, ".".join(path)


def read_document(file: Path, root: Path, problems: Problems) -> Document | None:
    """The document of a file, or None after adding what is wrong with it."""
    path = shown_path(file, root)
    if _leads_out(file, root):
        problems.quote_nothing_of(path)
    if file.is_symlink() and file.exists() and file.resolve().suffix.lower() not in YAML_SUFFIXES:
        problems.add(
            Problem(
                path,
                0,
                0,
                Sentence("a link to what is no YAML file: not read", "链接指向的不是 YAML 文件：未读取"),
                Sentence("name its target `….yaml`", "请将目标命名为 `….yaml`"),
            )
        )
        return None
    try:
        return _parsed(file, path, _read(file), problems)
    except OSError as error:
        problems.add(
            Problem(
                path,
                0,
                0,
                Sentence(
                    f"cannot be read: {error.strerror or type(error).__name__}",
                    f"无法读取：{error.strerror or type(error).__name__}",
                ),
            )
        )
    return None


def document_of(file: Path, root: Path, text: str, problems: Problems) -> Document | None:
    """The document that a file will be when this text is written to it, or None after adding what is wrong with it."""
    return _parsed(file, shown_path(file, root), text.encode(), problems)


def _parsed(file: Path, path: str, content: bytes, problems: Problems) -> Document | None:
    try:
        text = decode_text(content)
        return _document(file, path, parse_yaml(text), problems, () if text.isascii() else lines_of(text))
    except WrongEncodingError as error:
        problems.add(Problem(path, error.line, error.column, error.message, error.hint))
    except YamlProblem as error:
        for problem in (error, *error.more):
            problems.add(_located(path, problem))
    return None


def _leads_out(file: Path, root: Path) -> bool:
    """Whether a file of the inventory is reached by a link and lies elsewhere: who made the link may not be who may
    read the file. The folder `inventories` itself may be a link: whoever owns the root made it."""
    if not file.is_relative_to(root / INVENTORIES):
        return False
    real = file.resolve()
    return not any(real.is_relative_to(inside.resolve()) for inside in (root, root / INVENTORIES))


def _read(file: Path) -> bytes:
    """A regular file's content; a pipe or a device is refused before it can keep us waiting."""
    if file.exists() and not file.is_file():
        raise OSError(0, "it is no regular file")
    with file.open("rb") as stream:
        return stream.read(MAX_YAML_CHARS + 1)


def _document(file: Path, path: str, parsed: Parsed, problems: Problems, lines: Sequence[str]) -> Document | None:
    for mistake in parsed.mistakes:
        problems.add(_located(path, mistake))
    elsewhere = misplaced(PurePosixPath(path), parsed.data)
    if elsewhere is not None:
        problems.add(Problem(path, parsed.place.line, parsed.place.column, *elsewhere))
        return None
    return Document(file, path, parsed.data, parsed.place, lines)


def _located(path: str, error: YamlProblem) -> Problem:
    return Problem(path, error.place.line, error.place.column, error.message, error.hint)


def shown_path(file: Path, root: Path) -> str:
    """A path as people see it: relative to the root where it lies inside."""
    return str(file.relative_to(root)) if file.is_relative_to(root) else str(file)


def check_spec(
    document: Document, spec: type[SpecT], problems: Problems, *, context: object = None, steps: Steps = ()
) -> SpecT | None:
    """The document (or the part of it under `steps`) as a Spec, or None after adding every mistake."""
    data = document.part(steps)
    if data is None and not (steps and isinstance(steps[-1], int)):  # an item of a list is never left out
        data = {}
    try:
        return spec.model_validate(data, context=context)
    except ValidationError as error:
        for mistake in mistakes_of(error, spec, data):
            add_mistake(document, steps, mistake, problems)
    return None


def add_mistake(document: Document, steps: Steps, mistake: Mistake, problems: Problems) -> None:
    """Place one mistake of a Spec in its document."""
    where = (*steps, *mistake.steps)
    problem = document.problem(where, mistake.message, mistake.hint, at_key=mistake.at_key, warning=mistake.warning)
    problems.add(problem)


def add_config_error(document: Document, error: ConfigError, problems: Problems, *, steps: Steps = ()) -> None:
    """Place the problems that a `resolve` raised by dotted key."""
    for problem in error.problems:
        where = (*steps, *(int(part) if part.isdecimal() else part for part in problem.key.split(".") if part))
        problems.add(document.problem(where, problem.message, problem.hint, warning=problem.warning))
