"""Which clocks the facts of an incident start, and when each is due: a pure function of contract, calendar and case.

Promises: the same facts give the same clocks in whatever order they came; nothing raises for any set of facts that
`case.history_of` believes. How a clock starts, restarts, is met and is cancelled is told function by function below.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from opsmon.contract.calendar import Calendar
from opsmon.contract.case import Case, Estimates, History, estimates_of, history_of
from opsmon.contract.clock import Clock
from opsmon.contract.limit import doubts_of, due_of, half_of
from opsmon.contract.term import Clause, Contract, Mode, Regime, Target, Variant
from opsmon.contract.window import WindowNeverOpensError
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


@dataclass(frozen=True, slots=True)
class Chosen:
    """The variant of a clause that holds, by its index, and why another one may come to hold."""

    index: int
    doubts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Timed:
    """The moments of a limit. `end_at` is its end under the reading that the clock runs by, judged or not."""

    half_at: datetime
    due_at: datetime | None
    strict_due_at: datetime | None
    end_at: datetime
    doubts: tuple[str, ...]


def clocks_for(contract: Contract, calendar: Calendar, case: Case) -> tuple[Clock, ...]:
    """Every clock that the facts have started, in the order of the contract's clauses."""
    history = history_of(case.facts, supposed=case.supposed)
    estimates = case.estimates.filled(estimates_of(case.labels)).filled(contract.estimates)
    found: dict[ClauseId, Clock] = {}
    for clause in contract.clauses:
        start = _start_of(clause, history, found)
        if start is None or not contract.covers(case.service, start.at):
            continue
        chosen = _variant_of(clause, calendar, case, history, start.at)
        if chosen is None:
            continue
        with suppress(WindowNeverOpensError):  # refused when the rules are loaded; here it must not stop the others
            found[clause.id] = _clock_of(clause, chosen, start, calendar, case, history, estimates)
    return tuple(found.values())


def _clock_of(
    clause: Clause, chosen: Chosen, start: Start, calendar: Calendar, case: Case, history: History, estimates: Estimates
) -> Clock:
    variant = clause.variants[chosen.index]
    timed = _timed(variant, start.at, calendar)
    met_at = _met_at(clause, start.at, history)
    risk_at, risk_reason = _risk(clause.target, timed, start.at, estimates, case, history)
    return Clock(
        incident=case.incident,
        contract=case.contract,
        clause=clause.id,
        target=clause.target,
        starts_at=start.at,
        at_risk_at=risk_at,
        due_at=timed.due_at,
        strict_due_at=timed.strict_due_at,
        met_at=met_at,
        cancelled_at=_cancelled_at(clause, start, timed.due_at, met_at, history),
        over_at=history.first(FactType.RESOLVED) if clause.target in LASTING else None,
        mode=variant.mode,
        doubts=_unique(start.doubts + chosen.doubts + timed.doubts),
        counted_from=start.fact,
        variant=chosen.index,
        risk_reason=risk_reason,
    )


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


def _variant_of(clause: Clause, calendar: Calendar, case: Case, history: History, start: datetime) -> Chosen | None:
    """The first variant that takes the incident and whose regime holds, and why that choice may still change."""
    doubts: tuple[str, ...] = ()
    for index, variant in enumerate(clause.variants):
        if not _takes(variant, case):
            continue
        if variant.regime is None:
            return Chosen(index, doubts)
        moment = _judged_at(variant.regime, history, start)
        day = calendar.local_date(moment)
        doubts += variant.regime.window.doubts(calendar, day, day)
        if variant.regime.window.holds_at(calendar, moment):
            return Chosen(index, doubts)
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


def _timed(variant: Variant, start: datetime, calendar: Calendar) -> Timed:
    limit, runs = variant.limit, variant.runs
    due = due_of(limit, start, calendar, runs)
    return Timed(
        half_at=half_of(limit, start, due, calendar, runs),
        due_at=None if variant.mode is Mode.WARNED else due,
        strict_due_at=_strict_due(variant, start, due, calendar),
        end_at=due,
        doubts=doubts_of(limit, start, due, calendar, runs),
    )


def _strict_due(variant: Variant, start: datetime, due: datetime, calendar: Calendar) -> datetime | None:
    """The stricter reading where it is earlier. A clause that only one reading applies at all is strict as a whole."""
    if variant.mode is not Mode.JUDGED:
        return due
    if not variant.has_stricter_reading:
        return None
    strict = due_of(variant.strict_limit or variant.limit, start, calendar, variant.strict_runs or variant.runs)
    return strict if strict < due else None


def _cancelled_at(
    clause: Clause, start: Start, due: datetime | None, met_at: datetime | None, history: History
) -> datetime | None:
    """A clock that runs from our detection is cancelled by a resolve that comes before any report. A visit to a fault
    that is over is cancelled when it was not yet due. An incident that is excluded cancels what was not met."""
    ends = [start.cancelled_at] if start.cancelled_at is not None else []
    resolved, excluded = history.first(FactType.RESOLVED), history.excluded_at
    if resolved is not None and clause.target in MOOT_WHEN_RESOLVED and _unneeded(due, met_at, resolved):
        ends.append(max(resolved, start.at))
    if excluded is not None and (met_at is None or met_at > excluded):
        ends.append(max(excluded, start.at))
    return min(ends, default=None)


def _unneeded(due: datetime | None, met_at: datetime | None, resolved: datetime) -> bool:
    return (met_at is None or met_at > resolved) and (due is None or resolved <= due)


def _met_at(clause: Clause, start: datetime, history: History) -> datetime | None:
    lasting = clause.target in LASTING
    met = None
    for fact in clause.met_by:
        at = history.first(fact) if lasting else history.first_from(fact, start)
        if at is not None and (met is None or at < met):
            met = at
    return max(met, start) if met is not None else None


def _risk(
    target: Target, timed: Timed, start: datetime, estimates: Estimates, case: Case, history: History
) -> tuple[datetime, str]:
    """At risk from half of the limit; sooner where the steps left do not fit, or something gives way before."""
    at, reason = timed.half_at, "half of the time is used"
    if timed.strict_due_at is not None and timed.strict_due_at < at:
        at, reason = timed.strict_due_at, "the stricter reading is due"
    left = time_needed(target, estimates, history, start)
    if left and timed.end_at - left < at:
        at, reason = timed.end_at - left, f"the steps that are left take {left}"
    for pressure in case.pressures:
        if pressure.gives_way_at < timed.end_at and pressure.since < at:
            at, reason = pressure.since, pressure.reason
    return max(at, start), reason


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
    return tuple(dict.fromkeys(doubts)) if len(doubts) > 1 else doubts
