"""What a page goes by at one moment: its incident, its plan, who is meant, and why nobody may be to be called. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from opsmon.incident.incident import Incident
from opsmon.model.name import ChannelName, PersonId, SilenceId
from opsmon.model.page import PauseReason
from opsmon.oncall.plan import EscalationPlan, PageTarget


@dataclass(frozen=True, slots=True)
class Pause:
    """Why nobody is to be called now."""

    reason: PauseReason
    until: datetime | None = None
    silence: SilenceId | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """What a page goes by at `now`.

    `sequence` is the number of the incident's last message. `people_of` says who is meant by targets now, `reaches`
    whether one of the channels reaches anybody of them. `auto_wait` is what a step waits where the plan leaves it open.
    `next_risk_at` is when the next of its open clocks comes to be at risk, `is_clocked`: one is open.
    `clocks_are_silenced`: people are not told of its clocks either. `watched_since` is when the daemon began to look.
    """

    now: datetime
    incident: Incident
    plan: EscalationPlan | None
    sequence: int
    people_of: Callable[[Sequence[PageTarget], str], tuple[PersonId, ...]]
    reaches: Callable[[Sequence[PersonId], Sequence[ChannelName]], bool]
    auto_wait: timedelta
    next_risk_at: datetime | None = None
    is_clocked: bool = False
    pause: Pause | None = None
    clocks_are_silenced: bool = False
    watched_since: datetime | None = None
    passed_from: tuple[PersonId, ...] = ()
