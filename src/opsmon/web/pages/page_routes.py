"""Every page of the console, and every form of it."""

from opsmon.access.oidc.flow import RETURN_PATH
from opsmon.web.auth import Access
from opsmon.web.frame.asset import show_asset
from opsmon.web.frame.live import show_stream
from opsmon.web.frame.preference import set_preference
from opsmon.web.frame.refused import Again
from opsmon.web.pages import incident_form as form
from opsmon.web.pages.ack_link import acknowledge_by_link, show_ack
from opsmon.web.pages.admin import forms as admin
from opsmon.web.pages.admin.channels import send_dead_again, test_channel
from opsmon.web.pages.admin.overview import show_admin
from opsmon.web.pages.backups import list_backups, show_backup
from opsmon.web.pages.board import show_board
from opsmon.web.pages.chart import show_chart
from opsmon.web.pages.contracts import list_contracts, show_contract, tick_off
from opsmon.web.pages.device import probe_now, set_maintenance, show_device
from opsmon.web.pages.incident import show_incident
from opsmon.web.pages.oncall.roster import end_swap, set_swap, show_roster
from opsmon.web.pages.oncall.silences import end_silence, set_silence, show_silences
from opsmon.web.pages.report import show_report
from opsmon.web.pages.search import search_incidents
from opsmon.web.pages.sites import show_devices, show_site, show_sites
from opsmon.web.pages.wall import show_wall
from opsmon.web.route import HTML, Handler, Route
from opsmon.web.sign_in import oidc_pages as other_sign_in
from opsmon.web.sign_in import own_account
from opsmon.web.sign_in import pages as signing_in

_I, _D, _C = "/i/{incident}", "/d/{device}", "/c/{contract}"
_COMMAND = Access.COMMAND

_INCIDENT, _TAKEN_ON = Again(show_incident, _I), Again(show_incident, _I, (("/", show_board),))
_ROSTER, _SILENCES = Again(show_roster, "/oncall"), Again(show_silences, "/silences")
_ADMIN, _DEVICE, _CONTRACT = Again(show_admin, "/admin"), Again(show_device, _D), Again(show_contract, _C)


def _page(method: str, path: str, handler: Handler, summary: str, access: Access = Access.READ) -> Route:
    """What a person with a browser asks for."""
    return Route(method, path, handler, summary, access, content=HTML, page=True)


def _form(path: str, again: Again, handler: Handler, summary: str, access: Access = _COMMAND) -> Route:
    """What he sends; refused, the page on which the form stands is shown again."""
    return Route("POST", path, handler, summary, access, content=HTML, page=True, again=again)


PAGE_ROUTES: tuple[Route, ...] = (
    _page("GET", "/login", signing_in.show_sign_in, "The form to sign in with", Access.OPEN),
    _page("POST", "/login", signing_in.sign_in, "Sign in with a name and a password", Access.OPEN),
    _page("GET", "/login/oidc", other_sign_in.go_to_provider, "To the OpenID provider's page", Access.OPEN),
    _page("GET", RETURN_PATH, other_sign_in.come_back, "Back from the OpenID provider", Access.OPEN),
    _page("POST", "/logout", signing_in.sign_out, "Sign out", Access.SELF),
    _page("GET", "/me", signing_in.show_me, "One's own account and sessions", Access.SELF),
    _page("POST", "/me/sessions", signing_in.end_session, "End a session of one's own, or all others", Access.SELF),
    _page("POST", "/me/password", own_account.set_own_password, "Change one's own password", Access.SELF),
    _page("POST", "/me/language", own_account.set_own_language, "Choose the language of one's pages", Access.SELF),
    _page("GET", "/a/{token}", show_ack, "An incident, and a button to take it on", Access.OPEN),
    _page("POST", "/a/{token}", acknowledge_by_link, "Take an incident on as the person of a link", Access.OPEN),
    _page("GET", "/", show_board, "The board: what is wrong, the least time left first"),
    Route("GET", "/stream", show_stream, "Tells open pages of changes", content="text/event-stream"),
    Route("GET", "/static/{hash}/{file}", show_asset, "The script and the style", Access.OPEN, content="text/css"),
    _page("POST", "/preference", set_preference, "The language and colours of a reader", Access.OPEN),
    _page("GET", "/wall/{name}", show_wall, "The board for a screen on the wall"),
    _page("GET", "/i", search_incidents, "Incidents by words and filters"),
    _page("GET", _I, show_incident, "One incident with everything about it"),
    _form(f"{_I}/ack", _TAKEN_ON, form.take_on, "Take an incident on"),
    _form(f"{_I}/takeover", _INCIDENT, form.take_over, "Take an incident over from whoever has it"),
    _form(f"{_I}/facts", _INCIDENT, form.add_fact, "Tell what happened"),
    _form(f"{_I}/withdrawals", _INCIDENT, form.withdraw_fact, "Withdraw a fact that was wrong"),
    _form(f"{_I}/scope", _INCIDENT, form.judge, "Judge what an incident is", Access.MANAGE),
    _form(f"{_I}/exclusions", _INCIDENT, form.exclude, "Exclude an incident", Access.MANAGE),
    _page("GET", "/oncall", show_roster, "Who is on duty, now and this week"),
    _form("/oncall/overrides", _ROSTER, set_swap, "Swap people in one shift", Access.MANAGE),
    _form("/oncall/overrides/{override}/end", _ROSTER, end_swap, "Take a swap back", Access.MANAGE),
    _page("GET", "/silences", show_silences, "What pages nobody for a while"),
    _form("/silences", _SILENCES, set_silence, "Let incidents page nobody for a while", Access.MANAGE),
    _form("/silences/{silence}/end", _SILENCES, end_silence, "End a silence", Access.MANAGE),
    _page("GET", "/admin", show_admin, "Accounts, tokens and channels", Access.ADMIN),
    _form("/admin/accounts", _ADMIN, admin.add_account, "Add an account", Access.ADMIN),
    _form("/admin/accounts/{account}", _ADMIN, admin.change_account, "Change an account", Access.ADMIN),
    _form("/admin/tokens", _ADMIN, admin.add_token, "Add a token, shown once", Access.ADMIN),
    _form("/admin/tokens/{token}/revoke", _ADMIN, admin.revoke_token, "Revoke a token", Access.ADMIN),
    _form("/admin/channels/{channel}/test", _ADMIN, test_channel, "Send a channel a test message", Access.ADMIN),
    _form("/admin/deliveries/{delivery}/again", _ADMIN, send_dead_again, "Send a dead letter again", Access.ADMIN),
    _page("GET", "/report", show_report, "The form of a telephone report"),
    _form("/report", Again(show_report, "/report"), form.report_fault, "Report a fault as a person"),
    _page("GET", "/sites", show_sites, "Every site"),
    _page("GET", "/s/{site}", show_site, "One site"),
    _page("GET", "/devices", show_devices, "Devices by filter"),
    _page("GET", _D, show_device, "One device"),
    _form(f"{_D}/maintenance", _DEVICE, set_maintenance, "Begin or end maintenance"),
    _form(f"{_D}/probe", _DEVICE, probe_now, "Run the checks of a device out of turn"),
    _page("GET", f"{_D}/chart/{{metric}}", show_chart, "One metric of a device, closer"),
    _page("GET", "/contracts", list_contracts, "Every contract"),
    _page("GET", _C, show_contract, "The month of one contract"),
    _form(f"{_C}/obligations/{{obligation}}/done", _CONTRACT, tick_off, "Tick off an obligation"),
    _page("GET", "/backups", list_backups, "The last good copy of each device"),
    _page("GET", "/backups/{device}", show_backup, "The copies of one device, and what changed"),
)  # fmt: skip
