"""The routes of obligations: which tasks are due, ticking them off, and taking a tick back."""

from datetime import timedelta

from aiohttp import web

from opsmon.contract.obligation import tasks_of
from opsmon.engine.input import Excuse, MarkDone, MarkUndone
from opsmon.model.duty import ObligationDone, ObligationExcused, ObligationUndone
from opsmon.model.name import ClauseId
from opsmon.text.bilingual import Sentence
from opsmon.web.api.issue import issue
from opsmon.web.api.obligation_schemas import (
    DoneBody,
    ExcusedBody,
    ObligationQuery,
    UndoneBody,
    task_document,
    ticked_document,
)
from opsmon.web.api.queries import contract_of
from opsmon.web.context import PARTS
from opsmon.web.errors import RequestError
from opsmon.web.route import JSON, answer_json, list_json, parse_body, parse_query
from opsmon.web.visit import view_of, who_acts

WEEK, MAX_DAYS = timedelta(days=7), 400


async def list_tasks(request: web.Request) -> web.Response:
    """Tasks that are due on some days, the first due first."""
    parts, query = request.app[PARTS], parse_query(ObligationQuery, request)
    world, now = view_of(request), parts.clock.now()
    contract = contract_of(world, request)
    book = world.rules.contracts[contract]
    first = query.first or book.calendar.local_date(now)
    last = query.last or first + WEEK
    if not 0 <= (last - first).days <= MAX_DAYS:
        raise RequestError(
            422,
            Sentence(f"from {first} to {last} is no stretch of days", f"{first} 至 {last} 不是有效的日期范围"),
            Sentence(f"{MAX_DAYS} days at the most", f"最多 {MAX_DAYS} 天"),
        )
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
    body, contract = await parse_body(DoneBody, request), contract_of(view_of(request), request)
    actor = who_acts(request, body.by)
    spans = body.spans
    many = len(spans) > 1 or spans[0][0] != spans[0][1]
    asked = MarkDone(
        contract=contract, obligation=ClauseId(request.match_info["obligation"]), day=spans[0][0],
        done_at=body.done_at or parts.clock.now(), by=actor.by, note=body.note, service=body.service, part=body.part,
        file=body.file, file_sha256=body.file_sha256, places=tuple(body.places), spans=spans if many else (),
        on_the_day=many and body.done_at is None, via=actor.via,
    )  # fmt: skip
    accepted = await issue(request, asked)
    done = [event for event in accepted.events if isinstance(event, ObligationDone)]
    return answer_json(ticked_document(done), 201)


async def mark_undone(request: web.Request) -> web.Response:
    """A named human withdraws ticks, or their withdrawal."""
    body, contract = await parse_body(UndoneBody, request), contract_of(view_of(request), request)
    actor = who_acts(request, body.by)
    asked = MarkUndone(
        contract, ClauseId(request.match_info["obligation"]), body.spans, actor.by, body.reason, body.service,
        body.part, tuple(body.places), body.again, actor.via,
    )  # fmt: skip
    accepted = await issue(request, asked)
    undone = [event for event in accepted.events if isinstance(event, ObligationUndone)]
    return answer_json(ticked_document(undone), 201)


async def excuse(request: web.Request) -> web.Response:
    """A named human records that the customer accepts why a task was late, or takes that back."""
    body, contract = await parse_body(ExcusedBody, request), contract_of(view_of(request), request)
    actor = who_acts(request, body.by)
    asked = Excuse(
        contract, ClauseId(request.match_info["obligation"]), body.day, actor.by, body.approved_by, body.reason,
        body.service, body.part, body.paper, body.paper_sha256, body.withdrawn, actor.via,
    )  # fmt: skip
    accepted = await issue(request, asked)
    return answer_json(ticked_document([one for one in accepted.events if isinstance(one, ObligationExcused)]), 201)
