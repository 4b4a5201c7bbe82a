"""Who may what at every address, written down by hand: the law of rights holds the console to it.

A route that is not here fails the law. Nothing is taken from the routes themselves, else a slip there would be right.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from opsmon.model.account import Role
from tests.support.web.commands import UNTIL, E

Body = Mapping[str, object]
_SENT: Mapping[str, object] = {"sent": "1"}


class Reach(Enum):
    """What becomes of one who is limited to another contract."""

    ALIKE = auto()  # it tells nothing of the fleet, or of oneself alone
    CUT = auto()  # answered, without what lies outside
    HIDDEN = auto()  # 404: for him there is no such thing
    NEVER = auto()  # 404 for whoever is limited: who is on duty is so for every contract
    WHOLE = auto()  # 403: it takes a scope of everything
    UNSEEN = auto()  # the same of a thing that he need not even see: 403 or 404


@dataclass(frozen=True, slots=True)
class Right:
    """`least` is the role that it takes, None where strangers may; `status` is what who may is answered. `own`: for one
    who signed in, about himself. `money`: a lower role that sees money may, too."""

    least: Role | None
    reach: Reach
    status: int = 200
    sent: Body = field(default_factory=dict)
    own: bool = False
    money: bool = False
    place: str = ""  # where the address is another one than that of the names


def _open(status: int = 200, **sent: object) -> Right:
    return Right(None, Reach.ALIKE, status, sent or _SENT)


def _own(status: int = 303, **sent: object) -> Right:
    return Right(Role.VIEWER, Reach.ALIKE, status, sent or _SENT, own=True)


def _reads(reach: Reach, least: Role = Role.VIEWER, *, money: bool = False) -> Right:
    return Right(least, reach, money=money)


def _does(
    least: Role, status: int, reach: Reach = Reach.HIDDEN, *, place: str = "", body: Body | None = None, **sent: object
) -> Right:
    return Right(least, reach, status, body or sent or _SENT, place=place)


_RESPONDER, _MANAGER, _ADMIN = Role.RESPONDER, Role.MANAGER, Role.ADMIN
_PASSWORD = "four words nobody says"
_SWAP = {"rota": "vc", "shift": "day", "day": "2026-11-20", "person_out": "a", "person_in": "h", "reason": "leave"}
_MAJOR = {"severity": "major", "reason": "a meeting is on"}
_EXCLUSION = {"approved_by": "科长", "note": "power cut"}
_SMOKE = {"site": "erlong-hall", "condition": "smoke"}
_PAGES_OF_THE_FLEET = ("/", "/stream", "/i", "/oncall", "/silences", "/report", "/sites", "/devices", "/contracts")
_PAGES_OF_ONE = ("/i/{incident}", "/s/{site}", "/d/{device}", "/c/{contract}", "/backups/{device}", "/wall/{name}")
_LISTS = ("incidents", "clocks", "devices", "sites", "oncall", "oncall/overrides", "silences")

_OF_STRANGERS: dict[str, Right] = {
    "GET /healthz": _open(),
    "GET /readyz": _open(),
    "GET /login": _open(),
    "POST /login": _open(401, name="nobody", password="a wrong one"),
    "GET /login/oidc": _open(404),
    "GET /login/oidc/return": _open(404),
    "GET /a/{token}": _open(410),
    "POST /a/{token}": _open(410),
    "GET /static/{hash}/{file}": _open(404),
    "POST /preference": _open(303, theme="dark"),
}
_OF_ONESELF: dict[str, Right] = {
    "GET /me": _own(200),
    "POST /me/sessions": _own(others="1"),
    "POST /me/password": _own(422, old="a wrong one", new=_PASSWORD),
    "POST /me/language": _own(language="en"),
    "POST /logout": _own(),
}
_READING: dict[str, Right] = {
    "GET /d/{device}/chart/{metric}": _reads(Reach.HIDDEN),
    "GET /metrics": _reads(Reach.WHOLE, _MANAGER, money=True),
    "GET /metrics/site/{site}": _reads(Reach.HIDDEN),
    "GET /metrics/device/{device}": _reads(Reach.HIDDEN),
    "GET /sd/sites": _reads(Reach.CUT),
    "GET /sd/devices": _reads(Reach.CUT),
    "GET /api/v1/openapi.json": _reads(Reach.ALIKE),
    "GET /api/v1/incidents/{incident}": _reads(Reach.HIDDEN),
    "GET /api/v1/devices/{device}": _reads(Reach.HIDDEN),
    "GET /api/v1/contracts/{contract}/obligations": _reads(Reach.HIDDEN),
    "GET /api/v1/budgets": _reads(Reach.CUT, _MANAGER, money=True),
    "GET /api/v1/load": _reads(Reach.WHOLE),
    "GET /api/v1/deliveries": _reads(Reach.WHOLE, _ADMIN),
    "GET /oncall/{rota}": _reads(Reach.NEVER),
    "GET /backups": _reads(Reach.CUT),
    "GET /admin": _reads(Reach.WHOLE, _ADMIN),
    "GET /api/v1/accounts": _reads(Reach.WHOLE, _ADMIN),
    "GET /api/v1/accounts/{account}/sessions": _reads(Reach.WHOLE, _ADMIN),
    "GET /api/v1/tokens": _reads(Reach.WHOLE, _ADMIN),
    **{f"GET /api/v1/{name}": _reads(Reach.CUT) for name in _LISTS},
    **{f"GET {path}": _reads(Reach.CUT) for path in _PAGES_OF_THE_FLEET},
    **{f"GET {path}": _reads(Reach.HIDDEN) for path in _PAGES_OF_ONE},
}
_API = "POST /api/v1"
_INCIDENT, _TASK = f"{_API}/incidents/{{incident}}", f"{_API}/contracts/{{contract}}/obligations/{{obligation}}"
_COMMANDS: dict[str, Right] = {
    f"{_API}/incidents": _does(_RESPONDER, 201, body=_SMOKE),
    f"{_INCIDENT}/events": _does(_RESPONDER, 201, type="on_site"),
    f"{_INCIDENT}/ack": _does(_RESPONDER, 201, note="mine"),
    f"{_INCIDENT}/takeover": _does(_RESPONDER, 201, note="I am nearer"),
    f"{_INCIDENT}/withdrawals": _does(_RESPONDER, 201, fact=2, reason="another hall"),
    f"{_INCIDENT}/exclusions": _does(_MANAGER, 201, body=_EXCLUSION),
    "PUT /api/v1/incidents/{incident}/scope": _does(_MANAGER, 200, body=_MAJOR),
    "PUT /api/v1/incidents/{incident}/severity": _does(_MANAGER, 200, severity="emergency"),
    "PUT /api/v1/devices/{device}/maintenance": _does(_RESPONDER, 200, until=UNTIL),
    f"{_TASK}/done": _does(_RESPONDER, 201, day="2026-11-19"),
    f"{_TASK}/undone": _does(_RESPONDER, 201, day="2026-11-18", reason="another hall"),
    f"{_TASK}/excused": _does(
        _MANAGER, 201, place=f"{E}/E13/excused", day="2026-11-17", approved_by="客户", reason="x"
    ),
    f"{_API}/oncall/overrides": _does(_MANAGER, 201, Reach.WHOLE, body=_SWAP),
    f"{_API}/oncall/overrides/{{override}}/end": _does(_MANAGER, 200, Reach.UNSEEN, reason="well again"),
    f"{_API}/silences": _does(_MANAGER, 201, Reach.WHOLE, match={"site": "erlong-hall"}, until=UNTIL, reason="a test"),
    f"{_API}/silences/{{silence}}/end": _does(_MANAGER, 200, Reach.UNSEEN, reason="over"),
}
_ACCOUNT = "/api/v1/accounts/{account}"
_OF_ADMINS: dict[str, Right] = {
    f"{_API}/deliveries/{{delivery}}/again": Right(_ADMIN, Reach.WHOLE, 404),  # none was given up
    f"{_API}/channels/{{channel}}/test": Right(_ADMIN, Reach.WHOLE, 422),  # the scene sends nothing
    f"{_API}/accounts": _does(_ADMIN, 201, Reach.WHOLE, name="zhao", password=_PASSWORD, role="admin"),
    f"PUT {_ACCOUNT}/grant": _does(_ADMIN, 200, Reach.WHOLE, role="admin"),
    f"PUT {_ACCOUNT}/title": _does(_ADMIN, 200, Reach.WHOLE, title="李工"),
    f"PUT {_ACCOUNT}/password": _does(_ADMIN, 200, Reach.WHOLE, password=_PASSWORD),
    f"PUT {_ACCOUNT}/disabled": _does(_ADMIN, 200, Reach.WHOLE, disabled=True),
    f"POST {_ACCOUNT}/sessions/end": Right(_ADMIN, Reach.WHOLE),
    f"{_API}/tokens": _does(_ADMIN, 201, Reach.WHOLE, name="more", role="admin"),
    f"{_API}/tokens/{{token}}/revoke": Right(_ADMIN, Reach.WHOLE),
    "POST /admin/accounts": _does(_ADMIN, 303, Reach.WHOLE, account="zhao", password=_PASSWORD, role="admin"),
    "POST /admin/accounts/{account}": _does(_ADMIN, 303, Reach.WHOLE, do="grant", role="admin"),
    "POST /admin/tokens": _does(_ADMIN, 201, Reach.WHOLE, token="more", days="9", role="admin"),
    "POST /admin/tokens/{token}/revoke": _does(_ADMIN, 303, Reach.WHOLE),
    "POST /admin/channels/{channel}/test": Right(_ADMIN, Reach.WHOLE, 422, _SENT),
    "POST /admin/deliveries/{delivery}/again": Right(_ADMIN, Reach.WHOLE, 404, _SENT),
}
_FORMS: dict[str, Right] = {
    "POST /i/{incident}/ack": _does(_RESPONDER, 303, note="mine"),
    "POST /i/{incident}/takeover": _does(_RESPONDER, 303, note="I am nearer"),
    "POST /i/{incident}/facts": _does(_RESPONDER, 303, type="on_site"),
    "POST /i/{incident}/withdrawals": _does(_RESPONDER, 303, fact="2", reason="another hall"),
    "POST /i/{incident}/scope": _does(_MANAGER, 303, body=_MAJOR),
    "POST /i/{incident}/exclusions": _does(_MANAGER, 303, body=_EXCLUSION),
    "POST /report": _does(_RESPONDER, 303, body=_SMOKE),
    "POST /d/{device}/maintenance": _does(_RESPONDER, 303, hours="1"),
    "POST /d/{device}/probe": _does(_RESPONDER, 303),
    "POST /c/{contract}/obligations/{obligation}/done": _does(_RESPONDER, 303, day="2026-11-19"),
    "POST /oncall/overrides": _does(_MANAGER, 303, Reach.WHOLE, body=_SWAP),
    "POST /oncall/overrides/{override}/end": _does(_MANAGER, 303, Reach.UNSEEN, reason="well again"),
    "POST /silences": _does(_MANAGER, 303, Reach.WHOLE, site="erlong-hall", until="2026-11-20T18:00", reason="a test"),
    "POST /silences/{silence}/end": _does(_MANAGER, 303, Reach.UNSEEN, reason="over"),
}
RIGHTS: dict[str, Right] = _OF_STRANGERS | _OF_ONESELF | _READING | _COMMANDS | _OF_ADMINS | _FORMS
