"""A shift of a rota: the days that it begins on, its hours by the wall clock, and the crews that take turns.

`on` is asked of the day a shift begins on: the night before a holiday is the night of a workday. A day of which it is
not known yet what it will be (its year is not announced, a key period is not dated) has several readings.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property

from opsmon.contract.calendar.calendar import SATURDAY, Calendar, Day, DayKind
from opsmon.model.name import PersonId
from opsmon.text.bilingual import NO_WORDS, Text

Crew = tuple[PersonId, ...]
HOLIDAY_EXPECTED = Text("expected holiday", "可能放假")


@dataclass(frozen=True, slots=True)
class ShiftDays:
    """Takes a day of one of these kinds, one of these weekdays (Monday is 0), or one that a key period touches."""

    kinds: frozenset[DayKind] = frozenset()
    weekdays: frozenset[int] = frozenset()
    periods: tuple[str, ...] = ()

    def takes(self, calendar: Calendar, day: date) -> bool:
        """What the calendar says today."""
        return self.takes_as(calendar, day, calendar.day(day))

    def takes_as(self, calendar: Calendar, day: date, marked: Day) -> bool:
        """The answer if `day` turns out to be `marked`, and no set that is not dated yet falls on it."""
        if marked.kind in self.kinds or day.weekday() in self.weekdays:
            return True
        if not self.periods:
            return False
        midnight = datetime.combine(day, time(), calendar.zone)
        return any(calendar.sets[name].spans(day, marked, midnight) for name in self.periods)

    def is_undated(self, calendar: Calendar, day: date) -> bool:
        """A key period that is not dated yet may fall on the day."""
        return bool(self.periods) and any(calendar.sets[name].doubt(day) for name in self.periods)

    def doubts(self, calendar: Calendar, day: date) -> tuple[Text, ...]:
        """Why the answer for `day` may change."""
        unannounced = calendar.doubts(day, day) if self.kinds else ()
        if not self.periods:
            return unannounced
        return tuple(dict.fromkeys((*unannounced, *calendar.period_doubts(self.periods, day))))


def possible_days(calendar: Calendar, day: date) -> Iterator[Day]:
    """What a date may turn out to be, what the calendar says first: a weekday of a year that is not announced may
    become a holiday, a day of a weekend that or a day that is worked; a holiday fixed by law stays one."""
    known = calendar.day(day)
    yield known
    if day.year in calendar.announced or day in calendar.marked or known.kind is DayKind.HOLIDAY:
        return
    yield Day(DayKind.HOLIDAY, HOLIDAY_EXPECTED)
    if day.weekday() >= SATURDAY:
        yield Day(DayKind.MAKE_UP, HOLIDAY_EXPECTED)


@dataclass(frozen=True)
class DutyShift:
    """From `begin_s` to `end_s`, seconds of the wall clock since midnight of the day it begins on (past 86,400: of a
    day after it).

    The crews take turns: each holds `turn` shifts in a row, counted in shifts of this name that took place since the
    day `since`. `need`: how many people the contract wants there.
    """

    name: str
    on: ShiftDays
    begin_s: int
    end_s: int
    crews: tuple[Crew, ...]
    need: int
    since: date
    turn: int = 1
    title: Text = NO_WORDS

    def crew_of(self, taken_place: int) -> Crew:
        """Whose turn it is after so many of these shifts since `since`."""
        return self.crews[taken_place // self.turn % len(self.crews)]

    @cached_property
    def people(self) -> frozenset[PersonId]:
        return frozenset(person for crew in self.crews for person in crew)
