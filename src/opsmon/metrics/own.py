"""What a page says of a device beside the numbers that checks brought: up, state, who it is, when it was last asked.

Nothing of it is kept from one scrape to the next: the lines of a device are longer than all else that is known of most
devices, and are made in some microseconds.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import compress

from opsmon.metrics.text import escape_label_value, format_value, series_prefix
from opsmon.model.device import Device
from opsmon.model.event import DeviceState
from opsmon.model.sample import Identity, Sample

LAST_CHECK = "opsmon_check_last_timestamp_seconds"
_ANSWERING = frozenset({DeviceState.UP, DeviceState.DEGRADED})
_SILENT = frozenset({DeviceState.DOWN, DeviceState.UNREACHABLE})


@dataclass(frozen=True, slots=True)
class DeviceReport:
    """What is known of one device at the moment of the scrape; `samples` holds the last one of each check, `limits` the
    lengths of time (s) that conditions go by."""

    device: Device
    state: DeviceState | None
    samples: tuple[Sample, ...] = ()
    identity: Identity | None = None
    limits: Mapping[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class DeviceLines:
    """What the own lines of a device are made of: `fresh` are the samples that still speak of the present, `instance`
    its name as a label's value, `up` whether it answers."""

    report: DeviceReport
    fresh: Sequence[Sample]
    instance: str
    up: bool | None

    def metrics(self) -> tuple[str, ...]:
        """Those that have a line, in the order of the page."""
        report = self.report
        return _metrics_of(
            self.up is not None,
            report.state is not None,
            bool(report.device.important),
            bool(report.limits),
            report.identity is not None,
            bool(self.fresh),
        )


@cache
def _metrics_of(up: bool, state: bool, important: bool, limits: bool, identity: bool, fresh: bool) -> tuple[str, ...]:
    told = (up, state, True, important, limits, identity, fresh)
    return tuple(compress(OWN_LINES, told))


def _up(own: DeviceLines) -> str:
    return f'opsmon_device_up{{instance="{own.instance}"}} {int(bool(own.up))}\n'


def _state(own: DeviceLines) -> str:
    """A line for each state there is."""
    return f'opsmon_device_state{{instance="{own.instance}",state="'.join(_STATE_TAILS[own.report.state])


_STATE_TAILS: Mapping[DeviceState | None, Sequence[str]] = {
    state: ["", *(f'{each.value}"}} {int(each is state)}\n' for each in DeviceState)] for state in (*DeviceState, None)
}


def _inventory(own: DeviceLines) -> str:
    device = own.report.device
    contract, service = device.contract or "", device.service or ""
    plain = f"{device.site}{contract}{service}{device.address}{device.title}"
    if not plain.isascii() or '"' in plain or "\\" in plain or "\n" in plain:
        return _line("opsmon_device_inventory_info", _inventory_labels(device), 1.0)
    return (
        f'opsmon_device_inventory_info{{instance="{own.instance}",site="{device.site}",kind="{device.kind.value}",'
        f'contract="{contract}",service="{service}",address="{device.address}",title="{device.title}"}} 1\n'
    )


def _important(own: DeviceLines) -> str:
    lines = [
        _line("opsmon_interface_important", (("instance", own.report.device.name), ("interface", interface)), 1.0)
        for interface in sorted(own.report.device.important)
    ]
    return "".join(lines)


def _limits(own: DeviceLines) -> str:
    lines = [
        _line("opsmon_device_limit_seconds", (("instance", own.report.device.name), ("limit", limit)), seconds)
        for limit, seconds in own.report.limits.items()
    ]
    return "".join(lines)


def _identity(own: DeviceLines) -> str:
    assert own.report.identity is not None  # noqa: S101  # else the device has no such metric
    return _line("opsmon_device_info", _identity_labels(own.report.device, own.report.identity), 1.0)


def _last_checks(own: DeviceLines) -> str:
    lines = [
        f'{LAST_CHECK}{{instance="{own.instance}",check="{escape_label_value(sample.check)}"}} '
        f"{format_value(round(sample.at.timestamp(), 3))}\n"
        for sample in own.fresh
    ]
    return "".join(lines)


OWN_LINES: Mapping[str, Callable[[DeviceLines], str]] = {
    "opsmon_device_up": _up,
    "opsmon_device_state": _state,
    "opsmon_device_inventory_info": _inventory,
    "opsmon_interface_important": _important,
    "opsmon_device_limit_seconds": _limits,
    "opsmon_device_info": _identity,
    LAST_CHECK: _last_checks,
}


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


def _line(metric: str, labels: Sequence[tuple[str, str]], value: float) -> str:
    return f"{series_prefix(metric, labels)}{format_value(value)}\n"


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
