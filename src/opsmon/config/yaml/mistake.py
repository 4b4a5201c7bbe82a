"""What a Spec finds wrong, said in plain words. Values are never repeated: one of them may be a secret."""

import re
from collections.abc import Iterable, Iterator, Sequence
from types import UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from opsmon.config.yaml.union_choice import WORD_KINDS, ToldMistake, chosen
from opsmon.spec import Spec
from opsmon.text.bilingual import Sentence, filled, in_language
from opsmon.text.near_miss import DID_YOU_MEAN, meant, shown

Step = str | int
TEXT, A_LIST, A_MAPPING = Sentence("text", "文本"), Sentence("a list", "列表"), Sentence("a mapping", "映射")
A_NUMBER, A_WHOLE_NUMBER = Sentence("a number", "数字"), Sentence("a whole number", "整数")
TRUE_OR_FALSE, NOTHING = Sentence("`true` or `false`", "`true` 或 `false`"), Sentence("nothing", "空值")
_EXPECTED: dict[str, Sentence] = {
    "string_type": TEXT,
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), A_WHOLE_NUMBER),
    **dict.fromkeys(("float_type", "float_parsing"), A_NUMBER),
    **dict.fromkeys(("bool_type", "bool_parsing"), TRUE_OR_FALSE),
    **dict.fromkeys(("list_type", "tuple_type", "set_type", "frozen_set_type"), A_LIST),
    **dict.fromkeys(("dict_type", "mapping_type", "model_type", "model_attributes_type", "dataclass_type"), A_MAPPING),
}
# By what was expected and what was found.
_MENDS: dict[tuple[str, str], Sentence] = {
    (A_LIST, TEXT): Sentence("write `[…]` or lines that begin with `-`", "请写 `[…]`，或各行以 `-` 开头"),
    (A_LIST, A_MAPPING): Sentence("begin each item with `-`", "每项以 `-` 开头"),
    (A_MAPPING, A_LIST): Sentence("leave out the `-`", "请去掉 `-`"),
    (A_MAPPING, TEXT): Sentence("`key: value`, with a blank after the colon", "`key: value`，冒号后要有空格"),
    (TEXT, NOTHING): Sentence("write it behind the colon", "请写在冒号后面"),
    (TRUE_OR_FALSE, TEXT): Sentence("`yes`, `no`, `on` and `off` are text here", "`yes`、`no`、`on`、`off` 在此是文本"),
}
_NUMBERS = (A_NUMBER, A_WHOLE_NUMBER)
_REWORDED = (
    ("Input should be", "must be", "必须"),
    ("greater than or equal to", "at least", "不小于"),
    ("less than or equal to", "at most", "不大于"),
    ("greater than", "more than", "大于"),
    ("less than", "less than", "小于"),
    ("String should have", "must have", "必须有"),
    ("List should have", "must have", "必须有"),
    ("Dictionary should have", "must have", "必须有"),
    ("at least", "at least", "至少"),
    ("at most", "at most", "最多"),
    ("characters", "characters", "个字符"),
    ("character", "character", "个字符"),
    ("items after validation, not", "items after validation, not", "项，而不是"),
    ("item after validation, not", "item after validation, not", "项，而不是"),
    ("items", "items", "项"),
    ("item", "item", "项"),
    ("a valid", "a valid", "是有效的"),
)


_BESIDE_CHINESE = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")


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
    return Sentence(f"`{steps[-1]}` is missing", f"缺少 `{steps[-1]}`") if steps else Sentence("missing", "缺少")


def _mistake(told: ToldMistake, spec: type[BaseModel]) -> Mistake:
    detail, steps, kind = told.detail, told.steps, told.kind
    value, context = detail.get("input"), detail.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_key(steps, value, spec)
    if kind == "missing":
        return Mistake(steps, _missing(steps))
    if kind == "opsmon":
        return Mistake(steps, context["message"], context["hint"], at_key=told.is_of_key)
    if kind in WORD_KINDS and isinstance(value, str):
        words = [word for one in (detail, *told.others) for word in _words_of(one)]
        return _unknown_word(steps, value, list(dict.fromkeys(words)))
    if kind in _EXPECTED or kind in WORD_KINDS:
        forms = list(dict.fromkeys(form for one in (detail, *told.others) for form in _forms_of(one)))
        words_of_it = filled("expected {}, found {}", "应为{}，实为{}", _alternatives(forms), kind_of(value))
        return Mistake(steps, words_of_it, _mend_of(forms, value))
    return Mistake(steps, _plain(detail["msg"]))


def _alternatives(forms: Sequence[str]) -> str:
    if len(forms) == 1:
        return forms[0]
    first = Sentence(", ".join(forms[:-1]), "、".join(in_language(form, "zh") for form in forms[:-1]))
    return filled("{} or {}", "{}或{}", first, forms[-1])


def _forms_of(detail: ErrorDetails) -> list[str]:
    if detail["type"] in WORD_KINDS:
        words = _words_of(detail)
        return [f"`{words[0]}`" if len(words) == 1 else _one_of(words)]
    return [_EXPECTED[detail["type"]]] if detail["type"] in _EXPECTED else []


def _words_of(detail: ErrorDetails) -> list[str]:
    expected = str(detail.get("ctx", {}).get("expected", ""))
    return [part.strip("'") for part in expected.replace(" or ", ", ").split(", ") if part]


def _unknown_key(steps: tuple[Step, ...], value: object, spec: type[BaseModel]) -> Mistake:
    """A key that nobody knows is quoted, but not where it may be the value of one that was forgotten: a secret."""
    key = str(steps[-1])
    models = _models_at(spec, steps[:-1])
    known = sorted({name for model in models for name in _names(model)})
    listed = Sentence(f"known keys: {', '.join(known)}", f"可用的键：{'、'.join(known)}")
    name, colon, glued = key.partition(":")
    if colon and glued:
        return Mistake(
            steps,
            _unknown(f"{name}:…"),
            Sentence(f"a blank after the colon: `{name}: …`", f"冒号后要有空格：`{name}: …`"),
            at_key=True,
        )
    hints = (model.hint_for(key) for model in models if issubclass(model, Spec))
    hint = next(filter(None, hints), "") or meant(key, known)
    if value is None and not hint:
        return Mistake(
            steps,
            Sentence(
                "a key without a value that nobody knows, or a value without its key", "未知的键没有值，或值缺少键"
            ),
            listed,
            at_key=True,
        )
    return Mistake(
        steps, Sentence(f"unknown key {shown(key)}", f"无法识别键 {shown(key)}"), hint or listed, at_key=True
    )


def _unknown_word(steps: tuple[Step, ...], value: str, words: Sequence[str]) -> Mistake:
    told = Sentence(f"unknown word {shown(value)}", f"无法识别 {shown(value)}")
    return Mistake(steps, told, meant(value, words) or _one_of(words))


def _unknown(key: str) -> Sentence:
    return Sentence(f"unknown key {shown(key)}", f"无法识别键 {shown(key)}")


def _one_of(words: Sequence[str]) -> Sentence:
    return Sentence(f"one of {', '.join(words)}", f"可选：{'、'.join(words)}")


def _plain(message: str) -> Sentence:
    """pydantic's own sentence in our words; what of it we have no Chinese for stays."""
    text = text_zh = message.removeprefix("Value error, ").removeprefix("Assertion failed, ")
    for theirs, ours, ours_zh in _REWORDED:
        text, text_zh = text.replace(theirs, ours, 1), text_zh.replace(theirs, ours_zh, 1)
    return Sentence(text, _BESIDE_CHINESE.sub("", text_zh))


def kind_of(value: object) -> str:
    """What a value is, without the value."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return TRUE_OR_FALSE
    if isinstance(value, int | float):
        return A_NUMBER
    if isinstance(value, str):
        return TEXT
    return A_MAPPING if isinstance(value, dict) else A_LIST if isinstance(value, list) else type(value).__name__


def _mend_of(forms: Sequence[str], value: object) -> str:
    if TEXT in forms and isinstance(value, int | float):
        return Sentence("put it in quotes", "请加引号")
    if forms[0] in _NUMBERS and isinstance(value, str):
        return Sentence("write the number without quotes", "数字不要加引号") if _reads_as_number(value) else ""
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
