"""Which clocks the facts of an incident start, and when each is due: a pure function of contract, calendar and case.

Promises: the same facts give the same clocks in whatever order they came; nothing raises for any set of facts that
`case.history_of` believes. How a clock starts, restarts, is met and is cancelled is told function by function below.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from opsmon.contract.calendar import Calendar
from opsmon.contract.case import Case, Estimates, History, estimates_of, history_of
from opsmon.contract.clock import Clock
from opsmon.contract.limit import doubts_of, due_of, half_of
from opsmon.contract.term import Clause, Contract, Mode, Regime, Target, Variant
from opsmon.model.incident import FactType
from opsmon.model.name import ClauseId

NOT_REPORTED = "no person has reported the fault yet; counted from our own detection"

# An engineer who is already there, or a fault that is already cleared, when the clock begins has met it: these last.
# A call back or a paper must come after what it answers.
LASTING = frozenset({Target.REMOTE, Target.ON_SITE, Target.RESOLVE, Target.SPARE, Target.FALLBACK})
# Nobody needs to set out for a fault that is over.
MOOT_WHEN_RESOLVED = frozenset({Target.REMOTE, Target.ON_SITE})


@dataclass(frozen=True, slots=True)
class Start:
    """The moment a clock counts from and the fact that gave it; `None` is the breach of another clause."""

    at: datetime
    fact: FactType | None
    doubts: tuple[str, ...] = ()
    cancelled_at: datetime | None = None


def clocks_for(contract: Contract, calendar: Calendar, case: Case) -> tuple[Clock, ...]:
    """Every clock that the facts have started, in the order of the contract's clauses."""
    history = history_of(case.facts, supposed=case.supposed)
    found: dict[ClauseId, Clock] = {}
    for clause in contract.clauses:
        clock = _clock_of(clause, contract, calendar, case, history, found)
        if clock is not None:
            found[clause.id] = clock
    return tuple(found.values())


def _clock_of(
    clause: Clause,
    contract: Contract,
    calendar: Calendar,
    case: Case,
    history: History,
    found: Mapping[ClauseId, Clock],
) -> Clock | None:
    start = _start_of(clause, history, found)
    if start is None or not contract.covers(case.service, start.at):
        return None
    chosen = _variant_of(clause, calendar, case, history, start.at)
    if chosen is None:
        return None
    index, doubts = chosen
    clock = _timed(clause, index, start, calendar, case)
    clock = replace(clock, doubts=_unique(start.doubts + doubts + clock.doubts))
    estimates = case.estimates.filled(estimates_of(case.labels)).filled(contract.estimates)
    return _with_risk(_with_outcome(clock, clause, start, history), estimates, case, history)


def _start_of(clause: Clause, history: History, found: Mapping[ClauseId, Clock]) -> Start | None:
    """The first fact it counts from; a clause that waits for a report runs provisionally from the detection."""
    starts = [start for start in (_fact_start(clause, history), _breach_start(clause, history, found)) if start]
    return min(starts, key=lambda start: start.at, default=None)


def _fact_start(clause: Clause, history: History) -> Start | None:
    first = history.first_of(clause.counts_from)
    if first is not None:
        return Start(*first)
    detected = history.first(FactType.DETECTED)
    if not clause.waits_for_report or detected is None:
        return None
    return Start(detected, FactType.DETECTED, (NOT_REPORTED,), history.first_from(FactType.RESOLVED, detected))


def _breach_start(clause: Clause, history: History, found: Mapping[ClauseId, Clock]) -> Start | None:
    """The end of the time of the first clause that is breached, if the fault was still there."""
    breached = [found[name] for name in clause.breach_of if name in found and _is_breached(found[name], history)]
    if not breached:
        return None
    first = min(breached, key=lambda clock: (clock.end_at, clock.provisional))
    return Start(first.end_at, None, first.doubts, first.cancelled_at)


def _is_breached(clock: Clock, history: History) -> bool:
    due = clock.due_at
    if due is None:
        return False
    ends = (clock.met_at, clock.cancelled_at, history.first(FactType.RESOLVED))
    return all(at is None or at > due for at in ends)


def _variant_of(
    clause: Clause, calendar: Calendar, case: Case, history: History, start: datetime
) -> tuple[int, tuple[str, ...]] | None:
    """The first variant that takes the incident and whose regime holds, and why that choice may still change."""
    doubts: tuple[str, ...] = ()
    for index, variant in enumerate(clause.variants):
        if not _takes(variant, case):
            continue
        if variant.regime is None:
            return index, doubts
        moment = _judged_at(variant.regime, history, start)
        day = calendar.local_date(moment)
        doubts += variant.regime.window.doubts(calendar, day, day)
        if variant.regime.window.holds_at(calendar, moment):
            return index, doubts
    return None


def _takes(variant: Variant, case: Case) -> bool:
    return not variant.applies or any(
        one.takes(case.service, case.kind, case.severity, case.labels) for one in variant.applies
    )


def _judged_at(regime: Regime, history: History, start: datetime) -> datetime:
    """The moment that fixes the regime; a report that has not come is stood in for by the detection."""
    if regime.judged_at is None:
        return start
    at = history.first(regime.judged_at)
    if at is None and regime.judged_at is FactType.REPORTED:
        at = history.first(FactType.DETECTED)
    return start if at is None else at


def _timed(clause: Clause, index: int, start: Start, calendar: Calendar, case: Case) -> Clock:
    variant = clause.variants[index]
    limit, runs = variant.limit, variant.runs
    due = due_of(limit, start.at, calendar, runs)
    strict = _strict_due(variant, start.at, due, calendar)
    return Clock(
        incident=case.incident,
        contract=case.contract,
        clause=clause.id,
        target=clause.target,
        starts_at=start.at,
        at_risk_at=half_of(limit, start.at, due, calendar, runs),
        due_at=None if variant.mode is Mode.WARNED else due,
        strict_due_at=strict,
        mode=variant.mode,
        doubts=doubts_of(limit, start.at, due, calendar, runs),
        counted_from=start.fact,
        variant=index,
    )


def _strict_due(variant: Variant, start: datetime, due: datetime, calendar: Calendar) -> datetime | None:
    """The stricter reading where it is earlier. A clause that only one reading applies at all is strict as a whole."""
    if variant.mode is not Mode.JUDGED:
        return due
    if not variant.has_stricter_reading:
        return None
    strict = due_of(variant.strict_limit or variant.limit, start, calendar, variant.strict_runs or variant.runs)
    return strict if strict < due else None


def _with_outcome(clock: Clock, clause: Clause, start: Start, history: History) -> Clock:
    """Says what met the clock and what cancelled it.

    A clock that runs from our detection is cancelled by a resolve that comes before any report. A visit to a fault that
    is over is cancelled when it was not yet due. An incident that is excluded cancels what was not met.
    """
    met_at = _met_at(clock, clause, history)
    resolved = history.first(FactType.RESOLVED)
    ends = [start.cancelled_at]
    if resolved is not None and clock.target in MOOT_WHEN_RESOLVED and _unneeded(clock, met_at, resolved):
        ends.append(max(resolved, clock.starts_at))
    excluded = history.excluded_at
    if excluded is not None and (met_at is None or met_at > excluded):
        ends.append(max(excluded, clock.starts_at))
    cancelled_at = min((at for at in ends if at is not None), default=None)
    over_at = resolved if clock.target in LASTING else None
    return replace(clock, met_at=met_at, cancelled_at=cancelled_at, over_at=over_at)


def _unneeded(clock: Clock, met_at: datetime | None, resolved: datetime) -> bool:
    return (met_at is None or met_at > resolved) and (clock.due_at is None or resolved <= clock.due_at)


def _met_at(clock: Clock, clause: Clause, history: History) -> datetime | None:
    lasting = clause.target in LASTING
    found = [
        at
        for fact in clause.met_by
        if (at := history.first(fact) if lasting else history.first_from(fact, clock.starts_at)) is not None
    ]
    return max(min(found), clock.starts_at) if found else None


def _with_risk(clock: Clock, estimates: Estimates, case: Case, history: History) -> Clock:
    """At risk from half of the limit; sooner where the steps left do not fit, or something gives way before."""
    end = clock.end_at
    candidates = [(clock.at_risk_at or end, "half of the time is used")]
    if clock.strict_due_at is not None:
        candidates.append((clock.strict_due_at, "the stricter reading is due"))
    left = time_needed(clock.target, estimates, history, clock.starts_at)
    if left:
        candidates.append((end - left, f"the steps that are left take {left}"))
    candidates += [(one.since, one.reason) for one in case.pressures if one.gives_way_at < end]
    at, reason = min(candidates, key=lambda one: one[0])
    return replace(clock, at_risk_at=max(at, clock.starts_at), risk_reason=reason)


def time_needed(target: Target, estimates: Estimates, history: History, start: datetime) -> timedelta:
    """How long the steps that are still to be done usually take; a step that nobody can estimate counts nothing."""
    there = history.first(FactType.ON_SITE) is not None
    known = there or history.first_from(FactType.ACKNOWLEDGED, start) is not None
    steps = [] if known or target is Target.ACKNOWLEDGE else [estimates.acknowledge]
    if not there and target in (Target.ON_SITE, Target.RESOLVE, Target.SPARE):
        steps.append(estimates.travel)
    if target in (Target.RESOLVE, Target.SPARE):
        steps.append(estimates.repair)
    return sum((step for step in steps if step is not None), timedelta())


def _unique(doubts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(doubts))
