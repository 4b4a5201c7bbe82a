"""How a profile is written in YAML. Every class here dies at the edge: `resolve` turns it into frozen dataclasses.

One file in `probes/` holds one profile. `probes/README.md` explains the format with examples.
"""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from opsmon.bounds import CELL_CHARS, SYS_DESCR_CHARS
from opsmon.pattern.cost import refusal_of
from opsmon.spec import KindField

PATTERN_FLAGS = re.IGNORECASE | re.DOTALL
OID_TEXT = re.compile(r"\.?\d+(\.\d+)+")
NAME_TEXT = re.compile(r"[a-z0-9][a-z0-9-]*")


def _is_pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return text


def _has_one_group(text: str) -> str:
    if re.compile(text).groups != 1:
        raise ValueError("needs exactly one (group): the part that is the value")
    return text


def _is_oid(text: str) -> str:
    if not OID_TEXT.fullmatch(text):
        raise ValueError("not a numeric OID such as 1.3.6.1.2.1.1.5.0")
    return text.removeprefix(".")


def _listed(value: object) -> object:
    return value if isinstance(value, list) else [value]


def _is_quick(bound: int) -> AfterValidator:
    """Refuses what might hold the daemon on a text of so many characters."""

    def judge(text: str) -> str:
        if slow := refusal_of(text, bound, PATTERN_FLAGS):
            raise ValueError(f"the pattern may hold the daemon: {slow}")
        return text

    return AfterValidator(judge)


Pattern = Annotated[str, AfterValidator(_is_pattern), _is_quick(CELL_CHARS)]
Extract = Annotated[Pattern, AfterValidator(_has_one_group)]
DescrPattern = Annotated[str, AfterValidator(_is_pattern), _is_quick(SYS_DESCR_CHARS)]
DescrExtract = Annotated[DescrPattern, AfterValidator(_has_one_group)]
OidText = Annotated[str, AfterValidator(_is_oid)]
Raw = int | float | str
Unit = Literal[
    "percent", "celsius", "fahrenheit", "kelvin", "volts", "seconds", "minutes", "hours", "ticks", "count", "ratio"
]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ObjectSpec(Strict):
    """A MIB object: a scalar when its OID ends in `.0`, else a column. `unsigned` mends what a 31-bit type made
    negative.
    """

    oid: OidText
    unsigned: bool = False
    row: str | None = Field(default=None, pattern=r"^\d+(\.\d+)*$")


class MatchSpec(Strict):
    """One way to know the device; what is given must all hold. `present` asks the agent for one instance.

    `weak` stands behind every other match: the number is that of a common agent, and says little of the device.
    """

    sysobjectid: str | None = Field(default=None, pattern=r"^(\d+(\.\d+)*)?$")
    sysdescr: DescrPattern | None = None
    present: OidText | None = None
    value: Pattern | None = None
    weak: bool = False

    @model_validator(mode="after")
    def _says_something(self) -> "MatchSpec":
        if self.sysobjectid is None and self.sysdescr is None and self.present is None:
            raise ValueError("a match needs sysobjectid, sysdescr or present")
        if self.value is not None and self.present is None:
            raise ValueError("`value` is the text of `present`, which is missing")
        return self


class FilterSpec(Strict):
    """A test of one raw value: `[1, 2]` for short, or bounds, or a pattern of its text.

    `row_by` names a column of the object's own table that points to the row (hrFSStorageIndex → hrStorageTable).
    """

    one_of: list[Raw] | None = None
    none_of: list[Raw] | None = None
    above: float | None = None
    below: float | None = None
    matches: Pattern | None = None
    lacks: Pattern | None = None
    row_by: str | None = None
    or_missing: bool = False


def _filter(value: object) -> object:
    return {"one_of": value} if isinstance(value, list) else value


Filters = dict[str, Annotated[FilterSpec, BeforeValidator(_filter)]]


class LabelSpec(Strict):
    """Where a label's text comes from: exactly one of `text`, `object` and `index`; `object` may be looked up
    elsewhere.

    `index` takes arcs of the row's index (`all`, one arc counted from 0 or from the end, or `ascii` for a text in the
    index). `at` names the column whose value is the row of `object` (cpmCPUTotalPhysicalIndex → entPhysicalName);
    `keep` is how many leading arcs of the index are the row of `object`.
    """

    text: str | None = None
    object: str | None = None
    at: str | None = None
    keep: int | None = None
    index: int | Literal["all", "ascii"] | None = None
    pattern: Extract | None = None
    names: dict[str, str] = {}
    prefix: str = ""

    @model_validator(mode="after")
    def _one_place(self) -> "LabelSpec":
        if sum(place is not None for place in (self.text, self.object, self.index)) != 1:
            raise ValueError("a label needs exactly one of text, object and index")
        return self


def _label(value: object) -> object:
    if isinstance(value, str):
        return {"index": "all"} if value == "index" else {"object": value}
    return value


Labels = Annotated[list[Annotated[LabelSpec, BeforeValidator(_label)]], BeforeValidator(_listed)]


class DisbeliefSpec(Strict):
    """Raw values that mean nothing unless something else holds: runtime 0 while not on battery."""

    values: list[Raw]
    unless: Filters = {}


class OverruleSpec(Strict):
    """What stands instead of a source's value in a row where all of `when` holds: a failing disk that still works, a
    bay that is empty (`value: null`, absent), a battery that is only being tested.
    """

    value: float | None
    when: Annotated[Filters, Field(min_length=1)]


class PartSpec(Strict):
    """What to take off `used`: the sum of `object` over the rows that `rows` keeps, which is read at the survey."""

    object: str
    rows: Annotated[Filters, Field(min_length=1)]


class SourceSpec(Strict):
    """One way to get a metric. Of the sources of a metric the first that gives anything is taken; `also` adds to those
    before.
    """

    value: str | None = None
    used: str | None = None
    free: Annotated[list[str], BeforeValidator(_listed)] = []
    total: str | None = None
    minus: PartSpec | None = None
    idle: str | None = None
    sum: list[str] = []
    unit: Unit = "ratio"
    scale: Annotated[list[float], BeforeValidator(_listed)] = [1.0]
    si_scale: str | None = None
    precision: str | None = None
    states: dict[float, list[Raw] | Literal["rest"]] = {}
    pattern: Extract | None = None
    low: float | None = None
    high: float | None = None
    sentinels: list[Raw] = []
    disbelieve: list[DisbeliefSpec] = []
    overrules: list[OverruleSpec] = []
    select: Filters = {}
    where: Filters = {}
    label: Labels | None = None
    over: Literal["sum", "count", "max", "min", "mean"] | None = None
    also: bool = False

    @model_validator(mode="after")
    def _one_form(self) -> "SourceSpec":
        shares = self.used is not None or bool(self.free)
        forms = [self.value is not None, self.idle is not None, bool(self.sum), shares]
        if sum(forms) != 1:
            raise ValueError("a source is one of: value; idle; sum; used with total; used with free; free with total")
        if shares and (self.used is None) + (not self.free) + (self.total is None) != 1:
            raise ValueError("a share needs exactly two of used, free and total")
        if self.minus is not None and (self.used is None or self.total is None):
            raise ValueError("`minus` is taken off `used`, and needs used with total")
        return self


class TextSpec(Strict):
    """A text of the identity: an object (of the first row that `select` keeps), or a part of sysDescr, or `text`
    itself.
    """

    object: str | None = None
    sysdescr: DescrExtract | None = None
    text: str | None = None
    sysobjectid: dict[str, str] | None = None
    pattern: Extract | None = None
    select: Filters = {}
    strip: Pattern | None = None

    @model_validator(mode="after")
    def _one_place(self) -> "TextSpec":
        places = (self.object, self.sysdescr, self.text, self.sysobjectid)
        if sum(place is not None for place in places) != 1:
            raise ValueError("needs exactly one of object, sysdescr, sysobjectid and text")
        return self


def _text(value: object) -> object:
    return {"object": value} if isinstance(value, str) else value


Texts = Annotated[list[Annotated[TextSpec, BeforeValidator(_text)]], BeforeValidator(_listed)]


class IdentitySpec(Strict):
    """Where the words of the identity come from, in order; the first that is not empty is taken."""

    vendor: Texts = []
    model: Texts = []
    serial: Texts = []
    software: Texts = []


class KindSpec(Strict):
    """The kind of device when a test holds: of sysDescr, sysObjectID, the model, or that an object of this profile is
    there.
    """

    kind: KindField
    sysdescr: DescrPattern | None = None
    sysobjectid: OidText | None = None
    model: Pattern | None = None
    present: str | None = None


class InfoSpec(Strict):
    """A column whose value is told as a label of a series that is always 1; `metric` is the object's name unless told.

    `form` says how the value is written: `enum` by `names`, `address` as the six octets of a MAC address, `oid` dotted.
    """

    metric: str | None = None
    form: Literal["enum", "address", "oid"]
    names: dict[int, str] = {}


class TableSpec(Strict):
    """A table given column by column under the objects' own names, such as the interfaces of IF-MIB.

    `columns` are read at every poll, `slow` ones when the labels are, and so are `infos`, told as labels, and
    `scalars`, told once for the device; `instead` names the column to read where a device does not have the first.
    """

    labels: dict[str, str]
    columns: list[str]
    slow: list[str] = []
    infos: dict[str, InfoSpec] = {}
    scalars: list[str] = []
    instead: dict[str, str] = {}


class ProfileSpec(Strict):
    """One file of `probes/`: what a device is and how its numbers are got."""

    name: str = Field(pattern=NAME_TEXT.pattern + "$")
    title: str = ""
    abstract: bool = False
    extends: Annotated[list[str], BeforeValidator(_listed)] = []
    match: list[MatchSpec] = []
    vendor: str | None = None
    kind: KindField | None = None
    kinds: list[KindSpec] = []
    objects: dict[str, OidText | ObjectSpec] = {}
    identity: IdentitySpec = IdentitySpec()
    metrics: dict[str, list[SourceSpec]] = {}
    without: list[str] = []
    tables: dict[str, TableSpec] = {}
    vendors: dict[int, str] = {}
    backup: dict[str, Any] = {}
    checks: list[str | dict[str, Any]] = []
