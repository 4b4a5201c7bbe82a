"""`/oncall`: who is on duty now and this week, what is wrong with the rules, and swaps."""

from dataclasses import dataclass
from datetime import date, timedelta

from aiohttp import web

from opsmon.engine.input import EndOverride, SetOverride
from opsmon.model.name import OverrideId, PersonId, RotaName
from opsmon.oncall.lint.lint import lint_on_call
from opsmon.oncall.override import Override
from opsmon.text.safe import visible
from opsmon.text.time import day_words
from opsmon.web.api.issue import issue
from opsmon.web.api.rota_schemas import OverrideBody
from opsmon.web.context import PARTS
from opsmon.web.frame.form import PageQuery, read_form, read_query
from opsmon.web.frame.render import page
from opsmon.web.frame.visit import Visit
from opsmon.web.frame.who import last_name
from opsmon.web.pages.incident_form import actor_of, body_of, led_to
from opsmon.web.pages.oncall.duty import person_titles, rota_rows, week_days
from opsmon.web.visit import calendar_link

LINTED = timedelta(days=60)
PLACE = "/oncall"


@dataclass(frozen=True, slots=True)
class LintRow:
    """What people should change in the rules."""

    words: str
    hint: str
    key: str


@dataclass(frozen=True, slots=True)
class SwapRow:
    """A swap that holds."""

    id: OverrideId
    rota: str
    shift: str
    day: str
    person_out: str
    person_in: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class SwapForm:
    """What can be chosen in the form of one rota."""

    rota: RotaName
    title: str
    shifts: list[str]
    first_day: date
    crew: list[tuple[PersonId, str]]


async def show_roster(request: web.Request) -> web.Response:
    """The page; with `part=live` what changes of it."""
    read_query(PageQuery, request)
    by = last_name(request)

    def record_of(visit: Visit) -> dict[str, object]:
        links = {rota: calendar_link(request, rota) for rota in visit.world.rules.oncall.rotas}
        return roster_record(visit) | {"name": by, "links": links}

    return page(request, "oncall.html", record_of)


def roster_record(visit: Visit) -> dict[str, object]:
    """What the page shows. `lint` looks at weeks, and is asked for by the whole page only."""
    rules, held = visit.world.rules.oncall, visit.world.roster.overrides.by_id.values()
    rows = rota_rows(visit, with_week=True)
    first = next(iter(rules.rotas.values()), None)
    days = [] if first is None else [day_words(day).in_(visit.language) for day in week_days(first, visit.now)]
    return {
        "rows": rows,
        "days": days,
        "swaps": [_swap_row(visit, one) for one in sorted(held, key=lambda one: (one.day, one.rota, one.set_at))],
        "swap_forms": [_swap_form(visit, row.name, row.title) for row in rows],
        "people": [(one, person_titles(rules, [one], visit.language)) for one in rules.people],
        "lint": lambda: lint_rows(visit),
    }


def lint_rows(visit: Visit) -> list[LintRow]:
    """What is wrong in the next weeks."""
    rules, language = visit.world.rules, visit.language
    found = lint_on_call(rules.oncall, rules.contracts, visit.world.roster.overrides, visit.now, LINTED)
    return [LintRow(visible(one.text.in_(language)), visible(one.hint.in_(language)), one.key) for one in found]


def _swap_row(visit: Visit, one: Override) -> SwapRow:
    rules, language = visit.world.rules.oncall, visit.language
    rota = rules.rotas.get(one.rota)
    out, comes = (
        "" if who is None else person_titles(rules, [who], language) for who in (one.person_out, one.person_in)
    )
    title = one.rota if rota is None else rota.title.in_(language) or one.rota
    day = day_words(one.day).in_(language)
    return SwapRow(one.id, title, one.shift, day, out, comes, visible(one.by), visible(one.reason))


def _swap_form(visit: Visit, name: RotaName, title: str) -> SwapForm:
    rules = visit.world.rules.oncall
    rota = rules.rotas[name]
    crew = [(one, person_titles(rules, [one], visit.language)) for one in sorted(rota.people)]
    return SwapForm(name, title, [one.name for one in rota.shifts], rota.calendar.local_date(visit.now), crew)


async def set_swap(request: web.Request) -> web.Response:
    """A person stands in for another in one shift."""
    form = await read_form(request)
    actor = actor_of(request, form)
    body = body_of(OverrideBody, {**form, "by": actor.by}, request.app[PARTS].timezone)
    out, comes = (None if who is None else PersonId(who) for who in (body.person_out, body.person_in))
    asked = SetOverride(RotaName(body.rota), body.shift, body.day, out, comes, actor.by, body.reason, actor.via)
    await issue(request, asked, refused=422)
    return led_to(request, PLACE, actor)


async def end_swap(request: web.Request) -> web.Response:
    """A swap holds no more."""
    form = await read_form(request)
    actor, name = actor_of(request, form), OverrideId(request.match_info["override"])
    await issue(request, EndOverride(name, actor.by, form.get("reason", ""), actor.via))
    return led_to(request, PLACE, actor)
