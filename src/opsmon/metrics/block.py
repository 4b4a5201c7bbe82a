"""One block's share of a page: its names are turned into text once, and the numbers are poured in on every scrape.

A block is cut into segments, one for each metric, since a page must keep all lines of a metric together. Whole numbers
(nearly all of SNMP) and fractions have a template each; absent values (NaN) and infinities take the slow path.
"""

import math
from array import array
from collections.abc import Callable, Sequence
from itertools import compress
from operator import itemgetter
from weakref import WeakKeyDictionary

from opsmon.metrics.catalogue import exposed_name
from opsmon.metrics.text import format_value, series_prefix
from opsmon.model.name import CheckName, DeviceName
from opsmon.model.sample import SeriesBlock, SeriesKey

_LARGEST = 2.0**64  # whole numbers beyond are written with an exponent
Values = Sequence[float]


class Segment:
    """The lines of one metric of one device: `render` gives them with the numbers of `values`, the whole block's.

    Only one text is kept, with `%d` at the end of each line. A line break occurs nowhere else (labels escape theirs),
    so the other conversions are found from it.
    """

    __slots__ = ("_fractions", "_only", "_pick", "_wholes", "metric")

    def __init__(self, metric: str, prefixes: Sequence[str], places: Sequence[int]) -> None:
        self.metric = metric
        self._pick = _picker(places)
        self._only = places[0] if len(places) == 1 else None
        self._wholes = "".join(f"{prefix.replace('%', '%%')}%d\n" for prefix in prefixes)
        self._fractions: str | None = None

    def is_disjoint(self, other: "Segment") -> bool:
        """Whether the two hold no series in common."""
        return set(self._wholes.split("\n")[:-1]).isdisjoint(other._wholes.split("\n"))

    def render(self, block_values: "array[float]") -> str:
        """The lines, each with its end; "" where every value is absent."""
        if self._only is not None:
            return self._render_one(block_values[self._only])
        values = self._pick(block_values)
        if all(map(float.is_integer, values)) and min(values) >= -_LARGEST and max(values) <= _LARGEST:
            return self._wholes % tuple(values)
        if all(map(math.isfinite, values)):
            if self._fractions is None:
                self._fractions = self._wholes.replace(" %d\n", " %s\n")
            return self._fractions % tuple(map(format_value, values))
        return self._render_present(values)

    def _render_one(self, value: float) -> str:
        """The usual number of a check: most of its metrics have one series."""
        if value.is_integer() and -_LARGEST <= value <= _LARGEST:
            return self._wholes % int(value)
        if value != value:  # noqa: PLR0124 - NaN
            return ""
        if self._fractions is None:
            self._fractions = self._wholes.replace(" %d\n", " %s\n")
        return self._fractions % format_value(value)

    def _render_present(self, values: Values) -> str:
        present = [value == value for value in values]  # noqa: PLR0124 - the quickest test for NaN
        lines = "\n".join(compress(self._wholes.split("\n"), present)).replace(" %d\n", " %s\n")
        texts = tuple(map(format_value, compress(values, present)))
        return f"{lines.removesuffix('%d')}%s\n" % texts if texts else ""


def _picker(places: Sequence[int]) -> Callable[["array[float]"], Values]:
    """Takes a segment's values out of its block's; rows and columns of a table lie at even steps."""
    step = places[1] - places[0] if len(places) > 1 else 1
    if step > 0 and list(places) == list(range(places[0], places[-1] + 1, step)):
        return itemgetter(slice(places[0], places[-1] + 1, step))
    return itemgetter(*places)


class BlockTexts:
    """The segments of every block seen, kept as long as the block itself."""

    def __init__(self) -> None:
        self._known: WeakKeyDictionary[SeriesBlock, dict[tuple[DeviceName, CheckName], tuple[Segment, ...]]] = (
            WeakKeyDictionary()
        )
        self.made = 0  # how often names were turned into text

    def segments(self, device: DeviceName, check: CheckName, block: SeriesBlock) -> tuple[Segment, ...]:
        """A block may serve several devices (a ping's names are always the same), so each has its own text."""
        texts = self._known.get(block)
        if texts is None:
            texts = self._known[block] = {}
        known = texts.get((device, check))
        if known is None:
            self.made += 1
            known = texts[device, check] = cut_segments(device, check, block)
        return known

    def forget(self) -> None:
        """Drops everything, for when devices left the inventory."""
        self._known.clear()


def cut_segments(device: DeviceName, check: CheckName, block: SeriesBlock) -> tuple[Segment, ...]:
    """One segment for each metric of the block, in the order of first appearance."""
    places: dict[str, dict[str, int]] = {}
    names: dict[str, str] = {}
    for place, key in enumerate(block.keys):
        metric = names.get(key.metric) or names.setdefault(key.metric, exposed_name(key.metric))
        places.setdefault(metric, {}).setdefault(_prefix(metric, device, check, key), place)
    return tuple(Segment(metric, tuple(where), tuple(where.values())) for metric, where in places.items())


def _prefix(metric: str, device: DeviceName, check: CheckName, key: SeriesKey) -> str:
    labels = [("instance", str(device)), *(pair for pair in key.labels if pair[0] != "instance")]
    if _needs_check_label(metric, check, key):
        labels.append(("check", str(check)))
    return series_prefix(metric, labels)


def _needs_check_label(metric: str, check: CheckName, key: SeriesKey) -> bool:
    """Pings look as blackbox_exporter's; another check of the same device must be told apart from them."""
    return metric.startswith("probe_") and check != "icmp" and all(name != "check" for name, _ in key.labels)
