"""The routes that read: incidents, clocks, devices, sites. Each takes the world once and answers from it."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Sequence

from aiohttp import web

from opsmon.access.view import View
from opsmon.engine.budgets import uses_now
from opsmon.engine.world import World
from opsmon.errors import StoreError
from opsmon.incident.incident import Incident
from opsmon.incident.incidents import id_order
from opsmon.model.device import Device
from opsmon.model.event import ClockState
from opsmon.model.name import ContractId, DeviceName, IncidentId, SiteName
from opsmon.state import api as state_room
from opsmon.store.store import Entry
from opsmon.text.bilingual import Sentence
from opsmon.text.safe import is_seen
from opsmon.web.api.active import active_incidents
from opsmon.web.api.filters import refuse_unknown
from opsmon.web.api.paging.views import is_untold
from opsmon.web.api.schemas import BudgetQuery, ClockQuery, DeviceQuery, IncidentDocument, IncidentQuery, SiteQuery
from opsmon.web.api.views import (
    afflictions_of,
    budget_document,
    clocks_of,
    device_detail,
    device_document,
    incident_detail,
    incident_document,
    latest_of,
    site_document,
    urgency,
)
from opsmon.web.context import PARTS
from opsmon.web.errors import RequestError, unknown
from opsmon.web.route import JSON, answer_json, list_json, parse_query
from opsmon.web.visit import view_of, view_with

_NO_ID = Sentence("that is no incident's id", "这不是事件编号")
_ALL_LISTED = Sentence("GET /api/v1/incidents?state=all lists them", "可在“事件”页查找")
MAX_ID_LENGTH = 64  # of the journal's column


def incident_named(request: web.Request) -> IncidentId:
    """The incident that the path names, whether or not there is one. Raises RequestError 404 for what is no id."""
    name = request.match_info["incident"]
    if len(name) > MAX_ID_LENGTH or not is_seen(name):
        raise RequestError(404, _NO_ID, _ALL_LISTED)
    return IncidentId(name)


def unknown_incident(world: World, incident: IncidentId) -> RequestError:
    """Neither memory nor journal knows it."""
    return unknown("incident", incident, world.incidents.by_id.keys(), "GET /api/v1/incidents?state=all")


def contract_of(world: World, request: web.Request) -> ContractId:
    """The contract that the path names. Raises RequestError 404."""
    name = request.match_info["contract"]
    if ContractId(name) not in world.rules.contracts:
        raise unknown("contract", name, world.rules.contracts.keys(), "`opsmon contracts list`")
    return ContractId(name)


def device_of(world: World, request: web.Request) -> Device:
    """The device that the path names. Raises RequestError 404."""
    name = request.match_info["device"]
    device = world.rules.inventory.devices.get(DeviceName(name))
    if device is None:
        raise unknown("device", name, world.rules.inventory.devices.keys(), "GET /api/v1/devices")
    return device


async def list_incidents(request: web.Request) -> web.Response:
    """Incidents by filter, the newest first."""
    parts, query = request.app[PARTS], parse_query(IncidentQuery, request)
    world, now = view_of(request), parts.clock.now()
    refuse_unknown(world, query)
    return await _answer_list(lambda: list_json(
        incident_document(world, incident, now) for incident in choose_incidents(world, query)
    ))  # fmt: skip


def choose_incidents(world: World, query: IncidentQuery) -> list[Incident]:
    """Those that the filters let through, the newest first; before them those that nobody could be told of yet."""
    if query.state == "active":
        incidents: Iterable[Incident] = active_incidents(world)
    else:
        incidents = world.incidents.by_id.values() if query.state != "open" else world.incidents.open_incidents()
    chosen = [incident for incident in incidents if _is_wanted(incident, query)]
    ordered = sorted(chosen, key=lambda incident: id_order(incident.id), reverse=True)
    return sorted(ordered, key=lambda incident: not is_untold(world, incident.id))[: query.limit]


def _is_wanted(incident: Incident, query: IncidentQuery) -> bool:
    return (
        (query.state != "closed" or not incident.is_open)
        and query.site in (None, incident.site)
        and query.device in (None, incident.device)
        and query.contract in (None, incident.contract)
        and query.condition in (None, incident.condition)
        and query.severity in (None, incident.severity)
        and (query.since is None or incident.starts_at >= query.since)
    )


async def show_incident(request: web.Request) -> web.Response:
    """One incident with everything about it."""
    return answer_json(await detail_of(request, incident_named(request)))


async def detail_of(request: web.Request, name: IncidentId) -> IncidentDocument:
    """Everything about an incident, its journal too; one that left memory comes from the journal alone.

    A store that cannot be read takes away nothing else: the answer to a command that was taken must not look like a
    failure. Raises RequestError 404 when there is no such incident, StoreError when it cannot be looked up.
    """
    journal: Sequence[Entry] | None = None
    with contextlib.suppress(StoreError):
        journal = await asyncio.to_thread(request.app[PARTS].journal, name)
    view, incident = await incident_of(request, name)
    told = None if journal is None else [entry for entry in journal if view.tells(entry.event)]
    return incident_detail(view, incident, request.app[PARTS].clock.now(), told)


async def incident_of(request: web.Request, name: IncidentId) -> tuple[View, Incident]:
    """The incident and a view that holds it. Raises RequestError 404 when neither memory nor journal knows it, or the
    visitor may not see it, StoreError when the journal cannot be asked."""
    view = await view_with(request, name)
    incident = view.incidents.by_id.get(name)
    if incident is None:
        raise unknown_incident(view, name)
    return view, incident


async def list_clocks(request: web.Request) -> web.Response:
    """Clocks by filter, the most pressing first."""
    parts, query = request.app[PARTS], parse_query(ClockQuery, request)
    world, now = view_of(request), parts.clock.now()
    refuse_unknown(world, query)
    clocks = sorted(
        (
            clock
            for incident in world.clock_statuses
            if query.site in (None, world.incidents.by_id[incident].site)
            for clock in clocks_of(world, incident, now)
            if query.contract in (None, clock.contract)
            and query.clause in (None, clock.clause)
            and _is_in(clock.state, query.state)
        ),
        key=urgency,
    )
    return _as_response(list_json(clocks))


def _is_in(state: ClockState, wanted: str) -> bool:
    return wanted == "all" or (state.is_open if wanted == "open" else state.value == wanted)


async def list_budgets(request: web.Request) -> web.Response:
    """Fault budgets of this month."""
    parts, query = request.app[PARTS], parse_query(BudgetQuery, request)
    view = view_of(request)
    if not view.sees_money:
        raise RequestError(
            403,
            Sentence("budgets are hidden from you", "您无权查看预算"),
            Sentence("ask an admin: `opsmon user role NAME --money`", "请联系管理员：`opsmon user role NAME --money`"),
        )
    refuse_unknown(view, query)
    uses = uses_now(view, parts.clock.now())
    wanted = [budget_document(contract, use) for contract, use in uses if query.contract in (None, contract)]
    return _as_response(list_json(wanted))


async def list_devices(request: web.Request) -> web.Response:
    """Devices by filter, in the order of the inventory."""
    parts, query = request.app[PARTS], parse_query(DeviceQuery, request)
    world = view_of(request)
    refuse_unknown(world, query)
    afflictions = afflictions_of(world)
    chosen = [
        device
        for device in world.rules.inventory.devices.values()
        if query.site in (None, device.site)
        and query.kind in (None, device.kind)
        and query.contract in (None, device.contract)
        and query.state in (None, state_room.state_of(world.fleet, device.name))
    ]
    return await _answer_list(
        lambda: list_json(
            device_document(world, device, latest_of(parts.daemon, device.name), afflictions) for device in chosen
        )
    )


async def show_device(request: web.Request) -> web.Response:
    """One device, and who it says it is."""
    parts = request.app[PARTS]
    world = view_of(request)
    device = device_of(world, request)
    return answer_json(device_detail(world, device, latest_of(parts.daemon, device.name)))


async def list_sites(request: web.Request) -> web.Response:
    """Sites by filter, in the order of the inventory."""
    query = parse_query(SiteQuery, request)
    world = view_of(request)
    refuse_unknown(world, query)
    afflictions = afflictions_of(world)
    devices: dict[SiteName, list[DeviceName]] = {}
    for device in world.rules.inventory.devices.values():
        devices.setdefault(device.site, []).append(device.name)
    sites = [site for site in world.rules.inventory.sites.values() if query.contract in (None, site.contract)]
    return _as_response(
        list_json(site_document(world, site, devices.get(site.name, []), afflictions) for site in sites)
    )


async def _answer_list(make: Callable[[], bytes]) -> web.Response:
    """A list may be long: it is made beside the loop, from a world that cannot change."""
    return _as_response(await asyncio.to_thread(make))


def _as_response(body: bytes) -> web.Response:
    return web.Response(body=body, content_type=JSON, charset="utf-8")
