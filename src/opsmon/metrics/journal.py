"""The head of the journal, for whoever keeps metrics elsewhere: a journal that is rewritten here disagrees with it."""

from collections.abc import Callable, Iterable

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

KEPT_S = 3_600.0  # a new value of the label is a new series: 24 a day are bearable


class JournalHead(Collector):
    """`read` gives the number of entries and the hash of the last one, `now` monotonic seconds."""

    def __init__(self, read: Callable[[], tuple[int, str]], now: Callable[[], float]) -> None:
        self._read, self._now = read, now
        self._shown: tuple[float, str] | None = None

    def collect(self) -> Iterable[Metric]:
        entries, head = self._read()
        if self._shown is None or self._now() - self._shown[0] >= KEPT_S:
            self._shown = self._now(), head
        yield GaugeMetricFamily("opsmon_journal_entries", "Entries of the journal.", value=entries)
        text = "A head of the journal of the last hour; always 1. `opsmon journal verify --against` takes it."
        family = GaugeMetricFamily("opsmon_journal_head_info", text, labels=["hash"])
        family.add_metric([self._shown[1]], 1)
        yield family
