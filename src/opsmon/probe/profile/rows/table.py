"""Tables given column by column under their own names: the interfaces. The hot path of the whole daemon.

The columns of a poll go straight into one array('d'): as long as the rows are those of last time, no name is built and
no row is looked at by itself. The labels are read again now and then, and at once when the rows change.
"""

import asyncio
from array import array
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import cast

from opsmon.model.sample import Reading, SeriesBlock, SeriesKey
from opsmon.probe.profile.definition.convert import NAN
from opsmon.probe.profile.definition.profile import MibObject, TableColumns
from opsmon.probe.profile.reader import Reader
from opsmon.probe.profile.rows.info import info_columns, info_reading
from opsmon.probe.profile.rows.stand_in import StandIns
from opsmon.probe.profile.text import clean_text, number_of, raw_text
from opsmon.protocol.snmp.session import Index, Oid, SnmpValue

Column = Mapping[Index, SnmpValue]
Labels = tuple[tuple[str, str], ...]
# Chassis of ten thousand interfaces there are; of more a poll would not be through in time.
MAX_TABLE_ROWS = 16_384
SLICE = 1_024  # rows or series between two turns of the loop


class TableShape:
    """The rows, columns and labels of one table of one device, as last seen; gives the block of its series.

    Of more rows than MAX_TABLE_ROWS those that the inventory marks (`important`) are kept first; `left_out` counts the
    rest. What could not be read stays as it was: absence proves nothing then.
    """

    def __init__(self, table: TableColumns, important: Collection[str] = ()) -> None:
        self.table = table
        self.rows: tuple[Index, ...] = ()
        self.columns: tuple[MibObject, ...] = ()
        self.block = SeriesBlock(())
        self.slow: Reading | None = None
        self.infos: Reading | None = None
        self.left_out = 0
        self.stand_ins = StandIns(table)
        self._important = frozenset(important)
        self._labels: dict[Index, Labels] = {}
        self._told_by: tuple[tuple[str, ...], tuple[Column, ...]] = ((), ())

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
        cells = tuple(reader.column(subject.column) for _, subject in self.table.labels if subject is not None)
        rows = self._rows(reader)
        told_by = (tuple(subject.name for subject in self.columns), cells)
        if rows != self.rows or told_by != self._told_by:
            labels = {row: self._labels_of(reader, row) async for row in _unhurried(rows)}
            block = await _kept(self.block, told_by[0], tuple(labels.values()))
            # all at once: who is cut off before leaves the old rows with their own block
            self.rows, self._told_by, self._labels, self.block = rows, told_by, labels, block
        await self._take_slow(reader)
        self.infos = info_reading(self.table, reader, self.rows, self.labels, self.infos)
        self.stand_ins.take(reader, self.rows, self.columns)

    @property
    def labels(self) -> Sequence[Labels]:
        return tuple(self._labels.values())

    def label_of(self, row: Index) -> Labels:
        return self._labels.get(row, ())

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

    def unmatched(self) -> frozenset[str]:
        """The names of `important` that no row has."""
        if not self._important:
            return self._important
        return self._important.difference(*(self._names(labels) for labels in self._labels.values()))

    async def _take_slow(self, reader: Reader) -> None:
        slow = [subject for subject in self.table.slow if reader.column(subject.column)]
        if not slow:
            self.slow = None
            return
        block = await _kept(self.slow.block if self.slow else None, [subject.name for subject in slow], self.labels)
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
        before = dict(self._labels.get(row, ()))
        return tuple(
            (label, ".".join(map(str, row)) if subject is None else _label(reader, subject, row, before.get(label, "")))
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
            if tuple(column) == self.rows:
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
        others = (self.stand_ins.reading(current, self._labels), self.slow, self.infos)
        return (Reading(self.block, values), *(reading for reading in others if reading is not None))


_NOTHING: Column = MappingProxyType({})


def _label(reader: Reader, subject: MibObject, row: Index, before: str) -> str:
    """The text of a label, or what it was when its column could not be read."""
    raw = reader.column(subject.column).get(row)
    return before if raw is None and subject.column in reader.unread else clean_text(raw_text(raw))


async def _kept(before: SeriesBlock | None, names: Sequence[str], labels: Sequence[Labels]) -> SeriesBlock:
    keys: list[SeriesKey] = []
    is_same = before is not None and len(before.keys) == len(names) * len(labels)
    for name in names:
        for start in range(0, len(labels), SLICE):
            more = [SeriesKey(name, label) for label in labels[start : start + SLICE]]
            is_same = is_same and before is not None and list(before.keys[len(keys) : len(keys) + len(more)]) == more
            keys += more
            await asyncio.sleep(0)
    return before if before is not None and is_same else SeriesBlock(tuple(keys))


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
        if len(column) == len(rows) and tuple(column) == rows:
            start = len(values)
            try:
                values.extend(cast(Iterable[float], column.values()))  # octets raise the TypeError
                continue
            except TypeError:
                del values[start:]
        values.extend([_number(column.get(row)) for row in rows])
    return values


def _number(raw: SnmpValue | None) -> float:
    number = number_of(raw)
    return NAN if number is None else number
