"""Labels of the series that every kind of check gives in blackbox_exporter's names."""

from array import array
from functools import lru_cache

from opsmon.model.name import CheckName
from opsmon.model.sample import Reading, SeriesBlock, SeriesKey

PING = CheckName("icmp")


def check_labels(check: CheckName) -> tuple[tuple[str, str], ...]:
    """None for the check called icmp, so that dashboards made for blackbox_exporter's pings fit; else `check`."""
    return () if check == PING else (("check", check),)


@lru_cache(maxsize=1024)
def _match_block(check: CheckName) -> SeriesBlock:
    return SeriesBlock((SeriesKey("probe_failed_due_to_regex", check_labels(check)),))


def match_reading(check: CheckName, *, failed: bool) -> Reading:
    """Whether the text that came back is why the check failed."""
    return Reading(_match_block(check), array("d", (failed,)))
