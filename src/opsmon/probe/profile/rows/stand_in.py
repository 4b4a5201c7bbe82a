"""Columns that stand in for others row by row: an agent may have 64-bit counters on its uplink alone.

Which rows lack a value is found out by a survey, and when rows change; those rows alone are read of the other column.
A column that is lacking as a whole is replaced as a whole, which is not decided here.
"""

from array import array
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from opsmon.model.sample import Labels, Reading, SeriesBlock, SeriesKey
from opsmon.probe.profile.definition.convert import NAN
from opsmon.probe.profile.definition.profile import MibObject, TableColumns
from opsmon.probe.profile.reader import FEW_ROWS, Instance, Reader
from opsmon.probe.profile.text import number_of
from opsmon.protocol.snmp.session import Index, Oid, SnmpValue
from opsmon.state.condition.speed import MEGABIT, link_speed, speeds_contradict

Column = Mapping[Index, SnmpValue]
IF_HIGH_SPEED: Oid = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 15)
ALL_ONES = 2**64 - 1  # what some agents give in the place of a counter that they do not have


class StandIns:
    """Those of one table of one device."""

    def __init__(self, table: TableColumns) -> None:
        self._instead = table.instead
        self._rows: dict[MibObject, tuple[Index, ...]] = {}
        self._block = SeriesBlock(())
        self.contradictions: tuple[Index, ...] = ()

    def columns_wanted(self, reader: Reader, rows: Collection[Index]) -> list[Oid]:
        """What a survey reads of the others: where the first lacks a row, and ifSpeed always, since it is doubted."""
        return [
            other.column
            for column, other in self._instead.items()
            if column == IF_HIGH_SPEED or not reader.column(column) or _lacking(reader.column(column), rows)
        ]

    def take(self, reader: Reader, rows: Sequence[Index], columns: Sequence[MibObject]) -> None:
        """Which rows of which other columns are read from now on."""
        read = {subject.column for subject in columns}
        found: dict[MibObject, tuple[Index, ...]] = {}
        for column, other in self._instead.items():
            if other.column in read or column not in read or column in reader.unread:
                kept = self._rows.get(other, ()) if column in reader.unread else ()
            elif not (cells := reader.column(other.column)):
                kept = tuple(row for row in self._rows.get(other, ()) if row in set(rows))
            elif column == IF_HIGH_SPEED:
                kept = self._doubted(reader.column(column), cells, rows)
            else:
                kept = tuple(row for row in _lacking(reader.column(column), rows) if row in cells)
            if kept:
                found[other] = kept
        self._rows = found

    def _doubted(self, high: Column, plain: Column, rows: Sequence[Index]) -> tuple[Index, ...]:
        """The rows whose speed is not what ifHighSpeed says."""
        pairs = [(row, number_of(high.get(row)), number_of(plain.get(row))) for row in rows]
        self.contradictions = tuple(row for row, fast, slow in pairs if speeds_contradict(fast, slow))
        return tuple(row for row, fast, slow in pairs if _is_otherwise(fast, link_speed(fast, slow)))

    def instances(self) -> list[Instance]:
        """What a poll gets, of columns of which few rows are wanted."""
        few = ((other, rows) for other, rows in self._rows.items() if len(rows) <= FEW_ROWS)
        return [(other.column, row) for other, rows in few for row in rows]

    def columns(self) -> list[Oid]:
        """What a poll walks, of columns of which many rows are wanted."""
        return [other.column for other, rows in self._rows.items() if len(rows) > FEW_ROWS]

    def reading(self, current: Mapping[Oid, Column], labels: Callable[[Index], Labels]) -> Reading | None:
        if not self._rows:
            return None
        keys = tuple(SeriesKey(other.name, labels(row)) for other, rows in self._rows.items() for row in rows)
        if keys != self._block.keys:
            self._block = SeriesBlock(keys)
        return Reading(self._block, array("d", self._values(current)))

    def _values(self, current: Mapping[Oid, Column]) -> Iterable[float]:
        for other, rows in self._rows.items():
            cells = current.get(other.column, {})
            for row in rows:
                number = number_of(cells.get(row))
                yield NAN if number is None else number


def _lacking(cells: Column, rows: Iterable[Index]) -> list[Index]:
    return [row for row in rows if cells.get(row) in (None, ALL_ONES)]


def _is_otherwise(high_mbps: float | None, speed_bps: float | None) -> bool:
    return speed_bps is not None and abs((high_mbps or 0.0) * MEGABIT - speed_bps) >= MEGABIT
