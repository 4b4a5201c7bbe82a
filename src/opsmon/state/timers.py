"""When each device wants to be looked at next: a persistent priority queue (a leftist heap), one live entry a device.

Promises: `due` and `next_at` cost O(log n), and an old value stays valid after a new one was made from it. An entry may
fire early (a deadline that moved later is noticed when it fires), never late. Refuses to know what a deadline is for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from immutables import Map

from opsmon.model.name import DeviceName


class _Node(NamedTuple):
    at: datetime
    device: DeviceName
    rank: int
    left: _Node | None
    right: _Node | None


def _merge(one: _Node | None, other: _Node | None) -> _Node | None:
    if one is None or other is None:
        return one or other
    if other.at < one.at:
        one, other = other, one
    merged = _merge(one.right, other)
    left, right = one.left, merged
    if left is None or (right is not None and right.rank > left.rank):
        left, right = right, left
    return _Node(one.at, one.device, (right.rank if right else 0) + 1, left, right)


@dataclass(frozen=True, slots=True)
class Timers:
    """The deadlines of a fleet. `live` holds the entry of each device that counts; others in the heap are dead."""

    heap: _Node | None = None
    live: Map[DeviceName, datetime] = field(default_factory=Map)

    def set(self, device: DeviceName, at: datetime | None) -> Timers:
        """Look at the device at `at` at the latest; a later deadline than the one kept is found out when that fires."""
        if at is None:
            return self
        kept = self.live.get(device)
        if kept is not None and kept <= at:
            return self
        return Timers(_merge(self.heap, _Node(at, device, 1, None, None)), self.live.set(device, at))

    def drop(self, device: DeviceName) -> Timers:
        """Forget a device that is no more."""
        return Timers(self.heap, self.live.delete(device)) if device in self.live else self

    def next_at(self) -> datetime | None:
        """The earliest entry; it may belong to a deadline that has moved since."""
        return self.heap.at if self.heap else None

    def due(self, now: datetime) -> tuple[Timers, tuple[DeviceName, ...]]:
        """Take out what is due: the devices to look at, each once, in the order of their deadlines."""
        heap, live, found = self.heap, self.live, []
        while heap is not None and heap.at <= now:
            if live.get(heap.device) == heap.at:
                live = live.delete(heap.device)
                found.append(heap.device)
            heap = _merge(heap.left, heap.right)
        return Timers(heap, live), tuple(found)
