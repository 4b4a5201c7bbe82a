"""What a Spec finds wrong, said in plain words. Values are never repeated: one of them may be a secret."""

from collections.abc import Iterable, Iterator
from types import UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from opsmon.near_miss import DID_YOU_MEAN, nearest, shown

Step = str | int
_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "`true` or `false`",
    "bool_parsing": "`true` or `false`",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "frozen_set_type": "a list",
    "dict_type": "a mapping",
    "mapping_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "dataclass_type": "a mapping",
}
_REWORDED = (
    ("Input should be", "must be"),
    ("greater than or equal to", "at least"),
    ("less than or equal to", "at most"),
    ("greater than", "more than"),
    ("String should have", "must have"),
    ("List should have", "must have"),
    ("Dictionary should have", "must have"),
)


class Mistake(NamedTuple):
    """Where inside the data (steps), what, and what to do; `at_key` puts it at the key instead of the value."""

    steps: tuple[Step, ...]
    message: str
    hint: str = ""
    at_key: bool = False
    warning: bool = False


def mistakes_of(error: ValidationError, spec: type[BaseModel]) -> Iterator[Mistake]:
    """Every mistake of a failed validation, one a place."""
    seen: set[tuple[tuple[Step, ...], str]] = set()
    mistakes = [_mistake(detail, spec) for detail in error.errors(include_url=False)]
    misspelt = {(m.steps[:-1], m.hint) for m in mistakes if m.at_key}
    for mistake in mistakes:
        meant = (mistake.steps[:-1], DID_YOU_MEAN.format(mistake.steps[-1])) if mistake.steps else None
        missing_by_spelling = mistake.message == _missing(mistake.steps) and meant in misspelt
        if not missing_by_spelling and (mistake.steps, mistake.message) not in seen:
            seen.add((mistake.steps, mistake.message))
            yield mistake


def _missing(steps: tuple[Step, ...]) -> str:
    return f"`{steps[-1]}` is missing" if steps else "missing"


def _mistake(detail: ErrorDetails, spec: type[BaseModel]) -> Mistake:
    steps, kind = detail["loc"], detail["type"]
    value, context = detail.get("input"), detail.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_key(steps, spec)
    if kind == "missing":
        return Mistake(steps, _missing(steps))
    if kind == "opsmon":
        return Mistake(steps, str(context["message"]), str(context["hint"]))
    if kind in _EXPECTED:
        return Mistake(steps, f"expected {_EXPECTED[kind]}, found {kind_of(value)}", _quote_hint(kind, value))
    if kind in ("enum", "literal_error"):
        return _unknown_word(steps, value, context)
    return Mistake(steps, _plain(detail["msg"]))


def _unknown_key(steps: tuple[Step, ...], spec: type[BaseModel]) -> Mistake:
    key = str(steps[-1])
    known = sorted(_keys_at(spec, steps[:-1]))
    hint = nearest(key, known) or (f"known keys: {', '.join(known)}" if known else "")
    return Mistake(steps, f"unknown key {shown(key)}", hint, at_key=True)


def _unknown_word(steps: tuple[Step, ...], value: object, context: dict[str, Any]) -> Mistake:
    expected = str(context.get("expected", ""))
    words = [part.strip("'") for part in expected.replace(" or ", ", ").split(", ")]
    if not isinstance(value, str):
        return Mistake(steps, f"expected one of {', '.join(words)}, found {kind_of(value)}")
    hint = nearest(value, words) or f"one of {', '.join(words)}"
    return Mistake(steps, f"unknown word {shown(value)}", hint)


def _plain(message: str) -> str:
    text = message.removeprefix("Value error, ").removeprefix("Assertion failed, ")
    for theirs, ours in _REWORDED:
        text = text.replace(theirs, ours, 1)
    return text


def kind_of(value: object) -> str:
    """What a value is, without the value."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "`true` or `false`"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "text"
    return "a mapping" if isinstance(value, dict) else "a list" if isinstance(value, list) else type(value).__name__


def _quote_hint(kind: str, value: object) -> str:
    if kind == "string_type" and isinstance(value, int | float):
        return "put it in quotes"
    if kind in ("list_type", "tuple_type") and isinstance(value, str):
        return "write `[…]` or lines that begin with `-`"
    return ""


def _keys_at(spec: type[BaseModel], steps: Iterable[Step]) -> set[str]:
    """The keys that the Spec under `steps` knows, over every member of a union."""
    types: list[Any] = [spec]
    for step in steps:
        types = [inner for outer in types for inner in _inside(outer, step)]
    return {key for kind in types for model in _models(kind) for key in _names(model)}


def _names(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


def _inside(kind: Any, step: Step) -> list[Any]:
    found: list[Any] = []
    for model in _models(kind):
        field = {(info.alias or name): info for name, info in model.model_fields.items()}.get(str(step))
        if field is not None:
            found.append(field.annotation)
    for container in _containers(kind):
        arguments = [argument for argument in get_args(container) if argument is not Ellipsis]
        found.extend(arguments[-1:])
    return found or ([kind] if isinstance(step, str) else [])


def _unwrapped(kind: Any) -> Iterator[Any]:
    origin = get_origin(kind)
    if origin is Annotated:
        yield from _unwrapped(get_args(kind)[0])
    elif origin in (Union, UnionType):
        for argument in get_args(kind):
            yield from _unwrapped(argument)
    else:
        yield kind


def _models(kind: Any) -> list[type[BaseModel]]:
    return [k for k in _unwrapped(kind) if isinstance(k, type) and issubclass(k, BaseModel)]


def _containers(kind: Any) -> list[Any]:
    return [k for k in _unwrapped(kind) if get_origin(k) in (list, tuple, dict, set, frozenset)]
