"""Every address of the daemon's port: those of the API, from which the OpenAPI document is made, and the pages."""

from functools import cache

from aiohttp import web

from opsmon.web import health
from opsmon.web import prometheus as scraping
from opsmon.web.api import channels, deliveries, rotas
from opsmon.web.api import commands as commanding
from opsmon.web.api import obligations as duties
from opsmon.web.api import queries as reading
from opsmon.web.api.admin.admin_routes import ADMIN_ROUTES
from opsmon.web.api.channel_schemas import ChannelTestBody, ChannelTestDocument, NoBody
from opsmon.web.api.load.schemas import LoadDocument, LoadQuery
from opsmon.web.api.load.views import show_load
from opsmon.web.api.obligation_schemas import (
    DoneBody,
    DoneDocument,
    ExcusedBody,
    ObligationQuery,
    TaskDocument,
    UndoneBody,
)
from opsmon.web.api.openapi import describe
from opsmon.web.api.paging import silences
from opsmon.web.api.paging.bodies import SilenceBody, SilenceEndBody, TakeOverBody
from opsmon.web.api.paging.schemas import SilenceDocument
from opsmon.web.api.rota_schemas import (
    CalendarQuery,
    DutyDocument,
    DutyQuery,
    OverrideBody,
    OverrideDocument,
    OverrideEndBody,
)
from opsmon.web.api.schemas import (
    AckBody,
    BudgetDocument,
    BudgetQuery,
    ClockDocument,
    ClockQuery,
    DeliveryDocument,
    DeliveryQuery,
    DeviceDetailDocument,
    DeviceDocument,
    DeviceQuery,
    EventBody,
    ExclusionBody,
    IncidentDetailDocument,
    IncidentDocument,
    IncidentQuery,
    MaintenanceBody,
    OpenBody,
    ScopeBody,
    SeverityBody,
    SiteDocument,
    SiteQuery,
    WithdrawalBody,
)
from opsmon.web.auth import Access
from opsmon.web.pages.page_routes import PAGE_ROUTES
from opsmon.web.route import TEXT, Route

_INCIDENT = "/api/v1/incidents/{incident}"
_DEVICE = "/api/v1/devices/{device}"
_OBLIGATION = "/api/v1/contracts/{contract}/obligations/{obligation}"


async def show_openapi(request: web.Request) -> web.Response:
    """The document that describes this list."""
    return web.json_response(_description())


@cache
def _description() -> dict[str, object]:
    return describe(ROUTES)


ROUTES: tuple[Route, ...] = (
    Route("GET", "/healthz", health.alive, "Whether the daemon's loop answers", Access.OPEN, content=TEXT),
    Route("GET", "/readyz", health.ready, "Whether checks are sent and the store can be written", Access.OPEN,
          content=TEXT),
    Route("GET", "/metrics", scraping.daemon_metrics, "The daemon's own metrics", content=TEXT),
    Route("GET", "/metrics/site/{site}", scraping.site_metrics, "Metrics of every device of a site", content=TEXT),
    Route("GET", "/metrics/device/{device}", scraping.device_metrics, "Metrics of a device", content=TEXT),
    Route("GET", "/sd/sites", scraping.discover_sites, "Prometheus http_sd: a target for each site"),
    Route("GET", "/sd/devices", scraping.discover_devices, "Prometheus http_sd: a target for each device"),
    Route("GET", "/api/v1/incidents", reading.list_incidents, "Incidents, the newest first", query=IncidentQuery,
          answer=IncidentDocument, many=True),
    Route("POST", "/api/v1/incidents", commanding.open_incident, "Report a fault as a person", Access.COMMAND,
          body=OpenBody, answer=IncidentDetailDocument, status=201),
    Route("GET", _INCIDENT, reading.show_incident, "An incident with its facts, clocks and journal",
          answer=IncidentDetailDocument),
    Route("POST", f"{_INCIDENT}/events", commanding.add_event, "Add an event to an incident", Access.COMMAND,
          body=EventBody, answer=IncidentDetailDocument, status=201),
    Route("POST", f"{_INCIDENT}/ack", commanding.acknowledge, "Acknowledge an incident", Access.COMMAND,
          body=AckBody, answer=IncidentDetailDocument, status=201),
    Route("POST", f"{_INCIDENT}/takeover", commanding.take_over, "Take an incident over from whoever has it",
          Access.COMMAND, body=TakeOverBody, answer=IncidentDetailDocument, status=201),
    Route("POST", f"{_INCIDENT}/withdrawals", commanding.withdraw_fact, "Withdraw a fact that was wrong",
          Access.COMMAND, body=WithdrawalBody, answer=IncidentDetailDocument, status=201),
    Route("POST", f"{_INCIDENT}/exclusions", commanding.exclude_incident,
          "Exclude an incident, or some clauses of it", Access.MANAGE, body=ExclusionBody,
          answer=IncidentDetailDocument, status=201),
    Route("PUT", f"{_INCIDENT}/scope", commanding.judge_scope, "Judge what an incident is under its contract",
          Access.MANAGE, body=ScopeBody, answer=IncidentDetailDocument),
    Route("PUT", f"{_INCIDENT}/severity", commanding.set_severity, "Judge how bad an incident is", Access.MANAGE,
          body=SeverityBody, answer=IncidentDetailDocument),
    Route("GET", "/api/v1/clocks", reading.list_clocks, "Contract clocks, the most pressing first", query=ClockQuery,
          answer=ClockDocument, many=True),
    Route("GET", "/api/v1/budgets", reading.list_budgets, "Fault budgets of the present month", query=BudgetQuery,
          answer=BudgetDocument, many=True),
    Route("GET", "/api/v1/devices", reading.list_devices, "Devices and their states", query=DeviceQuery,
          answer=DeviceDocument, many=True),
    Route("GET", _DEVICE, reading.show_device, "A device, and who it says it is", answer=DeviceDetailDocument),
    Route("PUT", f"{_DEVICE}/maintenance", commanding.set_maintenance, "Begin or end a maintenance window",
          Access.COMMAND, body=MaintenanceBody, answer=DeviceDetailDocument),
    Route("GET", "/api/v1/sites", reading.list_sites, "Sites, with their devices counted by state", query=SiteQuery,
          answer=SiteDocument, many=True),
    Route("GET", "/api/v1/contracts/{contract}/obligations", duties.list_tasks,
          "Tasks of recurring obligations, the first due first", query=ObligationQuery, answer=TaskDocument, many=True),
    Route("POST", f"{_OBLIGATION}/done", duties.mark_done, "Tick off a recurring obligation", Access.COMMAND,
          body=DoneBody, answer=DoneDocument, status=201),
    Route("POST", f"{_OBLIGATION}/undone", duties.mark_undone, "Withdraw a tick, or its withdrawal", Access.COMMAND,
          body=UndoneBody, answer=DoneDocument, status=201),
    Route("POST", f"{_OBLIGATION}/excused", duties.excuse, "Excuse a late task, or take that back", Access.MANAGE,
          body=ExcusedBody, answer=DoneDocument, status=201),
    Route("GET", "/api/v1/load", show_load, "Where the daemon's time goes: rates, lateness, queues, memory, by check "
          "and by site", query=LoadQuery, answer=LoadDocument),
    Route("GET", "/api/v1/deliveries", deliveries.list_deliveries, "Notifications that no receiver has taken",
          query=DeliveryQuery, answer=DeliveryDocument, many=True),
    Route("POST", "/api/v1/deliveries/{delivery}/again", channels.try_again, "Try a dead notification again",
          Access.ADMIN, body=NoBody, answer=DeliveryDocument, status=201),
    Route("POST", "/api/v1/channels/{channel}/test", channels.send_test, "Send a channel a test message",
          Access.ADMIN, body=ChannelTestBody, answer=ChannelTestDocument, status=201),
    Route("GET", "/api/v1/oncall", rotas.show_duties, "Who is on duty of each rota", query=DutyQuery,
          answer=DutyDocument, many=True),
    Route("GET", "/api/v1/oncall/overrides", rotas.list_overrides, "Swaps that hold, the next first",
          answer=OverrideDocument, many=True),
    Route("POST", "/api/v1/oncall/overrides", rotas.set_override, "Swap people in one shift", Access.MANAGE,
          body=OverrideBody, answer=OverrideDocument, status=201),
    Route("POST", "/api/v1/oncall/overrides/{override}/end", rotas.end_override, "Take a swap back", Access.MANAGE,
          body=OverrideEndBody, answer=OverrideDocument),
    Route("GET", "/api/v1/silences", silences.list_silences, "Silences that hold, the first to end first",
          answer=SilenceDocument, many=True),
    Route("POST", "/api/v1/silences", silences.set_silence, "Let incidents page nobody for a while", Access.MANAGE,
          body=SilenceBody, answer=SilenceDocument, status=201),
    Route("POST", "/api/v1/silences/{silence}/end", silences.end_silence, "End a silence", Access.MANAGE,
          body=SilenceEndBody, answer=SilenceDocument),
    Route("GET", "/oncall/{rota}", rotas.show_calendar, "The duties of a rota as iCalendar (ROTA.ics)",
          Access.KEYED, query=CalendarQuery, content=rotas.CALENDAR),
    *ADMIN_ROUTES,
    Route("GET", "/api/v1/openapi.json", show_openapi, "This document"),
)  # fmt: skip
ALL_ROUTES = (*ROUTES, *PAGE_ROUTES)
