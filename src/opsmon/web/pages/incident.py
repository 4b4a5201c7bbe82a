"""`/i/ID`: one incident with everything about it, and every command as a form."""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from opsmon.access.view import View
from opsmon.contract.contract_rules import ContractRules
from opsmon.engine.commands.missing import missing_notices
from opsmon.engine.world import World
from opsmon.errors import StoreError
from opsmon.incident.incident import Incident
from opsmon.model.event import ClockChanged, Event
from opsmon.model.incident import FactType, Severity
from opsmon.model.name import DeviceName, IncidentId
from opsmon.text.citation import cited
from opsmon.text.journal_reason import reason_words
from opsmon.text.safe import visible
from opsmon.text.vocabulary import FACTS, SEVERITIES, TARGETS, named
from opsmon.web.api.queries import incident_named, incident_of
from opsmon.web.context import PARTS
from opsmon.web.frame.mark import CLOCK_MARKS, DEVICE_MARKS, Mark
from opsmon.web.frame.render import page
from opsmon.web.frame.visit import Visit
from opsmon.web.frame.who import last_name
from opsmon.web.pages.board import rank, row_of
from opsmon.web.pages.oncall.told import told_block
from opsmon.web.pages.timeline import timeline_of

MAX_CHILDREN = 200
CHANGED_BEFORE = timedelta(hours=24)
CHANGED_AFTER = timedelta(hours=1)  # a capture sees a change some time after it was made
# What is told with one press, in the order in which it happens.
QUICK_FACTS = (FactType.REMOTE_STARTED, FactType.ON_SITE, FactType.SPARE_NEEDED, FactType.RESOLVED)
TOLD_FACTS = (
    FactType.REPORTED, FactType.NOTIFIED, FactType.ACKNOWLEDGED, FactType.REMOTE_STARTED, FactType.REMOTE_FAILED,
    FactType.ON_SITE, FactType.SPARE_NEEDED, FactType.SPARE_INSTALLED, FactType.FALLBACK_AGREED, FactType.RESOLVED,
    FactType.REPORT_FILED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ClockRow:
    """One clock in words; `left_s` None where it has stopped."""

    clause: str
    what: str
    source: str
    target: str
    mark: Mark
    starts_at: datetime
    due_at: datetime | None
    strict_due_at: datetime | None
    at_risk_at: datetime | None
    met_at: datetime | None
    left_s: float | None
    spent: float
    is_provisional: bool
    why: str


async def known_incident(request: web.Request, name: IncidentId) -> tuple[View, Incident, Sequence[Event] | None]:
    """The incident, with the world that holds it and its events (None: the journal cannot be read); one that left
    memory comes from the journal alone. Raises RequestError 404, StoreError."""
    view, incident = await incident_of(request, name)
    events: Sequence[Event] | None = None
    with contextlib.suppress(StoreError):
        entries = await asyncio.to_thread(request.app[PARTS].journal, name)
        events = [entry.event for entry in entries if view.tells(entry.event)]
    return view, incident, events


async def show_incident(request: web.Request) -> web.Response:
    """The page of one incident."""
    name = incident_named(request)
    world, incident, events = await known_incident(request, name)
    by = last_name(request)
    return page(request, "incident.html", lambda visit: incident_record(visit, world, incident, events) | {"name": by})


def incident_record(
    visit: Visit, world: World, incident: Incident, events: Sequence[Event] | None
) -> dict[str, object]:
    """What the page of an incident shows."""
    language = visit.language
    row = row_of(visit, rank(world, incident))
    device = world.rules.inventory.devices.get(incident.device)
    book = None if incident.contract is None else world.rules.contracts.get(incident.contract)
    return {
        "one": row,
        "incident": incident,
        "device": device,
        "device_mark": None if device is None else DEVICE_MARKS[world.incidents.state_of(device.name)],
        "contract_title": incident.contract if book is None else book.contract.title.in_(language),
        "clocks": clock_rows(visit, world, incident, book),
        "missing": [
            (clause, [named(FACTS, fact, language) for fact in facts])
            for clause, facts in missing_notices(world, incident)
        ],
        "timeline": timeline_of(incident, events, language),
        "journal_is_read": events is not None,
        "diagnosis": [visible(text, lines=True) for text in incident.diagnosis],
        "children": [(name, DEVICE_MARKS[world.incidents.state_of(name)]) for name in sorted(incident.children)],
        "changes": changes_before(visit, world, incident),
        "told": told_block(visit, world, incident.id),
        "labels": {**incident.labels, **incident.own_labels},
        "quick": [(fact.value, named(FACTS, fact, language)) for fact in QUICK_FACTS] if incident.is_open else [],
        "facts": [(fact.value, named(FACTS, fact, language)) for fact in TOLD_FACTS],
        "severities": [(one.value, named(SEVERITIES, one, language)) for one in Severity],
        "services": []
        if book is None
        else [(name, one.title.in_(language)) for name, one in book.contract.services.items()],
        "now_local": visit.now.astimezone(visit.zone).strftime("%Y-%m-%dT%H:%M:%S"),
        "seen": len(incident.judgements),
    }


def changes_before(visit: Visit, world: World, incident: Incident) -> list[tuple[DeviceName, datetime]]:
    """Configurations that were changed in the day before it began, on the device or on the way to it."""
    device = world.rules.inventory.devices.get(incident.device)
    names = () if device is None else (device.name, *device.parents)
    since, until = incident.starts_at - CHANGED_BEFORE, incident.starts_at + CHANGED_AFTER
    return [(name, at) for name in names for at in visit.parts.states.configured(name, since, until)]


def clock_rows(visit: Visit, world: World, incident: Incident, book: ContractRules | None) -> list[ClockRow]:
    """The clocks of an incident, the most pressing first."""
    clauses = {} if book is None else {clause.id: clause for clause in book.contract.clauses}
    found = []
    for status in world.clock_statuses.get(incident.id, {}).values():
        clause = clauses.get(status.last.clause)
        what = "" if clause is None else clause.what.in_(visit.language)
        found.append(
            _clock_row(visit, status.last, what, "" if clause is None else cited(clause.source, visit.language))
        )
    return sorted(found, key=lambda one: (one.left_s is None, one.left_s or 0.0, one.clause))


def _clock_row(visit: Visit, clock: ClockChanged, what: str, source: str) -> ClockRow:
    due_at = clock.effective_due_at
    left_s = (due_at - visit.now).total_seconds() if clock.after.is_open and due_at is not None else None
    return ClockRow(
        clause=clock.clause,
        what=what,
        source=source,
        target=named(TARGETS, clock.target, visit.language),
        mark=CLOCK_MARKS[clock.after],
        starts_at=clock.starts_at,
        due_at=due_at,
        strict_due_at=clock.strict_due_at if clock.strict_due_at != due_at else None,
        at_risk_at=clock.at_risk_at,
        met_at=clock.met_at,
        left_s=left_s,
        spent=_spent(clock, visit.now),
        is_provisional=clock.provisional,
        why=clock.reason_zh
        if visit.language == "zh" and clock.reason_zh
        else reason_words(clock.reason, visit.language),
    )


def _spent(clock: ClockChanged, now: datetime) -> float:
    """How much of the time is used up, from 0 to 1."""
    due_at = clock.effective_due_at
    if due_at is None or due_at <= clock.starts_at:
        return 1.0
    end = clock.met_at or now
    return min(max((end - clock.starts_at) / (due_at - clock.starts_at), 0.0), 1.0)
