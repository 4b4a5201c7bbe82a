"""The series that every check has, in blackbox_exporter's names."""

from functools import lru_cache

from opsmon.model.name import CheckName
from opsmon.model.sample import SeriesBlock, SeriesKey
from opsmon.probe.address_hash import address_hash
from opsmon.probe.kind.labels import check_labels

COMMON = (
    "probe_success",
    "probe_duration_seconds",
    "probe_timeout_seconds",
    "probe_ip_protocol",
    "probe_ip_addr_hash",
    "probe_dns_lookup_time_seconds",
)


@lru_cache(maxsize=1024)
def common_block(check: CheckName) -> SeriesBlock:
    """One for all checks of a name."""
    labels = check_labels(check)
    return SeriesBlock(tuple(SeriesKey(name, labels) for name in COMMON))


def way_to(address: str) -> tuple[float, float]:
    """The version of IP and the hash of a numeric address."""
    return 6.0 if ":" in address else 4.0, address_hash(address)
