"""The routes of obligations: which tasks are due, ticking them off, and taking a tick back."""

from datetime import timedelta

from aiohttp import web

from opsmon.contract.obligation import tasks_of
from opsmon.engine.input import Excuse, MarkDone, MarkUndone
from opsmon.model.duty import ObligationDone, ObligationExcused, ObligationUndone
from opsmon.model.name import ClauseId
from opsmon.web.api.commands import issue
from opsmon.web.api.obligation_schemas import (
    DoneBody,
    ExcusedBody,
    ObligationQuery,
    UndoneBody,
    task_document,
    ticked_document,
)
from opsmon.web.api.queries import contract_of
from opsmon.web.auth import ORIGIN
from opsmon.web.context import PARTS
from opsmon.web.errors import RequestError
from opsmon.web.route import JSON, answer_json, list_json, parse_body, parse_query

WEEK, MAX_DAYS = timedelta(days=7), 400


async def list_tasks(request: web.Request) -> web.Response:
    """Tasks that are due on some days, the first due first."""
    parts, query = request.app[PARTS], parse_query(ObligationQuery, request)
    world, now, contract = parts.desk.world, parts.clock.now(), contract_of(parts.desk.world, request)
    book = world.rules.contracts[contract]
    first = query.first or book.calendar.local_date(now)
    last = query.last or first + WEEK
    if not 0 <= (last - first).days <= MAX_DAYS:
        raise RequestError(422, f"from {first} to {last} is no stretch of days", f"{MAX_DAYS} days at the most")
    found = [(one, t) for one in book.obligations for t in tasks_of(one, book.contract, book.calendar, first, last)]
    found.sort(key=lambda pair: (pair[1].due_at, pair[0].id, pair[1].service, pair[1].part))
    return web.Response(
        body=list_json([task_document(contract, one, task, world.duties, now) for one, task in found]),
        content_type=JSON,
        charset="utf-8",
    )


async def mark_done(request: web.Request) -> web.Response:
    """A named human ticks off what is due on some days."""
    parts = request.app[PARTS]
    body, contract = await parse_body(DoneBody, request), contract_of(parts.desk.world, request)
    spans = body.spans
    many = len(spans) > 1 or spans[0][0] != spans[0][1]
    asked = MarkDone(
        contract=contract, obligation=ClauseId(request.match_info["obligation"]), day=spans[0][0],
        done_at=body.done_at or parts.clock.now(), by=body.by, note=body.note, service=body.service, part=body.part,
        file=body.file, file_sha256=body.file_sha256, places=tuple(body.places), spans=spans if many else (),
        on_the_day=many and body.done_at is None, via=request.get(ORIGIN, ""),
    )  # fmt: skip
    accepted = await issue(parts, asked)
    done = [event for event in accepted.events if isinstance(event, ObligationDone)]
    return answer_json(ticked_document(done), 201)


async def mark_undone(request: web.Request) -> web.Response:
    """A named human withdraws ticks, or their withdrawal."""
    parts = request.app[PARTS]
    body, contract = await parse_body(UndoneBody, request), contract_of(parts.desk.world, request)
    asked = MarkUndone(
        contract, ClauseId(request.match_info["obligation"]), body.spans, body.by, body.reason, body.service, body.part,
        tuple(body.places), body.again, request.get(ORIGIN, ""),
    )  # fmt: skip
    accepted = await issue(parts, asked)
    undone = [event for event in accepted.events if isinstance(event, ObligationUndone)]
    return answer_json(ticked_document(undone), 201)


async def excuse(request: web.Request) -> web.Response:
    """A named human records that the customer accepts why a task was late, or takes that back."""
    parts = request.app[PARTS]
    body, contract = await parse_body(ExcusedBody, request), contract_of(parts.desk.world, request)
    asked = Excuse(
        contract, ClauseId(request.match_info["obligation"]), body.day, body.by, body.approved_by, body.reason,
        body.service, body.part, body.paper, body.paper_sha256, body.withdrawn, request.get(ORIGIN, ""),
    )  # fmt: skip
    accepted = await issue(parts, asked)
    return answer_json(ticked_document([one for one in accepted.events if isinstance(one, ObligationExcused)]), 201)
