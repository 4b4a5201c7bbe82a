"""When a clause holds or a clock runs: named hours, key periods, their union, or everything outside them.

Promises: spans are half open, so a moment at the close of business is outside; a window that never opens is refused
where it is used (`WindowNeverOpensError`), it never loops.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from opsmon.contract.calendar.calendar import DAY_S, ONE_DAY, Calendar, DayKind, Span, Stretch
from opsmon.errors import OpsmonError
from opsmon.text.bilingual import Text

MAX_CLOSURE_DAYS = 400


class WindowNeverOpensError(OpsmonError):
    """A clock was to run inside hours that do not come for more than a year."""


class HoursOn(StrEnum):
    """The days on which named hours are kept."""

    WORKDAYS = "workdays"  # weekend make-up days included
    PLAIN_WORKDAYS = "plain-workdays"  # Monday to Friday that are worked; make-up days left out
    EVERY_DAY = "every-day"


@dataclass(frozen=True, slots=True)
class Window:
    """`hours` on some days, joined with the whole of some key periods; `outside` turns it round."""

    name: str
    title: Text
    on: HoursOn = HoursOn.WORKDAYS
    hours: tuple[Span, ...] = ()
    periods: tuple[str, ...] = ()
    outside: bool = False

    def spans(self, calendar: Calendar, day: date) -> tuple[Span, ...]:
        """The open seconds of the local `day`, in order and apart from each other."""
        inside = list(self.hours) if self.hours and self._kept(calendar, day) else []
        for name in self.periods:
            inside.extend(calendar.period_spans(name, day))
        merged = _merged(inside)
        return _complement(merged) if self.outside else merged

    def _kept(self, calendar: Calendar, day: date) -> bool:
        if self.on is HoursOn.EVERY_DAY:
            return True
        kind = calendar.day(day).kind
        return kind is DayKind.WORKDAY if self.on is HoursOn.PLAIN_WORKDAYS else kind.is_worked

    def stretches(self, calendar: Calendar, day: date) -> tuple[Stretch, ...]:
        """The open stretches of the local `day` as moments in UTC."""
        known = calendar.stretches_known.get((self, day))
        if known is not None:
            return known
        spans = self.spans(calendar, day)
        found = tuple((calendar.moment(day, first), calendar.moment(day, last)) for first, last in spans)
        return calendar.stretches_known.remember(self, day, found)

    def holds_at(self, calendar: Calendar, moment: datetime) -> bool:
        return any(first <= moment < last for first, last in self.stretches(calendar, calendar.local_date(moment)))

    def doubts(self, calendar: Calendar, first: date, last: date) -> tuple[Text, ...]:
        """Why the window may still change on the days `first` to `last`."""
        if first != last:
            return self._doubts(calendar, first, last)
        known = calendar.doubts_known.get((self, first))
        if known is None:
            known = calendar.doubts_known.remember(self, first, self._doubts(calendar, first, last))
        return known

    def _doubts(self, calendar: Calendar, first: date, last: date) -> tuple[Text, ...]:
        found = dict.fromkeys(calendar.doubts(first, last) if self.hours and self.on is not HoursOn.EVERY_DAY else ())
        day = first
        while self.periods and day <= last:
            found.update(dict.fromkeys(calendar.period_doubts(self.periods, day)))
            day += ONE_DAY
        return tuple(found)

    def open_spans(self, calendar: Calendar, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The open stretches from `start` on, in UTC; stretches that touch at midnight come apart.

        Raises WindowNeverOpensError when none comes for 400 days.
        """
        day = calendar.local_date(start)
        empty = 0
        while empty <= MAX_CLOSURE_DAYS:
            empty += 1
            for first, end in self.stretches(calendar, day):
                if end > start:
                    empty = 0
                    yield max(start, first), end
            day += ONE_DAY
        raise WindowNeverOpensError(f"{self.name}: never open in the {MAX_CLOSURE_DAYS} days after {start}")


def add_open_time(calendar: Calendar, window: Window, start: datetime, amount: timedelta) -> datetime:
    """The moment at which `amount` of open time has gone by since `start`; it stands still while the window is shut.

    Nothing to wait for is `start` itself. A limit that is used up exactly at the close ends at the close.
    """
    if amount <= timedelta():
        return start
    for first, last in window.open_spans(calendar, start):
        if first + amount <= last:
            return first + amount
        amount -= last - first
    raise WindowNeverOpensError(window.name)  # open_spans has raised before


def open_time_between(calendar: Calendar, window: Window, start: datetime, end: datetime) -> timedelta:
    """How much of the time from `start` to `end` was open."""
    total = timedelta()
    day, last_day = calendar.local_date(start), calendar.local_date(end)
    while day <= last_day:
        for first, last in window.stretches(calendar, day):
            total += max(timedelta(), min(end, last) - max(start, first))
        day += ONE_DAY
    return total


def _merged(spans: list[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for first, last in sorted(spans):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return tuple(merged)


def _complement(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    edges = [0, *(edge for span in spans for edge in span), DAY_S]
    return tuple((first, last) for first, last in zip(edges[::2], edges[1::2], strict=True) if first < last)
