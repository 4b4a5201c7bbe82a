"""When a notice goes another way: its channel is down, asks for too long a wait, or has not taken it in time."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from opsmon.notify.kind.packing import WaitingNotice
from opsmon.notify.notice import Notice, Urgency

EMERGENCY_WAIT_S = 10.0
WAIT_S = 60.0


class Hindrance(StrEnum):
    """Why a channel did not take a notice."""

    DOWN = "down"
    THROTTLED = "throttled"
    LATE = "late"
    REFUSED = "refused"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class ChannelHealth:
    """`down`: nothing goes until somebody mends something, or the far end does not answer; `blocked_s` is how much
    longer it wants to be left alone."""

    down: bool = False
    blocked_s: float = 0.0


def patience_s(notice: Notice) -> float:
    """How long a notice may wait for its channel before another is tried."""
    return EMERGENCY_WAIT_S if notice.urgency is Urgency.EMERGENCY or notice.emergency else WAIT_S


def hindrance_of(waiting: WaitingNotice, health: ChannelHealth, now: datetime) -> Hindrance | None:
    """Why the notice should go another way now; None while its channel may still take it in time."""
    if health.down:
        return Hindrance.DOWN
    limit_s = patience_s(waiting.notice)
    if health.blocked_s > limit_s:
        return Hindrance.THROTTLED
    return Hindrance.LATE if (now - waiting.created_at).total_seconds() > limit_s else None


def seconds_of_patience(waiting: WaitingNotice, now: datetime) -> float:
    """Until the notice is late; not below 0."""
    return max(0.0, patience_s(waiting.notice) - (now - waiting.created_at).total_seconds())
