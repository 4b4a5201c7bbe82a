"""How late checks begin, from the times at which pings left. Pure.

A check of period P belongs on a grid of its own. Where the grid lies is told by the earliest of its pings; how far the
others lie behind it is their lateness. What every ping of a device is late alike is not seen by it.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise


def lateness_s(times_s: Sequence[float], period_s: float) -> list[float]:
    """Of each ping of one device, in seconds. Beside half a period the nearer point of the grid counts."""
    if not times_s:
        return []
    origin_s = times_s[0]
    offsets = [(at_s - origin_s + period_s / 2) % period_s - period_s / 2 for at_s in times_s]
    return [offset - min(offsets) for offset in offsets]


def longest_gap_s(times_s: Sequence[float]) -> float:
    """The longest time between two pings that follow each other."""
    return max((later - earlier for earlier, later in pairwise(times_s)), default=0.0)


def percentile(values: Iterable[float], share: float) -> float:
    """The least value that `share` of all do not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def all_lateness_s(times_of: Mapping[str, Sequence[float]], period_s: float) -> list[float]:
    """Of every device that was asked by its period alone: after a lost answer it is asked again, off the grid."""
    by_period = (times_s for times_s in times_of.values() if not _asked_between(times_s, period_s))
    return [late_s for times_s in by_period for late_s in lateness_s(times_s, period_s)]


def _asked_between(times_s: Sequence[float], period_s: float) -> bool:
    return any(later - earlier < period_s / 2 for earlier, later in pairwise(times_s))
