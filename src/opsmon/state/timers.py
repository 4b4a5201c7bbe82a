"""When each device (or anything else with a name) wants to be looked at next: a persistent priority queue (a leftist
heap) with one live entry a name.

Promises: `due` and `next_at` cost O(log n), and an old value stays valid after a new one was made from it. An entry may
fire early (a deadline that moved later is noticed when it fires), never late. Refuses to know what a deadline is for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

from immutables import Map

Name = TypeVar("Name", bound=str)


class _Node(NamedTuple, Generic[Name]):
    at: datetime
    name: Name
    rank: int
    left: _Node[Name] | None
    right: _Node[Name] | None


def _merge(one: _Node[Name] | None, other: _Node[Name] | None) -> _Node[Name] | None:
    if one is None or other is None:
        return one or other
    if other.at < one.at:
        one, other = other, one
    merged = _merge(one.right, other)
    left, right = one.left, merged
    if left is None or (right is not None and right.rank > left.rank):
        left, right = right, left
    return _Node(one.at, one.name, (right.rank if right else 0) + 1, left, right)


@dataclass(frozen=True, slots=True)
class Timers(Generic[Name]):
    """The deadlines. `live` holds the entry of each name that counts; others in the heap are dead."""

    heap: _Node[Name] | None = None
    live: Map[Name, datetime] = field(default_factory=Map)

    def set(self, name: Name, at: datetime | None) -> Timers[Name]:
        """Look at it at `at` at the latest; a later deadline than the one kept is found out when that fires."""
        if at is None:
            return self
        kept = self.live.get(name)
        if kept is not None and kept <= at:
            return self
        return Timers(_merge(self.heap, _Node(at, name, 1, None, None)), self.live.set(name, at))

    def drop(self, name: Name) -> Timers[Name]:
        """Forget one that is no more."""
        return Timers(self.heap, self.live.delete(name)) if name in self.live else self

    def next_at(self) -> datetime | None:
        """The earliest entry; it may belong to a deadline that has moved since."""
        return self.heap.at if self.heap else None

    def due(self, now: datetime) -> tuple[Timers[Name], tuple[Name, ...]]:
        """Take out what is due: what to look at, each once, in the order of their deadlines."""
        heap, live, found = self.heap, self.live, []
        while heap is not None and heap.at <= now:
            if live.get(heap.name) == heap.at:
                live = live.delete(heap.name)
                found.append(heap.name)
            heap = _merge(heap.left, heap.right)
        return Timers(heap, live), tuple(found)
