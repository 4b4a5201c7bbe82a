"""`/i`: incidents by words and filters, the newest first, as far as they are in memory; and by id from the journal."""

from typing import Literal

from aiohttp import web
from pydantic import Field

from opsmon.incident.incident import Incident
from opsmon.incident.wording import fault_words
from opsmon.model.incident import Severity
from opsmon.text.vocabulary import SEVERITIES, named
from opsmon.web.api.filters import refuse_unknown
from opsmon.web.api.queries import choose_incidents
from opsmon.web.api.schemas import IncidentQuery
from opsmon.web.frame.form import PageQuery, read_query
from opsmon.web.frame.render import Record, page
from opsmon.web.frame.visit import Visit
from opsmon.web.pages.board import rank, row_of

MAX_FOUND = 200


class SearchQuery(PageQuery):
    """Words, all of which have to be there, and filters."""

    q: str = Field(default="", max_length=200)
    state: Literal["open", "closed", "active", "all"] = "all"
    site: str | None = None
    contract: str | None = None
    severity: Severity | None = None


async def search_incidents(request: web.Request) -> web.Response:
    """The list that fits."""
    query = read_query(SearchQuery, request)
    return page(request, "search.html", lambda visit: search_record(visit, query))


def search_record(visit: Visit, query: SearchQuery) -> Record:
    """What fits, the newest first."""
    refuse_unknown(visit.world, query)
    asked = IncidentQuery(
        state=query.state, site=query.site, contract=query.contract, severity=query.severity, limit=100_000
    )
    words = query.q.casefold().split()
    fitting = [one for one in choose_incidents(visit.world, asked) if _fits(visit, one, words)]
    rules = visit.world.rules
    return {
        "query": query,
        "rows": [row_of(visit, rank(visit.world, one)) for one in fitting[:MAX_FOUND]],
        "found": len(fitting),
        "shown": min(len(fitting), MAX_FOUND),
        "sites": [(name, one.title or name) for name, one in sorted(rules.inventory.sites.items())],
        "contracts": [
            (name, book.contract.title.in_(visit.language)) for name, book in sorted(rules.contracts.items())
        ],
        "severities": [(one.value, named(SEVERITIES, one, visit.language)) for one in Severity],
        "states": ("all", "open", "active", "closed"),
    }


def _fits(visit: Visit, incident: Incident, words: list[str]) -> bool:
    if not words:
        return True
    rules = visit.world.rules
    site, device = rules.inventory.sites.get(incident.site), rules.inventory.devices.get(incident.device)
    text = " ".join(
        (
            incident.id, incident.device, incident.site, incident.condition, incident.detail, incident.contract or "",
            "" if site is None else site.title, "" if device is None else device.title,
            fault_words(incident, rules.rulebook, rules.limits, visit.language),
        )
    ).casefold()  # fmt: skip
    return all(word in text for word in words)
