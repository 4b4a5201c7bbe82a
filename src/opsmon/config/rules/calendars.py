"""The shape of rules/calendars/*.yaml and how files and the `chinesecalendar` library become a `Calendar` a contract.

Promises: a file that contradicts the library is an error unless the year says `amends:` with a reason; a year that
neither knows is not announced and results that touch it say so.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from functools import cache
from typing import Annotated

import chinese_calendar
from chinese_calendar.constants import Holiday, holidays, workdays
from pydantic import BeforeValidator, Field, model_validator

from opsmon.config.rules.field import DatesField, SeasonField, TextField, as_list, parse_dates, season, text_of
from opsmon.contract.calendar.calendar import HOLIDAYS, ONE_DAY, Calendar, Day, DayKind, Period, PeriodSet, Season
from opsmon.errors import ConfigError, Problem
from opsmon.spec import OrOne, Spec, wrong
from opsmon.text.bilingual import Sentence, Text
from opsmon.text.near_miss import shown

AMEND_HINT = Sentence(
    "correct it, or say under `amends:` which newer notice changed it",
    "请更正，或在 `amends:` 下写明由哪份更新的通知修改",
)
HOLIDAYS_TITLE = Text("statutory holidays", "法定节假日")
EVENTS_TITLE = Text("ordered events", "保障任务")
HOLIDAY_PREFIX = "holiday:"


ListOfDates = Annotated[list[DatesField], BeforeValidator(as_list), OrOne()]


class NoticeSpec(Spec):
    """One year's notice: holidays (whole, weekend days included) and the weekend days worked for them."""

    source: str
    """The notice's number and date."""
    amends: str = ""
    """Why it says otherwise than the built-in table: which newer notice changed it."""
    holidays: dict[str, ListOfDates] = Field(default={})
    """Each holiday with its days, the weekend days among them."""
    make_up: dict[str, ListOfDates] = Field(default={})
    """The weekend days that are worked for each holiday."""


class SeasonSpec(Spec):
    """A set of key periods that comes back every year, day for day."""

    title: TextField
    """What people call it."""
    dates: SeasonField
    """Month and day of its first and last day."""
    source: str = ""
    """Where this is said."""


class DatedSpec(Spec):
    """A set that is dated anew every year; in a year that is not dated yet it may fall anywhere in `expected`."""

    title: TextField
    """What people call it."""
    expected: SeasonField
    """The part of a year in which it may fall, while the year is not dated."""
    dates: dict[str, DatesField] = Field(default={})
    """Each year's days, by the year."""
    source: str = ""
    """Where this is said."""


class SpanSpec(Spec):
    """From one moment to another: a date (whole days, both included) or a time with its offset."""

    name: TextField
    """What people call it."""
    from_: str = Field(alias="from")
    """The first day, or a time with its offset."""
    to: str
    """The last day, which is whole, or a time with its offset."""
    contracts: list[str] = Field(default=[])
    """The contracts that it concerns; all unless told."""
    note: str = ""
    """A remark."""

    @model_validator(mode="after")
    def _in_order(self) -> "SpanSpec":
        first, last = moment_of(self.from_, end=False), moment_of(self.to, end=True)
        if (first.tzinfo is None) == (last.tzinfo is None) and first >= last:
            raise wrong(Sentence("it ends before it begins", "结束早于开始"))
        return self

    def period(self, zone: tzinfo) -> Period:
        ends = (moment_of(self.from_, end=False), moment_of(self.to, end=True))
        start, end = (at if at.tzinfo else at.replace(tzinfo=zone) for at in ends)
        return Period(start, end, text_of(self.name))


class ClosureSpec(Spec):
    """Days on which a customer is closed: rest days of its contracts, no statutory holidays."""

    name: TextField
    """What people call it."""
    dates: DatesField
    """The days on which the customer is closed."""
    contracts: list[str] = Field(default=[])
    """The contracts that it concerns; all unless told."""


class CalendarSpec(Spec):
    """One file of rules/calendars. Every part is optional; the files of a root are joined."""

    title: TextField = ""
    """What people call this calendar."""
    law_days: dict[str, TextField] = Field(default={})
    """Holidays that the law fixes to a date, by month and day."""
    notices: dict[str, NoticeSpec] = Field(default={})
    """A year's holidays and make-up days, by the year."""
    seasons: dict[str, SeasonSpec] = Field(default={})
    """Sets of key periods that come back every year."""
    dated: dict[str, DatedSpec] = Field(default={})
    """Sets of key periods that are dated anew each year."""
    events: dict[str, list[SpanSpec]] = Field(default={})
    """Sets of key periods that people enter as they are ordered."""
    closures: list[ClosureSpec] = Field(default=[])
    """Days on which customers are closed."""

    def resolve(self) -> "CalendarSpec":
        """Checks what only the library can tell. Raises ConfigError by dotted key."""
        problems = [problem for year, notice in self.notices.items() for problem in notice_problems(year, notice)]
        if problems:
            raise ConfigError(tuple(problems))
        return self


def moment_of(text: str, *, end: bool) -> datetime:
    """A date (its end as a last day) without a zone, or a time with its offset. Raises a pydantic error."""
    try:
        at = datetime.fromisoformat(text) if "T" in text else None
        day = date.fromisoformat(text) if at is None else at.date()
    except ValueError:
        raise wrong(
            Sentence(f"{shown(text)} is no date or time", f"{shown(text)} 不是日期或时间"),
            Sentence("such as `2026-10-01` or a time with its offset", "例如 `2026-10-01`，或带时区的时间"),
        ) from None
    if at is not None:
        if at.tzinfo is None:
            raise wrong(
                Sentence(f"{shown(text)} has no offset", f"{shown(text)} 缺少时区"),
                Sentence("such as `2026-10-01T08:00:00+08:00`", "例如 `2026-10-01T08:00:00+08:00`"),
            )
        return at
    return datetime.combine(day + ONE_DAY if end else day, time())  # no zone yet: the contract's


@cache
def library_days() -> Mapping[date, Day]:
    """Every day that the library knows to differ from the plain week."""
    known = {day: Day(DayKind.HOLIDAY, _title(name)) for day, name in holidays.items()}
    known.update({day: Day(DayKind.MAKE_UP, _title(name)) for day, name in workdays.items()})
    return known


@cache
def _title(name: str) -> Text:
    """A holiday in both languages; the library knows the Chinese names of its own."""
    return next((Text(one.value, one.chinese) for one in Holiday if one.value == name), Text(name))


@cache
def library_years() -> frozenset[int]:
    """Every year that the library vouches for."""
    first, last = min(holidays).year, max(holidays).year
    return frozenset(year for year in range(first, last + 1) if _vouches(year))


def _vouches(year: int) -> bool:
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True


def notice_days(notice: NoticeSpec) -> Iterator[tuple[date, Day]]:
    """The days that a notice marks."""
    for name, written in notice.holidays.items():
        for dates in written:
            yield from ((day, Day(DayKind.HOLIDAY, _title(name))) for day in _days(dates))
    for name, made_up in notice.make_up.items():
        for dates in made_up:
            yield from ((day, Day(DayKind.MAKE_UP, _title(name))) for day in _days(dates))


def _days(written: str) -> Iterator[date]:
    day, last = parse_dates(written)
    while day <= last:
        yield day
        day += ONE_DAY


def notice_problems(year: str, notice: NoticeSpec) -> Iterator[Problem]:
    """What is wrong with a notice: a year that is none, a day twice, a day that the library knows otherwise."""
    key = f"notices.{year}"
    if not (year.isdecimal() and len(year) == 4):
        yield Problem("", 0, 0, Sentence(f"{shown(year)} is no year", f"{shown(year)} 不是年份"), key=key)
        return
    marked: dict[date, Day] = {}
    for day, what in notice_days(notice):
        if day in marked:
            yield Problem("", 0, 0, Sentence(f"{day} is listed twice", f"{day} 重复列出"), key=key)
        marked[day] = what
    if int(year) in library_years() and not notice.amends:
        yield from _contradictions(int(year), marked, key)


def _contradictions(year: int, marked: Mapping[date, Day], key: str) -> Iterator[Problem]:
    known = {day: what for day, what in library_days().items() if day.year == year}
    for day in sorted(set(known) | set(marked)):
        ours, theirs = _word(marked.get(day), day), _word(known.get(day), day)
        if ours != theirs:
            message = f"{day} is a {ours} here, and a {theirs} in the library's {year}"
            yield Problem(
                "",
                0,
                0,
                message,
                Sentence(
                    "correct it, or say under `amends:` which newer notice changed it",
                    "请更正，或在 `amends:` 下写明由哪份更新的通知修改",
                ),
                key=key,
            )


def _word(day: Day | None, on: date) -> str:
    if day is not None:
        return day.kind.value
    return "weekend day" if on.weekday() >= 5 else "plain workday"


@dataclass(frozen=True, slots=True)
class CalendarBook:
    """Every calendar file of a root, from which the calendar of each contract is made."""

    files: tuple[CalendarSpec, ...]
    zone: tzinfo

    def for_contract(self, contract: str) -> Calendar:
        """The days of one contract: the country's, its customer's closures, the events that concern it."""
        marked = dict(self._statutory())
        for closure in self._mine((one for file in self.files for one in file.closures), contract):
            marked.update({day: Day(DayKind.CLOSURE, text_of(closure.name)) for day in _days(closure.dates)})
        law = {_law_key(day): text_of(name) for file in self.files for day, name in file.law_days.items()}
        return Calendar(self.zone, marked, self.announced, law, {one.name: one for one in self._sets(contract)})

    @property
    def announced(self) -> frozenset[int]:
        """The years whose notice is known, from the library or from a file."""
        return library_years() | {int(year) for file in self.files for year in file.notices}

    def _statutory(self) -> Mapping[date, Day]:
        marked = dict(library_days())
        for file in self.files:
            for year, notice in file.notices.items():
                for day in [day for day in marked if day.year == int(year)]:
                    del marked[day]
                marked.update(notice_days(notice))
        return marked

    def _mine(self, written: "Iterable[ClosureSpec]", contract: str) -> "Iterator[ClosureSpec]":
        return (one for one in written if not one.contracts or contract in one.contracts)

    def _sets(self, contract: str) -> Iterator[PeriodSet]:
        yield PeriodSet(HOLIDAYS, HOLIDAYS_TITLE, holidays=True)
        titles = {name.en: name for name in self._law_names()} | {one.value: _title(one.value) for one in Holiday}
        for name, title in sorted(titles.items()):
            yield PeriodSet(f"{HOLIDAY_PREFIX}{name}", title, holidays=True, holiday_names=frozenset({name}))
        for file in self.files:
            for name, one in file.seasons.items():
                title = text_of(one.title)
                yield PeriodSet(name, title, seasons=(season(one.dates, title),))
            for name, dated in file.dated.items():
                yield self._dated(name, dated)
        yield from self._event_sets(contract)

    def _law_names(self) -> Iterator[Text]:
        return (text_of(name) for file in self.files for name in file.law_days.values())

    def _dated(self, name: str, spec: DatedSpec) -> PeriodSet:
        title = text_of(spec.title)
        periods = tuple(
            SpanSpec.model_validate({"name": title.en, "from": str(first), "to": str(last)}).period(self.zone)
            for first, last in map(parse_dates, spec.dates.values())
        )
        expected: Season = season(spec.expected, title)
        years = frozenset(int(year) for year in spec.dates)
        return PeriodSet(name, title, periods=periods, expected=expected, dated_years=years)

    def _event_sets(self, contract: str) -> Iterator[PeriodSet]:
        names = dict.fromkeys(name for file in self.files for name in file.events)
        for name in names:
            spans = (span for file in self.files for span in file.events.get(name, []))
            mine = (span for span in spans if not span.contracts or contract in span.contracts)
            title = EVENTS_TITLE if name == "events" else Text(name)
            yield PeriodSet(name, title, periods=tuple(span.period(self.zone) for span in mine))


def _law_key(text: str) -> tuple[int, int]:
    month, day = text.split("-")
    return int(month), int(day)
