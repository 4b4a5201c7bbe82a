"""A table of the screen: its columns, which of them a width has room for, its rows sorted and filtered. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len

from opsmon.text.bilingual import Text

Row = Mapping[str, Any]
Show = Callable[[Row, str], str]  # in a language
GAP = 2


@dataclass(frozen=True, slots=True)
class TopColumn:
    """`key` is its name for `--sort`, `show` what stands in a cell and `order` what it is sorted by, from the greatest
    where `falls`. A width that is too small leaves out those of the highest `rank` first. `grows`: it takes the width
    that is left."""

    key: str
    heading: Text
    width: int
    show: Show
    order: Callable[[Row], Any]
    rank: int = 1
    falls: bool = True
    is_text: bool = False
    grows: bool = False
    style: Callable[[Row], str] = lambda row: ""

    def least(self, language: str) -> int:
        """What it needs: its heading, with a mark beside it where it is sorted by."""
        return max(self.width, cell_len(self.heading.in_(language)) + 1)


@dataclass(frozen=True, slots=True)
class TopTable:
    """One table. `rows` takes them from the document, `named` what a filter is held against."""

    key: str
    letter: str
    title: Text
    columns: tuple[TopColumn, ...]
    rows: Callable[[Row], Sequence[Row]]
    sorted_by: str
    named: Callable[[Row], str]
    empty: Text

    def column(self, key: str) -> TopColumn:
        """By its name; the one that it is sorted by at first where there is none of that name."""
        known = {column.key: column for column in self.columns}
        return known.get(key) or known[self.sorted_by]


def columns_for(table: TopTable, width: int, language: str) -> tuple[TopColumn, ...]:
    """As many as there is room for, in their order; the first is always there. Where one has none, those after it are
    left out as well: half of the outcomes would mislead."""
    chosen, used = {table.columns[0].key}, table.columns[0].least(language)
    for column in sorted(table.columns[1:], key=lambda one: one.rank):
        needed = GAP + column.least(language)
        if used + needed > width:
            break
        chosen.add(column.key)
        used += needed
    return tuple(column for column in table.columns if column.key in chosen)


def widths_of(columns: Sequence[TopColumn], width: int, language: str) -> tuple[int, ...]:
    """Of each column; what is left goes to those that grow, in equal parts."""
    least = [column.least(language) for column in columns]
    growing = [place for place, column in enumerate(columns) if column.grows]
    left = max(width - sum(least) - GAP * (len(columns) - 1), 0)
    for place in growing:
        least[place] += left // len(growing)
    return tuple(least)


def chosen_rows(table: TopTable, document: Row, sort: str, reverse: bool, wanted: str) -> list[Row]:
    """Sorted by a column; those of whose name the filter is a part, in whatever case."""
    column, part = table.column(sort), wanted.casefold()
    rows = [row for row in table.rows(document) if part in table.named(row).casefold()]
    return sorted(rows, key=lambda row: _comparable(column.order(row)), reverse=column.falls != reverse)


def _comparable(value: Any) -> tuple[bool, Any]:
    """What is not known is less than anything."""
    return (False, 0) if value is None else (True, value)
