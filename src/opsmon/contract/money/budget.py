"""How many faults of a month are used up, how many there will be at this pace, and whether the limit is in danger.

Promises: counts are by the month in which a fault began, in the contract's zone; a fault that is not the contractor's
responsibility is left out for as long as the latest word says so. The limit is judged over the faults that the budget
selects; a stricter reading (more kinds of devices) and a milder one (each device by itself) stand beside it, warn, and
judge nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from opsmon.contract.calendar.calendar import Calendar
from opsmon.contract.calendar.limit import months_after
from opsmon.contract.clock.case import Case, history_of
from opsmon.contract.term import IncidentSelector
from opsmon.model.device import Kind
from opsmon.model.incident import Fact, FactType, Severity, exclusion_of, standing_facts
from opsmon.model.name import ClauseId, IncidentId
from opsmon.text.bilingual import Text

ALL = "all"  # the subject of the judged reading
SOON = timedelta(days=1)  # a pace is not told from less than this


@dataclass(frozen=True, slots=True)
class WiderCount:
    """The stricter reading of a budget: what it counts, and its name for people. No selector takes every fault."""

    what: Text
    applies: tuple[IncidentSelector, ...] = ()


@dataclass(frozen=True, slots=True)
class Budget:
    """At most `limit` faults a calendar month. `applies` empty takes every incident, `conditions` empty every
    condition; `wider` is the stricter reading, `per_device` shows the milder one, a limit of each device for itself."""

    id: ClauseId
    source: str
    what: Text
    limit: int
    conditions: frozenset[str] = frozenset()
    per_device: bool = False
    interpretation: Text | None = None
    applies: tuple[IncidentSelector, ...] = ()
    wider: WiderCount | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """One incident, as a budget sees it. `condition` empty and `kind` None are not known and count. `excluded` is of
    the whole fault, `freed` the single rows from which it was excluded."""

    incident: IncidentId
    device: str
    starts_at: datetime
    condition: str = ""
    excluded: bool = False
    kind: Kind | None = None
    service: str | None = None
    severity: Severity = Severity.ORDINARY
    labels: Mapping[str, str] = field(default_factory=dict)
    freed: frozenset[ClauseId] = frozenset()


class BudgetReading(StrEnum):
    """Which reading of a budget a count belongs to."""

    JUDGED = "judged"
    STRICT = "strict"  # counts more: it warns
    MILD = "mild"  # counts less: it comforts


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
    reading: BudgetReading = BudgetReading.JUDGED

    @property
    def is_judged(self) -> bool:
        return self.reading is BudgetReading.JUDGED


def fault_of(case: Case, device: str, condition: str = "") -> Fault | None:
    """The fault of one incident; None while no believable fact begins it."""
    history = history_of(case.facts, hypothetical=case.hypothetical)
    begun = history.begun_at
    if begun is None:
        return None
    judgements = [fact for fact in standing_facts(case.facts) if fact.note.strip()]  # without a reason it is none
    return Fault(
        incident=case.incident,
        device=device,
        starts_at=begun,
        condition=condition,
        excluded=exclusion_of(judgements) is not None,
        kind=case.kind,
        service=case.service,
        severity=case.severity,
        labels=case.labels,
        freed=_freed(judgements),
    )


def _freed(judgements: list[Fact]) -> frozenset[ClauseId]:
    """The rows that an exclusion names, and that no later word takes back."""
    named = {row for fact in judgements if fact.type is FactType.EXCLUDED for row in fact.clauses}
    return frozenset(row for row in named if exclusion_of(judgements, row) is not None)


def month_of(moment: datetime, calendar: Calendar) -> date:
    """The first day of the local month of a moment."""
    return calendar.local_date(moment).replace(day=1)


def month_due(due: datetime, calendar: Calendar) -> date:
    """The first day of the month that a limit ends in: 24:00 of its last day is not the next month."""
    return month_of(due - timedelta(microseconds=1), calendar)


def months_of(faults: Iterable[Fault], calendar: Calendar) -> tuple[date, ...]:
    """The months in which faults began, in order."""
    return tuple(sorted({month_of(fault.starts_at, calendar) for fault in faults}))


def budget_uses(
    budget: Budget, faults: Iterable[Fault], month: date, now: datetime, calendar: Calendar
) -> tuple[BudgetUse, ...]:
    """The judged count of the month first, then the stricter one where it counts more, then that of each device with a
    fault where the contract can be read so."""
    counted = [fault for fault in faults if _counts(budget, fault) and month_of(fault.starts_at, calendar) == month]
    counted.sort(key=lambda fault: (fault.starts_at, fault.incident))
    own = [fault for fault in counted if _takes(budget.applies, fault)]
    uses = [_use(budget, BudgetReading.JUDGED, ALL, own, month, now, calendar)]
    if budget.wider is not None:
        wider = [fault for fault in counted if _takes(budget.wider.applies, fault)]
        if wider != own:
            uses.append(_use(budget, BudgetReading.STRICT, budget.wider.what.en, wider, month, now, calendar))
    if budget.per_device:
        for device in sorted(Counter(fault.device for fault in own)):
            of_device = [fault for fault in own if fault.device == device]
            uses.append(_use(budget, BudgetReading.MILD, device, of_device, month, now, calendar))
    return tuple(uses)


def _counts(budget: Budget, fault: Fault) -> bool:
    known = not budget.conditions or not fault.condition or fault.condition in budget.conditions
    return known and not fault.excluded and budget.id not in fault.freed


def _takes(selectors: tuple[IncidentSelector, ...], fault: Fault) -> bool:
    words = fault.service, fault.kind, fault.severity, fault.labels
    return not selectors or any(one.takes(*words) for one in selectors)


def _use(
    budget: Budget,
    reading: BudgetReading,
    subject: str,
    faults: list[Fault],
    month: date,
    now: datetime,
    calendar: Calendar,
) -> BudgetUse:
    used = len(faults)
    forecast = _forecast(used, month, now, calendar)
    incidents = tuple(fault.incident for fault in faults)
    state = _state(used, forecast, budget.limit)
    return BudgetUse(budget.id, month, subject, used, budget.limit, forecast, state, incidents, reading)


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
