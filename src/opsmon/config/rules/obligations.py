"""The shape of one obligation in rules/contracts/*.yaml: a paper, a patrol, a staff rule, and when it is due.

`due:` is one schedule or a list of them, in words that a printed contract uses:

    due: {every: month, on: 5th workday after, to: "18:00"}      # the 5th workday of the next month
    due: {every: week, on: last workday}
    due: {every: contract quarter, on: corresponding day}        # three months from the start of the term, art. 202
    due: {every: workday, at: ["09:00", "17:00"]}
    due: {dates: ["2023-10-30"]}
    due: {after: start, limit: 3 workdays}
    due: {before: {holidays: [National Day], sets: [two-sessions], days: [12-25]}}

`occasion:` (per meeting, per change) and `always:` have no dates of their own; a person ticks them off.
"""

import re
from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from opsmon.config.rules.clauses import refuse
from opsmon.config.rules.field import (
    CLOCK_FORM,
    DateField,
    LimitField,
    TextField,
    as_list,
    parse_clock_s,
    parse_date,
    text_of,
)
from opsmon.contract.calendar.calendar import DAY_S, HOLIDAYS, Calendar
from opsmon.contract.calendar.schedule import AfterTerm, AroundPeriods, Dated, Every, Periodic, Schedule
from opsmon.contract.obligation import Obligation
from opsmon.contract.place import PlaceGroup
from opsmon.model.discovery import Discovery, Fulfilment
from opsmon.model.name import ClauseId
from opsmon.spec import OrOne, Spec, text_schema, wrong
from opsmon.text.bilingual import Sentence
from opsmon.text.near_miss import meant, shown

_WORKDAY_AFTER = re.compile(r"([1-9]\d?)(?:st|nd|rd|th) workday after", re.ASCII)
_ON_FORM = r"^(last workday|corresponding day|[1-9][0-9]?(st|nd|rd|th) workday after)$"
_ON_HINT = Sentence(
    "`last workday`, `corresponding day` or `5th workday after`",
    "`last workday`、`corresponding day` 或 `5th workday after`",
)
_MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", re.ASCII)
GroupName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
EveryField = Annotated[Every, Field(strict=False)]
DiscoveryField = Annotated[Discovery, Field(strict=False)]
FulfilmentField = Annotated[Fulfilment, Field(strict=False)]


def _close_s(text: object) -> int:
    if isinstance(text, int):
        return text
    try:
        return parse_clock_s(str(text))
    except ValueError:
        raise wrong(
            Sentence(f"{shown(str(text))} is no time of day", f"{shown(str(text))} 不是一天中的时刻"),
            Sentence("such as `18:00`", "例如 `18:00`"),
        ) from None


def _month_day(text: object) -> tuple[int, int]:
    if isinstance(text, tuple):
        return text
    found = _MONTH_DAY.fullmatch(str(text))
    if found is None:
        raise wrong(
            Sentence(f"{shown(str(text))} is no day of a year", f"{shown(str(text))} 不是一年中的日子"),
            Sentence("month and day, such as `12-25`", "月和日，例如 `12-25`"),
        )
    return int(found[1]), int(found[2])


TimeOfDay = Annotated[
    int, BeforeValidator(_close_s), text_schema(f"^{CLOCK_FORM}$", "not a time of day, such as 18:00", "18:00")
]
MonthDay = Annotated[
    tuple[int, int],
    BeforeValidator(_month_day),
    text_schema(r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$", "no day of a year, such as 12-25", "12-25"),
]


class OccasionsSpec(Spec):
    """Key periods by the names of their sets, holidays by their names, days of the year."""

    sets: list[str] = Field(default=[])
    """Sets of key periods, by their names in rules/calendars."""
    holidays: list[str] = Field(default=[])
    """Statutory holidays, by their names."""
    days: list[MonthDay] = Field(default=[])
    """Days of the year, month and day."""

    @model_validator(mode="after")
    def _must_name_some(self) -> "OccasionsSpec":
        if not (self.sets or self.holidays or self.days):
            raise wrong(
                Sentence("no occasion is named", "没有写明场合"),
                Sentence("give `sets`, `holidays` or `days`", "请写 `sets`、`holidays` 或 `days`"),
            )
        return self


class DueSpec(Spec):
    """One schedule: exactly one of `every`, `dates`, `after`, `before` and `during`."""

    every: EveryField | None = None
    """How often it is due."""
    on: Annotated[str, text_schema(_ON_FORM, f"no day of a period: {_ON_HINT}")] | None = None
    """On which day of the period; on the last unless told."""
    at: Annotated[list[TimeOfDay], BeforeValidator(as_list), OrOne()] = Field(default=[])
    """Times of day at which it is due, each for itself."""
    to: TimeOfDay | None = None
    """Until when on its day; its end unless told."""
    months: list[Annotated[int, Field(ge=1, le=12)]] = Field(default=[])
    """The months in which it is due, 1 to 12; all unless told."""
    times: int = Field(default=1, ge=1, le=52)
    """How often in each period."""
    dates: list[DateField] = Field(default=[])
    """The days on which it is due."""
    after: Literal["start", "end"] | None = None
    """The end of the term that `limit` counts from."""
    limit: LimitField | None = None
    """How long after the start or the end of the term."""
    before: OccasionsSpec | None = None
    """Due before these occasions."""
    during: OccasionsSpec | None = None
    """Due on the days of these occasions."""
    what: TextField = ""
    """What is due by this schedule, in words."""

    @model_validator(mode="after")
    def _one_of_them(self) -> "DueSpec":
        given = [self.every, self.dates or None, self.after, self.before, self.during]
        if sum(one is not None for one in given) != 1:
            raise wrong(
                Sentence("not one schedule", "不是单一的周期"),
                Sentence(
                    "give one of `every`, `dates`, `after`, `before` and `during`",
                    "请写 `every`、`dates`、`after`、`before`、`during` 之一",
                ),
            )
        if (self.after is None) != (self.limit is None):
            raise wrong(
                Sentence("`after` and `limit` belong together", "`after` 与 `limit` 须同时写"),
                Sentence("such as `{after: start, limit: 3 workdays}`", "例如 `{after: start, limit: 3 workdays}`"),
            )
        if self.on not in (None, "last workday", "corresponding day") and not _WORKDAY_AFTER.fullmatch(str(self.on)):
            raise wrong(
                Sentence(f"{shown(str(self.on))} is no day of a period", f"{shown(str(self.on))} 不是周期中的日子"),
                _ON_HINT,
            )
        if self.at and (self.to is not None or self.on is not None):
            raise wrong(
                Sentence("`at` has its own times", "`at` 自带时刻"),
                Sentence("leave out `to` and `on`", "请去掉 `to` 和 `on`"),
            )
        return self

    def resolve(self, calendar: Calendar, key: str) -> Schedule:
        """The frozen schedule. Raises ConfigError at `key` for a set or holiday that the calendars do not know."""
        what, close_s = text_of(self.what), self.to if self.to is not None else DAY_S
        if self.every is not None:
            after = _WORKDAY_AFTER.fullmatch(self.on or "")
            return Periodic(
                every=self.every,
                closes_s=tuple(sorted(self.at)) or (close_s,),
                last_workday=self.on == "last workday",
                corresponding_day=self.on == "corresponding day",
                workday_after=int(after[1]) if after else 0,
                months=frozenset(self.months),
                times=self.times,
                what=what,
            )
        if self.dates:
            return Dated(tuple(parse_date(one) for one in self.dates), close_s, what)
        if self.limit is not None:
            return AfterTerm(self.limit, self.after == "end", what)
        around = self.before or self.during
        assert around is not None  # noqa: S101  # the validator counted them
        _check_known(around.sets, (*calendar.sets, HOLIDAYS), f"{key}.{'before' if self.before else 'during'}.sets")
        return AroundPeriods(
            tuple(around.sets), tuple(around.holidays), tuple(around.days), self.during is not None, what
        )


def _check_known(names: Iterable[str], known: Iterable[str], key: str) -> None:
    listed = list(known)
    for index, name in enumerate(names):
        if name not in listed:
            hint = meant(name, listed) or "see rules/calendars"
            refuse(f"{key}.{index}", f"no such key periods: {shown(name)}", hint)


def _as_schedules(written: object) -> object:
    return [written] if isinstance(written, dict) else written


Schedules = Annotated[list[DueSpec], BeforeValidator(_as_schedules), OrOne()]


class PlacesSpec(Spec):
    """Places of one kind at which each task is owed: so many of them, or their names."""

    title: TextField
    """What such a place is called."""
    count: int | None = Field(default=None, ge=1, le=9_999)
    """How many there are."""
    names: list[str] = Field(default=[])
    """All of their names."""

    @model_validator(mode="after")
    def _counted_or_named(self) -> "PlacesSpec":
        if (self.count is None) == (not self.names):
            raise wrong(
                Sentence("how many places?", "有多少个地点？"),
                Sentence("give `count:`, or all of their `names:`", "请写 `count:`，或用 `names:` 列出全部"),
            )
        if len(set(self.names)) != len(self.names):
            raise wrong(Sentence("a place that is named twice", "地点重复"))
        return self

    def resolve(self, name: str) -> PlaceGroup:
        return PlaceGroup(name, text_of(self.title), self.count or len(self.names), tuple(self.names))


class ObligationSpec(Spec):
    """One row that is no clock of an incident. Exactly one of `due`, `occasion` and `always`.

    `strict` warns of the same tasks sooner; `warned` are tasks that only the stricter reading knows.

    `places`: each dated task is ticked place by place.
    """

    id: str
    """The obligation's id, unique in the file."""
    source: str
    """Where the paper says so."""
    what: TextField
    """What is owed, in words."""
    services: list[str] = Field(default=[])
    """Services (lots) of the contract; all unless told."""
    due: Schedules = Field(default=[])
    """When it is due: a schedule, or a list of them."""
    strict: Schedules = Field(default=[])
    """The sooner schedule of the stricter reading, by which people are warned."""
    warned: Schedules = Field(default=[])
    """Tasks that only the stricter reading knows."""
    occasion: TextField | None = None
    """The occasion on which it is owed, where no date tells: per meeting, per change."""
    always: TextField | None = None
    """What holds all the time."""
    places: dict[GroupName, PlacesSpec] = Field(default={})
    """Places at which each task is owed, by the group's name."""
    interpretation: TextField | None = None
    """How the paper was read where it is silent or can be read in two ways."""
    note: TextField = ""
    """A remark."""
    fulfilled_by: FulfilmentField | None = None
    """What of opsmon's own work ticks it off."""
    broken_by: DiscoveryField | list[DiscoveryField] = Field(default=[])
    """What of opsmon's own findings breaks it."""

    @model_validator(mode="after")
    def _one_nature(self) -> "ObligationSpec":
        dated = bool(self.due or self.warned)
        if sum((dated, self.occasion is not None, self.always is not None)) != 1:
            raise wrong(
                Sentence("not one kind of obligation", "不是单一种类的义务"),
                Sentence("give one of `due`, `occasion` and `always`", "请写 `due`、`occasion`、`always` 之一"),
            )
        if self.places and not self.due:
            raise wrong(
                Sentence("places of nothing", "地点没有对应的义务"),
                Sentence("`places` belongs to `due`", "`places` 属于 `due`"),
            )
        if self.strict and not self.due:
            raise wrong(
                Sentence("a stricter reading of nothing", "从严口径没有内容"),
                Sentence("`strict` belongs to `due`", "`strict` 属于 `due`"),
            )
        if self.fulfilled_by is not None and not self.due:
            raise wrong(
                Sentence(
                    "nothing to tick off: `fulfilled_by` belongs to `due`",
                    "没有可登记的内容：`fulfilled_by` 属于 `due`",
                )
            )
        return self

    def resolve(self, services: Iterable[str], calendar: Calendar, key: str) -> Obligation:
        known = list(services)
        for index, name in enumerate(self.services):
            if name not in known:
                hint = meant(name, known) or f"the contract has {', '.join(known)}"
                refuse(f"{key}.services.{index}", f"no such service: {shown(name)}", hint)
        return Obligation(
            id=ClauseId(self.id),
            source=self.source,
            what=text_of(self.what),
            services=tuple(self.services),
            schedules=_resolved(self.due, calendar, f"{key}.due"),
            strict=_resolved(self.strict, calendar, f"{key}.strict"),
            warned=_resolved(self.warned, calendar, f"{key}.warned"),
            occasion=text_of(self.occasion) if self.occasion is not None else None,
            standing=text_of(self.always) if self.always is not None else None,
            interpretation=text_of(self.interpretation) if self.interpretation is not None else None,
            places=tuple(one.resolve(name) for name, one in self.places.items()),
            fulfilled_by=self.fulfilled_by,
            broken_by=frozenset([self.broken_by] if isinstance(self.broken_by, Discovery) else self.broken_by),
        )


def _resolved(specs: list[DueSpec], calendar: Calendar, key: str) -> tuple[Schedule, ...]:
    return tuple(one.resolve(calendar, f"{key}.{index}") for index, one in enumerate(specs))
