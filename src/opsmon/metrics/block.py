"""One block's share of a page: its names are turned into text once, and the numbers are poured in on every scrape.

A block is cut into segments, one for each metric, since a page must keep all lines of a metric together. Kept is what
stands behind the device's name on a line, which devices of one block have in common and the columns of one table, too:
of a table one text a row, whatever number of columns it has. A whole line is made while the page is written.
"""

import math
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from operator import itemgetter
from typing import Protocol
from weakref import WeakKeyDictionary

from opsmon.metrics.catalogue import exposed_name
from opsmon.metrics.text import escape_label_value, format_value
from opsmon.model.name import CheckName
from opsmon.model.sample import Labels, SeriesBlock, SeriesKey, TableBlock

_LARGEST = 2.0**64  # whole numbers beyond are written with an exponent
Values = Sequence[float]
Pick = Callable[["array[float]"], Values]


@dataclass(frozen=True, slots=True)
class Segment:
    """The lines of one metric, for any device. `tails` are what stands between the device's name and the number of each
    line; `pick` takes their numbers out of the whole block's. A segment of one line has `only`, the place of its
    number, beside it; one of more has the `%` of its tails written twice."""

    metric: str
    tails: Sequence[str]
    pick: Pick
    only: int | None = None

    def is_disjoint(self, other: "Segment") -> bool:
        """Whether the two hold no series in common."""
        return set(self.tails).isdisjoint(other.tails)

    def render(self, instance: str, block_values: "array[float]") -> str:
        """The lines, each with its end; "" where every value is absent. `instance` is escaped as a label's value."""
        if self.only is not None:
            return self._render_one(instance, block_values[self.only])
        values, head = self.pick(block_values), f'{self.metric}{{instance="{instance}"'
        if "%" in head:
            head = head.replace("%", "%%")
        if all(map(float.is_integer, values)) and min(values) >= -_LARGEST and max(values) <= _LARGEST:
            return f"{head}{f'%d{_NEXT}{head}'.join(self.tails)}%d\n" % tuple(map(int, values))
        return _lines_of_fractions(head, self.tails, values)

    def _render_one(self, instance: str, value: float) -> str:
        """The usual number of a check: most of its metrics have one series."""
        if value.is_integer() and -_LARGEST <= value <= _LARGEST:
            return f'{self.metric}{{instance="{instance}"{self.tails[0]}{int(value)}\n'
        if value != value:  # noqa: PLR0124 - NaN
            return ""
        return f'{self.metric}{{instance="{instance}"{self.tails[0]}{format_value(value)}\n'


_NEXT = "\n"


def _lines_of_fractions(head: str, tails: Sequence[str], values: Values) -> str:
    if not all(map(math.isfinite, values)):
        present = [value == value for value in values]  # noqa: PLR0124 - the quickest test for NaN
        tails, values = list(compress(tails, present)), list(compress(values, present))
    return "".join([f"{head}{tail}%s\n" for tail in tails]) % tuple(map(format_value, values))


class BlockText(Protocol):
    """What a block says on a page: `metrics` in the order of first appearance."""

    @property
    def metrics(self) -> Mapping[str, object]: ...

    def segment(self, metric: str) -> Segment: ...


class ListText:
    """The text of a block of any series."""

    __slots__ = ("metrics",)

    def __init__(self, check: CheckName, keys: Iterable[SeriesKey]) -> None:
        places: dict[str, dict[str, int]] = {}
        names: dict[str, str] = {}
        for place, key in enumerate(keys):
            metric = names.get(key.metric) or names.setdefault(key.metric, exposed_name(key.metric))
            places.setdefault(metric, {}).setdefault(_tail(_told_apart(metric, check, key.labels)), place)
        shared: dict[tuple[str, ...], tuple[str, ...]] = {}
        self.metrics = {metric: _segment(metric, where, shared) for metric, where in places.items()}

    def segment(self, metric: str) -> Segment:
        return self.metrics[metric]


def _segment(metric: str, where: Mapping[str, int], shared: dict[tuple[str, ...], tuple[str, ...]]) -> Segment:
    places = tuple(where.values())
    if len(places) == 1:
        return Segment(metric, tuple(where), _picker(places), places[0])
    tails = _doubled(where)
    return Segment(metric, shared.setdefault(tails, tails), _picker(places))


def _doubled(tails: Iterable[str]) -> tuple[str, ...]:
    return tuple([tail.replace("%", "%%") for tail in tails])


def _picker(places: Sequence[int]) -> Pick:
    """Takes a segment's values out of its block's; rows and columns of a table lie at even steps."""
    step = places[1] - places[0] if len(places) > 1 else 1
    if step > 0 and list(places) == list(range(places[0], places[-1] + 1, step)):
        return itemgetter(slice(places[0], places[-1] + 1, step))
    return itemgetter(*places)


class TableText:
    """The text of a table whose columns have the same labels: one for all of them."""

    __slots__ = ("_tails", "metrics")

    def __init__(self, metrics: Mapping[str, Pick], tails: tuple[str, ...]) -> None:
        self.metrics = metrics
        self._tails = tails

    def segment(self, metric: str) -> Segment:
        return Segment(metric, self._tails, self.metrics[metric])


class BlockTexts:
    """The texts of every block seen, kept as long as the block itself."""

    def __init__(self) -> None:
        self._known: WeakKeyDictionary[SeriesBlock, BlockText | dict[CheckName, BlockText]] = WeakKeyDictionary()
        self._columns: dict[tuple[tuple[str, ...], int], Mapping[str, Pick]] = {}
        self.made = 0  # how often names were turned into text

    def of(self, check: CheckName, block: SeriesBlock) -> BlockText:
        """One for all devices that share the block, and of what no probe says for all checks."""
        known = self._known.get(block)
        if known is None:
            return self._make(check, block)
        if not isinstance(known, dict):
            return known
        return known.get(check) or self._make(check, block)

    def _make(self, check: CheckName, block: SeriesBlock) -> BlockText:
        self.made += 1
        text: BlockText | None = self._table_text(block) if isinstance(block, TableBlock) else None
        if text is None:
            text = ListText(check, block.keys)
        if not any(map(_is_of_a_probe, text.metrics)):
            self._known[block] = text
        else:
            by_check = self._known.setdefault(block, {})
            assert isinstance(by_check, dict)  # noqa: S101  # what its metrics are does not change
            by_check[check] = text
        return text

    def _table_text(self, block: TableBlock) -> TableText | None:
        """None of a table whose columns do not share their text: two rows or columns of one name, or a probe's."""
        names = tuple(exposed_name(metric) for metric in block.metrics)
        tails = [_tail(labels) for labels in block.rows]
        is_even = len(set(names)) == len(names) and len(set(tails)) == len(tails) > 1
        if not is_even or any(map(_is_of_a_probe, names)):
            return None
        return TableText(self._columns_of(names, len(tails)), _doubled(tails))

    def _columns_of(self, names: tuple[str, ...], rows: int) -> Mapping[str, Pick]:
        """Where the values of each column are; the same for all tables of so many rows."""
        if len(self._columns) > _MAX_COLUMN_SETS:
            self._columns.clear()
        found = self._columns.get((names, rows))
        if found is None:
            picks = {name: _picker(range(at * rows, (at + 1) * rows)) for at, name in enumerate(names)}
            found = self._columns[names, rows] = picks
        return found


_MAX_COLUMN_SETS = 1024


def _told_apart(metric: str, check: CheckName, labels: Labels) -> Labels:
    """Pings look as blackbox_exporter's; another check of the same device must be told apart from them."""
    if _is_of_a_probe(metric) and check != "icmp" and all(name != "check" for name, _ in labels):
        return (*labels, ("check", str(check)))
    return labels


def _tail(labels: Labels) -> str:
    """What stands behind the device's name: the other labels, and the end of them."""
    return "".join(f',{name}="{escape_label_value(value)}"' for name, value in labels if name != "instance") + "} "


def _is_of_a_probe(metric: str) -> bool:
    return metric.startswith("probe_")
