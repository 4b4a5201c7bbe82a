"""When recurring duties are due: every day, week, month, quarter or year, on dates, after the term's ends, before and
during key periods.

Promises: pure arithmetic over the calendar that is handed in; a slot that rests on days not announced yet says so.
A week is Monday to Sunday; a make-up Sunday belongs to the week that it ends. Refuses to invent a date: a holiday or
key period that is not dated gives no slot.
"""

import calendar as gregorian
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from opsmon.contract.calendar.calendar import DAY_S, ONE_DAY, Calendar, DayKind
from opsmon.contract.calendar.limit import Limit, due_of, months_after, workday_after
from opsmon.contract.term import Term
from opsmon.text.bilingual import Text
from opsmon.text.time import time_of_day

BEFORE_OPENS = timedelta(days=14)  # a test before an event is a task from two weeks ahead
SUNDAY = 6


class Every(StrEnum):
    DAY = "day"
    WORKDAY = "workday"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    CONTRACT_MONTH = "contract month"  # a month each from the start of the term
    CONTRACT_QUARTER = "contract quarter"
    CONTRACT_YEAR = "contract year"

    @property
    def contract_months(self) -> int:
        """The length of a period that is counted from the start of the term; 0 for calendar periods."""
        return {Every.CONTRACT_MONTH: 1, Every.CONTRACT_QUARTER: 3, Every.CONTRACT_YEAR: 12}.get(self, 0)


@dataclass(frozen=True, slots=True)
class Slot:
    """One time that a duty is due. It is about the time from `begin_at` to `end_at` (a month, a holiday) and can be
    done from `opens_at` on; `part` tells several on one day apart."""

    begin_at: datetime
    end_at: datetime
    opens_at: datetime
    due_at: datetime
    part: str = ""
    doubts: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Periodic:
    """Once (or `times`) in every period. Due at the end of the period's last day, of its last workday, on the day that
    corresponds to its first (Civil Code 202; moved off rest days, 203), or on a workday after it (`workday_after`, 0
    for none); `closes_s` are seconds since midnight, one slot each. A period that outlasts the term ends with it."""

    every: Every
    closes_s: tuple[int, ...] = (DAY_S,)
    last_workday: bool = False
    corresponding_day: bool = False
    workday_after: int = 0
    months: frozenset[int] = frozenset()
    times: int = 1
    what: Text = field(default_factory=lambda: Text(""))


@dataclass(frozen=True, slots=True)
class Dated:
    """On fixed days."""

    days: tuple[date, ...]
    close_s: int = DAY_S
    what: Text = field(default_factory=lambda: Text(""))


@dataclass(frozen=True, slots=True)
class AfterTerm:
    """Within a limit of the start of the term, or of its end."""

    limit: Limit
    of_end: bool = False
    what: Text = field(default_factory=lambda: Text(""))


@dataclass(frozen=True, slots=True)
class AroundPeriods:
    """Before each key period of these sets, holiday of these names and day of these months and days, or (`during`)
    until its end."""

    sets: tuple[str, ...] = ()
    holidays: tuple[str, ...] = ()
    days: tuple[tuple[int, int], ...] = ()
    during: bool = False
    what: Text = field(default_factory=lambda: Text(""))


Schedule = Periodic | Dated | AfterTerm | AroundPeriods


def slots_of(schedule: Schedule, term: Term, calendar: Calendar, first: date, last: date) -> tuple[Slot, ...]:
    """The slots that are due on the days `first` to `last`, in the order of time."""
    if isinstance(schedule, Periodic):
        found = _periodic(schedule, term, calendar, first, last)
    elif isinstance(schedule, Dated):
        found = _dated(schedule, calendar)
    elif isinstance(schedule, AfterTerm):
        found = _after_term(schedule, term, calendar)
    else:
        found = _around(schedule, calendar, first, last)
    earliest, latest = calendar.moment(first), calendar.moment(last, DAY_S)
    wanted = (slot for slot in found if earliest < slot.due_at <= latest)
    return tuple(sorted(wanted, key=lambda slot: (slot.due_at, slot.part)))


def _periodic(schedule: Periodic, term: Term, calendar: Calendar, first: date, last: date) -> Iterator[Slot]:
    for begin, end in _periods(schedule, term, calendar, first, last):
        if schedule.months and begin.month not in schedule.months:
            continue
        due_day, opens, doubts = _due_day(schedule, calendar, begin, end)
        if due_day is None:
            continue
        for close_s in schedule.closes_s:
            for number in range(schedule.times):
                due = calendar.moment(due_day, close_s)
                about = calendar.moment(begin), calendar.moment(end, DAY_S)
                yield Slot(*about, calendar.moment(opens), due, _part(schedule, close_s, number), doubts)


def _part(schedule: Periodic, close_s: int, number: int) -> str:
    words = [schedule.what.en] if schedule.what else []
    words += [time_of_day(close_s)] if len(schedule.closes_s) > 1 else []
    words += [f"no. {number + 1}"] if schedule.times > 1 else []
    return " ".join(words)


def _due_day(
    schedule: Periodic, calendar: Calendar, begin: date, end: date
) -> tuple[date | None, date, tuple[Text, ...]]:
    """The day it is due (None: a week with no workday), the day it opens, and why that may change."""
    if schedule.workday_after:
        day = workday_after(end, schedule.workday_after, calendar)
        return day, end + ONE_DAY, calendar.doubts(end + ONE_DAY, day)
    if schedule.corresponding_day:
        day = end + ONE_DAY
        due = day if calendar.is_workday(day) else calendar.next_workday(day)
        return due, begin, calendar.doubts(day, due)
    if schedule.last_workday:
        days = (end - ONE_DAY * back for back in range((end - begin).days + 1))
        return next((day for day in days if calendar.is_workday(day)), None), begin, calendar.doubts(begin, end)
    return end, begin, ()


def _periods(
    schedule: Periodic, term: Term, calendar: Calendar, first: date, last: date
) -> Iterator[tuple[date, date]]:
    """First and last day of every period that may be due between `first` and `last`."""
    every = schedule.every
    if every.contract_months:
        yield from _contract_periods(every.contract_months, term, calendar, last)
        return
    # A period that ended up to some weeks ago may be due now, `workday_after` it.
    day = _begin_of(every, first - ONE_DAY * (40 if schedule.workday_after else 0))
    closing = None if schedule.workday_after else _last_day(term, calendar)
    while day <= last:
        end = _end_of(every, day)
        if every is not Every.WORKDAY or calendar.is_workday(day):
            yield day, closing if closing is not None and day <= closing < end else end
        day = end + ONE_DAY


def _last_day(term: Term, calendar: Calendar) -> date | None:
    end = term.closes_at
    return calendar.local_date(end - timedelta(microseconds=1)) if end is not None else None


def _contract_periods(months: int, term: Term, calendar: Calendar, last: date) -> Iterator[tuple[date, date]]:
    if term.start is None:
        return
    start, number = calendar.local_date(term.start), 0
    while (begin := months_after(start, number * months)) <= last:
        yield begin, months_after(start, (number + 1) * months) - ONE_DAY
        number += 1


def _begin_of(every: Every, day: date) -> date:
    if every is Every.WEEK:
        return day - ONE_DAY * day.weekday()
    if every is Every.MONTH:
        return day.replace(day=1)
    if every is Every.QUARTER:
        return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    return date(day.year, 1, 1) if every is Every.YEAR else day


def _end_of(every: Every, begin: date) -> date:
    if every is Every.WEEK:
        return begin + ONE_DAY * SUNDAY
    if every in (Every.MONTH, Every.QUARTER):
        month = begin if every is Every.MONTH else months_after(begin, 2)
        return month.replace(day=gregorian.monthrange(month.year, month.month)[1])
    return date(begin.year, 12, 31) if every is Every.YEAR else begin


def _dated(schedule: Dated, calendar: Calendar) -> Iterator[Slot]:
    for day in schedule.days:
        opens, due = calendar.moment(months_after(day, -1)), calendar.moment(day, schedule.close_s)
        yield Slot(opens, due, opens, due, schedule.what.en)


def _after_term(schedule: AfterTerm, term: Term, calendar: Calendar) -> Iterator[Slot]:
    # The end of a term is the midnight after its last day, and that day is the one left out.
    start = term.end - timedelta(microseconds=1) if schedule.of_end and term.end is not None else term.start
    if start is None or (schedule.of_end and term.end is None):
        return
    due = due_of(schedule.limit, start, calendar)
    doubts = calendar.doubts(calendar.local_date(start), calendar.local_date(due))
    yield Slot(start, due, start, due, schedule.what.en, doubts)


def _around(schedule: AroundPeriods, calendar: Calendar, first: date, last: date) -> Iterator[Slot]:
    for name, start, end, doubts in _occasions(schedule, calendar, first, last):
        words = f"{schedule.what.en} {name}".strip()
        opens, due = (start, end) if schedule.during else (start - BEFORE_OPENS, start)
        yield Slot(start, end, opens, due, words, doubts)


Occasion = tuple[str, datetime, datetime, tuple[Text, ...]]


def _occasions(schedule: AroundPeriods, calendar: Calendar, first: date, last: date) -> Iterator[Occasion]:
    """What happens around these days: name, start, end, doubts."""
    for name in schedule.sets:
        yield from _set_occasions(name, calendar, first, last)
    for year in range(first.year, last.year + 2):
        for month, day in schedule.days:
            start = calendar.moment(date(year, month, day))
            yield f"{month:02}-{day:02}", start, start + timedelta(days=1), ()
    if schedule.holidays:
        yield from _holiday_runs(calendar, first, last, frozenset(schedule.holidays))


def _set_occasions(name: str, calendar: Calendar, first: date, last: date) -> Iterator[Occasion]:
    periods = calendar.sets[name]
    for period in periods.periods:
        yield period.name.en or name, period.start, period.end, ()
    for season in periods.seasons:
        for year in range(first.year - 1, last.year + 2):
            over_new_year = season.first > season.last
            start, end = date(year, *season.first), date(year + over_new_year, *season.last)
            yield season.name.en or name, calendar.moment(start), calendar.moment(end, DAY_S), ()
    if periods.holidays:
        yield from _holiday_runs(calendar, first, last, periods.holiday_names)


def _holiday_runs(calendar: Calendar, first: date, last: date, names: frozenset[str]) -> Iterator[Occasion]:
    """Each stretch of days of one statutory holiday; empty `names` takes every one."""
    day, end = first - ONE_DAY * 31, last + ONE_DAY * 31
    while day <= end:
        marked, begin = calendar.day(day), day
        while marked.kind is DayKind.HOLIDAY and calendar.day(day + ONE_DAY) == marked:
            day += ONE_DAY
        if marked.kind is DayKind.HOLIDAY and (not names or marked.name.en in names):
            doubts = calendar.doubts(begin, day)
            yield marked.name.en, calendar.moment(begin), calendar.moment(day, DAY_S), doubts
        day += ONE_DAY
