"""When a clock is at risk: in time to act, by the reading that ends first.

Promises: at half of its limit at the latest; sooner where the stricter reading ends sooner (at half of that), where the
steps that are left no longer fit, or where something gives way before. What is due in days, and every paper, is warned
of in working time (`working_time`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from opsmon.contract.calendar.calendar import Calendar
from opsmon.contract.calendar.limit import half_of
from opsmon.contract.calendar.window import Window
from opsmon.contract.calendar.working_time import opening_at, warned_at
from opsmon.contract.clock.case import Case, Estimates, History
from opsmon.contract.term import Interpretation, Target
from opsmon.model.incident import FactType
from opsmon.text.bilingual import Text
from opsmon.text.duration import spoken_length

HALF = Text("half of the time is used", "时限已过半")
STRICTER = Text("half of the time of the stricter reading is used", "从严时限已过半")


@dataclass(frozen=True, slots=True)
class Span:
    """One reading of a clock: from `start` to `end`. The stricter one only brings the warning forward."""

    reading: Interpretation
    start: datetime
    end: datetime
    stricter: bool = False

    @property
    def words(self) -> Text:
        return STRICTER if self.stricter else HALF


@dataclass(frozen=True, slots=True)
class Load:
    """What stands against the time of one clock: the steps that are usually left, and what gives way sooner."""

    target: Target
    needed: timedelta
    case: Case


def risk_of(spans: Iterable[Span], load: Load, calendar: Calendar, working: Window) -> tuple[datetime, Text]:
    """When the clock is at risk and why; never before the first span (the reading that it runs by) starts."""
    listed = list(spans)
    own = listed[0]
    at, reason = min((found for span in listed for found in _of_span(span, load, calendar, working)), key=_moment)
    for pressure in load.case.pressures if load.target is not Target.REPORT else ():
        if pressure.gives_way_at < own.end and pressure.since < at:
            at, reason = pressure.since, pressure.reason
    at = max(at, own.start)
    return (opening_at(at, own.end, calendar, working) if _in_working_time(own, load.target) else at), reason


def _moment(found: tuple[datetime, Text]) -> datetime:
    return found[0]


def _of_span(span: Span, load: Load, calendar: Calendar, working: Window) -> Iterator[tuple[datetime, Text]]:
    if not span.reading.limit.unit.is_elapsed:
        yield warned_at(span.start, span.end, calendar, working), span.words
        if load.needed and not span.stricter:
            yield warned_at(span.start, span.end, calendar, working, load.needed), _left(load.needed)
        return
    half = half_of(span.reading.limit, span.start, calendar, span.reading.runs)
    if load.target is Target.REPORT and not working.holds_at(calendar, half):
        half = warned_at(span.start, span.end, calendar, working)
    yield half, span.words
    if load.needed and not span.stricter:
        yield span.end - load.needed, _left(load.needed)


def _left(needed: timedelta) -> Text:
    return Text(f"the steps that are left take {needed}", f"剩余步骤通常需 {spoken_length(needed).zh}")


def _in_working_time(span: Span, target: Target) -> bool:
    return target is Target.REPORT or not span.reading.limit.unit.is_elapsed


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
