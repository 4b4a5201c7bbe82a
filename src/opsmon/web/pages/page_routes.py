"""Every page of the console, and every form of it."""

from opsmon.web.auth import Access
from opsmon.web.frame.asset import show_asset
from opsmon.web.frame.live import show_stream
from opsmon.web.frame.preference import set_preference
from opsmon.web.pages import incident_form as form
from opsmon.web.pages.backups import list_backups, show_backup
from opsmon.web.pages.board import show_board
from opsmon.web.pages.contracts import list_contracts, show_contract, tick_off
from opsmon.web.pages.device import probe_now, set_maintenance, show_device
from opsmon.web.pages.incident import show_incident
from opsmon.web.pages.report import show_report
from opsmon.web.pages.search import search_incidents
from opsmon.web.pages.sites import show_devices, show_site, show_sites
from opsmon.web.pages.wall import show_wall
from opsmon.web.route import HTML, Route

_I, _D, _C = "/i/{incident}", "/d/{device}", "/c/{contract}"
_COMMAND = Access.COMMAND

PAGE_ROUTES: tuple[Route, ...] = (
    Route("GET", "/", show_board, "The board: what is wrong, the least time left first", content=HTML),
    Route("GET", "/stream", show_stream, "Tells open pages of changes", content="text/event-stream"),
    Route("GET", "/static/{hash}/{file}", show_asset, "The script and the style", Access.OPEN, content="text/css"),
    Route("POST", "/preference", set_preference, "The language and colours of a reader", Access.READ, content=HTML),
    Route("GET", "/wall/{name}", show_wall, "The board for a screen on the wall", content=HTML),
    Route("GET", "/i", search_incidents, "Incidents by words and filters", content=HTML),
    Route("GET", _I, show_incident, "One incident with everything about it", content=HTML),
    Route("POST", f"{_I}/ack", form.take_on, "Take an incident on", _COMMAND, content=HTML),
    Route("POST", f"{_I}/facts", form.add_fact, "Tell what happened", _COMMAND, content=HTML),
    Route("POST", f"{_I}/withdrawals", form.withdraw_fact, "Withdraw a fact that was wrong", _COMMAND, content=HTML),
    Route("POST", f"{_I}/scope", form.judge, "Judge what an incident is", _COMMAND, content=HTML),
    Route("POST", f"{_I}/exclusions", form.exclude, "Exclude an incident", _COMMAND, content=HTML),
    Route("GET", "/report", show_report, "The form of a telephone report", content=HTML),
    Route("POST", "/report", form.report_fault, "Report a fault as a person", _COMMAND, content=HTML),
    Route("GET", "/sites", show_sites, "Every site", content=HTML),
    Route("GET", "/s/{site}", show_site, "One site", content=HTML),
    Route("GET", "/devices", show_devices, "Devices by filter", content=HTML),
    Route("GET", _D, show_device, "One device", content=HTML),
    Route("POST", f"{_D}/maintenance", set_maintenance, "Begin or end maintenance", _COMMAND, content=HTML),
    Route("POST", f"{_D}/probe", probe_now, "Run the checks of a device out of turn", _COMMAND, content=HTML),
    Route("GET", "/contracts", list_contracts, "Every contract", content=HTML),
    Route("GET", _C, show_contract, "The month of one contract", content=HTML),
    Route("POST", f"{_C}/obligations/{{obligation}}/done", tick_off, "Tick off an obligation", _COMMAND, content=HTML),
    Route("GET", "/backups", list_backups, "The last good copy of each device", content=HTML),
    Route("GET", "/backups/{device}", show_backup, "The copies of one device, and what changed", content=HTML),
)
