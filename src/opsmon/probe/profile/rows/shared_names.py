"""The names of series, held once for all devices that have the same: two switches of one model differ in what people
wrote as ifAlias, and in nothing else.

Labels are held by column: each column of texts is one object, whatever number of devices has it. What no device has any
more is gone; nothing is kept for its own sake.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import overload
from weakref import WeakValueDictionary

from opsmon.model.sample import Labels, SeriesBlock, SeriesKey, TableBlock


class LabelColumn:
    """The texts of one label, from the first row of a table to its last."""

    __slots__ = ("__weakref__", "texts")

    def __init__(self, texts: tuple[str, ...]) -> None:
        self.texts = texts


class LabelTable(Sequence[Labels]):
    """The labels of a table's rows; those of one row are put together when somebody asks for them."""

    __slots__ = ("__weakref__", "_columns", "_names", "_size")

    def __init__(self, names: tuple[str, ...], columns: tuple[LabelColumn, ...], size: int) -> None:
        self._names = names
        self._columns = columns
        self._size = size

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, at: int) -> Labels: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Labels]: ...
    def __getitem__(self, at: int | slice) -> Labels | Sequence[Labels]:
        if isinstance(at, slice):
            return list(self)[at]
        place = range(self._size)[at]
        return tuple([(name, column.texts[place]) for name, column in zip(self._names, self._columns, strict=True)])

    def __iter__(self) -> Iterator[Labels]:
        if not self._columns:
            return iter([()] * self._size)
        texts = zip(*(column.texts for column in self._columns), strict=True)
        return (tuple(zip(self._names, row, strict=True)) for row in texts)


class SharedNames:
    """Gives the one object that there is for some names."""

    def __init__(self) -> None:
        self._columns: WeakValueDictionary[tuple[str, ...], LabelColumn] = WeakValueDictionary()
        self._tables: WeakValueDictionary[tuple[tuple[str, ...], tuple[LabelColumn, ...], int], LabelTable] = (
            WeakValueDictionary()
        )
        self._table_blocks: WeakValueDictionary[tuple[tuple[str, ...], LabelTable], TableBlock] = WeakValueDictionary()
        self._blocks: WeakValueDictionary[tuple[tuple[SeriesKey, ...], tuple[int, ...]], SeriesBlock] = (
            WeakValueDictionary()
        )

    def label_table(self, names: tuple[str, ...], columns: Iterable[tuple[str, ...]], size: int) -> LabelTable:
        """`columns` are the texts of each label in `names`, of `size` rows."""
        held = tuple(self._column(texts) for texts in columns)
        known = self._tables.get((names, held, size))
        if known is None:
            known = self._tables[names, held, size] = LabelTable(names, held, size)
        return known

    def _column(self, texts: tuple[str, ...]) -> LabelColumn:
        known = self._columns.get(texts)
        if known is None:
            known = self._columns[texts] = LabelColumn(texts)
        return known

    def table_block(self, metrics: tuple[str, ...], labels: LabelTable) -> TableBlock:
        """The block of a table; `labels` was given by `label_table`."""
        known = self._table_blocks.get((metrics, labels))
        if known is None:
            known = self._table_blocks[metrics, labels] = TableBlock(metrics, labels)
        return known

    def block(self, keys: tuple[SeriesKey, ...], charted: tuple[int, ...] = ()) -> SeriesBlock:
        """The block of any series."""
        known = self._blocks.get((keys, charted))
        if known is None:
            known = self._blocks[keys, charted] = SeriesBlock(keys, charted)
        return known
