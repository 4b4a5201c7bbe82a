"""When each device (or anything else with a name) wants to be looked at next: a persistent priority queue (a leftist
heap) with one live entry a name.

Promises: `due` and `next_at` cost O(log n), and an old value stays valid after a new one was made from it. An entry may
fire early (a deadline that moved later is noticed when it fires), never late. Refuses to know what a deadline is for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
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


def _split(heap: _Node[Name], now: datetime) -> tuple[list[_Node[Name]], _Node[Name] | None]:
    """The entries up to `now`, and a heap of those after it."""
    fired, rest, waiting = list[_Node[Name]](), list[_Node[Name]](), [heap]
    while waiting:
        node = waiting.pop()
        if node.at > now:
            rest.append(node)
            continue
        fired.append(node)
        waiting += [child for child in (node.right, node.left) if child is not None]
    while len(rest) > 1:
        rest = [_merge(*rest[n : n + 2]) or rest[n] for n in range(0, len(rest) - 1, 2)] + rest[len(rest) & ~1 :]
    return fired, rest[0] if rest else None


def _heap_of(entries: list[tuple[datetime, Name]]) -> _Node[Name] | None:
    """A heap of many entries at once: in the order of their moments they are a complete tree, which is leftist."""
    nodes: list[_Node[Name] | None] = [None] * (2 * len(entries) + 1)
    ordered = sorted(entries, key=itemgetter(0))
    for place in range(len(ordered) - 1, -1, -1):
        at, name = ordered[place]
        left, right = nodes[2 * place + 1], nodes[2 * place + 2]
        nodes[place] = _Node(at, name, (right.rank if right else 0) + 1, left, right)
    return nodes[0]


def _moment(node: _Node[Name]) -> datetime:
    return node.at


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

    def set_all(self, deadlines: Iterable[tuple[Name, datetime]]) -> Timers[Name]:
        """As `set` one after the other, at a fraction of the cost where they are many."""
        live, new = self.live.mutate(), []
        for name, at in deadlines:
            kept = live.get(name)
            if kept is None or at < kept:
                live[name] = at
                new.append((at, name))
        return Timers(_merge(self.heap, _heap_of(new)), live.finish()) if new else self

    def drop(self, name: Name) -> Timers[Name]:
        """Forget one that is no more."""
        return Timers(self.heap, self.live.delete(name)) if name in self.live else self

    def next_at(self) -> datetime | None:
        """The earliest entry; it may belong to a deadline that has moved since."""
        return self.heap.at if self.heap else None

    def due(self, now: datetime) -> tuple[Timers[Name], tuple[Name, ...]]:
        """Take out what is due: what to look at, each once, in the order of their deadlines."""
        rest, taken = self.take(now)
        return rest, tuple(name for name, _ in taken)

    def take(self, until: datetime) -> tuple[Timers[Name], tuple[tuple[Name, datetime], ...]]:
        """Take out the entries up to a moment, each with its own, in their order."""
        if self.heap is None or self.heap.at > until:
            return self, ()
        fired, rest = _split(self.heap, until)
        live, found = self.live.mutate(), []
        for node in sorted(fired, key=_moment):
            if live.get(node.name) == node.at:
                del live[node.name]
                found.append((node.name, node.at))
        return Timers(rest, live.finish()), tuple(found)
