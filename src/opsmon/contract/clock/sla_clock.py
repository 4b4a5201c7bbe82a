"""One clock of one clause on one incident, and what state it is in at a given moment.

Promises: a state is a function of the clock and the moment alone, so that a replay and the daemon agree. A target met
exactly at `due_at` is in time; the clock is breached from the first instant after it. Refuses to be breached without a
due time: a clock that only warns, or that nobody has told of, goes to at risk and no further.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from opsmon.contract.term import Mode, Target
from opsmon.errors import InvariantError
from opsmon.model.event import ClockState, ClockTimes
from opsmon.model.incident import FactType
from opsmon.model.name import ClauseId, ContractId, IncidentId
from opsmon.text.bilingual import NO_WORDS, Text

INSTANT = timedelta(microseconds=1)  # the finest step of our times


@dataclass(frozen=True, slots=True)
class SlaClock:
    """All times are aware UTC. A cancelled clock has no outcome: `met_at` and `cancelled_at` exclude each other.

    `over_at`: the fault was over then, and what has not come by then is no longer waited for. `counted_from` is the
    fact that started it (None: the breach of another clause). `variant` is the index of the clause's variant.
    `doubts` are the reasons why it is provisional.
    """

    incident: IncidentId
    contract: ContractId
    clause: ClauseId
    target: Target
    starts_at: datetime
    at_risk_at: datetime | None
    due_at: datetime | None
    strict_due_at: datetime | None
    met_at: datetime | None = None
    cancelled_at: datetime | None = None
    over_at: datetime | None = None
    mode: Mode = Mode.JUDGED
    doubts: tuple[Text, ...] = ()
    counted_from: FactType | None = None
    variant: int = 0
    risk_reason: Text = NO_WORDS

    @property
    def provisional(self) -> bool:
        return bool(self.doubts)

    @property
    def times(self) -> ClockTimes:
        return ClockTimes(
            self.starts_at, self.at_risk_at, self.due_at, self.strict_due_at, self.met_at, self.provisional
        )

    @property
    def judged_at(self) -> datetime | None:
        """The moment that judges; None where the clock only warns, or waits for a person to tell of the fault."""
        return None if self.mode is Mode.PROVISIONAL else self.due_at

    @property
    def effective_due_at(self) -> datetime | None:
        """When it is due; a clock that only warns is due by its stricter reading."""
        return self.due_at or self.strict_due_at

    @property
    def end_at(self) -> datetime:
        """The moment that judges or, for a clock that only warns, the one it warns of."""
        end = self.effective_due_at
        if end is None:
            raise InvariantError(f"{self.clause}: a clock with neither a due time nor a stricter one")
        return end


def state_at(clock: SlaClock, now: datetime) -> ClockState | None:
    """The state at `now`; None before the clock has begun."""
    if now < clock.starts_at:
        return None
    if clock.cancelled_at is not None and clock.cancelled_at <= now:
        return ClockState.CANCELLED
    if clock.met_at is not None and clock.met_at <= now:
        late = clock.judged_at is not None and clock.met_at > clock.judged_at
        return ClockState.MET_LATE if late else ClockState.MET
    if clock.judged_at is not None and now > clock.judged_at:
        return ClockState.BREACHED
    if clock.at_risk_at is not None and now >= clock.at_risk_at:
        return ClockState.AT_RISK
    return ClockState.RUNNING


def next_change_at(clock: SlaClock, after: datetime) -> datetime | None:
    """The next moment after `after` at which time alone changes the state; None when it never does."""
    end = clock.met_at
    if clock.cancelled_at is not None and (end is None or clock.cancelled_at < end):
        end = clock.cancelled_at
    found = end if end is not None and end > after else None
    if found is None and clock.cancelled_at is not None and clock.cancelled_at > after:
        return clock.cancelled_at  # what was met already is cancelled as well
    for at in (clock.starts_at, clock.at_risk_at, breach_at(clock)):
        if at is not None and at > after and (end is None or at < end) and (found is None or at < found):
            found = at
    return found


def breach_at(clock: SlaClock) -> datetime | None:
    """The first instant at which the clock is breached unless it is met before; None when it never is."""
    return clock.judged_at + INSTANT if clock.judged_at is not None else None


def overrun_at(clock: SlaClock, now: datetime) -> timedelta:
    """How far past its due time the clock has run, up to `now`, to what met it, or to the end of the fault."""
    if clock.judged_at is None or state_at(clock, now) in (None, ClockState.CANCELLED):
        return timedelta()
    end = min(at for at in (now, clock.met_at, clock.over_at) if at is not None)
    return max(timedelta(), end - clock.judged_at)
