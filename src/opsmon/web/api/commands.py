"""The routes that command. A command is answered when it is in the journal, not before."""

from dataclasses import replace

from aiohttp import web

from opsmon.access.visitor import VisitorKind
from opsmon.engine.input import AddFact, Command, JudgeScope, OpenIncident, SetMaintenance, TakeOver
from opsmon.engine.port import Accepted
from opsmon.model.event import FactAdded
from opsmon.model.incident import Fact, FactType
from opsmon.model.name import ClauseId, DeviceName, IncidentId, SiteName
from opsmon.text.bilingual import Sentence
from opsmon.text.journal_reason import NO_REASON, written
from opsmon.web.api.issue import issue
from opsmon.web.api.paging.bodies import TakeOverBody
from opsmon.web.api.queries import detail_of, device_of, incident_named, incident_of
from opsmon.web.api.schemas import (
    AckBody,
    EventBody,
    ExclusionBody,
    MaintenanceBody,
    OpenBody,
    PaperBody,
    ScopeBody,
    SeverityBody,
    WithdrawalBody,
)
from opsmon.web.api.views import device_detail, latest_of
from opsmon.web.context import PARTS
from opsmon.web.errors import RequestError
from opsmon.web.route import answer_json, parse_body
from opsmon.web.visit import view_of, visitor_of, who_acts


async def add_event(request: web.Request) -> web.Response:
    """Something happened to an incident; now, unless told when."""
    parts = request.app[PARTS]
    body = await parse_body(EventBody, request)
    return await _add_fact(request, Fact(body.type, body.at or parts.clock.now(), _told_by(request, body), body.note))


def _told_by(request: web.Request, body: EventBody) -> str:
    """A token of opsmon.yaml need not say who tells an event, as before there were accounts."""
    return body.by or ("api" if visitor_of(request).kind is VisitorKind.SETTINGS else "")


async def acknowledge(request: web.Request) -> web.Response:
    """A named human takes an incident on. 409 where somebody holds it, unless a clock waits for another."""
    parts = request.app[PARTS]
    body = await parse_body(AckBody, request)
    acknowledged = Fact(FactType.ACKNOWLEDGED, body.at or parts.clock.now(), body.by or "", body.note)
    return await _add_fact(request, acknowledged, takes_on=True)


async def take_over(request: web.Request) -> web.Response:
    """A named human has the incident from now on, in the place of whoever had it."""
    body, name = await parse_body(TakeOverBody, request), incident_named(request)
    actor = who_acts(request, body.by)
    await _issue_about(request, name, TakeOver(name, actor.by, body.note, actor.via))
    return answer_json(await detail_of(request, name), 201)


async def withdraw_fact(request: web.Request) -> web.Response:
    """A fact was wrong."""
    body, now = await parse_body(WithdrawalBody, request), request.app[PARTS].clock.now()
    return await _add_fact(request, Fact(FactType.WITHDRAWN, now, body.by or "", body.reason, withdraws=body.fact))


async def exclude_incident(request: web.Request) -> web.Response:
    """The fault, or what some clauses ask for, is not the contractor's responsibility."""
    body, now = await parse_body(ExclusionBody, request), request.app[PARTS].clock.now()
    paper = PaperBody(name=body.paper) if isinstance(body.paper, str) and body.paper else body.paper
    excluded = Fact(
        FactType.EXCLUDED, now, body.by or "", body.note,
        clauses=tuple(dict.fromkeys(map(ClauseId, body.clauses))), approved_by=body.approved_by,
        paper=paper.name if isinstance(paper, PaperBody) else "",
        paper_sha256=paper.sha256 if isinstance(paper, PaperBody) else "",
    )  # fmt: skip
    return await _add_fact(request, excluded)


async def _add_fact(request: web.Request, fact: Fact, *, takes_on: bool = False) -> web.Response:
    name = incident_named(request)
    actor = who_acts(request, fact.by)
    told = replace(fact, by=actor.by, via=actor.via)
    await _issue_about(request, name, AddFact(name, told, takes_on))
    return answer_json(await detail_of(request, name), 201)


async def open_incident(request: web.Request) -> web.Response:
    """A person reports a fault. The answer is the incident that it is, which monitoring may have had already."""
    parts, body = request.app[PARTS], await parse_body(OpenBody, request)
    actor = who_acts(request, body.by)
    asked = OpenIncident(
        site=SiteName(body.site), condition=body.condition.strip(), by=actor.by, note=body.note,
        reported_at=body.reported_at or parts.clock.now(), kind=body.kind, service=body.service,
        device=None if body.device is None else DeviceName(body.device), severity=body.severity, labels=body.labels,
        via=actor.via,
    )  # fmt: skip
    accepted = await issue(request, asked, refused=422)
    reported = next(event for event in accepted.events if isinstance(event, FactAdded))
    return answer_json(await detail_of(request, reported.incident), 201)


async def judge_scope(request: web.Request) -> web.Response:
    """A named human finds what the incident is under its contract."""
    body, name = await parse_body(ScopeBody, request), incident_named(request)
    actor = who_acts(request, body.by)
    asked = JudgeScope(name, actor.by, body.reason, body.severity, body.service, body.labels, body.seen, actor.via)
    await _issue_about(request, name, asked)
    return answer_json(await detail_of(request, name))


async def set_severity(request: web.Request) -> web.Response:
    """A named human judges an incident."""
    body, name = await parse_body(SeverityBody, request), incident_named(request)
    actor = who_acts(request, body.by)
    asked = JudgeScope(name, actor.by, body.note or written(NO_REASON), body.severity, via=actor.via)
    await _issue_about(request, name, asked)
    return answer_json(await detail_of(request, name))


async def set_maintenance(request: web.Request) -> web.Response:
    """Begins a maintenance window now, or ends it."""
    parts = request.app[PARTS]
    body, device = await parse_body(MaintenanceBody, request), device_of(view_of(request), request)
    actor = who_acts(request, body.by)
    if body.until is not None and body.until <= parts.clock.now():
        raise RequestError(
            422,
            Sentence("until: is not in the future", "until：不是将来的时间"),
            Sentence("null ends a maintenance window now", "null 立即结束维护"),
        )
    await issue(request, SetMaintenance(device.name, body.until, actor.by, body.note, actor.via))
    return answer_json(device_detail(view_of(request), device, latest_of(parts.daemon, device.name)))


async def _issue_about(request: web.Request, incident: IncidentId, command: Command) -> Accepted:
    """As `issue`; 404 when the one who decides knows no such incident."""
    try:
        return await issue(request, command)
    except RequestError as error:
        if error.status == 409:
            await incident_of(request, incident)
        raise
