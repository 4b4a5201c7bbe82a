"""What a Spec finds wrong, said in plain words. Values are never repeated: one of them may be a secret."""

from collections.abc import Iterable, Iterator, Sequence
from types import UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from opsmon.config.yaml.union_choice import WORD_KINDS, ToldMistake, chosen
from opsmon.spec import Spec
from opsmon.text.near_miss import DID_YOU_MEAN, nearest, shown

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
# By what was expected and what was found.
_MENDS = {
    ("a list", "text"): "write `[…]` or lines that begin with `-`",
    ("a list", "a mapping"): "begin each item with `-`",
    ("a mapping", "a list"): "leave out the `-`",
    ("a mapping", "text"): "`key: value`, with a blank after the colon",
    ("text", "nothing"): "write it behind the colon",
    ("`true` or `false`", "text"): "`yes`, `no`, `on` and `off` are text here",
}
_NUMBERS = ("a number", "a whole number")
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


def mistakes_of(error: ValidationError, spec: type[BaseModel], data: object) -> Iterator[Mistake]:
    """Every mistake of a failed validation of the data, one a place."""
    seen: set[tuple[tuple[Step, ...], str]] = set()
    mistakes = [_mistake(told, spec) for told in chosen(error.errors(include_url=False), data)]
    misspelt = {(m.steps[:-1], m.hint) for m in mistakes if m.at_key}
    for mistake in mistakes:
        meant = (mistake.steps[:-1], DID_YOU_MEAN.format(mistake.steps[-1])) if mistake.steps else None
        missing_by_spelling = mistake.message == _missing(mistake.steps) and meant in misspelt
        if not missing_by_spelling and (mistake.steps, mistake.message) not in seen:
            seen.add((mistake.steps, mistake.message))
            yield mistake


def _missing(steps: tuple[Step, ...]) -> str:
    return f"`{steps[-1]}` is missing" if steps else "missing"


def _mistake(told: ToldMistake, spec: type[BaseModel]) -> Mistake:
    detail, steps, kind = told.detail, told.steps, told.kind
    value, context = detail.get("input"), detail.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_key(steps, value, spec)
    if kind == "missing":
        return Mistake(steps, _missing(steps))
    if kind == "opsmon":
        return Mistake(steps, str(context["message"]), str(context["hint"]), at_key=told.is_of_key)
    if kind in WORD_KINDS and isinstance(value, str):
        words = [word for one in (detail, *told.others) for word in _words_of(one)]
        return _unknown_word(steps, value, list(dict.fromkeys(words)))
    if kind in _EXPECTED or kind in WORD_KINDS:
        forms = list(dict.fromkeys(form for one in (detail, *told.others) for form in _forms_of(one)))
        expected = f"{', '.join(forms[:-1])} or {forms[-1]}" if len(forms) > 1 else forms[0]
        return Mistake(steps, f"expected {expected}, found {kind_of(value)}", _mend_of(forms, value))
    return Mistake(steps, _plain(detail["msg"]))


def _forms_of(detail: ErrorDetails) -> list[str]:
    if detail["type"] in WORD_KINDS:
        words = _words_of(detail)
        return [f"`{words[0]}`" if len(words) == 1 else f"one of {', '.join(words)}"]
    return [_EXPECTED[detail["type"]]] if detail["type"] in _EXPECTED else []


def _words_of(detail: ErrorDetails) -> list[str]:
    expected = str(detail.get("ctx", {}).get("expected", ""))
    return [part.strip("'") for part in expected.replace(" or ", ", ").split(", ") if part]


def _unknown_key(steps: tuple[Step, ...], value: object, spec: type[BaseModel]) -> Mistake:
    """A key that nobody knows is quoted, but not where it may be the value of one that was forgotten: a secret."""
    key = str(steps[-1])
    models = _models_at(spec, steps[:-1])
    known = sorted({name for model in models for name in _names(model)})
    listed = f"known keys: {', '.join(known)}"
    name, colon, glued = key.partition(":")
    if colon and glued:
        return Mistake(steps, f"unknown key {shown(f'{name}:…')}", f"a blank after the colon: `{name}: …`", at_key=True)
    hints = (model.hint_for(key) for model in models if issubclass(model, Spec))
    hint = next(filter(None, hints), "") or nearest(key, known)
    if value is None and not hint:
        return Mistake(
            steps, "a key without a value that nobody knows, or a value without its key", listed, at_key=True
        )
    return Mistake(steps, f"unknown key {shown(key)}", hint or listed, at_key=True)


def _unknown_word(steps: tuple[Step, ...], value: str, words: Sequence[str]) -> Mistake:
    return Mistake(steps, f"unknown word {shown(value)}", nearest(value, words) or f"one of {', '.join(words)}")


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


def _mend_of(forms: Sequence[str], value: object) -> str:
    if "text" in forms and isinstance(value, int | float):
        return "put it in quotes"
    if forms[0] in _NUMBERS and isinstance(value, str):
        return "write the number without quotes" if _reads_as_number(value) else ""
    return _MENDS.get((forms[0], kind_of(value)), "") if len(forms) == 1 else ""


def _reads_as_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _models_at(spec: type[BaseModel], steps: Iterable[Step]) -> list[type[BaseModel]]:
    """The Specs under `steps`, every member of a union that is one."""
    types: list[Any] = [spec]
    for step in steps:
        types = [inner for outer in types for inner in _inside(outer, step)]
    return [model for kind in types for model in _models(kind)]


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
