"""Counters that the rooms keep as plain numbers, shown as Prometheus counters and gauges."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

Number = int | float
Values = Number | Mapping[str, Number] | Mapping[tuple[str, ...], Number]


@dataclass(frozen=True, slots=True)
class Tally:
    """`read` gives a number or, with `label`, one for each of its values; with several labels, for each tuple of
    theirs."""

    name: str
    text: str
    read: Callable[[], Values]
    label: str | tuple[str, ...] = ""

    @property
    def labels(self) -> tuple[str, ...]:
        return self.label if isinstance(self.label, tuple) else (self.label,) if self.label else ()


class Tallies(Collector):
    """`gauges` may go down as well; the others only count up."""

    def __init__(self, *counters: Tally, gauges: tuple[Tally, ...] = ()) -> None:
        self._counters, self._gauges = counters, gauges

    def collect(self) -> Iterable[Metric]:
        for tally in self._counters:
            family = CounterMetricFamily(tally.name, tally.text, labels=tally.labels)
            yield _filled(family, tally)
        for tally in self._gauges:
            yield _filled(GaugeMetricFamily(tally.name, tally.text, labels=tally.labels), tally)


def _filled(family: CounterMetricFamily | GaugeMetricFamily, tally: Tally) -> CounterMetricFamily | GaugeMetricFamily:
    found = tally.read()
    if not isinstance(found, Mapping):
        family.add_metric([], found)
        return family
    for value, number in sorted(found.items()):
        family.add_metric(value if isinstance(value, tuple) else (value,), number)
    return family
