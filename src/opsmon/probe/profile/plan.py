"""What is read of a device at every poll, and how it becomes numbers. The result of a survey."""

from array import array
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from math import isnan
from statistics import fmean

from opsmon.model.sample import SeriesBlock, SeriesKey
from opsmon.probe.profile.definition.convert import NAN, Values, value_at
from opsmon.probe.profile.definition.profile import MibObject, Source
from opsmon.probe.profile.reader import FEW_ROWS, Instance
from opsmon.probe.profile.rows.shared_names import SharedNames
from opsmon.protocol.snmp.session import Index, Oid

_OVER: Mapping[str, Callable[[list[float]], float]] = {"sum": sum, "max": max, "min": min, "mean": fmean}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A source in one row; without a row, a source over all rows."""

    source: Source
    row: Index | None

    def value(self, values: Values) -> float:
        return over_rows(values, self.source) if self.row is None else value_at(values, self.source, self.row)


@dataclass(frozen=True, slots=True)
class Series:
    """One series and the sources that may give it, best first."""

    key: SeriesKey
    candidates: tuple[Candidate, ...]

    @property
    def is_charted(self) -> bool:
        """Whether people look at it as a curve."""
        return any(candidate.source.chart for candidate in self.candidates)

    def value(self, values: Values) -> float:
        """The first value that is one, else NaN."""
        for candidate in self.candidates:
            value = candidate.value(values)
            if not isnan(value):
                return value
        return NAN


def over_rows(values: Values, source: Source) -> float:
    """Sum, count, mean or extreme of a source over every row that gives a value."""
    found = [value for row in values.get(source.base.column, {}) if not isnan(value := value_at(values, source, row))]
    if source.over == "count":
        return float(len(found))
    if not found:
        return NAN
    return _OVER[source.over or "sum"](found)


@dataclass(frozen=True, slots=True)
class PollPlan:
    """The series of a device outside its tables, and what has to be read for them."""

    series: tuple[Series, ...]
    block: SeriesBlock
    instances: tuple[Instance, ...]
    columns: tuple[Oid, ...]

    def evaluate(self, values: Values) -> "array[float]":
        return array("d", [series.value(values) for series in self.series])


def keep_unread(series: tuple[Series, ...], before: tuple[Series, ...], unread: Collection[Oid]) -> tuple[Series, ...]:
    """The series of a survey, with those of the last one that it could not read: they are not gone."""
    if not unread:
        return series
    have = {one.key for one in series}
    return (*series, *(one for one in before if one.key not in have and _is_unread(one, unread)))


def _is_unread(series: Series, unread: Collection[Oid]) -> bool:
    sources = (candidate.source for candidate in series.candidates)
    return any(subject.column in unread for source in sources for subject in _deciding(source))


def _deciding(source: Source) -> tuple[MibObject, ...]:
    """What has to be read before a source is known to be there."""
    return (*source.dynamic(), *(test.subject for test in source.select))


def plan_of(series: tuple[Series, ...], names: SharedNames) -> PollPlan:
    """The plan for some series. While there is a block of the same names it is kept, so that what others derived from
    it stays good."""
    keys = tuple(one.key for one in series)
    charted = tuple(place for place, one in enumerate(series) if one.is_charted)
    single, whole = _reads(series)
    return PollPlan(series, names.block(keys, charted), single, whole)


def _reads(series: Iterable[Series]) -> tuple[tuple[Instance, ...], tuple[Oid, ...]]:
    wanted: dict[Oid, dict[Index, None]] = {}
    whole: dict[Oid, None] = {}
    for one in series:
        for candidate in one.candidates:
            for subject in candidate.source.dynamic():
                if subject.fixed is not None:
                    wanted.setdefault(subject.column, {})[subject.fixed] = None
                elif candidate.row is None:
                    whole[subject.column] = None
                else:
                    wanted.setdefault(subject.column, {})[candidate.row] = None
    whole.update((column, None) for column, rows in wanted.items() if len(rows) > FEW_ROWS)
    single = tuple((column, row) for column, rows in wanted.items() if column not in whole for row in rows)
    return single, tuple(whole)
