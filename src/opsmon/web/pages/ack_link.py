"""The page behind a link of a message: it shows the incident and one button, and only the button does anything.

Previews and scanners of mail open links; so GET changes nothing, however often. A link names the person to whom it was
sent, and whoever holds it acts as that person, until it expires. No link is logged.
"""

from aiohttp import web

from opsmon.ack_link import AckClaim
from opsmon.engine.holder import holder_now, refusal_of_taking_on
from opsmon.engine.input import AddFact
from opsmon.engine.port import Accepted, Unavailable
from opsmon.engine.world import World
from opsmon.incident.incident import Incident
from opsmon.incident.wording import device_called, fault_words
from opsmon.model.incident import Fact, FactType
from opsmon.model.name import IncidentId
from opsmon.model.origin import over_link
from opsmon.text.bilingual import Sentence, Text, in_language
from opsmon.text.time import local_time
from opsmon.web.context import PARTS, WebContext
from opsmon.web.errors import RequestError
from opsmon.web.listening.connection_limits import peer_of
from opsmon.web.sign_in.page import answer_page, language_of
from opsmon.web.sign_in.place import addresses_of, place_of

_TITLE = Text("Acknowledge", "接单")
_BUTTON = Text("I take it on, as {person}", "由 {person} 接单")
_DEAD = Text("This link is not valid (any more). Sign in to acknowledge.", "链接无效或已过期，请登录后接单。")
_HELD = Text("Held by {by} since {at}.", "{by} 已于 {at} 接单。")
_OVER = Text("It is over already.", "该事件已结束。")
_UNKNOWN = Text("This incident is not known (any more).", "没有此事件。")
_DONE = Text("Noted: {person} takes it on.", "已登记：{person} 接单。")
_REFUSED = Text("It could not be noted: {reason}", "未能登记：{reason}")


async def show_ack(request: web.Request) -> web.Response:
    """The incident, and the button while somebody is wanted. Changes nothing."""
    claim = _claim_of(request)
    return _page(request, claim) if claim is not None else _dead(request)


async def acknowledge_by_link(request: web.Request) -> web.Response:
    """The person of the link takes the incident on. A second time says who holds it."""
    parts, claim = request.app[PARTS], _claim_of(request)
    if claim is None:
        return _dead(request)
    world = parts.daemon.world
    incident = world.incidents.by_id.get(IncidentId(claim.incident))
    if incident is None or not _is_wanted(world, incident):
        return _page(request, claim)
    address, proxy = addresses_of(request, parts.settings)
    fact = Fact(FactType.ACKNOWLEDGED, parts.clock.now(), claim.person, via=over_link(claim.person, address, proxy))
    answer = await parts.daemon.issue(AddFact(incident.id, fact, takes_on=True))
    if isinstance(answer, Accepted):
        return _page(request, claim, _done(request, claim))
    if isinstance(answer, Unavailable):
        raise RequestError(503, answer.reason, Sentence("try again in a moment", "请稍后再试"))
    told = _page(
        request,
        claim,
        _REFUSED.in_(language_of(request)).format(reason=in_language(answer.reason, language_of(request))),
    )
    told.set_status(409)
    return told


def _done(request: web.Request, claim: AckClaim) -> str:
    language = language_of(request)
    return _DONE.in_(language).format(person=request.app[PARTS].people(claim.person).in_(language))


def _claim_of(request: web.Request) -> AckClaim | None:
    """What the link says. Raises RequestError 429 where an address asks too often."""
    parts = request.app[PARTS]
    address, _ = addresses_of(request, parts.settings)
    if not parts.ack_throttle.admits(peer_of(address), parts.clock.monotonic()):
        raise RequestError(
            429,
            Sentence("too many requests from this address", "该地址的请求过多"),
            Sentence("wait a minute", "请等一分钟"),
            headers={"Retry-After": "60"},
        )
    links = parts.ack_links
    claim = None if links is None else links.read(request.match_info["token"], parts.clock.now())
    return claim if claim is not None and parts.people(claim.person) else None


def _dead(request: web.Request) -> web.Response:
    language = language_of(request)
    return _answer(request, told=_DEAD.in_(language), status=410)


def _page(request: web.Request, claim: AckClaim, told: str = "") -> web.Response:
    parts, language = request.app[PARTS], language_of(request)
    incident = parts.daemon.world.incidents.by_id.get(IncidentId(claim.incident))
    if incident is None:
        return _answer(request, told=_UNKNOWN.in_(language), status=410)
    is_wanted = _is_wanted(parts.daemon.world, incident)
    button = _BUTTON.in_(language).format(person=parts.people(claim.person).in_(language)) if is_wanted else ""
    return _answer(
        request, fault=_fault(parts, incident, language), told=told or _standing(parts, incident, language),
        button=button, token=request.match_info["token"],
    )  # fmt: skip


def _is_wanted(world: World, incident: Incident) -> bool:
    """Whether somebody is to take it on, also where the one who had it let it slip."""
    return incident.is_open and not refusal_of_taking_on(world, incident)


def _fault(parts: WebContext, incident: Incident, language: str) -> str:
    rules = parts.daemon.world.rules
    device = rules.inventory.devices.get(incident.device)
    called = device_called(incident.device, "" if device is None else device.title, language)
    what = fault_words(incident, rules.rulebook, rules.limits, language, called=called)
    site = rules.inventory.sites.get(incident.site)
    where = site.title if site is not None and site.title else incident.site
    return f"#{incident.id} {where} {what}, {local_time(incident.starts_at, parts.timezone)}"


def _standing(parts: WebContext, incident: Incident, language: str) -> str:
    if not incident.is_open:
        return _OVER.in_(language)
    held = holder_now(parts.daemon.world, incident)
    if held is None:
        return ""
    by = parts.people(held.by).in_(language) or held.by
    return _HELD.in_(language).format(by=by, at=local_time(held.since, parts.timezone))


def _answer(
    request: web.Request, *, told: str, fault: str = "", button: str = "", token: str = "", status: int = 200
) -> web.Response:
    parts, language = request.app[PARTS], language_of(request)
    page = answer_page(
        request, "ack.html", status, title=_TITLE.in_(language), told=told, fault=fault, button=button,
        action=f"{place_of(request, parts.settings).prefix}/a/{token}", failed=status >= 400,
    )  # fmt: skip
    page.headers["Referrer-Policy"] = "no-referrer"  # the address is the key
    page.headers["Cache-Control"] = "no-store"
    return page
