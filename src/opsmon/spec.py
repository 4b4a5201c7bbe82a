"""What every Spec shares: strictness, lengths of time as text, secrets as references, errors with a hint.

A Spec is the shape of a piece of YAML. It is read strictly (a number is no text, an unknown key is a mistake), resolves
to a frozen word of the model, and goes no further. Secrets are resolved while a Spec is validated, by the function that
the loader passes as validation context; without one a secret cannot be read at all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from opsmon.model.device import Kind
from opsmon.model.duration import parse_duration_s
from opsmon.model.secret import Secret
from opsmon.text.bilingual import Sentence
from opsmon.text.vocabulary import kind_of_word, kind_words

# The entry of pydantic's validation context under which the loader passes its `OpenSecret`.
SECRET_RESOLVER = "secret_resolver"  # noqa: S105 - the name of a context entry, no secret
OpenSecret = Callable[[object], Secret]
# Likewise of its `FindFile`: where the file is that a piece of YAML names, relative to the file that names it.
FILE_FINDER = "file_finder"
FindFile = Callable[[str], str]


class Spec(BaseModel):
    """A piece of YAML: strict types, no unknown keys, frozen."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    @classmethod
    def hint_for(cls, unknown_key: str) -> str:
        """What to say of a key that this Spec does not know; empty where spelling alone can tell."""
        return ""


def wrong(message: str, hint: str = "") -> PydanticCustomError:
    """A mistake for a validator to raise; the loader adds file, line and column."""
    return PydanticCustomError("opsmon", "{message}", {"message": message, "hint": hint})


@dataclass(frozen=True, slots=True, eq=False)
class AlsoWritten:
    """Marks a field that a validator lets people write in another form, for the JSON Schema."""

    form: Mapping[str, object]

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [dict(self.form), handler(core)]}


@dataclass(frozen=True, slots=True)
class OrOne:
    """Marks a list that may be written as its only item, for the JSON Schema."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        listed = handler(core)
        return {"anyOf": [listed["items"], listed]}


def text_schema(pattern: str, told: str, *examples: str) -> WithJsonSchema:
    """The JSON Schema of a text with a form; `told` is what editors say of another one."""
    shape: dict[str, object] = {"type": "string", "pattern": pattern, "patternErrorMessage": told}
    return WithJsonSchema(shape | ({"examples": list(examples)} if examples else {}))


def _read_seconds(written: object) -> float:
    if isinstance(written, str | int | float):
        try:
            return parse_duration_s(written)
        except ValueError:
            pass
    raise wrong(
        Sentence("not a length of time", "不是时长"),
        Sentence("a number and its unit, such as `30s`, `5m` or `1h30m`", "数字加单位，例如 `30s`、`5m`、`1h30m`"),
    )


def read_secret(written: object, info: ValidationInfo) -> Secret:
    """The secret that is written or referred to, by the loader's function. Raises a pydantic error."""
    if isinstance(written, Secret):
        return written
    open_secret: OpenSecret | None = (info.context or {}).get(SECRET_RESOLVER)
    if open_secret is None:
        raise wrong(Sentence("a secret cannot be read here", "密钥不能写在此处"))
    return open_secret(written)


def _find_file(written: object, info: ValidationInfo) -> object:
    find: FindFile | None = (info.context or {}).get(FILE_FINDER)
    return find(written) if find is not None and isinstance(written, str) and written else written


_WAYS = {
    "env": "The name of the environment variable of the daemon that holds the secret.",
    "file": "The path of the file that holds the secret, relative to this file.",
}


def reference_schema(way: str) -> dict[str, object]:
    """The JSON Schema of a reference."""
    return {
        "type": "object",
        "properties": {way: {"type": "string", "minLength": 1, "description": _WAYS[way]}},
        "required": [way],
        "additionalProperties": False,
    }


_DURATION_SCHEMA = {
    "type": "string",
    "pattern": r"^([0-9]+(\.[0-9]+)?|([0-9]+(\.[0-9]+)?(ms|s|m|h|d|w))+)$",
    "patternErrorMessage": Sentence(
        "not a length of time: a number and its unit, such as 30s, 5m or 1h30m", "不是时长"
    ),
    "examples": ["30s", "5m", "1h30m"],
}


def seconds_schema(*, least: float = 0, above: float | None = None, most: float | None = None) -> WithJsonSchema:
    """The JSON Schema of a length of time. Bounds hold for a bare number; of a text only its form can be said."""
    bounds = {"minimum": least} if above is None else {"exclusiveMinimum": above}
    bounds |= {"maximum": most} if most is not None else {}
    return WithJsonSchema({"anyOf": [_DURATION_SCHEMA, {"type": "number", **bounds}]})


Seconds = Annotated[
    float,
    BeforeValidator(_read_seconds),
    seconds_schema(),
]
# The path of a file that has to be there, relative to the file that names it; absolute once the loader has read it.
FilePath = Annotated[str, BeforeValidator(_find_file), Field(max_length=1000)]
KindField = Annotated[
    Kind,
    Field(strict=False),
    BeforeValidator(lambda written: kind_of_word(written) if isinstance(written, str) else written),
    WithJsonSchema({"type": "string", "enum": list(kind_words())}),
]
SecretField = Annotated[
    Secret,
    PlainValidator(read_secret),
    PlainSerializer(lambda _: "***"),
    WithJsonSchema(
        {
            "description": "A reference, {env: NAME} or {file: path}; a literal works and is warned about.",
            "anyOf": [{"type": "string", "minLength": 1}, reference_schema("env"), reference_schema("file")],
        }
    ),
]
