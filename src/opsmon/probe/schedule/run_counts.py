"""What became of many runs: outcomes, how long they took, how late they began, in one list of numbers.

Adding a run costs three additions; sums and differences of such lists are what tables, windows of time and metrics are
made of. Lengths of time are sorted into fixed buckets, so that a share of all runs (the 99th hundredth, say) can
be told of any window without keeping the runs. Pure.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from itertools import accumulate
from operator import add, sub
from typing import Self

from opsmon.model.sample import Outcome

# Upper bounds in seconds: three for each power of ten, from a ping in a rack on; from a second on a tenth of one above
# the usual time-outs: runs that timed out take some milliseconds more, and would be told as half of the next bucket.
DURATION_BOUNDS_S = (
    0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.1, 2.1, 3.1, 5.1, 10.1, 15.1, 20.1,
    30.1, 45.1, 60.1,
)  # fmt: skip
# Runs that are due within a tenth of a second begin together: this much, and a little for the way, is no lateness.
LATENESS_BOUNDS_S = (0.01, 0.02, 0.05, 0.11, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
OUTCOMES = tuple(Outcome)
_PLACES: Mapping[Outcome, int] = {outcome: place for place, outcome in enumerate(OUTCOMES)}
_DURATION = len(OUTCOMES)
_LATENESS = _DURATION + 1
_SKIPPED = _LATENESS + 1
_DURATIONS = _SKIPPED + 1
_LATENESSES = _DURATIONS + len(DURATION_BOUNDS_S) + 1
_SIZE = _LATENESSES + len(LATENESS_BOUNDS_S) + 1


class RunCounts:
    """Counts since the start, or of a window: one minus an earlier one."""

    __slots__ = ("_values",)

    def __init__(self, values: Iterable[float] | None = None) -> None:
        self._values: list[float] = [0] * _SIZE if values is None else list(values)

    def note_run(self, outcome: Outcome, duration_s: float) -> None:
        values = self._values
        values[_PLACES[outcome]] += 1
        values[_DURATION] += duration_s
        values[_DURATIONS + bisect_left(DURATION_BOUNDS_S, duration_s)] += 1

    def note_lateness(self, late_s: float) -> None:
        values = self._values
        values[_LATENESS] += late_s
        values[_LATENESSES + bisect_left(LATENESS_BOUNDS_S, late_s)] += 1

    def note_skipped(self) -> None:
        self._values[_SKIPPED] += 1

    def __add__(self, other: Self) -> Self:
        return type(self)(map(add, self._values, other._values))

    def __sub__(self, earlier: Self) -> Self:
        return type(self)(map(sub, self._values, earlier._values))

    def copy(self) -> Self:
        return type(self)(self._values)

    @property
    def outcomes(self) -> dict[Outcome, int]:
        """How many runs ended how; each outcome is there."""
        return {outcome: int(self._values[place]) for place, outcome in enumerate(OUTCOMES)}

    @property
    def runs(self) -> int:
        return int(sum(self._values[:_DURATION]))

    @property
    def skipped(self) -> int:
        """Runs that did not begin because the one before was not over."""
        return int(self._values[_SKIPPED])

    @property
    def started(self) -> int:
        return int(sum(self._values[_LATENESSES:]))

    @property
    def duration_sum_s(self) -> float:
        return self._values[_DURATION]

    @property
    def lateness_sum_s(self) -> float:
        return self._values[_LATENESS]

    @property
    def mean_duration_s(self) -> float | None:
        return self.duration_sum_s / self.runs if self.runs else None

    @property
    def durations(self) -> tuple[int, ...]:
        """How many runs took up to each of DURATION_BOUNDS_S and more than the one before; the last, longer ones."""
        return tuple(map(int, self._values[_DURATIONS:_LATENESSES]))

    @property
    def latenesses(self) -> tuple[int, ...]:
        """The same of LATENESS_BOUNDS_S."""
        return tuple(map(int, self._values[_LATENESSES:]))

    def duration_s(self, share: float) -> float | None:
        """Within how many seconds this share (0 to 1) of the runs was over; None where there was none."""
        return quantile(DURATION_BOUNDS_S, self.durations, share)

    def lateness_s(self, share: float) -> float | None:
        """The same of how late runs began."""
        return quantile(LATENESS_BOUNDS_S, self.latenesses, share)


def total_of(counts: Iterable[RunCounts]) -> RunCounts:
    """All of them together."""
    total = RunCounts()
    for one in counts:
        total += one
    return total


def quantile(bounds: tuple[float, ...], buckets: tuple[int, ...], share: float) -> float | None:
    """Where a share of the counted lies, evenly spread within its bucket; what lies beyond the last bound is told as
    that bound. None where nothing was counted."""
    total = sum(buckets)
    if not total:
        return None
    wanted = share * total
    reached = list(accumulate(buckets))
    place = next(place for place, count in enumerate(reached) if count >= wanted and buckets[place])
    if place == len(bounds):
        return bounds[-1]
    low = bounds[place - 1] if place else 0.0
    inside = (wanted - (reached[place] - buckets[place])) / buckets[place]
    return low + (bounds[place] - low) * max(0.0, min(inside, 1.0))
