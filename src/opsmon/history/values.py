"""A ring of what was measured in the last 24 hours: of each series 288 times five minutes, with the least, the greatest
and the last value of each. What was not measured is NaN, and stays a gap. Lost with a restart.
"""

import math
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from opsmon.model.name import DeviceName
from opsmon.model.sample import Sample, SeriesBlock, SeriesKey

SLOT_S, SLOTS = 300, 288
MAX_SERIES = 18_000  # of 3.5 kB each: 62 MB
# Those that a person looks at as a curve, by name: levels, not counters nor states.
CHARTED = frozenset(
    {
        "probe_icmp_duration_seconds", "device_cpu_ratio", "device_memory_used_ratio", "device_temperature_celsius",
        "ups_battery_charge_ratio", "ups_runtime_remaining_seconds", "ups_load_ratio", "ups_input_volts",
        "ups_battery_temperature_celsius", "env_temperature_celsius", "env_humidity_ratio", "wlc_aps_up", "wlc_clients",
        "storage_volume_used_ratio", "printer_supply_ratio", "firewall_sessions",
    }
)  # fmt: skip
_PHASES = {"", "rtt", "1"}
NAN = math.nan


@dataclass(frozen=True, slots=True)
class Curve:
    """The last day of one series, the oldest slot first; NaN where nothing was measured."""

    key: SeriesKey
    least: tuple[float, ...]
    greatest: tuple[float, ...]
    last: tuple[float, ...]


@dataclass(slots=True)
class _Ring:
    slot: int
    values: "array[float]" = field(default_factory=lambda: array("f", [NAN]) * (3 * SLOTS))

    def put(self, slot: int, value: float) -> None:
        if slot > self.slot:
            for passed in range(max(self.slot + 1, slot - SLOTS + 1), slot + 1):
                place = passed % SLOTS * 3
                self.values[place] = self.values[place + 1] = self.values[place + 2] = NAN
            self.slot = slot
        elif slot <= self.slot - SLOTS:
            return
        place = slot % SLOTS * 3
        least, greatest = self.values[place], self.values[place + 1]
        self.values[place] = value if math.isnan(least) else min(least, value)
        self.values[place + 1] = value if math.isnan(greatest) else max(greatest, value)
        self.values[place + 2] = value

    def curve(self, key: SeriesKey, now_slot: int) -> Curve:
        first = now_slot - SLOTS + 1
        places = [
            slot % SLOTS * 3 if self.slot - SLOTS < slot <= self.slot else None for slot in range(first, now_slot + 1)
        ]
        columns = [tuple(NAN if p is None else self.values[p + part] for p in places) for part in range(3)]
        return Curve(key, columns[0], columns[1], columns[2])


@dataclass(slots=True)
class ValueHistory:
    """Takes every sample; keeps at most `limit` series. A new one beyond that waits until an old one has ended."""

    limit: int = MAX_SERIES
    _rings: dict[DeviceName, dict[SeriesKey, _Ring]] = field(default_factory=dict)
    _charted: dict[int, tuple[SeriesBlock, tuple[int, ...]]] = field(default_factory=dict)
    _count: int = 0
    _swept: int = 0

    def __len__(self) -> int:
        return self._count

    def take(self, sample: Sample) -> None:
        """What a check has measured."""
        slot = int(sample.at.timestamp()) // SLOT_S
        for reading in sample.readings:
            for index in self._indices(reading.block):
                value = reading.values[index]
                if math.isfinite(value):
                    self._put(sample.device, reading.block.keys[index], slot, value)

    def _indices(self, block: SeriesBlock) -> tuple[int, ...]:
        """Which series of a block are kept. A block lives as long as its device keeps its shape."""
        known = self._charted.get(id(block))
        if known is None or known[0] is not block:
            if len(self._charted) > self.limit:
                self._charted.clear()
            known = self._charted[id(block)] = block, tuple(i for i, key in enumerate(block.keys) if is_charted(key))
        return known[1]

    def _put(self, device: DeviceName, key: SeriesKey, slot: int, value: float) -> None:
        rings = self._rings.setdefault(device, {})
        ring = rings.get(key)
        if ring is None:
            if self._count >= self.limit and not self._sweep(slot):
                return
            ring = self._rings.setdefault(device, rings)[key] = _Ring(slot)
            self._count += 1
        ring.put(slot, value)

    def _sweep(self, now_slot: int) -> bool:
        """Lets go of series of which a day tells nothing, once a slot; whether there is room now."""
        if self._swept == now_slot:
            return False
        self._swept = now_slot
        for device, rings in list(self._rings.items()):
            for key in [key for key, ring in rings.items() if ring.slot <= now_slot - SLOTS]:
                del rings[key]
                self._count -= 1
            if not rings:
                del self._rings[device]
        return self._count < self.limit

    def curves(self, device: DeviceName, now: datetime) -> Iterator[Curve]:
        """The curves of a device that have a value within the last day."""
        slot = int(now.timestamp()) // SLOT_S
        for key, ring in sorted(self._rings.get(device, {}).items()):
            if ring.slot > slot - SLOTS:
                yield ring.curve(key, slot)


def is_charted(key: SeriesKey) -> bool:
    """Whether a series is kept: of a ping the whole way and none of its phases, of the mains one phase."""
    labels = dict(key.labels)
    return key.metric in CHARTED and labels.get("phase", "") in _PHASES
