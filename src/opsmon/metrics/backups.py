"""When each device's configuration was last backed up well: `opsmon_backup_last_success_timestamp_seconds{device}`.

A device that never was has no line, so that `absent` and `time() - …` both say what is true.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from opsmon.model.name import DeviceName

NAME = "opsmon_backup_last_success_timestamp_seconds"
HELP = "When the configuration was last captured and proved, in seconds since 1970."


class Backups(Collector):
    """Asks for the times at each scrape."""

    def __init__(self, good_at: Callable[[], Mapping[DeviceName, datetime]]) -> None:
        self._good_at = good_at

    def collect(self) -> Iterable[Metric]:
        family = GaugeMetricFamily(NAME, HELP, labels=["device"])
        for device, at in sorted(self._good_at().items()):
            family.add_metric([device], at.timestamp())
        yield family
