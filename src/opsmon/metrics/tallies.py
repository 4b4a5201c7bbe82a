"""Counters that the rooms keep as plain numbers, shown as Prometheus counters and gauges."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

Number = int | float


@dataclass(frozen=True, slots=True)
class Tally:
    """`read` gives a number or, with `label`, one for each of its values."""

    name: str
    text: str
    read: Callable[[], Number | Mapping[str, Number]]
    label: str = ""


class Tallies(Collector):
    """`gauges` may go down as well; the others only count up."""

    def __init__(self, *counters: Tally, gauges: tuple[Tally, ...] = ()) -> None:
        self._counters, self._gauges = counters, gauges

    def collect(self) -> Iterable[Metric]:
        for tally in self._counters:
            family = CounterMetricFamily(tally.name, tally.text, labels=[tally.label] if tally.label else [])
            yield _filled(family, tally)
        for tally in self._gauges:
            yield _filled(GaugeMetricFamily(tally.name, tally.text, labels=[tally.label] if tally.label else []), tally)


def _filled(family: CounterMetricFamily | GaugeMetricFamily, tally: Tally) -> CounterMetricFamily | GaugeMetricFamily:
    found = tally.read()
    for value, number in sorted(found.items()) if isinstance(found, Mapping) else (("", found),):
        family.add_metric([value] if tally.label else [], number)
    return family
