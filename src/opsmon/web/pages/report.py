"""`/report`: a telephone report in twenty seconds."""

from aiohttp import web

from opsmon.model.device import Kind
from opsmon.model.incident import Severity
from opsmon.model.name import SiteName
from opsmon.text.vocabulary import KINDS, SEVERITIES, named
from opsmon.web.frame.form import PageQuery, read_query
from opsmon.web.frame.render import Record, page
from opsmon.web.frame.visit import Visit
from opsmon.web.frame.who import last_name

MAX_DEVICES = 2_000  # offered for completion; another one is typed in whole


class ReportQuery(PageQuery):
    """What is filled in already."""

    site: str | None = None
    device: str | None = None


async def show_report(request: web.Request) -> web.Response:
    """The form."""
    query, by = read_query(ReportQuery, request), last_name(request)
    return page(request, "report.html", lambda visit: {**report_record(visit, query), "name": by})


def report_record(visit: Visit, query: ReportQuery) -> Record:
    """Where a fault can be, and how bad."""
    inventory, language = visit.world.rules.inventory, visit.language
    of_device = next((one for one in inventory.devices.values() if one.name == query.device), None)
    site = query.site if of_device is None else of_device.site
    here = [one for one in inventory.devices.values() if site is None or one.site == SiteName(site)]
    return {
        "site": site,
        "device": query.device,
        "sites": [(name, one.title or name) for name, one in sorted(inventory.sites.items())],
        "devices": [(one.name, one.title) for one in here[:MAX_DEVICES]],
        "severities": [(one.value, named(SEVERITIES, one, language)) for one in Severity],
        "kinds": [(one.value, named(KINDS, one, language)) for one in Kind],
        "now_local": visit.now.astimezone(visit.zone).strftime("%Y-%m-%dT%H:%M"),
    }
