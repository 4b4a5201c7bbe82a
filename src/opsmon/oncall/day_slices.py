"""A local day of a rota, cut into slices: which shift holds in each, in every reading that is possible today.

At any moment the first shift in the order of the file that covers it holds; of one shift that overlaps itself, the one
that began later.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from itertools import pairwise, product
from typing import NamedTuple

from opsmon.contract.calendar.calendar import DAY_S, ONE_DAY, Calendar
from opsmon.oncall.local_time import moment_of
from opsmon.oncall.shift import DutyShift, possible_days

Begun = tuple[int, date] | None  # the place of a shift in the rota and the day it began on; None is nobody
Beginnings = tuple[tuple[int, ...], ...]  # the shifts that begin on a day, in every reading
Occurrence = tuple[int, date, datetime, datetime]


class Slice(NamedTuple):
    """From `begin` to before `end`. `readings` are what may hold then, first what the calendar says today."""

    begin: datetime
    end: datetime
    readings: tuple[Begun, ...]


def days_back(shifts: Sequence[DutyShift]) -> int:
    """How many days before a day a shift that still holds on it can have begun."""
    return max((shift.end_s - 1) // DAY_S for shift in shifts) if shifts else 0


def slices_of(
    shifts: Sequence[DutyShift], calendar: Calendar, day: date, begun_on: Callable[[date], Beginnings]
) -> tuple[Slice, ...]:
    """The slices of the local `day` in order, without a hole; neighbours differ. `begun_on` is `beginnings`, asked of
    several days."""
    first, last = moment_of(calendar.zone, day, 0), moment_of(calendar.zone, day + ONE_DAY, 0)
    days = [day - number * ONE_DAY for number in range(days_back(shifts), -1, -1)]
    readings = [_occurrences(shifts, calendar, chosen) for chosen in _readings(days, begun_on)]
    bounds = sorted({first, last, *_bounds(readings, first, last)})
    slices: list[Slice] = []
    for begin, end in pairwise(bounds):
        holding = tuple(dict.fromkeys(_holding(reading, begin) for reading in readings))
        if slices and slices[-1].readings == holding:
            slices[-1] = slices[-1]._replace(end=end)
        else:
            slices.append(Slice(begin, end, holding))
    return tuple(slices)


def beginnings(shifts: Sequence[DutyShift], calendar: Calendar, day: date) -> Beginnings:
    """The shifts that begin on `day`, in every reading that is possible, first what the calendar says."""
    undated = (False, True) if any(shift.on.is_undated(calendar, day) for shift in shifts) else (False,)
    found = {
        tuple(n for n, shift in enumerate(shifts) if shift.on.takes_as(calendar, day, marked, undated=assumed)): None
        for marked in possible_days(calendar, day)
        for assumed in undated
    }
    return tuple(found)


def _readings(days: Sequence[date], begun_on: Callable[[date], Beginnings]) -> Iterator[tuple[tuple[int, date], ...]]:
    """What begins on all of the days together."""
    for chosen in product(*(begun_on(day) for day in days)):
        yield tuple((number, day) for day, numbers in zip(days, chosen, strict=True) for number in numbers)


def _occurrences(
    shifts: Sequence[DutyShift], calendar: Calendar, begun: Sequence[tuple[int, date]]
) -> tuple[Occurrence, ...]:
    """In the order of precedence."""
    found = [
        (number, day, moment_of(calendar.zone, day, shifts[number].begin_s), _end_of(shifts[number], calendar, day))
        for number, day in begun
    ]
    return tuple(sorted(found, key=lambda one: (one[0], -one[1].toordinal())))


def _end_of(shift: DutyShift, calendar: Calendar, day: date) -> datetime:
    return moment_of(calendar.zone, day, shift.end_s)


def _bounds(readings: Sequence[Sequence[Occurrence]], first: datetime, last: datetime) -> Iterator[datetime]:
    for reading in readings:
        for _, _, begin, end in reading:
            yield from (at for at in (begin, end) if first < at < last)


def _holding(reading: Sequence[Occurrence], at: datetime) -> Begun:
    return next(((number, day) for number, day, begin, end in reading if begin <= at < end), None)
