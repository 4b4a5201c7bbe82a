"""How busy a link is, from two readings of its octet counters.

Promises: None instead of a wrong number. Handled: the wrap of a counter (RFC 2863 section 3.1.6), 32 bits that may have
wrapped more than once between two polls of a fast link, a restart of the agent (`sysUpTime` went back), a discontinuity
of the interface (`ifCounterDiscontinuityTime` changed), another ifIndex behind the same name, a counter that went back
for no reason, and an agent that gives a rate no link of that speed can carry. Refuses to guess a speed: 0 or absent
gives None.
"""

from dataclasses import dataclass
from datetime import datetime

# Agents refresh their counters every few seconds, so that a measured rate may exceed the line's for a moment.
_PLAUSIBLE = 2.0
# Two polls closer than this (a confirmation right after a regular one) divide noise by noise.
_MIN_S = 5.0
UPTIME_WRAP_S = 2.0**32 / 100
_UPTIME_APART_S = 60.0


@dataclass(frozen=True, slots=True)
class CounterReading:
    """The octet counters of one interface at one (steady) moment. `epoch` changes where they started anew."""

    at: datetime
    octets_in: float
    octets_out: float
    uptime_s: float | None
    epoch: tuple[str, int, float | None]  # ifIndex, the bits of its counters, ifCounterDiscontinuityTime


@dataclass(frozen=True, slots=True)
class Utilisation:
    """`ratio` of the busier direction, or None; `baseline` is the reading to compare the next one with."""

    ratio: float | None
    baseline: CounterReading


def measure_utilisation(
    before: CounterReading | None, after: CounterReading, speed_bps: float, counter_bits: int
) -> Utilisation:
    """The busier direction between two readings, as a ratio of the speed."""
    if before is None or _started_anew(before, after):
        return Utilisation(None, after)
    elapsed_s = (after.at - before.at).total_seconds()
    if elapsed_s < _MIN_S:
        return Utilisation(None, before)
    most = _PLAUSIBLE * speed_bps / 8 * elapsed_s
    grown = [
        _growth(before.octets_in, after.octets_in, counter_bits, most),
        _growth(before.octets_out, after.octets_out, counter_bits, most),
    ]
    known = [octets for octets in grown if octets is not None]
    blind = speed_bps / 8 * elapsed_s >= 2.0**counter_bits  # it may have wrapped more than once
    if len(known) < len(grown) or speed_bps <= 0 or blind:
        return Utilisation(None, after)
    return Utilisation(max(known) * 8 / elapsed_s / speed_bps, after)


def _started_anew(before: CounterReading, after: CounterReading) -> bool:
    restarted = before.uptime_s is not None and after.uptime_s is not None and after.uptime_s < before.uptime_s
    return (restarted and not _has_wrapped(before, after)) or before.epoch != after.epoch


def _has_wrapped(before: CounterReading, after: CounterReading) -> bool:
    """Whether the uptime went back because 32 bits of hundredths were full, after 497 days."""
    expected_s = (before.uptime_s or 0.0) + (after.at - before.at).total_seconds() - UPTIME_WRAP_S
    return abs((after.uptime_s or 0.0) - expected_s) <= _UPTIME_APART_S


def _growth(before: float, after: float, counter_bits: int, most: float) -> float | None:
    grown = after - before
    if grown < 0:
        grown += 2.0**counter_bits
    return grown if 0 <= grown <= most else None
