"""Tables given column by column under their own names: the interfaces. The hot path of the whole daemon.

The columns of a poll go straight into one array('d'): as long as the rows are those of last time, no name is built and
no row is looked at by itself. The labels are read again now and then, and at once when the rows change.
"""

import asyncio
from array import array
from bisect import bisect_left
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import cast

from opsmon.model.sample import Labels, Reading, SeriesBlock
from opsmon.probe.profile.definition.convert import NAN
from opsmon.probe.profile.definition.profile import MibObject, TableColumns
from opsmon.probe.profile.reader import Reader
from opsmon.probe.profile.rows.info import info_columns, info_reading
from opsmon.probe.profile.rows.shared_names import SharedNames
from opsmon.probe.profile.rows.stand_in import StandIns
from opsmon.probe.profile.text import clean_text, number_of, raw_text
from opsmon.protocol.snmp.session import Index, Oid, RowCells, SnmpValue

Column = Mapping[Index, SnmpValue]
# Chassis of ten thousand interfaces there are; of more a poll would not be through in time.
MAX_TABLE_ROWS = 16_384
SLICE = 1_024  # rows or series between two turns of the loop


class TableShape:
    """The rows, columns and labels of one table of one device, as last seen; gives the block of its series.

    Of more rows than MAX_TABLE_ROWS those that the inventory marks (`important`) are kept first; `left_out` counts the
    rest. What could not be read stays as it was: absence proves nothing then.
    """

    def __init__(self, table: TableColumns, important: Collection[str] = (), names: SharedNames | None = None) -> None:
        self.table = table
        self.rows: tuple[Index, ...] = ()
        self.columns: tuple[MibObject, ...] = ()
        self.block = SeriesBlock(())
        self.slow: Reading | None = None
        self.infos: Reading | None = None
        self.left_out = 0
        self.stand_ins = StandIns(table)
        self._important = frozenset(important)
        self.unmatched = self._important  # the names of `important` that no row has
        self._shared = names or SharedNames()
        self._label_names = tuple(label for label, _ in table.labels)
        self.labels = self._shared.label_table((), (), 0)
        self._told_by = 0  # a digest of what the rows' names were made of

    def label_columns(self) -> list[Oid]:
        """What is read now and then: the labels and the slow columns."""
        labels = [subject.column for _, subject in self.table.labels if subject is not None]
        return [*labels, *(subject.column for subject in self.table.slow), *info_columns(self.table)]

    def all_columns(self) -> list[Oid]:
        """What a survey reads."""
        return self.label_columns() + [subject.column for subject in self.table.columns]

    async def learn(self, reader: Reader) -> None:
        """Reads labels and all columns, and takes the device's shape from them. Keeps the blocks if nothing changed."""
        await reader.walk(self.all_columns())
        rows = {row for subject in self.table.columns for row in reader.column(subject.column)}
        await reader.walk(self.stand_ins.columns_wanted(reader, rows))
        self.columns = self._present(reader)
        await self.take(reader)

    async def take(self, reader: Reader) -> None:
        """Rows and labels from what has been read; where no label has changed, everything is kept as it is.

        In slices: sixteen thousand rows are a quarter of a million series, and the loop has other things to do.
        """
        rows, columns = self._rows(reader), tuple(subject.name for subject in self.columns)
        told_by = self._digest(reader, columns)
        if rows != self.rows or told_by != self._told_by:
            texts = [await self._texts(reader, rows, label, subject) for label, subject in self.table.labels]
            labels = self._shared.label_table(self._label_names, texts, len(rows))
            block = self._shared.table_block(columns, labels)
            # all at once: who is cut off before leaves the old rows with their own block
            self.rows, self._told_by, self.labels, self.block = rows, told_by, labels, block
            self.unmatched = self._unmatched()
        self._take_slow(reader)
        self.infos = info_reading(self.table, reader, self.rows, self.labels, self.infos)
        self.stand_ins.take(reader, self.rows, self.columns)

    def _digest(self, reader: Reader, columns: tuple[str, ...]) -> int:
        """Of the cells that labels are made of, which themselves would be kept for nothing else."""
        cells = [reader.column(subject.column) for _, subject in self.table.labels if subject is not None]
        return hash((columns, *map(_digest_of, cells)))

    async def _texts(
        self, reader: Reader, rows: Sequence[Index], label: str, subject: MibObject | None
    ) -> tuple[str, ...]:
        """One label of every row."""
        if subject is None:
            return tuple([".".join(map(str, row)) async for row in _unhurried(rows)])
        return tuple([self._text(reader, row, label, subject) async for row in _unhurried(rows)])

    def _text(self, reader: Reader, row: Index, label: str, subject: MibObject) -> str:
        """The text of a label, or what it was when its column could not be read."""
        raw = reader.column(subject.column).get(row)
        if raw is None and subject.column in reader.unread:
            return dict(self.label_of(row)).get(label, "")
        return clean_text(raw_text(raw))

    def label_of(self, row: Index) -> Labels:
        """Nothing for a row that the table has not."""
        place = bisect_left(self.rows, row)
        return self.labels[place] if self.rows[place : place + 1] == (row,) else ()

    def _rows(self, reader: Reader) -> tuple[Index, ...]:
        known = {row for subject in self.columns for row in reader.column(subject.column)}
        if any(subject.column in reader.unread for subject in self.columns):
            known |= set(self.rows)
        self.left_out = max(0, len(known) - MAX_TABLE_ROWS)
        if not self.left_out:
            return tuple(sorted(known))
        marked = sorted(row for row in known if self._is_marked(reader, row))[:MAX_TABLE_ROWS]
        others = sorted(known.difference(marked))[: MAX_TABLE_ROWS - len(marked)]
        return tuple(sorted([*marked, *others]))

    def _is_marked(self, reader: Reader, row: Index) -> bool:
        return bool(self._important) and not self._important.isdisjoint(self._names(self._labels_of(reader, row)))

    def _names(self, labels: Labels) -> set[str]:
        """What the inventory may call a row: one of its texts, or `ifIndex=7` by its index."""
        indexes = {label for label, subject in self.table.labels if subject is None}
        return {f"{label}={text}" if label in indexes else text for label, text in labels}

    def _unmatched(self) -> frozenset[str]:
        if not self._important:
            return self._important
        return self._important.difference(*(self._names(labels) for labels in self.labels))

    def _take_slow(self, reader: Reader) -> None:
        slow = [subject for subject in self.table.slow if reader.column(subject.column)]
        if not slow:
            self.slow = None
            return
        block = self._shared.table_block(tuple(subject.name for subject in slow), self.labels)
        self.slow = Reading(block, read_columns(self.rows, [reader.column(subject.column) for subject in slow]))

    def _present(self, reader: Reader) -> tuple[MibObject, ...]:
        chosen = []
        for subject in self.table.columns:
            other = self.table.instead.get(subject.column)
            if reader.column(subject.column) or (subject in self.columns and subject.column in reader.unread):
                chosen.append(subject)
            elif other is not None and reader.column(other.column):
                chosen.append(other)
        return tuple(dict.fromkeys(chosen))

    def _labels_of(self, reader: Reader, row: Index) -> Labels:
        return tuple(
            (label, ".".join(map(str, row)) if subject is None else self._text(reader, row, label, subject))
            for label, subject in self.table.labels
        )

    def fits(self, reader: Reader) -> bool:
        """Whether the rows are still those of the shape: none new, and none gone from every column.

        Of a table that was cut nobody knows, and it is taken as it was until the next survey.
        """
        if self.left_out:
            return True
        known, seen = frozenset(self.rows), False
        for subject in self.columns:
            column = reader.column(subject.column)
            if _rows_of(column) == self.rows:
                seen = True
            elif not column.keys() <= known:
                return False
        if seen or any(subject.column in reader.unread for subject in self.columns):
            return True
        return {row for subject in self.columns for row in reader.column(subject.column)} == known

    def readings(self, current: Mapping[Oid, Column]) -> tuple[Reading, ...]:
        """What a poll has read, column by column."""
        if not self.rows:
            return ()
        values = read_columns(self.rows, [current.get(subject.column, _NOTHING) for subject in self.columns])
        others = (self.stand_ins.reading(current, self.label_of), self.slow, self.infos)
        return (Reading(self.block, values), *(reading for reading in others if reading is not None))


_NOTHING: Column = MappingProxyType({})


def _digest_of(cells: Column) -> int:
    """Octets have digests that nobody can aim at; numbers have not, and are taken by their digits."""
    values = tuple(cells.values())
    return hash((tuple(cells), values if {bytes}.issuperset(map(type, values)) else repr(values)))


async def _unhurried(rows: Sequence[Index]) -> AsyncIterator[Index]:
    """Each of them, with a turn for the loop now and then."""
    for number, row in enumerate(rows, 1):
        yield row
        if number % SLICE == 0:
            await asyncio.sleep(0)


def read_columns(rows: tuple[Index, ...], columns: Sequence[Column]) -> "array[float]":
    """All columns one after the other, each in the order of the rows. What is missing or no number is NaN."""
    values = array("d")
    for column in columns:
        if len(column) == len(rows) and _rows_of(column) == rows:
            start = len(values)
            cells = column.cells if isinstance(column, RowCells) else column.values()
            try:
                values.extend(cast(Iterable[float], cells))  # octets raise the TypeError
                continue
            except TypeError:
                del values[start:]
        values.extend([_number(column.get(row)) for row in rows])
    return values


def _rows_of(column: Column) -> tuple[Index, ...]:
    return column.rows if isinstance(column, RowCells) else tuple(column)


def _number(raw: SnmpValue | None) -> float:
    number = number_of(raw)
    return NAN if number is None else number
