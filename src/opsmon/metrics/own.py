"""What a page says of a device beside the numbers that checks brought: up, state, who it is, when it was last asked.

Little of it changes from one scrape to the next, so the finished lines are kept as long as what they say.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from opsmon.metrics.text import format_value, series_prefix
from opsmon.model.device import Device
from opsmon.model.event import DeviceState
from opsmon.model.name import CheckName, DeviceName
from opsmon.model.sample import Identity, Sample

LAST_CHECK = "opsmon_check_last_timestamp_seconds"
_ANSWERING = frozenset({DeviceState.UP, DeviceState.DEGRADED})
_SILENT = frozenset({DeviceState.DOWN, DeviceState.UNREACHABLE})
Line = tuple[str, str]  # metric name and finished line


@dataclass(frozen=True, slots=True)
class DeviceReport:
    """What is known of one device at the moment of the scrape; `samples` holds the last one of each check, `limits` the
    lengths of time (s) that conditions go by."""

    device: Device
    state: DeviceState | None
    samples: tuple[Sample, ...] = ()
    identity: Identity | None = None
    limits: Mapping[str, float] = field(default_factory=dict)


class OwnTexts:
    """The finished lines of every device."""

    def __init__(self) -> None:
        self._known: dict[DeviceName, tuple[DeviceReport, bool | None, tuple[Line, ...]]] = {}
        self._prefixes: dict[tuple[DeviceName, CheckName], str] = {}

    def lines(self, report: DeviceReport, fresh: Sequence[Sample]) -> Iterator[Line]:
        """The lines of a device; `fresh` are the samples that still speak of the present."""
        up = is_up(report.state, fresh)
        known = self._known.get(report.device.name)
        if known is None or known[1] is not up or not _says_the_same(known[0], report):
            known = self._known[report.device.name] = (report, up, tuple(standing_lines(report, up)))
        yield from known[2]
        for sample in fresh:
            key = (sample.device, sample.check)
            prefix = self._prefixes.get(key)
            if prefix is None:
                labels = (("instance", sample.device), ("check", sample.check))
                prefix = self._prefixes[key] = series_prefix(LAST_CHECK, labels)
            yield LAST_CHECK, f"{prefix}{format_value(round(sample.at.timestamp(), 3))}\n"

    def forget(self) -> None:
        """Drops everything, for when devices left the inventory."""
        self._known.clear()
        self._prefixes.clear()


def _says_the_same(known: DeviceReport, report: DeviceReport) -> bool:
    return (
        known.device is report.device
        and known.state is report.state
        and known.identity is report.identity
        and known.limits == report.limits
    )


def standing_lines(report: DeviceReport, up: bool | None) -> Iterator[Line]:
    """The lines that stay as long as the device's state, identity and place in the inventory do."""
    device = report.device
    if up is not None:
        yield _line("opsmon_device_up", (("instance", device.name),), float(up))
    for known in DeviceState if report.state is not None else ():
        labels = (("instance", device.name), ("state", known.value))
        yield _line("opsmon_device_state", labels, float(known is report.state))
    yield _line("opsmon_device_inventory_info", _inventory_labels(device), 1.0)
    for interface in sorted(device.important):
        yield _line("opsmon_interface_important", (("instance", device.name), ("interface", interface)), 1.0)
    for limit, seconds in report.limits.items():
        yield _line("opsmon_device_limit_seconds", (("instance", device.name), ("limit", limit)), seconds)
    if report.identity is not None:
        yield _line("opsmon_device_info", _identity_labels(device, report.identity), 1.0)


def is_up(state: DeviceState | None, samples: Sequence[Sample]) -> bool | None:
    """None while nothing can be said. Flapping and maintenance hide what a device does, so there its checks tell."""
    if state in _ANSWERING:
        return True
    if state in _SILENT:
        return False
    measured = [sample for sample in samples if sample.outcome.measured]
    if state in (None, DeviceState.UNKNOWN) or not measured:
        return None
    return any(sample.outcome.reached for sample in measured)


def _line(metric: str, labels: Sequence[tuple[str, str]], value: float) -> Line:
    return metric, f"{series_prefix(metric, labels)}{format_value(value)}\n"


def _inventory_labels(device: Device) -> tuple[tuple[str, str], ...]:
    return (
        ("instance", device.name),
        ("site", device.site),
        ("kind", device.kind.value),
        ("contract", device.contract or ""),
        ("service", device.service or ""),
        ("address", device.address),
        ("title", device.title),
    )


def _identity_labels(device: Device, identity: Identity) -> tuple[tuple[str, str], ...]:
    return (
        ("instance", device.name),
        ("vendor", identity.vendor),
        ("model", identity.model),
        ("serial", identity.serial),
        ("software", identity.software),
    )
