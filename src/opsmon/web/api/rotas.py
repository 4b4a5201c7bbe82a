"""The routes of rotas: who is on duty, swaps, and a calendar that phones subscribe to."""

from datetime import timedelta

from aiohttp import web

from opsmon.engine.input import EndOverride, SetOverride
from opsmon.engine.world import World
from opsmon.model.name import OverrideId, PersonId, RotaName
from opsmon.model.roster import OverrideEnded, OverrideSet
from opsmon.oncall.lint.duty_lint import duties_of
from opsmon.oncall.roster import Rota, on_duty
from opsmon.text.bilingual import Sentence
from opsmon.text.near_miss import nearest
from opsmon.web.api.issue import issue
from opsmon.web.api.rota_schemas import (
    DutyQuery,
    OverrideBody,
    OverrideEndBody,
    duty_document,
    override_document,
)
from opsmon.web.context import PARTS
from opsmon.web.errors import RequestError, short
from opsmon.web.route import JSON, answer_json, list_json, parse_body, parse_query
from opsmon.web.visit import view_of, who_acts

CALENDAR_DAYS = timedelta(days=60)
CALENDAR = "text/calendar"


async def show_duties(request: web.Request) -> web.Response:
    """Who is on duty of each rota, in the order of the file."""
    parts, query = request.app[PARTS], parse_query(DutyQuery, request)
    world = view_of(request)
    start = query.at or parts.clock.now()
    rules, overrides = world.rules.oncall, world.roster.overrides
    found = []
    for rota in _wanted(world, query.rota):
        if query.days:
            duties = duties_of(rota, overrides, start, start + timedelta(days=query.days))
        else:
            duties = (on_duty(rota, overrides, start),)
        found += [duty_document(rota, duty, rules) for duty in duties]
    return web.Response(body=list_json(found), content_type=JSON, charset="utf-8")


async def list_overrides(request: web.Request) -> web.Response:
    """The swaps that hold, the next first."""
    held = view_of(request).roster.overrides.by_id.values()
    listed = sorted(held, key=lambda one: (one.day, one.rota, one.set_at))
    return web.Response(body=list_json(map(override_document, listed)), content_type=JSON, charset="utf-8")


async def set_override(request: web.Request) -> web.Response:
    """A named human swaps people in one shift."""
    body = await parse_body(OverrideBody, request)
    actor = who_acts(request, body.by)
    asked = SetOverride(
        RotaName(body.rota), body.shift, body.day,
        None if body.person_out is None else PersonId(body.person_out),
        None if body.person_in is None else PersonId(body.person_in),
        actor.by, body.reason, actor.via,
    )  # fmt: skip
    accepted = await issue(request, asked, refused=422)
    name = next(event.override for event in accepted.events if isinstance(event, OverrideSet))
    return answer_json(override_document(view_of(request).roster.overrides.by_id[name]), 201)


async def end_override(request: web.Request) -> web.Response:
    """A named human takes a swap back; the answer is the swap as it was."""
    body = await parse_body(OverrideEndBody, request)
    actor = who_acts(request, body.by)
    name = OverrideId(request.match_info["override"])
    known = view_of(request).roster.overrides.by_id.get(name)
    if known is None:
        raise RequestError(
            404,
            Sentence(f"no override {short(name)}", f"没有换班 {short(name)}"),
            Sentence("GET /api/v1/oncall/overrides lists them", "可在 GET /api/v1/oncall/overrides 中查看"),
        )
    accepted = await issue(request, EndOverride(name, actor.by, body.reason, actor.via))
    assert any(isinstance(event, OverrideEnded) for event in accepted.events)  # noqa: S101 - it was taken
    return answer_json(override_document(known))


async def show_calendar(request: web.Request) -> web.Response:
    """The duties of a rota as iCalendar (RFC 5545), which phones and mail programs subscribe to."""
    from opsmon.web.api.rota_calendar import calendar_of

    parts = request.app[PARTS]
    world, now = view_of(request), parts.clock.now()
    (rota,) = _wanted(world, request.match_info["rota"].removesuffix(".ics"))
    duties = duties_of(rota, world.roster.overrides, now, now + CALENDAR_DAYS)
    body = calendar_of(rota, duties, world.rules.oncall, parts.language, now)
    return web.Response(body=body, content_type=CALENDAR, charset="utf-8")


def _wanted(world: World, name: str | None) -> tuple[Rota, ...]:
    """The rota of that name, or all. Raises RequestError 404."""
    rotas = world.rules.oncall.rotas
    if name is None:
        return tuple(rotas.values())
    if name not in rotas:
        hint = nearest(name, rotas) or f"there are {', '.join(rotas) or 'none: rules/oncall.yaml names them'}"
        raise RequestError(404, Sentence(f"no rota {short(name)}", f"没有值班表 {short(name)}"), hint)
    return (rotas[RotaName(name)],)
