"""`/silences`: what pages nobody for a while, until when and why, and the form that sets one."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from opsmon.engine.input import EndSilence, SetSilence
from opsmon.model.incident import Severity
from opsmon.model.name import IncidentId, SilenceId
from opsmon.oncall.silence import OWN_FIELDS, PageSilence
from opsmon.text.bilingual import Sentence
from opsmon.text.page_words import SILENCE_FIELDS
from opsmon.text.safe import visible
from opsmon.text.vocabulary import SEVERITIES, named
from opsmon.web.api.issue import issue
from opsmon.web.api.paging.bodies import SilenceBody, SilenceEndBody
from opsmon.web.context import PARTS
from opsmon.web.errors import RequestError
from opsmon.web.frame.form import PageQuery, read_form, read_query
from opsmon.web.frame.render import page
from opsmon.web.frame.visit import Visit
from opsmon.web.frame.who import last_name
from opsmon.web.pages.incident_form import actor_of, body_of, labels_of, led_to

PLACE = "/silences"
USUAL = timedelta(hours=2)
_OF_EVERYTHING = (
    Sentence("a silence of everything", "不能静默全部"),
    Sentence("fill in a contract, a site, a device or another field", "请填写合同、地点、设备或其他条件"),
)
_BODY_FIELDS = ("until", "reason", "owner")


class SilenceQuery(PageQuery):
    """What the form is filled with: a link on an incident leads here with its fields."""

    contract: str | None = None
    site: str | None = None
    device: str | None = None
    condition: str | None = None
    severity: str | None = None
    with_incident: bool = False


@dataclass(frozen=True, slots=True)
class SilenceRow:
    """One that holds. `about` are its fields as `(name of the field, value)`."""

    id: SilenceId
    about: list[tuple[str, str]]
    until: datetime
    left_s: float
    set_at: datetime
    owner: str
    by: str
    reason: str
    ends_with_incident: bool
    stops_clocks: bool
    covers: list[IncidentId]


async def show_silences(request: web.Request) -> web.Response:
    """The page; with `part=live` what changes of it."""
    query, by = read_query(SilenceQuery, request), last_name(request)
    return page(request, "silences.html", lambda visit: silences_record(visit, query) | {"name": by})


def silences_record(visit: Visit, query: SilenceQuery) -> dict[str, object]:
    """What the page shows, the first to end first."""
    world, language = visit.world, visit.language
    held = sorted(world.paging.silences.values(), key=lambda one: (one.until, one.id))
    sites = world.rules.inventory.sites.items()
    return {
        "rows": [_row(visit, one) for one in held],
        "given": query,
        "contracts": [(name, one.contract.title.in_(language)) for name, one in sorted(world.rules.contracts.items())],
        "sites": [(name, site.title or name) for name, site in sorted(sites)],
        "severities": [(one.value, named(SEVERITIES, one, language)) for one in Severity],
        "until_local": (visit.now + USUAL).astimezone(visit.zone).strftime("%Y-%m-%dT%H:%M"),
    }


def _row(visit: Visit, one: PageSilence) -> SilenceRow:
    return SilenceRow(
        id=one.id,
        about=[(named(SILENCE_FIELDS, name, visit.language), visible(value)) for name, value in one.fields.items()],
        until=one.until,
        left_s=(one.until - visit.now).total_seconds(),
        set_at=one.set_at,
        owner=visible(one.owner),
        by=visible(one.by),
        reason=visible(one.reason),
        ends_with_incident=one.ends_with_incident,
        stops_clocks=one.stops_clocks,
        covers=sorted(covered.incident for covered in visit.world.paging.covered_by(one.id)),
    )


async def set_silence(request: web.Request) -> web.Response:
    """For a while incidents that agree with every filled field page nobody."""
    form = await read_form(request)
    actor = actor_of(request, form)
    match = {**{name: form[name] for name in OWN_FIELDS if name in form}, **labels_of(form)}
    if not match:
        raise RequestError(422, *_OF_EVERYTHING)
    body = body_of(
        SilenceBody,
        {**{name: form[name] for name in _BODY_FIELDS if name in form}, "by": actor.by},
        request.app[PARTS].timezone,
        match=match,
        ends_with_incident="ends_with_incident" in form,
        stops_clocks="stops_clocks" in form,
    )
    asked = SetSilence(
        body.match, body.until, actor.by, body.reason, body.owner, body.ends_with_incident, body.stops_clocks,
        actor.via,
    )  # fmt: skip
    await issue(request, asked, refused=422)
    return led_to(request, form.get("back", PLACE), actor)


async def end_silence(request: web.Request) -> web.Response:
    """Before its time: what it covered pages people at once."""
    form = await read_form(request)
    actor, name = actor_of(request, form), SilenceId(request.match_info["silence"])
    body = body_of(SilenceEndBody, {**form, "by": actor.by}, request.app[PARTS].timezone)
    await issue(request, EndSilence(name, actor.by, body.reason, actor.via))
    return led_to(request, PLACE, actor)
