"""The routes that command. A command is answered when it is in the journal, not before."""

from aiohttp import web

from opsmon.console.document import AckBody, DoneBody, DoneDocument, EventBody, MaintenanceBody, SeverityBody
from opsmon.console.failure import RequestError
from opsmon.console.parts import PARTS, ConsoleParts
from opsmon.console.reading import contract_of, detail_of, device_of, incident_of
from opsmon.console.route import answer_json, parse_body
from opsmon.console.view import device_detail, latest_of
from opsmon.engine.desk import Accepted, Refused
from opsmon.engine.input import AddFact, Command, JudgeScope, MarkDone, SetMaintenance
from opsmon.model.event import ObligationDone
from opsmon.model.incident import Fact, FactType
from opsmon.model.name import ClauseId

NO_REASON = "no reason was given"


async def add_event(request: web.Request) -> web.Response:
    """Something happened to an incident; now, unless told when."""
    parts = request.app[PARTS]
    body, incident = await parse_body(EventBody, request), incident_of(parts.desk.world, request)
    fact = Fact(body.type, body.at or parts.clock.now(), body.by, body.note)
    await _issue(parts, AddFact(incident.id, fact))
    return answer_json(await detail_of(parts, incident), 201)


async def acknowledge(request: web.Request) -> web.Response:
    """A named human takes an incident on."""
    parts = request.app[PARTS]
    body, incident = await parse_body(AckBody, request), incident_of(parts.desk.world, request)
    fact = Fact(FactType.ACKNOWLEDGED, body.at or parts.clock.now(), body.by, body.note)
    await _issue(parts, AddFact(incident.id, fact))
    return answer_json(await detail_of(parts, incident), 201)


async def set_severity(request: web.Request) -> web.Response:
    """A named human judges an incident."""
    parts = request.app[PARTS]
    body, incident = await parse_body(SeverityBody, request), incident_of(parts.desk.world, request)
    await _issue(parts, JudgeScope(incident.id, body.by, body.note or NO_REASON, body.severity))
    return answer_json(await detail_of(parts, incident))


async def set_maintenance(request: web.Request) -> web.Response:
    """Begins a maintenance window now, or ends it."""
    parts = request.app[PARTS]
    body, device = await parse_body(MaintenanceBody, request), device_of(parts.desk.world, request)
    if body.until is not None and body.until <= parts.clock.now():
        raise RequestError(422, "until: is not in the future", "null ends a maintenance window now")
    await _issue(parts, SetMaintenance(device.name, body.until, body.by, body.note))
    return answer_json(device_detail(parts.desk.world, device, latest_of(parts.desk, device.name)))


async def mark_done(request: web.Request) -> web.Response:
    parts = request.app[PARTS]
    body, contract = await parse_body(DoneBody, request), contract_of(parts.desk.world, request)
    asked = MarkDone(
        contract=contract, obligation=ClauseId(request.match_info["obligation"]), day=body.day,
        done_at=body.done_at or parts.clock.now(), by=body.by, note=body.note, service=body.service, part=body.part,
        file=body.file, file_sha256=body.file_sha256,
    )  # fmt: skip
    accepted = await _issue(parts, asked)
    (done,) = (event for event in accepted.events if isinstance(event, ObligationDone))
    document = DoneDocument(
        contract=done.contract, obligation=done.obligation, service=done.service, part=done.part, due_at=done.due_at,
        day=done.day,
    )  # fmt: skip
    return answer_json(document, 201)


async def _issue(parts: ConsoleParts, command: Command) -> Accepted:
    """Returns when the command is in the journal. Raises RequestError: 409 when it cannot be, 503 when not now."""
    answer = await parts.desk.issue(command)
    if isinstance(answer, Accepted):
        return answer
    if isinstance(answer, Refused):
        raise RequestError(409, answer.reason, "nothing was changed; see GET of the same address for how things stand")
    raise RequestError(
        503, answer.reason, "it may have been taken all the same: look before you repeat it", {"Retry-After": "5"}
    )
