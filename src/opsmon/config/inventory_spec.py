"""The shape of one file in `inventories/`: a site, its defaults, its templates, its devices and ranges."""

import re
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
)

from opsmon.backup.spec import PatternText, PromptText
from opsmon.config.address import Address
from opsmon.config.full_width import name_slip
from opsmon.near_miss import shown
from opsmon.spec import KindField, Seconds, SecretField, Spec, wrong

MOST_DEVICES = 100_000
MOST_DEVICES_IN_RANGE = 10_000
SHORTEST_PERIOD_S, LONGEST_PERIOD_S = 1.0, 86_400.0
LONGEST_PATIENCE_S = 21_600.0
_NAME = re.compile(r"\w[\w.-]{0,99}")


def is_name(text: str) -> bool:
    """Whether a text fits into an address, a file name and a label."""
    return _NAME.fullmatch(text) is not None


def check_name(text: str) -> str:
    """The text when it is a name; raises a pydantic error else."""
    wide = name_slip(text)
    if wide is not None:
        raise wrong(f"{shown(text)} is no name: {wide.message}", wide.hint)
    if not is_name(text):
        raise wrong(f"{shown(text)} is no name", "up to 100 letters, digits, `.`, `_` and `-`, a letter or digit first")
    return text


def _check_period(seconds: float) -> float:
    if not SHORTEST_PERIOD_S <= seconds <= LONGEST_PERIOD_S:
        raise wrong("a check runs between once a second and once a day")
    return seconds


def _check_patience(seconds: float) -> float:
    if not SHORTEST_PERIOD_S <= seconds <= LONGEST_PATIENCE_S:
        raise wrong("a dialogue is waited for between a second and six hours")
    return seconds


def _check_version(written: object) -> str:
    version = str(written) if isinstance(written, str | int) else ""
    if version not in ("1", "2", "2c", "3"):
        raise wrong("the version is 1, 2c or 3")
    return "2c" if version == "2" else version


def _cipher_name(written: object) -> object:
    """As devices and net-snmp write them, too: `sha`, `SHA-256`, `AES128`."""
    if not isinstance(written, str):
        return written
    name = written.upper().replace("-", "")
    return {"SHA1": "SHA", "AES128": "AES"}.get(name, name)


# Looser than `check_name`: the regular expressions of JSON Schema do not know letters of every script.
_NAME_SCHEMA = {"type": "string", "pattern": r"^[^\s/,;:{}]{1,100}$"}
Name = Annotated[str, AfterValidator(check_name), WithJsonSchema(_NAME_SCHEMA)]
Word = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Port = Annotated[int, Field(ge=1, le=65535)]
Period = Annotated[Seconds, AfterValidator(_check_period)]
Patience = Annotated[Seconds, AfterValidator(_check_patience)]
Version = Annotated[
    Literal["1", "2c", "3"], BeforeValidator(_check_version), WithJsonSchema({"enum": [1, 2, 3, "1", "2c", "3"]})
]

AuthProtocol = Annotated[Literal["MD5", "SHA", "SHA224", "SHA256", "SHA384", "SHA512"], BeforeValidator(_cipher_name)]
PrivProtocol = Annotated[Literal["DES", "3DES", "AES", "AES192", "AES256"], BeforeValidator(_cipher_name)]


class SnmpAuthSpec(Spec):
    """`snmp.auth`: the user's authentication key (RFC 3414, RFC 7860)."""

    protocol: AuthProtocol | None = None
    key: SecretField | None = None


class SnmpPrivSpec(Spec):
    """`snmp.priv`: the user's privacy key (RFC 3414, RFC 3826)."""

    protocol: PrivProtocol | None = None
    key: SecretField | None = None


class SnmpSpec(Spec):
    """`snmp:`, whole or in part: what is not here may come from another layer."""

    version: Version | None = None
    port: Port | None = None
    community: SecretField | None = None
    user: Word | None = None
    auth: SnmpAuthSpec | None = None
    priv: SnmpPrivSpec | None = None
    context: str | None = None


class JumpSpec(Spec):
    """A jump host that is no device of the inventory. `jump` is the host on the way to it."""

    hostname: Address
    username: Word
    port: Port | None = None
    password: SecretField | None = None
    key: Word | None = None
    legacy: bool | None = None
    jump: "Jump | None" = None


def _one_jump(written: object, union: ValidatorFunctionWrapHandler, info: ValidationInfo) -> "str | JumpSpec":
    """By its form, so that a mistake is told of that form alone."""
    if isinstance(written, str):
        return check_name(written)
    if isinstance(written, dict):
        return JumpSpec.model_validate(written, context=info.context)
    raise wrong("a jump host is the name of a device, or `{hostname: …, username: …}`")


Jump = Annotated[Name | JumpSpec, WrapValidator(_one_jump)]
JumpSpec.model_rebuild()


class SshSpec(Spec):
    """`ssh:`, whole or in part. `key` is the path of a private key, relative to the file that names it.

    `prompt`, `pager`, `stall` and `longest` stand above what the make's profile says of its dialogue; `jump` is a
    device of the inventory by its name, or a host of its own.
    """

    username: Word | None = None
    port: Port | None = None
    password: SecretField | None = None
    key: Word | None = None
    enable: SecretField | None = None
    platform: Word | None = None
    hostname: Word | list[Word] | None = None
    legacy: bool | None = None
    prompt: PromptText | None = None
    pager: PatternText | None = None
    stall: Patience | None = None
    longest: Patience | None = None
    jump: Jump | None = None


class FieldsSpec(Spec):
    """What defaults, templates, ranges and devices may all say. `null` takes away what another layer gave."""

    title: Annotated[str, StringConstraints(max_length=200)] | None = None
    kind: KindField | None = None
    service: Word | None = None
    profile: Word | None = None
    parents: list[Name] | None = None
    labels: dict[Name, Annotated[str, StringConstraints(max_length=200)] | None] | None = None
    checks: list[Any] | None = None
    periods: dict[Word, Period | None] | None = None
    important: list[Word] | None = None
    snmp: SnmpSpec | None = None
    ssh: SshSpec | None = None


class DeviceSpec(FieldsSpec):
    """One item of `devices:`. `formerly` are names that the device had before, so that its past stays its own."""

    name: Name
    formerly: list[Name] | None = None
    address: Address
    use: list[Name] | None = None


class RangeSpec(FieldsSpec):
    """One item of `ranges:`: `count` devices, numbered from `first`.

    In `name`, `formerly`, `title` and an address that is a host name, `{n}` and `{n:03}` stand for the number; it is
    the host's number in the network of `address`, or counts from `number` where that is given.
    """

    name: Word
    formerly: list[Word] | None = None
    address: Word
    first: Annotated[int, Field(ge=0, le=2**64)] = 1
    count: Annotated[int, Field(ge=1, json_schema_extra={"maximum": MOST_DEVICES_IN_RANGE})]
    number: Annotated[int, Field(ge=0, le=10**9)] | None = None
    use: list[Name] | None = None


class SiteFileSpec(Spec):
    """A whole file of `inventories/`; its parts are validated one by one, so that one mistake hides no other."""

    site: Name
    title: Annotated[str, StringConstraints(max_length=200)] = ""
    contract: Word | None = None
    service: Word | None = None
    labels: dict[Name, Annotated[str, StringConstraints(max_length=200)]] = Field(default_factory=dict)
    defaults: Any = None
    templates: dict[Name, Any] | None = None
    devices: list[Any] | None = None
    ranges: list[Any] | None = None


class TemplateFileSpec(Spec):
    """A file of `inventories/` that holds templates for the sites of its folder and below."""

    templates: dict[Name, Any]
