"""A local day of a rota, cut into slices: which shift holds in each, in every reading that is possible today.

At any moment the first shift in the order of the file that covers it holds; of one shift that overlaps itself, the one
that began later.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, tzinfo
from itertools import pairwise, product
from typing import NamedTuple

from opsmon.contract.calendar.calendar import DAY_S, ONE_DAY, Calendar
from opsmon.oncall.local_time import moment_of
from opsmon.oncall.shift import DutyShift, possible_days

Begun = tuple[int, date]  # the place of a shift in the rota, and the day it began on
# A shift that begins on a day, with its first moment and the one after its last; in the order of precedence.
Occurrences = tuple[tuple[Begun, datetime, datetime], ...]
DayReadings = tuple[Occurrences, ...]  # what may begin on a day, first what the calendar says today


class Slice(NamedTuple):
    """From `begin` to before `end`. `readings` are what may hold then (None: nobody), first what the calendar says."""

    begin: datetime
    end: datetime
    readings: tuple[Begun | None, ...]


def days_back(shifts: Sequence[DutyShift]) -> int:
    """How many days before a day a shift that still holds on it can have begun."""
    return max((shift.end_s - 1) // DAY_S for shift in shifts) if shifts else 0


def readings_of(shifts: Sequence[DutyShift], calendar: Calendar, day: date) -> DayReadings:
    """The shifts that begin on `day`, in every reading that is possible by what is known today."""
    undated = {number for number, shift in enumerate(shifts) if shift.on.is_undated(calendar, day)}
    found: dict[tuple[int, ...], None] = {}
    for marked in possible_days(calendar, day):
        certain = [number for number, shift in enumerate(shifts) if shift.on.takes_as(calendar, day, marked)]
        found[tuple(certain)] = None
        if undated:
            found[tuple(sorted(undated.union(certain)))] = None
    begun = {number: _occurrence(shifts, calendar, number, day) for numbers in found for number in numbers}
    return tuple(tuple(begun[number] for number in numbers) for numbers in found)


def _occurrence(
    shifts: Sequence[DutyShift], calendar: Calendar, number: int, day: date
) -> tuple[Begun, datetime, datetime]:
    shift, zone = shifts[number], calendar.zone
    return (number, day), moment_of(zone, day, shift.begin_s), moment_of(zone, day, shift.end_s)


def slices_of(zone: tzinfo, day: date, readings: Sequence[DayReadings]) -> tuple[Slice, ...]:
    """The slices of the local `day` in order, without a hole; neighbours differ. `readings` are those of the day and
    of those before it from which a shift may last."""
    first, last = moment_of(zone, day, 0), moment_of(zone, day + ONE_DAY, 0)
    slices: list[Slice] = []
    for begin, end in pairwise(sorted({first, last, *_bounds(readings, first, last)})):
        holding = _holding(readings, begin)
        if slices and slices[-1].readings == holding:
            slices[-1] = slices[-1]._replace(end=end)
        else:
            slices.append(Slice(begin, end, holding))
    return tuple(slices)


def _bounds(readings: Sequence[DayReadings], first: datetime, last: datetime) -> Iterator[datetime]:
    for of_day in readings:
        for occurrences in of_day:
            for _, begin, end in occurrences:
                yield from (at for at in (begin, end) if first < at < last)


def _holding(readings: Sequence[DayReadings], at: datetime) -> tuple[Begun | None, ...]:
    """What may hold at a moment: of each day the first that covers it, in every reading; and of the days together the
    one that goes before the others."""
    if all(len(of_day) == 1 for of_day in readings):  # as on every day of a year that is announced
        return (_before_all([_first(of_day[0], at) for of_day in readings]),)
    of_days = [dict.fromkeys(_first(occurrences, at) for occurrences in of_day) for of_day in readings]
    return tuple(dict.fromkeys(_before_all(chosen) for chosen in product(*of_days)))


def _first(occurrences: Occurrences, at: datetime) -> Begun | None:
    for begun, begin, end in occurrences:
        if begin <= at < end:
            return begun
    return None


def _before_all(chosen: Iterable[Begun | None]) -> Begun | None:
    found = [begun for begun in chosen if begun is not None]
    if len(found) > 1:
        return min(found, key=lambda begun: (begun[0], -begun[1].toordinal()))
    return found[0] if found else None
