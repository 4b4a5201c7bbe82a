"""`/`: what is wrong at present and what is due next, as one plain page that refreshes itself. Reading only."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from html import escape

from aiohttp import web

from opsmon.engine.world import World
from opsmon.incident.incident import Incident
from opsmon.incident.wording import fault_words
from opsmon.text.bilingual import COLON
from opsmon.text.duration import remaining_words
from opsmon.text.time import local_time
from opsmon.text.vocabulary import CLOCK_STATES, DEVICE_STATES, PHASES, SEVERITIES, TARGETS, named
from opsmon.web.api.active import active_incidents
from opsmon.web.api.views import clocks_of
from opsmon.web.context import PARTS, WebContext

_WORDS = {
    "zh": {
        "title": "运行状态", "devices": "设备", "none": "目前没有故障", "id": "编号", "since": "开始", "what": "故障",
        "device": "设备", "site": "地点",
        "severity": "级别", "phase": "阶段", "children": "受影响", "clocks": "合同时限",
        "not_ready": "尚未就绪",
    },
    "en": {
        "title": "Status", "devices": "Devices", "none": "Nothing is wrong at present", "id": "ID", "since": "Since",
        "what": "Fault", "device": "Device", "site": "Site", "severity": "Severity", "phase": "Phase",
        "children": "Affected", "clocks": "Contract clocks", "not_ready": "Not ready",
    },
}  # fmt: skip
_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;margin:2em;color:#222}table{border-collapse:collapse}"
    "td,th{padding:.3em .8em;border-bottom:1px solid #ddd;text-align:left;vertical-align:top}"
    ".breached,.met_late{color:#b00020;font-weight:bold}.at_risk{color:#b26a00;font-weight:bold}.quiet{color:#666}"
)
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Cache-Control": "no-store",
}
_COLUMNS = ("id", "since", "what", "device", "site", "severity", "phase", "children", "clocks")


async def show_status(request: web.Request) -> web.Response:
    """The page, never kept by a cache."""
    return web.Response(text=render_status(request.app[PARTS]), content_type="text/html", headers=_HEADERS)


def render_status(parts: WebContext) -> str:
    """The page as text."""
    words, world, now = _WORDS[parts.language], parts.desk.world, parts.clock.now()
    counts = Counter(world.incidents.state_of(name).value for name in world.rules.inventory.devices)
    told = ((named(DEVICE_STATES, state, parts.language), count) for state, count in counts.most_common())
    states = " · ".join(f"{escape(state)} {count}" for state, count in told)
    colon, why = COLON.in_(parts.language), parts.desk.not_ready
    warning = f"<p class=breached>{words['not_ready']}{colon}{escape(why)}</p>" if why else ""
    return (
        f'<!doctype html><html lang="{parts.language}"><head><meta charset="utf-8"><meta http-equiv="refresh" '
        f'content="15"><title>opsmon · {words["title"]}</title><style>{_STYLE}</style></head><body>'
        f"<h1>opsmon · {words['title']}</h1>{warning}<p>{words['devices']}{colon}{states}</p>"
        f"{_incidents(parts, world, now)}<p class=quiet>{local_time(now, parts.timezone)}</p></body></html>\n"
    )


def _incidents(parts: WebContext, world: World, now: datetime) -> str:
    words, incidents = _WORDS[parts.language], active_incidents(world)
    if not incidents:
        return f"<p>{words['none']}</p>"
    head = "".join(f"<th>{words[column]}</th>" for column in _COLUMNS)
    rows = "".join(_row(parts, world, incident, now) for incident in incidents)
    return f"<table><tr>{head}</tr>{rows}</table>"


def _row(parts: WebContext, world: World, incident: Incident, now: datetime) -> str:
    rules, language = world.rules, parts.language
    what = f"{fault_words(incident, rules.rulebook, rules.limits, language)}{COLON.in_(language)}{incident.detail}"
    site = rules.inventory.sites.get(incident.site)
    plain = (
        incident.id, local_time(incident.starts_at, parts.timezone), what, incident.device,
        incident.site if site is None else site.title or incident.site,
        named(SEVERITIES, incident.severity, language), named(PHASES, incident.phase, language),
        str(len(incident.children) or ""),
    )  # fmt: skip
    return f"<tr>{_cells(plain)}<td>{_clocks(parts, world, incident, now)}</td></tr>"


def _cells(texts: Iterable[str]) -> str:
    return "".join(f"<td>{escape(text)}</td>" for text in texts)


def _clocks(parts: WebContext, world: World, incident: Incident, now: datetime) -> str:
    lines = []
    for clock in clocks_of(world, incident.id, now):
        left = "" if clock.remaining_s is None else f" · {remaining_words(clock.remaining_s, parts.language)}"
        target, state = named(TARGETS, clock.target, parts.language), named(CLOCK_STATES, clock.state, parts.language)
        told = escape(f"{clock.clause} {target}{COLON.in_(parts.language)}{state}{left}")
        lines.append(f'<div class="{clock.state.value}">{told}</div>')
    return "".join(lines)
