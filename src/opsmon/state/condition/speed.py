"""The speed of an interface, from the two objects that tell it and that agents fill differently from row to row.

RFC 2863: ifSpeed is in bit/s and 2³² - 1 where that is not enough, ifHighSpeed in millions of bit/s, rounded. Seen on
devices: ifHighSpeed 0 beside a good ifSpeed, or in bit/s or kbit/s; ifSpeed of a fast port left at a default or
overflowed; all ones in either for "not known".
"""

ALL_ONES = 2.0**32 - 1
MEGABIT = 1e6
_FASTEST_MBPS = 1e6  # a terabit: no port whose ifSpeed is not at its end is that fast
_IMPOSSIBLE_MBPS = 1e7
_OVERFLOW = 2.0**32


def link_speed(high_mbps: float | None, plain_bps: float | None) -> float | None:
    """The speed in bit/s by ifHighSpeed and ifSpeed; None where neither tells one."""
    high = high_mbps if high_mbps and 0 < high_mbps < ALL_ONES else None
    plain = plain_bps if plain_bps and 0 < plain_bps < ALL_ONES else None
    if high is None:
        return plain
    if plain is None:
        return high * MEGABIT if high < _IMPOSSIBLE_MBPS else high
    if _agree(high, plain):
        return plain
    if (high * MEGABIT) % _OVERFLOW == plain:
        return high * MEGABIT
    return plain if high >= _FASTEST_MBPS or high * 1e3 == plain else high * MEGABIT


def _agree(high_mbps: float, plain_bps: float) -> bool:
    """Whether one is the other rounded, or cut, to millions."""
    return abs(high_mbps * MEGABIT - plain_bps) < MEGABIT


def speeds_contradict(high_mbps: float | None, plain_bps: float | None) -> bool:
    """Whether both tell a speed, and not the same one."""
    if not (high_mbps and plain_bps and 0 < high_mbps < ALL_ONES and 0 < plain_bps < ALL_ONES):
        return False
    return not _agree(high_mbps, plain_bps) and (high_mbps * MEGABIT) % _OVERFLOW != plain_bps
