"""When a check is due: a grid of its own, shifted by a jitter that is the same after every restart. Pure.

Times are seconds on the monotonic clock. `epoch_s` is the start of the scheduler; a check of period P runs at
epoch + jitter × P, and then every P.
"""

import hashlib
import math

from opsmon.model.name import CheckName, DeviceName

SPREAD_PER_CHECK_S = 0.03  # a small fleet has its first sweep soon; from 2,000 checks a minute on it takes the minute


def jitter_of(device: DeviceName, check: CheckName) -> float:
    """A number in [0, 1) that only depends on the names, evenly spread over them."""
    digest = hashlib.blake2b(f"{device}\0{check}".encode(), digest_size=6).digest()
    return int.from_bytes(digest, "big") / 2**48


def first_due_s(now_s: float, jitter: float, period_s: float, checks: int) -> float:
    """The first run: soon for a small fleet, spread over the whole period for a large one."""
    return now_s + jitter * min(period_s, max(1.0, checks * SPREAD_PER_CHECK_S))


def next_due_s(epoch_s: float, jitter: float, period_s: float, after_s: float) -> float:
    """The first moment of the check's grid that is at least half a period after `after_s`."""
    origin_s = epoch_s + jitter * period_s
    steps = math.ceil((after_s + period_s / 2 - origin_s) / period_s)
    return origin_s + max(steps, 0) * period_s
