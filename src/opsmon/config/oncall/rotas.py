"""`rotas:` of `rules/oncall.yaml`: the shifts of a rota, by whose days, with which crews.

vc:
  calendar: xicheng-vc-2025
  shifts:
    - {name: day,   on: workday, from: "09:00", to: "18:00",   crews: [[p-li, p-wang, p-zhao]], need: 3}
    - {name: night, on: workday, from: "18:00", to: "09:00+1", crews: [[p-sun], [p-qian]], since: "2026-11-02"}
    - {name: rest,  on: rest,    from: "09:00", to: "09:00+1", crews: [[p-sun], [p-qian]], since: "2026-11-07"}
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from opsmon.config.oncall.names import OnCallNames
from opsmon.config.rules.field import (
    CLOCK_FORM,
    DateField,
    TextField,
    as_list,
    parse_clock_s,
    parse_date,
    text_of,
)
from opsmon.contract.calendar.calendar import DAY_S, DayKind
from opsmon.contract.contract_rules import ContractRules
from opsmon.model.name import ContractId, PersonId, RotaName
from opsmon.oncall.roster import LeaveLimits, Rota
from opsmon.oncall.shift import DutyShift, ShiftDays
from opsmon.spec import OrOne, Spec, text_schema, wrong
from opsmon.text.bilingual import Sentence
from opsmon.text.near_miss import meant, shown

_TIME = re.compile(r"(\d\d:\d\d)(?:\+([1-7]))?", re.ASCII)
_TIME_HINT = Sentence(
    "such as `18:00`, or `09:00+1` for nine o'clock of the next day", "例如 `18:00`，或用 `09:00+1` 表示次日九点"
)
_FIRST_DAY, _LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WORKED = frozenset({DayKind.WORKDAY, DayKind.MAKE_UP})
_DAYS: Mapping[str, ShiftDays] = {
    "workday": ShiftDays(_WORKED),
    "rest": ShiftDays(frozenset(DayKind) - _WORKED),
    "holiday": ShiftDays(frozenset({DayKind.HOLIDAY})),
    "weekend": ShiftDays(frozenset({DayKind.WEEKEND})),
    "make-up": ShiftDays(frozenset({DayKind.MAKE_UP})),
    "closure": ShiftDays(frozenset({DayKind.CLOSURE})),
    "daily": ShiftDays(weekdays=frozenset(range(7))),
    **{name: ShiftDays(weekdays=frozenset({number})) for number, name in enumerate(_WEEKDAYS)},
}
_DAYS_ZH: Mapping[str, str] = {
    "工作日": "workday",
    "休息日": "rest",
    "节假日": "holiday",
    "周末": "weekend",
    "调休上班": "make-up",
    "停业": "closure",
    "每天": "daily",
    **{f"周{sign}": name for sign, name in zip("一二三四五六日", _WEEKDAYS, strict=True)},
}
_WORDS = (*_DAYS, *_DAYS_ZH)


def _read_days(written: object) -> object:
    """The word in English where it was written in Chinese."""
    word = _DAYS_ZH.get(written, written) if isinstance(written, str) else written
    if isinstance(word, str) and word not in _DAYS:
        raise wrong(
            Sentence(f"unknown days {shown(word)}", f"无法识别日子 {shown(word)}"),
            meant(word, _DAYS) or Sentence(f"one of {', '.join(_DAYS)}", f"可选：{'、'.join(_DAYS)}"),
        )
    return word


def parse_time_s(text: str) -> int:
    """Seconds since the midnight that begins the shift's day, of `18:00` or `09:00+1`. Raises a pydantic error."""
    found = _TIME.fullmatch(text)
    try:
        if found is not None:
            return parse_clock_s(found[1]) + int(found[2] or 0) * DAY_S
    except ValueError:
        pass
    raise wrong(Sentence(f"{shown(text)} is no time of a shift", f"{shown(text)} 不是班次时间"), _TIME_HINT)


def _check_time(text: str) -> str:
    parse_time_s(text)
    return text


DaysWord = Annotated[str, BeforeValidator(_read_days), WithJsonSchema({"type": "string", "enum": list(_WORDS)})]
ShiftTime = Annotated[
    str, AfterValidator(_check_time), text_schema(rf"^{CLOCK_FORM}(\+[1-7])?$", f"not a time: {_TIME_HINT}", "09:00+1")
]
Crew = Annotated[list[str], BeforeValidator(as_list), OrOne(), Field(min_length=1)]


class PeriodDaysSpec(Spec):
    """Every day that a key period touches."""

    period: Annotated[list[str], BeforeValidator(as_list), OrOne(), Field(min_length=1)]
    """Key periods of the contract's `periods:` or of rules/calendars, such as `holidays`."""


def days_of(word: str) -> ShiftDays:
    """The days that one word means."""
    return _DAYS[word]


def _as_days(written: object) -> object:
    return written if isinstance(written, list) else [written]


class ShiftSpec(Spec):
    """A shift: the days it begins on, its hours, its crews."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    """What it is called; overrides name it · 班次名称"""
    title: TextField = ""
    """What people are shown in place of its name · 显示名称"""
    on: Annotated[list[DaysWord | PeriodDaysSpec], BeforeValidator(_as_days), OrOne(), Field(min_length=1)]
    """The days that it begins on: the night before a holiday is a workday's night · 哪些日子开始"""
    from_: ShiftTime = Field(alias="from")
    """When it begins, by the wall clock · 开始时间"""
    to: ShiftTime
    """When it ends; `09:00+1` is nine o'clock of the next day · 结束时间"""
    crews: Annotated[list[Crew], Field(min_length=1)]
    """The crews that take turns, each a list of people · 轮流值班的各组人员"""
    turn: Annotated[int, Field(ge=1, le=1000)] = 1
    """How many of these shifts a crew holds in a row · 每组连续几班"""
    since: DateField | None = None
    """The day on which the first crew began; turns are counted in shifts that took place since · 从哪天起轮"""
    need: Annotated[int, Field(ge=1, le=1000)] = 1
    """How many people the contract wants there · 至少几人"""

    def resolve(self, key: str, book: ContractRules, names: OnCallNames) -> DutyShift:
        """The shift; what is wrong goes to `names`."""
        begin_s, end_s = parse_time_s(self.from_), parse_time_s(self.to)
        if begin_s >= DAY_S:
            names.refuse(f"{key}.from", "a shift begins on the day that `on` is asked of", "write it without `+`")
        if end_s <= begin_s:
            names.refuse(f"{key}.to", "it ends before it begins", f"over midnight write `{self.to}+1`")
        if len(self.crews) > 1 and self.since is None:
            hint = 'the day on which the first crew began, such as `since: "2026-11-02"`'
            names.refuse(key, "`since` is missing: turns are counted from a day on", hint)
        since = _FIRST_DAY if self.since is None else parse_date(self.since)
        if not _FIRST_DAY <= since <= _LAST_DAY:
            hint = "turns are counted day by day: a day near the first one of this rota"
            names.refuse(f"{key}.since", f"{since} is too far away", hint)
            since = _FIRST_DAY
        self._check_crews(key, names)
        return DutyShift(
            self.name,
            self._days(f"{key}.on", book, names),
            begin_s,
            max(end_s, begin_s + 1),
            tuple(tuple(PersonId(person) for person in crew) for crew in self.crews),
            self.need,
            since,
            self.turn,
            text_of(self.title),
        )

    def _check_crews(self, key: str, names: OnCallNames) -> None:
        for number, crew in enumerate(self.crews):
            for place, person in enumerate(crew):
                names.check_person(person, f"{key}.crews.{number}.{place}")
                if person in crew[:place]:
                    names.refuse(f"{key}.crews.{number}.{place}", f"{shown(person)} is in the crew twice")

    def _days(self, key: str, book: ContractRules, names: OnCallNames) -> ShiftDays:
        kinds: frozenset[DayKind] = frozenset()
        weekdays: frozenset[int] = frozenset()
        periods: list[str] = []
        for one in self.on:
            if isinstance(one, PeriodDaysSpec):
                periods.extend(_sets_of(one, key, book, names))
            else:
                kinds, weekdays = kinds | _DAYS[one].kinds, weekdays | _DAYS[one].weekdays
        return ShiftDays(kinds, weekdays, tuple(dict.fromkeys(periods)))


def _sets_of(spec: PeriodDaysSpec, key: str, book: ContractRules, names: OnCallNames) -> Iterator[str]:
    for name in spec.period:
        if name in book.periods:
            yield from book.periods[name]
        elif name in book.calendar.sets:
            yield name
        else:
            known = (*book.periods, *book.calendar.sets)
            hint = meant(name, known) or "see `periods:` of the contract, and rules/calendars"
            names.refuse(key, f"no such key periods: {shown(name)}", hint)


class LeaveLimitsSpec(Spec):
    """How much leave the contract allows to the people of the rota."""

    days_a_year: Annotated[int, Field(ge=0)] | None = None
    """Workdays of leave that a person may take in a calendar year · 每人每年请假天数"""
    people_at_once: Annotated[int, Field(ge=0)] | None = None
    """How many may be away on one day · 同时请假人数"""


class RotaSpec(Spec):
    """A rota: at any moment the first of its shifts that covers it."""

    title: TextField = ""
    """What people call it · 名称"""
    calendar: str
    """The contract whose workdays, holidays and key periods these are · 按哪个合同的日历"""
    shifts: Annotated[list[ShiftSpec], Field(min_length=1)]
    """The shifts, in the order of precedence · 班次，靠前的优先"""
    leave: LeaveLimitsSpec = LeaveLimitsSpec()
    """How much leave the contract allows · 请假限制"""

    def resolve(self, name: str, names: OnCallNames) -> Rota | None:
        """The rota; None where its calendar is not known. What is wrong goes to `names`."""
        key = f"rotas.{name}"
        book = names.find_contract(self.calendar, f"{key}.calendar")
        seen: set[str] = set()
        for number, shift in enumerate(self.shifts):
            if shift.name in seen:
                names.refuse(f"{key}.shifts.{number}.name", f"a second shift {shown(shift.name)}", "names are unique")
            seen.add(shift.name)
        if book is None:
            return None
        shifts = tuple(one.resolve(f"{key}.shifts.{number}", book, names) for number, one in enumerate(self.shifts))
        limits = LeaveLimits(self.leave.days_a_year, self.leave.people_at_once)
        return Rota(RotaName(name), book.calendar, shifts, text_of(self.title), ContractId(self.calendar), limits)
