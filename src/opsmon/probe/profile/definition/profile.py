"""What a profile is once it is read: frozen, every name resolved to its OID, inheritance done."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from opsmon.model.device import Kind
from opsmon.protocol.snmp.session import Index, Oid, SnmpValue


@dataclass(frozen=True, slots=True)
class MibObject:
    """A column, and for a scalar (or one fixed row) the index of its only instance."""

    name: str
    column: Oid
    fixed: Index | None = None
    unsigned: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """A test of the raw value of `subject` in the same row (or of a scalar).

    With `row_by` it is the row of another table that points here: where the column `row_by` holds the row's number. A
    value that is missing keeps to no test, unless `or_missing`.
    """

    subject: MibObject
    one_of: frozenset[int | float | str] | None = None
    none_of: frozenset[int | float | str] = frozenset()
    above: float | None = None
    below: float | None = None
    matches: re.Pattern[str] | None = None
    lacks: re.Pattern[str] | None = None
    row_by: MibObject | None = None
    or_missing: bool = False

    def subjects(self) -> tuple[MibObject, ...]:
        """What has to be read for it."""
        return (self.subject,) if self.row_by is None else (self.subject, self.row_by)


@dataclass(frozen=True, slots=True)
class LabelPlace:
    """One place that a label's text may come from."""

    text: str | None = None
    subject: MibObject | None = None
    at: MibObject | None = None
    keep: int | None = None
    index: int | str | None = None
    pattern: re.Pattern[str] | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Disbelief:
    values: frozenset[int | float | str]
    unless: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Overrule:
    """The value that stands in a row where every test holds, whatever the source itself says; NaN is absent."""

    value: float
    when: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class DeductedRows:
    """What other rows tell and is to be taken off: the value of `subject` in every row that passes, as of a survey."""

    subject: MibObject
    rows: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """One way to get a metric. `operands` are what `form` combines; see `convert`."""

    form: str  # value, idle, used_total, used_free, free_total
    operands: tuple[MibObject, ...]
    unit: str
    scales: tuple[float, ...]
    si_scale: MibObject | None
    precision: MibObject | None
    states: Mapping[int | float | str, float]
    otherwise: float | None
    pattern: re.Pattern[str] | None
    low: float
    high: float
    sentinels: frozenset[int | float | str]
    disbelieve: tuple[Disbelief, ...]
    select: tuple[Filter, ...]
    where: tuple[Filter, ...]
    label: tuple[LabelPlace, ...] | None
    over: str | None
    also: bool
    overrules: tuple[Overrule, ...] = ()
    likely: tuple[float, float] | None = None
    chart: bool = False  # whether its series are kept as curves
    minus: DeductedRows | None = None
    taken_off: tuple[MibObject, ...] = ()  # the instances of `minus` that the device has

    @property
    def base(self) -> MibObject:
        """The object whose rows are the rows of this source."""
        return next((operand for operand in self.operands if operand.fixed is None), self.operands[0])

    def overrule_subjects(self) -> tuple[MibObject, ...]:
        """What else the device says of a row, and is read of the source's own rows alone."""
        return tuple(subject for overrule in self.overrules for test in overrule.when for subject in test.subjects())

    def dynamic(self) -> tuple[MibObject, ...]:
        """Every object that has to be read again at each poll."""
        return (*self.value_subjects(), *self.overrule_subjects())

    def value_subjects(self) -> tuple[MibObject, ...]:
        """What gives the value, and tells which rows there are."""
        tests = (*self.where, *(test for doubt in self.disbelieve for test in doubt.unless))
        scales = tuple(scale for scale in (self.si_scale, self.precision) if scale is not None)
        return (*self.operands, *scales, *(test.subject for test in tests), *self.taken_off)


@dataclass(frozen=True, slots=True)
class TextPlace:
    """One place that a word of the identity may come from."""

    subject: MibObject | None
    sysdescr: re.Pattern[str] | None
    sysobjectid: Mapping[str, str]
    text: str | None
    pattern: re.Pattern[str] | None
    select: tuple[Filter, ...]
    strip: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class KindRule:
    kind: Kind
    sysdescr: re.Pattern[str] | None
    sysobjectid: Oid | None
    model: re.Pattern[str] | None
    present: MibObject | None


@dataclass(frozen=True, slots=True)
class InfoColumn:
    """A column whose value is a label of a series that is always 1; the label is called as the object."""

    subject: MibObject
    metric: str
    form: str  # enum, address, oid
    names: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TableColumns:
    """Columns given under their own names; `instead` is the column for a device that lacks the first."""

    name: str
    labels: tuple[tuple[str, MibObject | None], ...]  # None: the row's index
    columns: tuple[MibObject, ...]
    slow: tuple[MibObject, ...]
    instead: Mapping[Oid, MibObject]
    infos: tuple[InfoColumn, ...] = ()
    scalars: tuple[MibObject, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """One way to know a device. `sysobjectid` None means any; an empty tuple means that the agent has none."""

    sysobjectid: Oid | None
    sysdescr: re.Pattern[str] | None
    present: Oid | None
    value: re.Pattern[str] | None
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """All that is known of one sort of device. `backup` and `checks` are kept as they were written.

    `checks` are the usual ones of a device that names this profile and says no `checks:` of its own.
    """

    name: str
    title: str
    vendor: str
    kind: Kind
    abstract: bool
    match: tuple[Match, ...]
    kinds: tuple[KindRule, ...]
    identity: Mapping[str, tuple[TextPlace, ...]]
    metrics: Mapping[str, tuple[Source, ...]]
    tables: tuple[TableColumns, ...]
    objects: Mapping[str, MibObject]
    vendors: Mapping[int, str]
    backup: Mapping[str, Any]
    checks: tuple[object, ...] = ()


__all__ = [
    "DeductedRows",
    "Disbelief",
    "Filter",
    "Index",
    "InfoColumn",
    "KindRule",
    "LabelPlace",
    "Match",
    "MibObject",
    "Oid",
    "Overrule",
    "Profile",
    "SnmpValue",
    "Source",
    "TableColumns",
    "TextPlace",
]  # fmt: skip
