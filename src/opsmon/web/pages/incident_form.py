"""The forms of an incident: each becomes the same command as over the API, and leads back to the incident."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import ValidationError

from opsmon.engine.input import AddFact, Command, JudgeScope, OpenIncident, TakeOver
from opsmon.model.event import FactAdded
from opsmon.model.incident import Fact, FactType
from opsmon.model.name import ClauseId, DeviceName, SiteName
from opsmon.text.bilingual import Sentence
from opsmon.web.api.issue import issue
from opsmon.web.api.paging.bodies import TakeOverBody
from opsmon.web.api.queries import incident_named
from opsmon.web.api.schemas import AckBody, Body, EventBody, ExclusionBody, OpenBody, ScopeBody, WithdrawalBody
from opsmon.web.context import PARTS
from opsmon.web.errors import RequestError, short
from opsmon.web.frame.form import read_form
from opsmon.web.frame.mistakes import PUT_RIGHT, mistakes_of
from opsmon.web.frame.who import remember_name
from opsmon.web.own_path import own_path
from opsmon.web.visit import Actor, path_to, who_acts

B = TypeVar("B", bound=Body)
Form = Mapping[str, str]
_NOT_OF_BODY = frozenset({"back", "csrf"})


def body_of(shape: type[B], form: Form, zone: ZoneInfo, **more: object) -> B:
    """The same body as the API takes. A time of a form has no offset: it is the root's own. Raises RequestError 422."""
    fields: dict[str, object] = {key: word for key, word in form.items() if key not in _NOT_OF_BODY}
    for key in ("at", "reported_at", "until"):
        if key in form:
            fields[key] = _moment(form[key], zone)
    try:
        return shape.model_validate(fields | more, strict=False)
    except ValidationError as error:
        raise RequestError(422, mistakes_of(error), PUT_RIGHT) from None


def _moment(word: str, zone: ZoneInfo) -> str:
    try:
        at = datetime.fromisoformat(word)
    except ValueError:
        words = Sentence(f"no time: {short(word)}", f"不是时间：{short(word)}")
        raise RequestError(422, words, Sentence("such as 2026-11-28T09:41", "例如 2026-11-28T09:41")) from None
    return (at if at.tzinfo else at.replace(tzinfo=zone)).isoformat()


def labels_of(form: Form) -> dict[str, str]:
    """`venue=main-hall cause=external`, by blanks or commas. Raises RequestError 422."""
    words = form.get("labels", "").replace(",", " ").replace("，", " ").split()
    pairs = [word.partition("=") for word in words]
    if any(not sign or not key for key, sign, _ in pairs):
        raise RequestError(
            422,
            Sentence("a label is written key=value", "标签写作 key=value"),
            Sentence("several with blanks between them", "多个标签用空格分隔"),
        )
    return {key: value for key, _, value in pairs}


async def take_on(request: web.Request) -> web.Response:
    """A named human takes the incident on."""
    parts, form = request.app[PARTS], await read_form(request)
    body = body_of(AckBody, {**form, "by": actor_of(request, form).by}, parts.timezone)
    fact = Fact(FactType.ACKNOWLEDGED, body.at or parts.clock.now(), body.by or "", body.note)
    return await _tell(request, form, fact, takes_on=True)


async def add_fact(request: web.Request) -> web.Response:
    """Something happened to the incident; now, unless told when."""
    parts, form = request.app[PARTS], await read_form(request)
    body = body_of(EventBody, {**form, "by": actor_of(request, form).by}, parts.timezone)
    return await _tell(request, form, Fact(body.type, body.at or parts.clock.now(), body.by or "", body.note))


async def take_over(request: web.Request) -> web.Response:
    """A person has the incident from now on, in the place of whoever had it."""
    form = await read_form(request)
    actor = actor_of(request, form)
    body = body_of(TakeOverBody, {**form, "by": actor.by}, request.app[PARTS].timezone)
    return await _give(request, form, TakeOver(incident_named(request), actor.by, body.note, actor.via))


async def withdraw_fact(request: web.Request) -> web.Response:
    """A fact was wrong."""
    parts, form = request.app[PARTS], await read_form(request)
    body = body_of(WithdrawalBody, {**form, "by": actor_of(request, form).by}, parts.timezone)
    fact = Fact(FactType.WITHDRAWN, parts.clock.now(), body.by or "", body.reason, withdraws=body.fact)
    return await _tell(request, form, fact)


async def exclude(request: web.Request) -> web.Response:
    """The fault, or what some clauses ask for, is not the contractor's responsibility."""
    parts, form = request.app[PARTS], await read_form(request)
    clauses = form.get("clauses", "").replace(",", " ").replace("，", " ").split()
    body = body_of(ExclusionBody, {**form, "by": actor_of(request, form).by}, parts.timezone, clauses=clauses)
    fact = Fact(
        FactType.EXCLUDED, parts.clock.now(), body.by or "", body.note,
        clauses=tuple(map(ClauseId, dict.fromkeys(clauses))), approved_by=body.approved_by, paper=form.get("paper", ""),
    )  # fmt: skip
    return await _tell(request, form, fact)


async def judge(request: web.Request) -> web.Response:
    """A named human finds what the incident is under its contract."""
    parts, form, name = request.app[PARTS], await read_form(request), incident_named(request)
    body = body_of(ScopeBody, {**form, "by": actor_of(request, form).by}, parts.timezone, labels=labels_of(form))
    asked = JudgeScope(
        name,
        body.by or "",
        body.reason,
        body.severity,
        body.service,
        body.labels,
        body.seen,
        actor_of(request, form).via,
    )
    return await _give(request, form, asked)


async def _tell(request: web.Request, form: Form, fact: Fact, *, takes_on: bool = False) -> web.Response:
    name = incident_named(request)
    return await _give(request, form, AddFact(name, replace(fact, via=actor_of(request, form).via), takes_on))


async def _give(request: web.Request, form: Form, command: AddFact | JudgeScope | TakeOver) -> web.Response:
    await issue(request, command)
    return led_to(request, form.get("back", f"/i/{command.incident}"), actor_of(request, form))


def led_to(request: web.Request, path: str, actor: Actor) -> web.Response:
    """To a page of ours, which shows what the command did; a reload there does not repeat it."""
    answer = web.Response(status=303, headers={"Location": path_to(request, own_path(path))})
    remember_name(answer, actor.by)
    return answer


def actor_of(request: web.Request, form: Form) -> Actor:
    """As whom the form is sent: who signed in, else the name in it. Raises RequestError 403 and 422."""
    return who_acts(request, form.get("by"))


async def report_fault(request: web.Request) -> web.Response:
    """A person reports a fault; leads to the incident that it is, which monitoring may have had already."""
    parts, form = request.app[PARTS], await read_form(request)
    actor = actor_of(request, form)
    body = body_of(OpenBody, {**form, "by": actor.by}, parts.timezone, labels=labels_of(form))
    asked: Command = OpenIncident(
        site=SiteName(body.site), condition=body.condition, by=body.by or "", note=body.note,
        reported_at=body.reported_at or parts.clock.now(), kind=body.kind, service=body.service,
        device=None if body.device is None else DeviceName(body.device), severity=body.severity, labels=body.labels,
        via=actor.via,
    )  # fmt: skip
    accepted = await issue(request, asked, refused=422)
    reported = next(event for event in accepted.events if isinstance(event, FactAdded))
    return led_to(request, f"/i/{reported.incident}", actor)
