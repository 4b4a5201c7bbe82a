"""Time for measuring durations, from a wall clock that people set.

The room is handed wall times only. A clock that goes back must not freeze it, one that jumps ahead must not make
everything old at once. So durations run on steady time = wall time - skew, and a jump goes into the skew:
 - a time before the last one seen is a clock set back: steady time stands still for that step;
 - a gap longer than the policy allows is a clock set ahead, or a machine that slept: nobody watched, nothing aged;
 - a jump that the loop itself noticed (wall against monotonic clock) is told with `clock_stepped` and taken out.
A jump ahead that nobody noticed and that is shorter than the gap can make a device UNKNOWN for one period; it can
declare nothing down, because that takes failed measurements, which time alone never makes.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from opsmon.state.fleet import FleetState

_NO_TIME = timedelta()


def skew_at(fleet: FleetState, now: datetime) -> timedelta:
    """The skew when the wall shows `now`; steady time, `now` minus it, never goes back from one input to the next."""
    if fleet.last_seen is None:
        return fleet.skew
    elapsed = now - fleet.last_seen
    jumped = elapsed < _NO_TIME or elapsed.total_seconds() > fleet.plan.policy.longest_gap_s
    return fleet.skew + elapsed if jumped else fleet.skew


def wall_of(fleet: FleetState, steady: datetime) -> datetime:
    """When the wall clock will show it, if it does not jump again."""
    return steady + fleet.skew


def clock_stepped(fleet: FleetState, by: timedelta) -> FleetState:
    """The wall clock jumped by `by` (ahead is positive) since the last input: take it out of all durations."""
    last_seen = fleet.last_seen + by if fleet.last_seen else None
    return replace(fleet, last_seen=last_seen, skew=fleet.skew + by)
