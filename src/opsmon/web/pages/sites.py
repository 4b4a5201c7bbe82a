"""`/sites`: one tile a site, the worst first; `/s/SITE`: its devices and its incidents; `/devices`: a filtered list."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from opsmon.engine.world import World
from opsmon.model.device import Device, Kind, Site
from opsmon.model.event import DeviceState
from opsmon.model.name import DeviceName, SiteName
from opsmon.text.journal_reason import reason_words
from opsmon.text.vocabulary import DEVICE_STATES, KINDS, named
from opsmon.web.api.active import active_incidents
from opsmon.web.api.filters import refuse_unknown
from opsmon.web.errors import unknown
from opsmon.web.frame.form import PageQuery, read_query
from opsmon.web.frame.mark import DEVICE_MARKS, Mark
from opsmon.web.frame.render import Record, shared_page
from opsmon.web.frame.visit import Visit
from opsmon.web.pages.board import Ranked, rank, row_of

MAX_DEVICES = 1_000


class DevicesQuery(PageQuery):
    """Filters of the list of devices."""

    q: str = ""
    state: DeviceState | None = None
    kind: Kind | None = None
    site: str | None = None


@dataclass(frozen=True, slots=True)
class SiteTile:
    """One site: its worst mark, its devices by state, how many incidents want somebody, and when it was last heard."""

    name: SiteName
    title: str
    contract: str
    mark: Mark
    states: list[tuple[Mark, int]]
    incidents: int
    heard_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """One device in a list."""

    name: DeviceName
    title: str
    kind: str
    address: str
    site: SiteName
    mark: Mark
    since: datetime | None
    reason: str


async def show_sites(request: web.Request) -> web.Response:
    """Every site."""
    read_query(PageQuery, request)
    return shared_page(request, "sites.html", sites_record)


async def show_site(request: web.Request) -> web.Response:
    """One site."""
    read_query(PageQuery, request)
    name = request.match_info["site"]
    return shared_page(request, "site.html", lambda visit: site_record(visit, name))


async def show_devices(request: web.Request) -> web.Response:
    """Devices by filter."""
    query = read_query(DevicesQuery, request)
    return shared_page(request, "devices.html", lambda visit: devices_record(visit, query))


def sites_record(visit: Visit) -> Record:
    """A tile for each site."""
    return {"tiles": site_tiles(visit, lambda device: True)}


def site_tiles(visit: Visit, holds: Callable[[Device], bool]) -> list[SiteTile]:
    """A tile for each site that has such a device, the worst first; for each site where that is all of them."""
    world = visit.world
    devices = _by_site(world)
    pressing: dict[SiteName, list[Ranked]] = {}
    for incident in active_incidents(world):
        pressing.setdefault(incident.site, []).append(rank(world, incident))
    tiles = [
        _tile(visit, site, devices.get(site.name, []), pressing.get(site.name, []))
        for site in world.rules.inventory.sites.values()
        if site.name not in devices or any(holds(device) for device in devices[site.name])
    ]
    return sorted(tiles, key=lambda one: (one.mark.rank, -one.incidents, one.name))


def _by_site(world: World) -> dict[SiteName, list[Device]]:
    found: dict[SiteName, list[Device]] = {}
    for device in world.rules.inventory.devices.values():
        found.setdefault(device.site, []).append(device)
    return found


def _tile(visit: Visit, site: Site, devices: Iterable[Device], pressing: list[Ranked]) -> SiteTile:
    world = visit.world
    names = [device.name for device in devices]
    counts = Counter(world.incidents.state_of(name) for name in names)
    states = sorted(((DEVICE_MARKS[state], number) for state, number in counts.items()), key=lambda one: one[0].rank)
    marks = [one.mark for one in pressing] or [mark for mark, _ in states[:1]] or [DEVICE_MARKS[DeviceState.UNKNOWN]]
    book = None if site.contract is None else world.rules.contracts.get(site.contract)
    return SiteTile(
        name=site.name,
        title=site.title or site.name,
        contract=(site.contract or "") if book is None else book.contract.title.in_(visit.language),
        mark=min(marks, key=lambda mark: mark.rank),
        states=states,
        incidents=len(pressing),
        heard_at=_heard_at(visit, names),
    )


def _heard_at(visit: Visit, names: Iterable[DeviceName]) -> datetime | None:
    """The last sample of any device: what a page says is as old as that."""
    latest = visit.parts.daemon.latest
    return max((sample.at for name in names for sample in latest.get(name, {}).values()), default=None)


def site_record(visit: Visit, name: str) -> Record:
    """The devices and the incidents of one site. Raises RequestError 404."""
    world = visit.world
    site = world.rules.inventory.sites.get(SiteName(name))
    if site is None:
        raise unknown("site", name, world.rules.inventory.sites.keys(), "/sites")
    devices = [device for device in world.rules.inventory.devices.values() if device.site == site.name]
    ranked = [rank(world, one) for one in active_incidents(world) if one.site == site.name]
    rows = [device_row(visit, device) for device in devices]
    return {
        "tile": _tile(visit, site, devices, ranked),
        "dashboard": visit.parts.links.site_dashboard(site.name),
        "site": site,
        "incidents": [row_of(visit, one) for one in sorted(ranked, key=lambda one: one.order)[:MAX_DEVICES]],
        "devices": sorted(rows, key=lambda one: one.mark.rank)[:MAX_DEVICES],
        "hidden": max(len(rows) - MAX_DEVICES, 0),
    }


def devices_record(visit: Visit, query: DevicesQuery) -> Record:
    """The devices that fit, the worst first."""
    refuse_unknown(visit.world, query)
    world, words = visit.world, query.q.casefold().split()
    fitting = [
        device_row(visit, device)
        for device in world.rules.inventory.devices.values()
        if query.site in (None, device.site)
        and query.kind in (None, device.kind)
        and query.state in (None, world.incidents.state_of(device.name))
        and all(word in f"{device.name} {device.title} {device.address}".casefold() for word in words)
    ]
    return {
        "query": query,
        "devices": sorted(fitting, key=lambda one: one.mark.rank)[:MAX_DEVICES],
        "found": len(fitting),
        "hidden": max(len(fitting) - MAX_DEVICES, 0),
        "sites": [(name, one.title or name) for name, one in sorted(world.rules.inventory.sites.items())],
        "kinds": [(one.value, named(KINDS, one, visit.language)) for one in Kind],
        "states": [(one.value, named(DEVICE_STATES, one, visit.language)) for one in DeviceState],
    }


def device_row(visit: Visit, device: Device) -> DeviceRow:
    """One device in a list."""
    last = visit.world.incidents.states.get(device.name)
    return DeviceRow(
        name=device.name,
        title=device.title,
        kind=named(KINDS, device.kind, visit.language),
        address=device.address,
        site=device.site,
        mark=DEVICE_MARKS[visit.world.incidents.state_of(device.name)],
        since=None if last is None else last.since,
        reason="" if last is None or last.after is DeviceState.UP else reason_words(last.reason, visit.language),
    )
