"""Field types that the Specs of all probe kinds share: durations, ports, patterns, secrets."""

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationInfo, WithJsonSchema

from opsmon.model.duration import parse_duration_s
from opsmon.model.secret import Secret

Seconds = Annotated[
    float,
    BeforeValidator(parse_duration_s),
    WithJsonSchema({"anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "examples": ["30s", "5m"]}]}),
]
Port = Annotated[int, Field(ge=1, le=65535)]

# What `config` passes as pydantic's validation context, so that a relative `file:` resolves against the YAML file
# that names it: {SECRET_RESOLVER: callable}.
SECRET_RESOLVER = "secret_resolver"  # noqa: S105 - the name of a context entry, no secret
SecretResolver = Callable[[Mapping[str, str]], Secret]

_REFERENCE_SCHEMA = {
    "anyOf": [
        {"type": "string"},
        {"type": "object", "properties": {"env": {"type": "string"}}, "required": ["env"]},
        {"type": "object", "properties": {"file": {"type": "string"}}, "required": ["file"]},
    ]
}


def _check_pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is no regular expression: {error}") from None
    return text


def _read_reference(reference: Mapping[str, str]) -> Secret:
    match dict(reference):
        case {"env": str(name), **rest} if not rest:
            if name not in os.environ:
                raise ValueError(f"the environment variable {name} is not set")
            return Secret(os.environ[name])
        case {"file": str(path), **rest} if not rest:
            try:
                return Secret(Path(path).read_text(encoding="utf-8").strip())
            except OSError as error:
                raise ValueError(f"the file {path} cannot be read: {error.strerror}") from None
    raise ValueError("expected a text, {env: NAME} or {file: path}")


def _read_secret(value: Any, info: ValidationInfo) -> Secret:
    if isinstance(value, Secret):
        return value
    if isinstance(value, str):
        return Secret(value)
    if not isinstance(value, Mapping):
        raise ValueError("expected a text, {env: NAME} or {file: path}")
    resolver: SecretResolver = (info.context or {}).get(SECRET_RESOLVER, _read_reference)
    return resolver(value)


Pattern = Annotated[str, BeforeValidator(_check_pattern), WithJsonSchema({"type": "string", "format": "regex"})]
SecretField = Annotated[
    Secret, BeforeValidator(_read_secret), PlainSerializer(lambda _: "***"), WithJsonSchema(_REFERENCE_SCHEMA)
]


class CheckSpec(BaseModel):
    """What every check may say about itself, whatever its kind. `name` tells two checks of one kind apart."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]+$", max_length=64)] | None = None
    timeout: Annotated[Seconds, Field(gt=0, le=600)] | None = None

    def resolve(self) -> object:
        """The frozen settings that travel as `Check.settings`; None for a kind that has none."""
        return None
