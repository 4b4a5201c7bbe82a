"""`/wall/NAME`: the board for a screen on the wall: NAME is `all`, a contract or a site. It never scrolls."""

from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from opsmon.engine.world import World
from opsmon.incident.incident import Incident
from opsmon.model.device import Device
from opsmon.model.name import ContractId, SiteName
from opsmon.text.bilingual import Sentence
from opsmon.web.api.active import active_incidents
from opsmon.web.errors import unknown
from opsmon.web.frame.form import PageQuery, read_query
from opsmon.web.frame.qr import qr_picture
from opsmon.web.frame.render import Record, shared_page
from opsmon.web.frame.visit import Visit
from opsmon.web.pages.admin.channels import channel_lines
from opsmon.web.pages.board import counts_of_marks, device_counts, rank, row_of, untold_incidents
from opsmon.web.pages.oncall.duty import rota_rows
from opsmon.web.pages.sites import site_tiles
from opsmon.web.visit import path_to

EVERYTHING = "all"
NEXT_SHOWN = 8
MAX_SITES = 24
MAX_ROTAS = 6


@dataclass(frozen=True, slots=True)
class WallScope:
    """What a wall is about."""

    title: str
    shows: Callable[[Incident], bool]
    holds: Callable[[Device], bool]


async def show_wall(request: web.Request) -> web.Response:
    """One wall."""
    read_query(PageQuery, request)
    name, origin = request.match_info["name"], f"{request.scheme}://{request.host}{path_to(request, '')}"
    return shared_page(request, "wall.html", lambda visit: wall_record(visit, name, origin))


def scope_of(world: World, name: str, language: str) -> WallScope:
    """What the name of a wall means. Raises RequestError 404."""
    if name == EVERYTHING:
        return WallScope("", lambda one: True, lambda one: True)
    book = world.rules.contracts.get(ContractId(name))
    if book is not None:
        title = book.contract.title.in_(language)
        return WallScope(title, lambda one: one.contract == name, lambda one: one.contract == name)
    site = world.rules.inventory.sites.get(SiteName(name))
    if site is not None:
        return WallScope(site.title or name, lambda one: one.site == name, lambda one: one.site == name)
    known = (EVERYTHING, *world.rules.contracts, *world.rules.inventory.sites)
    raise unknown("wall", name, known, Sentence("`all`, a contract or a site", "`all`、合同编号、站点编号"))


def wall_record(visit: Visit, name: str, origin: str) -> Record:
    """The most pressing incident, the next ones, and how things are on the whole."""
    scope = scope_of(visit.world, name, visit.language)
    ranked = [rank(visit.world, one) for one in active_incidents(visit.world) if scope.shows(one)]
    untold = untold_incidents(visit.world)
    wanted = sorted(
        (one for one in ranked if not one.is_recovering), key=lambda one: (one.incident.id not in untold, *one.order)
    )
    rows = [row_of(visit, one) for one in wanted[: NEXT_SHOWN + 1]]
    address = f"{visit.parts.settings.public_url or origin}/i/{rows[0].id}" if rows else ""
    return {
        "title": scope.title,
        "first": rows[0] if rows else None,
        "next": rows[1:],
        "hidden": len(wanted) - len(rows),
        "counts": counts_of_marks(ranked) | {"untold": sum(one.incident.id in untold for one in ranked)},
        "duties": rota_rows(visit)[:MAX_ROTAS],
        "channels": channel_lines(visit),
        "devices": device_counts(visit.world, scope.holds),
        "tiles": site_tiles(visit, scope.holds)[:MAX_SITES],
        "qr": qr_picture(address) if address else "",
        "not_ready": visit.parts.daemon.not_ready,
    }
