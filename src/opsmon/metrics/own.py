"""What a page says of a device beside the numbers that checks brought: up, state, who it is, when it was last asked."""

from collections.abc import Iterator, Mapping, Sequence

from opsmon.metrics.text import format_value, series_prefix
from opsmon.model.device import Device
from opsmon.model.event import DeviceState
from opsmon.model.sample import Identity, Sample

_ANSWERING = frozenset({DeviceState.UP, DeviceState.DEGRADED})
_SILENT = frozenset({DeviceState.DOWN, DeviceState.UNREACHABLE})


def own_lines(
    device: Device,
    state: DeviceState | None,
    samples: Sequence[Sample],
    identity: Identity | None,
    limits: Mapping[str, float],
) -> Iterator[tuple[str, str]]:
    """Pairs of metric name and finished line."""
    up = is_up(state, samples)
    if up is not None:
        yield _line("opsmon_device_up", (("instance", device.name),), float(up))
    for known in DeviceState if state is not None else ():
        labels = (("instance", device.name), ("state", known.value))
        yield _line("opsmon_device_state", labels, float(known is state))
    yield _line("opsmon_device_inventory_info", _inventory_labels(device), 1.0)
    for interface in sorted(device.important):
        yield _line("opsmon_interface_important", (("instance", device.name), ("interface", interface)), 1.0)
    for limit, seconds in limits.items():
        yield _line("opsmon_device_limit_seconds", (("instance", device.name), ("limit", limit)), seconds)
    if identity is not None:
        yield _line("opsmon_device_info", _identity_labels(device, identity), 1.0)
    for sample in samples:
        labels = (("instance", device.name), ("check", str(sample.check)))
        yield _line("opsmon_check_last_timestamp_seconds", labels, round(sample.at.timestamp(), 3))


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


def _line(metric: str, labels: Sequence[tuple[str, str]], value: float) -> tuple[str, str]:
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
