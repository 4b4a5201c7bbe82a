"""The routes of silences: who sets one, which hold, and their end before their time."""

from aiohttp import web

from opsmon.engine.input import EndSilence, SetSilence
from opsmon.model.name import SilenceId
from opsmon.model.page import SilenceSet
from opsmon.web.api.issue import issue
from opsmon.web.api.paging.bodies import SilenceBody, SilenceEndBody
from opsmon.web.api.paging.views import silence_document
from opsmon.web.context import PARTS
from opsmon.web.errors import unknown
from opsmon.web.route import answer_json, list_json, parse_body
from opsmon.web.visit import view_of, who_acts


async def list_silences(request: web.Request) -> web.Response:
    """Those that hold, the first to end first."""
    parts = request.app[PARTS]
    world, now = view_of(request), parts.clock.now()
    held = sorted(world.paging.silences.values(), key=lambda one: (one.until, one.id))
    body = list_json(silence_document(world, silence, now) for silence in held)
    return web.Response(body=body, content_type="application/json", charset="utf-8")


async def set_silence(request: web.Request) -> web.Response:
    """For a while incidents that agree page nobody."""
    parts, body = request.app[PARTS], await parse_body(SilenceBody, request)
    actor = who_acts(request, body.by)
    asked = SetSilence(
        body.match, body.until, actor.by, body.reason, body.owner, body.ends_with_incident, body.stops_clocks,
        actor.via,
    )  # fmt: skip
    accepted = await issue(request, asked, refused=422)
    name = next(event.silence for event in accepted.events if isinstance(event, SilenceSet))
    world = view_of(request)
    return answer_json(silence_document(world, world.paging.silences[name], parts.clock.now()), 201)


async def end_silence(request: web.Request) -> web.Response:
    """Before its time; what it covered pages people at once. The answer is the silence as it was."""
    parts, body = request.app[PARTS], await parse_body(SilenceEndBody, request)
    actor = who_acts(request, body.by)
    name = SilenceId(request.match_info["silence"])
    held = view_of(request).paging.silences.get(name)
    if held is None:
        raise unknown("silence", name, view_of(request).paging.silences.keys(), "GET /api/v1/silences")
    was = silence_document(view_of(request), held, parts.clock.now())
    await issue(request, EndSilence(name, actor.by, body.reason, actor.via))
    return answer_json(was)
