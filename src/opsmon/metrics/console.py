"""Where the console is, so that dashboards elsewhere lead to it without being told."""

from collections.abc import Iterable

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector


class ConsoleAddress(Collector):
    """`url` has no slash at its end."""

    def __init__(self, url: str) -> None:
        self._url = url

    def collect(self) -> Iterable[Metric]:
        text = "The address of the console, as people's browsers reach it; always 1."
        family = GaugeMetricFamily("opsmon_console_info", text, labels=["url"])
        family.add_metric([self._url], 1)
        yield family
