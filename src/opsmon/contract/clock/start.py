"""Which clocks the facts of an incident start, and when each is due: a pure function of contract, calendar and case.

Promises: the same facts give the same clocks in whatever order they came; nothing raises for any set of facts that
`case.history_of` believes. How a clock starts, restarts, is met and is cancelled is told function by function below.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from opsmon.contract.calendar.calendar import Calendar
from opsmon.contract.calendar.limit import doubts_of, due_of
from opsmon.contract.calendar.window import WindowNeverOpensError
from opsmon.contract.clock.case import Case, Estimates, History, estimates_of, history_of
from opsmon.contract.clock.risk import Load, Span, risk_of, time_needed
from opsmon.contract.clock.sla_clock import SlaClock
from opsmon.contract.term import Clause, Contract, Interpretation, Mode, OwnMessage, Regime, Target, Variant
from opsmon.model.incident import FactType
from opsmon.model.name import ClauseId
from opsmon.text.bilingual import Text

NOT_REPORTED = Text(
    "no person has reported the fault yet; counted from our own detection", "尚无人报修，暂按监测发现时间计算"
)
NOT_TOLD = Text(
    "no person has told of the fault yet; counted from our own message", "尚无人报修或通知，暂按我方消息送达时间计算"
)

# An engineer who is already there, or a fault that is already cleared, when the clock begins has met it: these last.
# A call back or a paper must come after what it answers.
LASTING = frozenset({Target.REMOTE, Target.ON_SITE, Target.RESOLVE, Target.SPARE, Target.FALLBACK})
# Nobody needs to set out for a fault that is over.
MOOT_WHEN_RESOLVED = frozenset({Target.REMOTE, Target.ON_SITE})
MODE_OF_OWN = {OwnMessage.PROVISIONAL: Mode.PROVISIONAL, OwnMessage.WARNS: Mode.WARNED}


@dataclass(frozen=True, slots=True)
class Start:
    """The moment a clock counts from and the fact that gave it; `None` is the breach of another clause.

    `earliest` is when it may have been already, before `at`: the stricter reading counts from then.
    `mode` is given where the start itself lets the clock only warn. `lapses_at`: the fault was over then and no person
    had told of it; with `keeps_outcome` what was met by then stays met.
    """

    at: datetime
    fact: FactType | None
    doubts: tuple[Text, ...] = ()
    lapses_at: datetime | None = None
    keeps_outcome: bool = False
    mode: Mode | None = None
    earliest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The variant of a clause that holds, by its index, and why another one may come to hold."""

    index: int
    doubts: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Timed:
    """The readings of a limit, the one that the clock runs by first, judged or not; `doubts` are why it may change."""

    spans: tuple[Span, ...]
    due_at: datetime | None
    strict_due_at: datetime | None
    doubts: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What all clocks of one case are reckoned from."""

    contract: Contract
    calendar: Calendar
    case: Case
    history: History
    estimates: Estimates


def clocks_for(contract: Contract, calendar: Calendar, case: Case) -> tuple[SlaClock, ...]:
    """Every clock that the facts have started, in the order of the contract's clauses."""
    history = history_of(case.facts, hypothetical=case.hypothetical)
    estimates = case.estimates.filled(estimates_of(case.labels)).filled(contract.estimates)
    given = Reckoning(contract, calendar, case, history, estimates)
    found: dict[ClauseId, SlaClock] = {}
    for clause in contract.clauses:
        start = _start_of(clause, history, found)
        if start is None or not contract.covers(case.service, start.at):
            continue
        chosen = _variant_of(clause, given, start.at)
        if chosen is None:
            continue
        with suppress(WindowNeverOpensError):  # refused when the rules are loaded; here it must not stop the others
            found[clause.id] = _clock_of(clause, chosen, start, given)
    return tuple(found.values())


def _clock_of(clause: Clause, chosen: Chosen, start: Start, given: Reckoning) -> SlaClock:
    variant, history = clause.variants[chosen.index], given.history
    mode = start.mode if start.mode is not None and variant.mode is not Mode.WARNED else variant.mode
    timed = _timed(variant, mode, start, given)
    met_at = _met_at(clause, start.at, history)
    cancelled_at = _cancelled_at(clause, start, None if mode is Mode.PROVISIONAL else timed.due_at, met_at, history)
    load = Load(clause.target, time_needed(clause.target, given.estimates, history, start.at), given.case)
    risk_at, risk_reason = risk_of(timed.spans, load, given.calendar, given.contract.working)
    return SlaClock(
        incident=given.case.incident,
        contract=given.case.contract,
        clause=clause.id,
        target=clause.target,
        starts_at=start.at,
        at_risk_at=risk_at,
        due_at=timed.due_at,
        strict_due_at=timed.strict_due_at,
        met_at=met_at if cancelled_at is None else None,
        cancelled_at=cancelled_at,
        over_at=history.first(FactType.RESOLVED) if clause.target in LASTING else None,
        mode=mode,
        doubts=_unique(start.doubts + chosen.doubts + timed.doubts),
        counted_from=start.fact,
        variant=chosen.index,
        risk_reason=risk_reason,
    )


def _start_of(clause: Clause, history: History, found: Mapping[ClauseId, SlaClock]) -> Start | None:
    """The first fact it counts from; a clause that waits for a person runs provisionally from what we know."""
    starts = [start for start in (_fact_start(clause, history), _breach_start(clause, history, found)) if start]
    return min(starts, key=lambda start: start.at, default=None)


def _fact_start(clause: Clause, history: History) -> Start | None:
    first = history.first_of(clause.counts_from)
    own = history.own_messages[0] if history.own_messages and FactType.NOTIFIED in clause.counts_from else None
    if own is not None and clause.own_message is OwnMessage.COUNTS and (first is None or own < first[0]):
        return Start(own, FactType.NOTIFIED, earliest=history.own_earliest)
    if first is not None:
        return Start(*first)
    if own is not None and clause.own_message in MODE_OF_OWN:
        return _own_start(own, MODE_OF_OWN[clause.own_message], history)
    detected = history.first(FactType.DETECTED)
    if not clause.waits_for_report or detected is None:
        return None
    return Start(detected, FactType.DETECTED, (NOT_REPORTED,), history.first_from(FactType.RESOLVED, detected))


def _own_start(own: datetime, mode: Mode, history: History) -> Start:
    resolved = history.first(FactType.RESOLVED)
    lapses_at = max(resolved, own) if resolved is not None else None
    doubtful = history.own_earliest
    return Start(own, FactType.NOTIFIED, (NOT_TOLD,), lapses_at, keeps_outcome=True, mode=mode, earliest=doubtful)


def _breach_start(clause: Clause, history: History, found: Mapping[ClauseId, SlaClock]) -> Start | None:
    """The end of the time of the first clause that is breached, if the fault was still there."""
    breached = [found[name] for name in clause.breach_of if name in found and _is_breached(found[name], history)]
    if not breached:
        return None
    first = min(breached, key=lambda clock: (clock.end_at, clock.provisional))
    return Start(first.end_at, None, first.doubts, first.cancelled_at)


def _is_breached(clock: SlaClock, history: History) -> bool:
    due = clock.judged_at
    if due is None or history.exclusion_of(clock.clause, paper=clock.target is Target.REPORT) is not None:
        return False
    ends = (clock.met_at, clock.cancelled_at, history.first(FactType.RESOLVED))
    return all(at is None or at > due for at in ends)


def _variant_of(clause: Clause, given: Reckoning, start: datetime) -> Chosen | None:
    """The first variant that takes the incident and whose regime holds, and why that choice may still change."""
    doubts: tuple[Text, ...] = ()
    calendar = given.calendar
    for index, variant in enumerate(clause.variants):
        if not _takes(variant, given.case):
            continue
        if variant.regime is None:
            return Chosen(index, doubts)
        moment = _judged_at(variant.regime, given.history, start)
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


def _timed(variant: Variant, mode: Mode, start: Start, given: Reckoning) -> Timed:
    own = Interpretation(variant.limit, variant.runs)
    due = _end_of(own, start.at, given.calendar)
    spans = [Span(own, start.at, due)]
    for strict in (_strict_span(variant, mode, start.at, given), _earliest_span(own, start, given)):
        if strict is not None and strict.end < due:
            spans.append(strict)
    if len(spans) > 2:
        spans.sort(key=lambda span: span.end, reverse=True)  # the strictest last
    is_strict = mode in (Mode.WARNED, Mode.DISPUTED)
    return Timed(
        tuple(spans),
        due_at=None if mode is Mode.WARNED else due,
        strict_due_at=spans[-1].end if len(spans) > 1 or is_strict else None,
        doubts=doubts_of(variant.limit, start.at, due, given.calendar, variant.runs),
    )


def _earliest_span(own: Interpretation, start: Start, given: Reckoning) -> Span | None:
    """The same limit from when the start may have been already."""
    if start.earliest is None or start.earliest >= start.at:
        return None
    return Span(own, start.earliest, _end_of(own, start.earliest, given.calendar), stricter=True)


def _strict_span(variant: Variant, mode: Mode, start: datetime, given: Reckoning) -> Span | None:
    """The stricter reading; a clock that only one reading applies at all is strict as a whole."""
    if variant.strict is None or mode not in (Mode.JUDGED, Mode.PROVISIONAL):
        return None
    if variant.strict.counts_from:
        first = given.history.first_of(variant.strict.counts_from)
        if first is None:
            return None
        start = first[0]
    return Span(variant.strict, start, _end_of(variant.strict, start, given.calendar), stricter=True)


def _end_of(reading: Interpretation, start: datetime, calendar: Calendar) -> datetime:
    return due_of(reading.limit, start, calendar, reading.runs)


def _cancelled_at(
    clause: Clause, start: Start, due: datetime | None, met_at: datetime | None, history: History
) -> datetime | None:
    """When the clock became void; nothing that happened before or after is its outcome then.

    An exclusion voids it whenever it was told. What runs from our own knowledge alone is void once the fault is over.
    A visit to a fault that is over is void when it was not yet due.
    """
    ends = []
    if start.lapses_at is not None and not (start.keeps_outcome and met_at is not None and met_at <= start.lapses_at):
        ends.append(start.lapses_at)
    resolved = history.first(FactType.RESOLVED)
    if resolved is not None and clause.target in MOOT_WHEN_RESOLVED and _unneeded(due, met_at, resolved):
        ends.append(max(resolved, start.at))
    excluded = history.exclusion_of(clause.id, paper=clause.target is Target.REPORT)
    if excluded is not None:
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


def _unique(doubts: tuple[Text, ...]) -> tuple[Text, ...]:
    return tuple(dict.fromkeys(doubts)) if len(doubts) > 1 else doubts
