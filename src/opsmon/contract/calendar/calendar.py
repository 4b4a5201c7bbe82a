"""Which days are worked, which are rest days and why, and which days are key periods: for one contract.

Promises: every answer comes from data that was handed in (statutory notices, overlays); nothing is guessed in silence.
A year whose notice is not out is answered by the plain week and the holidays that the law fixes to a date, and every
result that touched it can be asked for its doubts (`Calendar.doubts`). Refuses: to know the present time.

Source of facts: the State Council's yearly notice on holidays; Regulation on Public Holidays for National Annual
Festivals and Memorial Days (dates fixed by law).
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache
from typing import TypeVar

from opsmon.text.bilingual import Text

DAY_S = 86_400
SATURDAY = 5
Span = tuple[int, int]  # seconds since local midnight, half open
Stretch = tuple[datetime, datetime]  # UTC, half open
MAX_DAYS_KNOWN = 20_000  # of all windows of a calendar: some two megabytes
V = TypeVar("V")

HOLIDAYS = "holidays"  # the built-in set of key periods: every statutory holiday, its weekend days included


class DayKind(StrEnum):
    WORKDAY = "workday"
    MAKE_UP = "make-up workday"  # a weekend day that is worked for a holiday elsewhere
    WEEKEND = "weekend"
    HOLIDAY = "holiday"  # statutory, its weekend days included
    CLOSURE = "closure"  # the customer is closed

    @property
    def is_worked(self) -> bool:
        return self in (DayKind.WORKDAY, DayKind.MAKE_UP)


@dataclass(frozen=True, slots=True)
class Day:
    """What one date is. `name` is the holiday that made it so, if one did."""

    kind: DayKind
    name: Text = field(default_factory=lambda: Text(""))


@dataclass(frozen=True, slots=True)
class Period:
    """One key period, from `start` to before `end` (aware)."""

    start: datetime
    end: datetime
    name: Text


@dataclass(frozen=True, slots=True)
class Season:
    """Comes back every year from the first day to the last, both whole; month and day, and it may run over New Year."""

    first: tuple[int, int]
    last: tuple[int, int]
    name: Text

    def covers(self, day: date) -> bool:
        at = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= at <= self.last
        return at >= self.first or at <= self.last


@dataclass(frozen=True, slots=True)
class PeriodSet:
    """A named set of key periods: dated ones, seasons, holidays of some names; `expected` is where undated ones fall.

    `holiday_names` empty and `holidays` true means every statutory holiday. A year not in `dated_years` has not been
    dated yet: days of it inside `expected` are in doubt.
    """

    name: str
    title: Text
    periods: tuple[Period, ...] = ()
    seasons: tuple[Season, ...] = ()
    holidays: bool = False
    holiday_names: frozenset[str] = frozenset()
    expected: Season | None = None
    dated_years: frozenset[int] = frozenset()

    def spans(self, day: date, marked: Day, start: datetime) -> tuple[Span, ...]:
        """The seconds of the local `day` that are in the set. `start` is its midnight."""
        if self._takes(marked) or any(season.covers(day) for season in self.seasons):
            return ((0, DAY_S),)
        cuts = (_cut(period, start) for period in self.periods)
        return tuple(span for span in cuts if span is not None)

    def _takes(self, marked: Day) -> bool:
        return (
            self.holidays
            and marked.kind is DayKind.HOLIDAY
            and (not self.holiday_names or marked.name.en in self.holiday_names)
        )

    def doubt(self, day: date) -> Text | None:
        if self.expected is None or day.year in self.dated_years or not self.expected.covers(day):
            return None
        return Text(f"{self.name} of {day.year} is not dated yet", f"{day.year}年{self.title.in_('zh')}日期尚未确定")


def _cut(period: Period, midnight: datetime) -> Span | None:
    first = max(0, int((period.start - midnight).total_seconds()))
    last = min(DAY_S, int((period.end - midnight).total_seconds()))
    return (first, last) if first < last else None


class Memo(dict[tuple[Hashable, date], V]):
    """What was worked out of a day for a window, by both; it begins anew when it is full."""

    __slots__ = ()

    def remember(self, window: Hashable, day: date, found: V) -> V:
        if len(self) >= MAX_DAYS_KNOWN:
            self.clear()
        self[window, day] = found
        return found


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of one contract.

    `marked` holds only days that differ from the plain week; `announced` the years whose notice is known; `law_days`
    the holidays that the law fixes to a month and day, used for years that are not announced; `sets` the key periods.
    """

    zone: tzinfo
    marked: Mapping[date, Day] = field(default_factory=dict)
    announced: frozenset[int] = frozenset()
    law_days: Mapping[tuple[int, int], Text] = field(default_factory=dict)
    sets: Mapping[str, PeriodSet] = field(default_factory=dict)
    # What windows have asked of single days: only ever what the fields above say, kept because every clock asks again.
    stretches_known: Memo[tuple[Stretch, ...]] = field(default_factory=Memo, init=False, repr=False, compare=False)
    doubts_known: Memo[tuple[Text, ...]] = field(default_factory=Memo, init=False, repr=False, compare=False)

    @property
    def first_unannounced(self) -> int:
        """The first year after all that are announced."""
        return max(self.announced, default=1970) + 1

    def day(self, day: date) -> Day:
        found = self.marked.get(day)
        if found is not None:
            return found
        if day.year not in self.announced:
            name = self.law_days.get((day.month, day.day))
            if name is not None:
                return Day(DayKind.HOLIDAY, name)
        return WEEKEND if day.weekday() >= SATURDAY else WORKDAY

    def is_workday(self, day: date) -> bool:
        return self.day(day).kind.is_worked

    def next_workday(self, day: date) -> date:
        """The first workday after `day`."""
        day += ONE_DAY
        while not self.is_workday(day):
            day += ONE_DAY
        return day

    def local_date(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def moment(self, day: date, second: int = 0) -> datetime:
        """The UTC moment `second` seconds after the local midnight that begins `day`; 86,400 is 24:00."""
        if second >= DAY_S:
            day, second = day + ONE_DAY, second - DAY_S
        at = datetime.combine(day, time(), self.zone) + timedelta(seconds=second)
        return at.astimezone(UTC)

    def period_spans(self, name: str, day: date) -> tuple[Span, ...]:
        """The seconds of `day` inside the key periods called `name`. Raises KeyError for a set that does not exist."""
        return self.sets[name].spans(day, self.day(day), datetime.combine(day, time(), self.zone))

    def doubts(self, first: date, last: date) -> tuple[Text, ...]:
        """Why an answer that rests on the days `first` to `last` may still change."""
        if first.year == last.year and first.year in self.announced:
            return ()
        years = range(first.year, last.year + 1)
        return tuple(_not_announced(year) for year in years if year not in self.announced)

    def period_doubts(self, names: tuple[str, ...], day: date) -> tuple[Text, ...]:
        """Why it may still change whether `day` is in one of the sets called `names`."""
        chosen = [self.sets[name] for name in names]
        unannounced = self.doubts(day, day) if any(one.holidays for one in chosen) else ()
        return unannounced + tuple(filter(None, (one.doubt(day) for one in chosen)))


@lru_cache(maxsize=64)
def _not_announced(year: int) -> Text:
    return Text(f"the holidays of {year} are not announced", f"{year}年节假日安排尚未公布")


ONE_DAY = timedelta(days=1)
WORKDAY = Day(DayKind.WORKDAY)
WEEKEND = Day(DayKind.WEEKEND)
