"""The normalised metrics that a profile may give: the one label of each and its sane range.

A value outside the range is a mistake of the device (a sentinel, a wrong scale) and is absent, never reported. Units
are those in the names, types and help texts those of `opsmon.metrics.catalogue`. The names are fixed by the interface;
a profile that names another one is wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

# Raw integers that agents use for "I have no value", whatever the object: the largest and smallest of 64, 63, 32 and 31
# bits and what is left of them after a scale of ten.
_ENDS = frozenset({2**64 - 1, 2**63 - 1, -(2**63), 2**32 - 1, 2**31 - 1, -(2**31)})
NO_VALUE = _ENDS | {2**31 - 2, 2**32 - 2, -99999, 65535, 655350, 32767, -32768}


@dataclass(frozen=True, slots=True)
class MetricRule:
    """What every series of one metric keeps to. `unlabelled` names the only thing of a device.

    `likely` is where a value nearly always lies: of several scales the one that leads there is taken. `chart`: it is a
    level that people look at as a curve, and is kept for one unless a profile says otherwise.
    """

    label: str | None = None
    unlabelled: str = ""
    low: float = 0.0
    high: float = float("inf")
    sentinels: frozenset[float] = NO_VALUE
    likely: tuple[float, float] | None = None
    chart: bool = False

    def holds(self, value: float) -> bool:
        """Whether a device can have such a value. NaN is not one."""
        return self.low <= value <= self.high


# From a sagging 100 V to two phases of 480 V; a mains that is gone is below, and is told by the first scale.
MAINS_VOLTS = (80.0, 500.0)
COUNTABLE = _ENDS

METRICS: Mapping[str, MetricRule] = MappingProxyType(
    {
        "device_uptime_seconds": MetricRule(sentinels=frozenset()),
        "device_cpu_ratio": MetricRule("cpu", "cpu", high=1.0, chart=True),
        "device_memory_used_ratio": MetricRule("pool", "memory", high=1.0, chart=True),
        "device_temperature_celsius": MetricRule(
            "sensor", "system", low=-40.0, high=150.0, sentinels=NO_VALUE | {0}, chart=True
        ),
        "device_fan_ok": MetricRule("fan", "fan", high=1.0),
        "device_psu_ok": MetricRule("psu", "psu", high=1.0),
        "ups_on_battery": MetricRule(high=1.0),
        "ups_battery_charge_ratio": MetricRule(high=1.0, chart=True),
        "ups_runtime_remaining_seconds": MetricRule(high=30 * 86400.0, chart=True),
        "ups_load_ratio": MetricRule("phase", "1", high=2.0, chart=True),
        "ups_input_volts": MetricRule("phase", "1", high=700.0, likely=MAINS_VOLTS, chart=True),
        "ups_output_volts": MetricRule("phase", "1", high=700.0, likely=MAINS_VOLTS),
        "ups_battery_temperature_celsius": MetricRule(low=-30.0, high=100.0, sentinels=NO_VALUE | {0}, chart=True),
        "ups_battery_replace": MetricRule(high=1.0),
        "env_temperature_celsius": MetricRule("sensor", "room", low=-45.0, high=120.0, chart=True),
        "env_humidity_ratio": MetricRule("sensor", "room", high=1.0, chart=True),
        "nvr_disk_ok": MetricRule("disk", "disk", high=1.0),
        "nvr_channel_online": MetricRule("channel", "1", high=1.0),
        "wlc_aps": MetricRule(sentinels=COUNTABLE),
        "wlc_aps_up": MetricRule(sentinels=COUNTABLE, chart=True),
        "wlc_clients": MetricRule(sentinels=COUNTABLE, chart=True),
        "storage_volume_used_ratio": MetricRule("volume", "volume", high=1.0, chart=True),
        "storage_disk_ok": MetricRule("disk", "disk", high=1.0),
        "storage_pool_ok": MetricRule("pool", "pool", high=1.0),
        "printer_waste_space_ratio": MetricRule("supply", "waste", high=1.0),
        "printer_supply_ratio": MetricRule("supply", "supply", high=1.0, chart=True),
        "firewall_sessions": MetricRule(sentinels=COUNTABLE, chart=True),
    }
)
