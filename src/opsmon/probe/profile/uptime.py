"""How long an agent has been up, and whether it restarted, beyond the wrap of sysUpTime after 497 days.

sysUpTime counts hundredths of a second in 32 bits (RFC 3418). snmpEngineTime (RFC 3411, 5) counts seconds in 31 bits
since the same start, so it tells how often sysUpTime has wrapped; it is believed where both agree but for whole wraps,
for some agents start it anew without a restart, or never. hrSystemUptime (RFC 2790) is no help: it wraps as sysUpTime
does, and counts from the start of the host instead of the agent.
"""

from dataclasses import dataclass

WRAP_TICKS = 2**32
TICKS_PER_S = 100
# How far both may be apart: agents keep them in different places, and read them at different moments.
_APART_TICKS = 300 * TICKS_PER_S
_DRIFT = 0.01  # of an agent's clock, in the time between two polls
YOUNG_S = 900.0
# From here on snmpEngineTime is read at every poll: the wrap is near, or behind.
NEAR_WRAP_S = WRAP_TICKS / TICKS_PER_S - 2 * 86_400


@dataclass(frozen=True, slots=True)
class Uptime:
    """Ticks since the start, wraps included, and when that was read (seconds of a monotonic clock)."""

    ticks: int
    read_s: float

    @property
    def is_young(self) -> bool:
        """Whether an agent may still be filling its tables: drivers, line cards, stack members, subagents."""
        return self.ticks < YOUNG_S * TICKS_PER_S

    @property
    def is_near_wrap(self) -> bool:
        return self.ticks >= NEAR_WRAP_S * TICKS_PER_S


def uptime_of(ticks: int, engine_s: int | None, now_s: float, before: Uptime | None) -> Uptime:
    """The uptime by sysUpTime and snmpEngineTime, or by the wrap that was seen to happen since `before`."""
    if engine_s is not None:
        wraps, apart = divmod(engine_s * TICKS_PER_S - ticks + WRAP_TICKS // 2, WRAP_TICKS)
        if wraps >= 0 and abs(apart - WRAP_TICKS // 2) <= _APART_TICKS:
            return Uptime(ticks + wraps * WRAP_TICKS, now_s)
    if before is not None:
        expected = before.ticks + (now_s - before.read_s) * TICKS_PER_S
        wraps = round((expected - ticks) / WRAP_TICKS)
        near = _APART_TICKS + _DRIFT * (now_s - before.read_s) * TICKS_PER_S
        if wraps > 0 and abs(ticks + wraps * WRAP_TICKS - expected) <= near:
            return Uptime(ticks + wraps * WRAP_TICKS, now_s)
    return Uptime(ticks, now_s)


def has_restarted(before: Uptime | None, after: Uptime | None) -> bool:
    """Whether the uptime went back; where one is not known nothing is said."""
    return before is not None and after is not None and after.ticks < before.ticks
