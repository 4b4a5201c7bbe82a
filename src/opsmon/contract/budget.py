"""How many faults of a month are used up, how many there will be at this pace, and whether the limit is in danger.

Promises: counts are by the month in which a fault began, in the contract's zone; a fault that is not the contractor's
responsibility is left out for as long as the latest word says so. The limit is judged over all faults; where a milder
reading counts per device, its counts stand beside it and judge nothing.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from opsmon.contract.calendar import Calendar
from opsmon.contract.case import STARTS, Case, history_of
from opsmon.contract.limit import months_after
from opsmon.contract.text import Text
from opsmon.model.name import ClauseId, IncidentId

ALL = "all"  # the subject of the judged reading
SOON = timedelta(days=1)  # a pace is not told from less than this


@dataclass(frozen=True, slots=True)
class Budget:
    """At most `limit` faults a calendar month. `conditions` empty takes every incident; `per_device` shows the milder
    reading, a limit of each device for itself."""

    id: ClauseId
    source: str
    what: Text
    limit: int
    conditions: frozenset[str] = frozenset()
    per_device: bool = False
    interpretation: Text | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """One incident, as a budget sees it. `condition` empty is not known and counts."""

    incident: IncidentId
    device: str
    starts_at: datetime
    condition: str = ""
    excluded: bool = False


class BudgetState(StrEnum):
    IN_HAND = "in_hand"
    AT_RISK = "at_risk"  # the next fault costs, or the pace leads over the limit
    OVERSPENT = "overspent"


@dataclass(frozen=True, slots=True)
class BudgetUse:
    """One budget in one month for one subject. `month` is its first day; `forecast` what the pace leads to."""

    clause: ClauseId
    month: date
    subject: str
    used: int
    limit: int
    forecast: float
    state: BudgetState
    incidents: tuple[IncidentId, ...]

    @property
    def is_judged(self) -> bool:
        return self.subject == ALL


def fault_of(case: Case, device: str, condition: str = "") -> Fault | None:
    """The fault of one incident; None while no believable fact begins it."""
    history = history_of(case.facts, supposed=case.supposed)
    begun = history.first_of(tuple(sorted(STARTS)))
    if begun is None:
        return None
    return Fault(case.incident, device, begun[0], condition, history.excluded_at is not None)


def month_of(moment: datetime, calendar: Calendar) -> date:
    """The first day of the local month of a moment."""
    return calendar.local_date(moment).replace(day=1)


def months_of(faults: Iterable[Fault], calendar: Calendar) -> tuple[date, ...]:
    """The months in which faults began, in order."""
    return tuple(sorted({month_of(fault.starts_at, calendar) for fault in faults}))


def budget_uses(
    budget: Budget, faults: Iterable[Fault], month: date, now: datetime, calendar: Calendar
) -> tuple[BudgetUse, ...]:
    """The judged count of the month first, then that of each device with a fault, where the contract can be read so."""
    counted = [fault for fault in faults if _counts(budget, fault) and month_of(fault.starts_at, calendar) == month]
    counted.sort(key=lambda fault: (fault.starts_at, fault.incident))
    uses = [_use(budget, ALL, counted, month, now, calendar)]
    if budget.per_device:
        for device in sorted(Counter(fault.device for fault in counted)):
            own = [fault for fault in counted if fault.device == device]
            uses.append(_use(budget, device, own, month, now, calendar))
    return tuple(uses)


def _counts(budget: Budget, fault: Fault) -> bool:
    known = not budget.conditions or not fault.condition or fault.condition in budget.conditions
    return known and not fault.excluded


def _use(
    budget: Budget, subject: str, faults: list[Fault], month: date, now: datetime, calendar: Calendar
) -> BudgetUse:
    used = len(faults)
    forecast = _forecast(used, month, now, calendar)
    incidents = tuple(fault.incident for fault in faults)
    state = _state(used, forecast, budget.limit)
    return BudgetUse(budget.id, month, subject, used, budget.limit, forecast, state, incidents)


def _forecast(used: int, month: date, now: datetime, calendar: Calendar) -> float:
    """The count at the end of the month if faults keep coming as they did; never less than what has happened."""
    start, end = calendar.moment(month), calendar.moment(months_after(month, 1))
    gone = min(max(now - start, SOON), end - start)
    return used * ((end - start) / gone)


def _state(used: int, forecast: float, limit: int) -> BudgetState:
    if used > limit:
        return BudgetState.OVERSPENT
    # One fault alone shows no pace: on the second day of a month it would foretell fifteen.
    return BudgetState.AT_RISK if used == limit or (used > 1 and forecast > limit) else BudgetState.IN_HAND
