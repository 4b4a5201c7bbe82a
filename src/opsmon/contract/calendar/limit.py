"""When a limit ends: PRC Civil Code, articles 200 to 204, and what a contract agrees otherwise.

- Minutes and hours run from the very moment; inside a window they stand still while it is shut (art. 201 para. 2).
- Days and workdays leave out the day they start on (art. 201 para. 1); workdays count worked days only.
- Months and years end on the corresponding day of the last month, or on its last day (art. 202).
- A last day that is a rest day moves to the first workday after it, for days, months and years (art. 203 para. 1).
- The last day ends at 24:00 or, where hours of business are agreed, at their close (art. 203 para. 2).
"""

import calendar as gregorian
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from opsmon.contract.calendar.calendar import DAY_S, ONE_DAY, Calendar
from opsmon.contract.calendar.window import Window, add_open_time
from opsmon.text.bilingual import Text


class Unit(StrEnum):
    MINUTE = "min"
    HOUR = "h"
    DAY = "day"
    WORKDAY = "workday"
    MONTH = "month"
    YEAR = "year"

    @property
    def is_elapsed(self) -> bool:
        """Counted from the very moment, not in whole days."""
        return self in (Unit.MINUTE, Unit.HOUR)

    @property
    def rolls(self) -> bool:
        """Whether a last day that is a rest day moves on."""
        return self in (Unit.DAY, Unit.MONTH, Unit.YEAR)


@dataclass(frozen=True, slots=True)
class Limit:
    """`amount` units. `close_s` is where the last day ends, in seconds since midnight; `rolls` overrides the law."""

    amount: int
    unit: Unit
    close_s: int = DAY_S
    rolls: bool = True

    @property
    def elapsed(self) -> timedelta:
        """The length of a limit in minutes or hours; nothing for the others."""
        if self.unit is Unit.MINUTE:
            return timedelta(minutes=self.amount)
        return timedelta(hours=self.amount) if self.unit is Unit.HOUR else timedelta()


def due_of(limit: Limit, start: datetime, calendar: Calendar, runs: Window | None = None) -> datetime:
    """The last moment in time (UTC). `runs` None is around the clock; it matters to minutes and hours alone."""
    if limit.unit.is_elapsed:
        if runs is None:
            return start + limit.elapsed
        return add_open_time(calendar, runs, start, limit.elapsed)
    return calendar.moment(last_day_of(limit, calendar.local_date(start), calendar), limit.close_s)


def half_of(limit: Limit, start: datetime, calendar: Calendar, runs: Window | None = None) -> datetime:
    """Where half of the running time of a limit in minutes or hours is used up."""
    if runs is None:
        return start + limit.elapsed / 2
    return add_open_time(calendar, runs, start, limit.elapsed / 2)


def last_day_of(limit: Limit, first: date, calendar: Calendar) -> date:
    """The date on which a limit that starts on `first` ends, rolled off rest days where it rolls."""
    if limit.unit is Unit.WORKDAY:
        return workday_after(first, limit.amount, calendar)
    last = unrolled_last_day(limit, first)
    if limit.rolls and limit.unit.rolls and not calendar.is_workday(last):
        return calendar.next_workday(last)
    return last


def unrolled_last_day(limit: Limit, first: date) -> date:
    if limit.unit is Unit.DAY:
        return first + limit.amount * ONE_DAY
    return months_after(first, limit.amount * (12 if limit.unit is Unit.YEAR else 1))


def workday_after(first: date, amount: int, calendar: Calendar) -> date:
    """The `amount`-th workday after `first`, which is itself left out."""
    day = first
    for _ in range(amount):
        day = calendar.next_workday(day)
    return day


def months_after(first: date, amount: int) -> date:
    """The corresponding day `amount` months on, or the last day of a month that has none."""
    years, month = divmod(first.month - 1 + amount, 12)
    year = first.year + years
    return date(year, month + 1, min(first.day, gregorian.monthrange(year, month + 1)[1]))


def doubts_of(
    limit: Limit, start: datetime, due: datetime, calendar: Calendar, runs: Window | None = None
) -> tuple[Text, ...]:
    """Why `due` may still change when a notice or a date comes out."""
    if limit.unit.is_elapsed and runs is None:
        return ()
    first, last = calendar.local_date(start), calendar.local_date(due - timedelta(microseconds=1))
    if limit.unit.is_elapsed:
        return runs.doubts(calendar, first, last) if runs is not None else ()
    if limit.unit is Unit.WORKDAY:
        return calendar.doubts(first + ONE_DAY, last)
    if not limit.rolls:
        return ()
    return calendar.doubts(unrolled_last_day(limit, first), last)
