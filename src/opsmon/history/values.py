"""A ring of what was measured in the last 24 hours: of each series 288 times five minutes, with the least, the greatest
and the last value of each. What was not measured is NaN, and stays a gap. Lost with a restart.

Which series are kept is said where they are made: by a profile, or by a kind of check.
"""

import math
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from opsmon.model.event import DeviceRenamed, Event
from opsmon.model.name import DeviceName
from opsmon.model.sample import Sample, SeriesKey

SLOT_S, SLOTS = 300, 288
MAX_SERIES = 17_000  # of 3.7 kB each: 63 MB
MAX_OF_DEVICE = 200  # so that one device with thousands of sensors leaves room for the others
NAN = math.nan


@dataclass(frozen=True, slots=True)
class Curve:
    """The last day of one series, the oldest slot first; NaN where nothing was measured. `first` is the number of the
    first slot: five minutes each, counted from 1970."""

    key: SeriesKey
    first: int
    least: tuple[float, ...]
    greatest: tuple[float, ...]
    last: tuple[float, ...]

    @property
    def figures(self) -> tuple[tuple[float, ...], ...]:
        """The least, the greatest and the last of each slot."""
        return self.least, self.greatest, self.last

    def part(self, first: int, last: int) -> "Curve":
        """From the slot `first` to the slot `last`, both within the day and both included."""
        cut = slice(first - self.first, last - self.first + 1)
        return Curve(self.key, first, self.least[cut], self.greatest[cut], self.last[cut])


def slot_of(moment: datetime) -> int:
    """The number of the five minutes that a moment lies in."""
    return int(moment.timestamp()) // SLOT_S


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
        return Curve(key, first, columns[0], columns[1], columns[2])


@dataclass(slots=True)
class ValueHistory:
    """Takes every sample; keeps at most `limit` series. A new one beyond that waits until an old one has ended."""

    limit: int = MAX_SERIES
    _rings: dict[DeviceName, dict[SeriesKey, _Ring]] = field(default_factory=dict)
    _count: int = 0
    _swept: int = 0

    def __len__(self) -> int:
        return self._count

    def take(self, sample: Sample) -> None:
        """What a check has measured."""
        slot = slot_of(sample.at)
        for reading in sample.readings:
            for index in reading.block.charted:
                value = reading.values[index]
                if math.isfinite(value):
                    self._put(sample.device, reading.block.keys[index], slot, value)

    def hear(self, seq: int, events: Sequence[Event]) -> None:
        """What has just been journaled: the curves of a device go on under its new name."""
        for event in events:
            if isinstance(event, DeviceRenamed):
                old, new = self._rings.pop(event.formerly, {}), self._rings.get(event.device, {})
                self._count -= len(old.keys() & new.keys())
                if old or new:
                    self._rings[event.device] = old | new

    def _put(self, device: DeviceName, key: SeriesKey, slot: int, value: float) -> None:
        rings = self._rings.setdefault(device, {})
        ring = rings.get(key)
        if ring is None:
            if len(rings) >= MAX_OF_DEVICE or (self._count >= self.limit and not self._sweep(slot)):
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

    def curves(self, device: DeviceName, now: datetime, metric: str | None = None) -> Iterator[Curve]:
        """The curves of a device, or of one metric of it, that have a value within the last day."""
        slot = slot_of(now)
        for key, ring in sorted(self._rings.get(device, {}).items()):
            if ring.slot > slot - SLOTS and metric in (None, key.metric):
                yield ring.curve(key, slot)
