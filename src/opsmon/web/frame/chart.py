"""Charts as inline SVG: the states of a day as a strip, a series as a band with a line. Gaps stay gaps.

Numbers alone go into the pictures; every word is put in by a template, which escapes it.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from opsmon.history.states import KEPT, StateSpan
from opsmon.history.values import Curve
from opsmon.model.event import DeviceState

WIDTH = 1_440  # a unit a minute
HEIGHT = 100
_TONES: dict[DeviceState | None, str] = {
    None: "gone",
    DeviceState.UP: "up", DeviceState.DEGRADED: "warn", DeviceState.UNREACHABLE: "warn", DeviceState.DOWN: "bad",
    DeviceState.FLAPPING: "bad", DeviceState.MAINTENANCE: "kept", DeviceState.UNKNOWN: "none",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class StripPart:
    """One bar of the strip of states; the tops differ, so that colour is not all that tells them apart."""

    x: float
    width: float
    tone: str
    span: StateSpan

    @property
    def top(self) -> int:
        """How far below the strip's top it begins."""
        return {"warn": 8, "gone": 16}.get(self.tone, 0)

    @property
    def height(self) -> int:
        """How high it is: what nobody watched is a hollow bar half way up."""
        return {"warn": 32, "gone": 8}.get(self.tone, 40)


def strip_of(spans: Sequence[StateSpan], now: datetime) -> list[StripPart]:
    """The bars of a day; a short outage is as wide as can be seen."""
    start, minute = now - KEPT, KEPT.total_seconds() / WIDTH
    found = []
    for span in spans:
        x = (span.since - start).total_seconds() / minute
        width = (span.until - span.since).total_seconds() / minute
        found.append(StripPart(round(x, 1), round(max(width, 4.0), 1), _TONES[span.state], span))
    return found


def share_up(spans: Sequence[StateSpan]) -> float | None:
    """How much of the measured time the device was there, from 0 to 1; None where nothing was measured."""
    left_out = (None, DeviceState.UNKNOWN, DeviceState.MAINTENANCE)
    measured = [(one.state, (one.until - one.since).total_seconds()) for one in spans if one.state not in left_out]
    whole = sum(seconds for _, seconds in measured)
    up = sum(seconds for state, seconds in measured if state in (DeviceState.UP, DeviceState.DEGRADED))
    return up / whole if whole > 0 else None


@dataclass(frozen=True, slots=True)
class ChartPicture:
    """`line` and `band` are paths in a box of `slots` x HEIGHT."""

    slots: int
    line: str
    band: str
    low: float
    high: float
    last: float


def chart_of(curve: Curve) -> ChartPicture | None:
    """The picture of a curve; None where nothing was measured."""
    seen = [value for value in (*curve.least, *curve.greatest) if not math.isnan(value)]
    if not seen:
        return None
    low, high = min(seen), max(seen)
    margin = (high - low) * 0.08 or abs(high) * 0.05 or 1.0
    bottom, top = low - margin, high + margin
    runs = list(_runs(curve))
    line = "".join(_path([(slot, _y(curve.last[slot], bottom, top)) for slot in run]) for run in runs)
    band = "".join(_band(curve, run, bottom, top) for run in runs)
    last = next(value for value in reversed(curve.last) if not math.isnan(value))
    return ChartPicture(len(curve.last), line, band, low, high, last)


def _runs(curve: Curve) -> Iterator[list[int]]:
    """Slots that were measured without a break."""
    for is_seen, group in groupby(range(len(curve.last)), key=lambda slot: not math.isnan(curve.last[slot])):
        if is_seen:
            yield list(group)


def _y(value: float, bottom: float, top: float) -> float:
    return round(HEIGHT * (1 - (value - bottom) / (top - bottom)), 1)


def _path(points: Sequence[tuple[float, float]]) -> str:
    first, *rest = points
    if not rest:  # a lone value is a short stroke
        return f"M{first[0]} {first[1]}h1"
    return f"M{first[0]} {first[1]}" + "".join(f"L{x} {y}" for x, y in rest)


def _band(curve: Curve, run: Sequence[int], bottom: float, top: float) -> str:
    there = [(slot, _y(curve.greatest[slot], bottom, top)) for slot in run]
    back = [(slot, _y(curve.least[slot], bottom, top)) for slot in reversed(run)]
    return _path([*there, *back]) + "Z" if len(run) > 1 else ""
