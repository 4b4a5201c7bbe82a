"""How one value of a profile is written in YAML: the object, the tests of rows, the source, the label."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from opsmon.bounds import CELL_CHARS, SYS_DESCR_CHARS
from opsmon.pattern.cost import refusal_of
from opsmon.spec import AlsoWritten, OrOne, Spec, text_schema

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


def listed(value: object) -> object:
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
OidText = Annotated[
    str,
    AfterValidator(_is_oid),
    text_schema(r"^\.?[0-9]+(\.[0-9]+)+$", "not a numeric OID such as 1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.1.5.0"),
]
# A key of YAML is text; as a number it is read.
NumberKey = Annotated[int, Field(strict=False), WithJsonSchema({"type": "string", "pattern": r"^-?[0-9]+$"})]
_StateKey = Annotated[
    float, Field(strict=False), WithJsonSchema({"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"})
]
Raw = int | float | str
Unit = Literal[
    "percent", "celsius", "fahrenheit", "kelvin", "volts", "seconds", "minutes", "hours", "ticks", "count", "ratio"
]


class ObjectSpec(Spec):
    """A MIB object: a scalar when its OID ends in `.0`, else a column. `unsigned` mends what a 31-bit type made
    negative.
    """

    oid: OidText
    """The object's number; a scalar when it ends in .0, else a column."""
    unsigned: bool = False
    """Whether a negative value is one that a 31-bit type broke."""
    row: str | None = Field(default=None, pattern=r"^\d+(\.\d+)*$")
    """The row of the column that is meant, where it is one alone."""


class FilterSpec(Spec):
    """A test of one raw value: `[1, 2]` for short, or bounds, or a pattern of its text.

    `row_by` names a column of the object's own table that points to the row (hrFSStorageIndex → hrStorageTable).
    """

    one_of: list[Raw] | None = None
    """Raw values that pass."""
    none_of: list[Raw] | None = None
    """Raw values that do not pass."""
    above: float | None = None
    """Values above this pass."""
    below: float | None = None
    """Values below this pass."""
    matches: Pattern | None = None
    """A pattern that the text has to hold."""
    lacks: Pattern | None = None
    """A pattern that the text may not hold."""
    row_by: str | None = None
    """A column of the object's own table that points to the row."""
    or_missing: bool = False
    """Whether a row without the value passes."""


def _filter(value: object) -> object:
    return {"one_of": value} if isinstance(value, list) else value


_RAW_LIST = AlsoWritten({"type": "array", "items": {"type": ["number", "string"]}})
Filters = dict[str, Annotated[FilterSpec, BeforeValidator(_filter), _RAW_LIST]]


class LabelSpec(Spec):
    """Where a label's text comes from: exactly one of `text`, `object` and `index`; `object` may be looked up
    elsewhere.

    `index` takes arcs of the row's index (`all`, one arc counted from 0 or from the end, or `ascii` for a text in the
    index). `at` names the column whose value is the row of `object` (cpmCPUTotalPhysicalIndex → entPhysicalName);
    `keep` is how many leading arcs of the index are the row of `object`.
    """

    text: str | None = None
    """The text itself."""
    object: str | None = None
    """The object that holds the text."""
    at: str | None = None
    """The column whose value is the row of `object`."""
    keep: int | None = None
    """How many leading arcs of the index are the row of `object`."""
    index: int | Literal["all", "ascii"] | None = None
    """Arcs of the row's index: `all`, one arc by its place, or `ascii`."""
    pattern: Extract | None = None
    """A pattern with one group: the part that is the label."""
    names: dict[str, str] = Field(default={})
    """Texts for raw values."""
    prefix: str = ""
    """What stands before the text."""

    @model_validator(mode="after")
    def _one_place(self) -> "LabelSpec":
        if sum(place is not None for place in (self.text, self.object, self.index)) != 1:
            raise ValueError("a label needs exactly one of text, object and index")
        return self


def _label(value: object) -> object:
    if isinstance(value, str):
        return {"index": "all"} if value == "index" else {"object": value}
    return value


_OBJECT_NAME = AlsoWritten({"type": "string", "minLength": 1})
Labels = Annotated[list[Annotated[LabelSpec, BeforeValidator(_label), _OBJECT_NAME]], BeforeValidator(listed), OrOne()]


class DisbeliefSpec(Spec):
    """Raw values that mean nothing unless something else holds: runtime 0 while not on battery."""

    values: list[Raw]
    """Raw values that mean nothing."""
    unless: Filters = Field(default={})
    """The tests by which they are believed all the same."""


class OverruleSpec(Spec):
    """What stands instead of a source's value in a row where all of `when` holds: a failing disk that still works, a
    bay that is empty (`value: null`, absent), a battery that is only being tested.
    """

    value: float | None
    """What stands instead; null for absent."""
    when: Annotated[Filters, Field(min_length=1)]
    """The tests that must all hold."""


class PartSpec(Spec):
    """What to take off `used`: the sum of `object` over the rows that `rows` keeps, which is read at the survey."""

    object: str
    """The object whose values are added up and taken off."""
    rows: Annotated[Filters, Field(min_length=1)]
    """The tests of the rows that count."""


class SourceSpec(Spec):
    """One way to get a metric. Of the sources of a metric the first that gives anything is taken; `also` adds to those
    before.
    """

    value: str | None = None
    """The object that holds the value."""
    used: str | None = None
    """The object that holds what is used."""
    free: Annotated[list[str], BeforeValidator(listed), OrOne()] = Field(default=[])
    """Objects that hold what is free."""
    total: str | None = None
    """The object that holds the whole."""
    minus: PartSpec | None = None
    """What is taken off `used`."""
    idle: str | None = None
    """The object that holds the idle share."""
    sum: list[str] = Field(default=[])
    """Objects that are added up."""
    unit: Unit = "ratio"
    """The unit of the raw value."""
    scale: Annotated[list[float], BeforeValidator(listed), OrOne()] = Field(default=[1.0])
    """What the raw value is multiplied with."""
    si_scale: str | None = None
    """The object that holds the power of ten (ENTITY-SENSOR-MIB)."""
    precision: str | None = None
    """The object that holds the number of decimal places (ENTITY-SENSOR-MIB)."""
    states: dict[_StateKey, list[Raw] | Literal["rest"]] = Field(default={})
    """Raw values for each value; `rest` for all others."""
    pattern: Extract | None = None
    """A pattern with one group: the number in a text."""
    low: float | None = None
    """Lower values mean nothing."""
    high: float | None = None
    """Higher values mean nothing."""
    sentinels: list[Raw] = Field(default=[])
    """Raw values that mean that there is none."""
    disbelieve: list[DisbeliefSpec] = Field(default=[])
    """Raw values that mean nothing unless something else holds."""
    overrules: list[OverruleSpec] = Field(default=[])
    """What stands instead of the value where something else holds."""
    select: Filters = Field(default={})
    """Tests of the rows that are taken, made when labels are read."""
    where: Filters = Field(default={})
    """Tests of the rows that are taken, made at every poll."""
    label: Labels | None = None
    """Where the label's text comes from."""
    over: Literal["sum", "count", "max", "min", "mean"] | None = None
    """How the rows become one value."""
    also: bool = False
    """Whether it adds to the sources before it."""
    chart: bool | None = None
    """Whether the console keeps a day of it as a curve; unless told, levels such as load and temperature are kept."""

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
