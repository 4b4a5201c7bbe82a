"""`opsmon contracts calendar YEAR`: the days of a year that are not what the plain week says, and its key periods."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby
from typing import Annotated

import typer

from opsmon.cli.contracts.render_clock import book_of
from opsmon.cli.language import language_of
from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption
from opsmon.cli.output import print_json, print_table, say, warn
from opsmon.config.rules.contract_files import load_rules
from opsmon.contract.calendar.calendar import Calendar, Day, DayKind
from opsmon.errors import ConfigError, Problem
from opsmon.text.bilingual import Sentence, Text
from opsmon.text.vocabulary import DAY_KINDS, WEEKDAYS, headings, named

FIRST_YEAR, LAST_YEAR = 1990, 2100
PROVISIONAL = Text(": results that touch it are provisional", "：涉及该时段的结果为暂定")
ONE_NAME = "holiday:"  # the sets of one holiday's name repeat what the set of all holidays says


def show_calendar(
    year: Annotated[int, typer.Argument(min=FIRST_YEAR, max=LAST_YEAR)],
    contract: Annotated[str | None, typer.Option(help="With the closures and events of this contract.")] = None,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """The holidays, make-up workdays and key periods of a year."""
    rules = load_rules(root)
    if not rules.contracts:
        raise ConfigError((Problem("rules/contracts", 0, 0, Sentence("the root has no contract", "该目录没有合同")),))
    book = book_of(contract, rules) if contract else next(iter(rules.contracts.values()))
    if json_output:
        print_json(calendar_json(year, book.calendar))
        return
    language = language_of(rules.settings)
    marked = [
        (
            f"{WEEKDAYS[day.weekday()].in_(language)} {day}",
            named(DAY_KINDS, what.kind, language),
            what.name.in_(language),
        )
        for day, what in _marked(year, book.calendar)
    ]
    print_table(headings(("date", "is a", "for"), language), marked)
    say()
    sets = [
        (_titled(name, book.calendar, language), first, last)
        for name in _names(book.calendar)
        for first, last in _runs(year, book.calendar, name)
    ]
    print_table(headings(("key period", "from", "to"), language), sets)
    for line in (*map(str, rules.told_first), *_warnings(year, book.calendar, language)):
        warn(line)


def calendar_json(year: int, calendar: Calendar) -> dict[str, object]:
    """The year as JSON; `announced` false means that everything in it may still change."""
    by_kind = {kind: [_day_json(day, what) for day, what in _marked(year, calendar) if what.kind is kind]
               for kind in (DayKind.HOLIDAY, DayKind.MAKE_UP, DayKind.CLOSURE)}  # fmt: skip
    return {
        "year": year,
        "announced": year in calendar.announced,
        "workdays": sum(calendar.is_workday(day) for day in _days(year)),
        "holidays": by_kind[DayKind.HOLIDAY],
        "make_up_workdays": by_kind[DayKind.MAKE_UP],
        "closures": by_kind[DayKind.CLOSURE],
        "key_periods": {
            name: [{"from": first.isoformat(), "to": last.isoformat()} for first, last in _runs(year, calendar, name)]
            for name in _names(calendar)
        },
        "warnings": _warnings(year, calendar),
    }


def _day_json(day: date, what: Day) -> dict[str, str]:
    return {"date": day.isoformat(), "name": what.name.en, "name_zh": what.name.in_("zh")}


def _warnings(year: int, calendar: Calendar, language: str = "en") -> list[str]:
    first, last = date(year, 1, 1), date(year, 12, 31)
    doubts = dict.fromkeys(calendar.doubts(first, last))
    for name in _names(calendar):
        doubts.update(dict.fromkeys(doubt for day in _days(year) for doubt in calendar.period_doubts((name,), day)))
    return [f"{doubt.in_(language)}{PROVISIONAL.in_(language)}" for doubt in doubts]


def _days(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=offset) for offset in range((date(year + 1, 1, 1) - first).days)]


def _marked(year: int, calendar: Calendar) -> list[tuple[date, Day]]:
    plain = (DayKind.WORKDAY, DayKind.WEEKEND)
    return [(day, what) for day in _days(year) if (what := calendar.day(day)).kind not in plain]


def _names(calendar: Calendar) -> list[str]:
    return [name for name in calendar.sets if not name.startswith(ONE_NAME)]


def _titled(name: str, calendar: Calendar, language: str) -> str:
    """A set by its name; in Chinese by its title."""
    return calendar.sets[name].title.zh or name if language == "zh" else name


def _runs(year: int, calendar: Calendar, name: str) -> Iterator[tuple[date, date]]:
    """Each unbroken run of days of the year that a set touches."""
    inside = [day for day in _days(year) if calendar.period_spans(name, day)]
    for _, run in groupby(enumerate(inside), key=lambda one: one[1].toordinal() - one[0]):
        listed = [day for _, day in run]
        yield listed[0], listed[-1]
