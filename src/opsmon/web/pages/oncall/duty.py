"""Who is on duty, in the words of a page: now, and day by day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from opsmon.model.name import PersonId, RotaName
from opsmon.oncall.lint.duty_lint import duties_of
from opsmon.oncall.oncall_rules import OnCallRules
from opsmon.oncall.roster import Duty, Rota, on_duty
from opsmon.text.bilingual import Text
from opsmon.text.safe import visible
from opsmon.web.frame.visit import Visit

DAYS = 7
NO_WEEK: tuple[tuple["DutyCell", ...], ...] = ()


@dataclass(frozen=True, slots=True)
class DutyCell:
    """One duty of the week. `people` "" is nobody; `is_swapped`: somebody stands in for another."""

    shift: str
    people: str
    since: datetime | None
    until: datetime | None
    is_provisional: bool
    is_swapped: bool


@dataclass(frozen=True, slots=True)
class RotaRow:
    """A rota: who is on duty now, who after that, and the week by the days on which shifts begin."""

    name: RotaName
    title: str
    now: DutyCell
    doubts: list[str]
    follows: DutyCell | None
    week: tuple[tuple[DutyCell, ...], ...] = NO_WEEK


def person_titles(rules: OnCallRules, people: Iterable[PersonId], language: str) -> str:
    """What people are called, as a list in a sentence; of one whom the rules do not know any more his id."""
    known = ((one, rules.people.get(one)) for one in people)
    titles = [visible(one if person is None else person.title.in_(language) or one) for one, person in known]
    return Text(", ", "、").in_(language).join(titles)


def rota_rows(visit: Visit, *, with_week: bool = False) -> list[RotaRow]:
    """Every rota that the visitor sees, in the order of the file."""
    return [_rota_row(visit, rota, with_week=with_week) for rota in visit.world.rules.oncall.rotas.values()]


def _rota_row(visit: Visit, rota: Rota, *, with_week: bool) -> RotaRow:
    overrides = visit.world.roster.overrides
    duty = on_duty(rota, overrides, visit.now)
    follows = None if duty.until is None else on_duty(rota, overrides, duty.until)
    return RotaRow(
        rota.name,
        rota.title.in_(visit.language) or rota.name,
        _cell(visit, duty),
        [visible(doubt.in_(visit.language)) for doubt in duty.doubts],
        None if follows is None else _cell(visit, follows),
        _week(visit, rota) if with_week else NO_WEEK,
    )


def _cell(visit: Visit, duty: Duty) -> DutyCell:
    people = person_titles(visit.world.rules.oncall, duty.people, visit.language)
    swapped = any(post.overrides for post in duty.posts)
    shift = visit.world.rules.oncall.rotas[duty.rota].shift_title(duty.shift).in_(visit.language)
    return DutyCell(shift, people, duty.since, duty.until, duty.is_provisional, swapped)


def week_days(rota: Rota, now: datetime) -> list[date]:
    """Today and the days after it, by the wall clock of the rota."""
    today = rota.calendar.local_date(now)
    return [today + timedelta(days=number) for number in range(DAYS)]


def _week(visit: Visit, rota: Rota) -> tuple[tuple[DutyCell, ...], ...]:
    """One entry a day. A duty stands on the day on which its shift began, that of the night before on today."""
    days = week_days(rota, visit.now)
    cells: dict[date, list[DutyCell]] = {day: [] for day in days}
    for duty in duties_of(rota, visit.world.roster.overrides, visit.now, visit.now + timedelta(days=DAYS)):
        begun = duty.day or rota.calendar.local_date(duty.since or visit.now)
        day = max(begun, days[0])
        if day in cells:
            cells[day].append(_cell(visit, duty))
    return tuple(tuple(found) for found in cells.values())
