"""Entries by the moment at which they are due, in slots: what is due within one step comes out together. Pure.

Promises: an entry never comes out before its moment and at most one step after it, if it is asked for; putting one in
costs the same however many there are. Within a batch the order is that of the slots, then that of putting in.
"""

import heapq
import math
from typing import Generic, TypeVar

Item = TypeVar("Item")
_ROUNDING = 1e-6  # of a slot: a moment on the edge of a slot is in it, whatever its last binary digit says


class Wheel(Generic[Item]):
    """Moments are seconds on any one clock."""

    def __init__(self, step_s: float) -> None:
        self._step_s = step_s
        self._slots: dict[int, list[tuple[float, Item]]] = {}
        self._numbers: list[int] = []  # a heap of the slots that hold anything

    def put(self, due_s: float, item: Item) -> None:
        number = math.ceil(due_s / self._step_s - _ROUNDING)
        slot = self._slots.get(number)
        if slot is None:
            slot = self._slots[number] = []
            heapq.heappush(self._numbers, number)
        slot.append((due_s, item))

    def next_s(self) -> float | None:
        """When the next batch is due; None when nothing waits."""
        return self._numbers[0] * self._step_s if self._numbers else None

    def take(self, now_s: float) -> list[tuple[float, Item]]:
        """Everything in the slots that are over, each with its moment."""
        taken: list[tuple[float, Item]] = []
        last = math.floor(now_s / self._step_s + _ROUNDING)
        while self._numbers and self._numbers[0] <= last:
            taken += self._slots.pop(heapq.heappop(self._numbers))
        return taken
