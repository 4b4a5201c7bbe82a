"""`/d/DEVICE`: how one device stands, its last day, its checks and what they said, what is behind it, its commands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from urllib.parse import quote

from aiohttp import web

from opsmon.engine.input import SetMaintenance
from opsmon.history.values import Curve
from opsmon.model.access_event import RequestedOperation
from opsmon.model.device import Device
from opsmon.model.event import DeviceState
from opsmon.model.name import DeviceName
from opsmon.model.sample import Identity, SeriesKey
from opsmon.text.bilingual import Sentence
from opsmon.text.journal_reason import reason_words
from opsmon.text.safe import visible
from opsmon.text.vocabulary import KINDS, OUTCOMES, check_name, named
from opsmon.web.api.active import active_incidents
from opsmon.web.api.issue import issue, note_operation
from opsmon.web.api.queries import device_of
from opsmon.web.context import PARTS
from opsmon.web.errors import RequestError
from opsmon.web.frame.chart import ChartPicture, chart_of, share_up, strip_of
from opsmon.web.frame.form import PageQuery, read_form, read_query
from opsmon.web.frame.mark import DEVICE_MARKS, FAILED, NOT_WATCHED, OUTCOME_TONES, Mark
from opsmon.web.frame.render import Record, page
from opsmon.web.frame.visit import Visit
from opsmon.web.frame.who import last_name
from opsmon.web.pages.board import rank, row_of
from opsmon.web.pages.incident_form import actor_of, led_to
from opsmon.web.visit import path_to, view_of

HOURS = (1, 2, 4, 8, 24)
MAX_CHILDREN = 200
MAX_CURVES = 24


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check, and how it went the last time."""

    name: str
    title: str
    sign: str
    tone: str
    outcome: str
    at: datetime | None
    took_ms: float | None
    detail: str
    period_s: float
    facts: dict[str, str]


@dataclass(frozen=True, slots=True)
class CurveRow:
    """One series, drawn; its figures in the unit that its name tells."""

    title: str
    metric: str
    picture: ChartPicture
    low: str
    high: str
    last: str


async def show_device(request: web.Request) -> web.Response:
    """The page of one device."""
    read_query(PageQuery, request)
    by = last_name(request)
    device = device_of(view_of(request), request)
    return page(request, "device.html", lambda visit: {**device_record(visit, device), "name": by})


def device_record(visit: Visit, device: Device) -> Record:
    """What the page shows."""
    world, latest = visit.world, visit.parts.daemon.latest.get(device.name, {})
    state, last = world.incidents.state_of(device.name), world.incidents.states.get(device.name)
    site = world.rules.inventory.sites.get(device.site)
    spans = visit.parts.states.spans(device.name, state, visit.now)
    ranked = [rank(world, one) for one in active_incidents(world) if device.name in (one.device, *one.children)]
    return {
        "device": device,
        "kind": named(KINDS, device.kind, visit.language),
        "mark": DEVICE_MARKS[state],
        "since": None if last is None else last.since,
        "reason": "" if last is None or state is DeviceState.UP else visible(reason_words(last.reason, visit.language)),
        "site_title": device.site if site is None else site.title or site.name,
        "strip": strip_of(spans, visit.now),
        "share": share_up(spans),
        "marks_of": {**DEVICE_MARKS, None: NOT_WATCHED},
        "checks": [_check_row(visit, device, check.name) for check in device.checks],
        "identity": next((one.identity for one in latest.values() if one.identity is not None), Identity()),
        "curves": curve_rows(visit, device.name),
        "dashboard": visit.parts.links.device_dashboard(device.site, device.name),
        "incidents": [row_of(visit, one) for one in sorted(ranked, key=lambda one: one.order)],
        "parents": _linked(visit, device.parents),
        "children": _linked(visit, _children(visit, device.name)),
        "hours": HOURS,
        "is_under_maintenance": state is DeviceState.MAINTENANCE,
        "backup": visit.parts.backups.of(device.name),
        "can_probe": visit.parts.probe_now is not None,
    }


def _check_row(visit: Visit, device: Device, name: str) -> CheckRow:
    check = next(one for one in device.checks if one.name == name)
    sample = visit.parts.daemon.latest.get(device.name, {}).get(check.name)
    sign, tone = ("?", "quiet") if sample is None else OUTCOME_TONES.get(sample.outcome, FAILED)
    return CheckRow(
        name=check.name,
        title=check_name(check.kind, visit.language),
        sign=sign,
        tone=tone,
        outcome="" if sample is None else named(OUTCOMES, sample.outcome, visit.language),
        at=None if sample is None else sample.at,
        took_ms=None if sample is None else round(sample.duration_s * 1_000, 1),
        detail="" if sample is None else visible(sample.detail, lines=True),
        period_s=check.period_s,
        facts={} if sample is None else {visible(key): visible(value) for key, value in sample.facts.items()},
    )


def _children(visit: Visit, name: DeviceName) -> list[DeviceName]:
    return [one.name for one in visit.world.rules.inventory.devices.values() if name in one.parents]


def _linked(visit: Visit, names: Iterable[DeviceName]) -> list[tuple[DeviceName, Mark]]:
    found = [(name, DEVICE_MARKS[visit.world.incidents.state_of(name)]) for name in names]
    return sorted(found, key=lambda one: one[1].rank)[:MAX_CHILDREN]


def curve_rows(visit: Visit, device: DeviceName) -> list[CurveRow]:
    """The series of the last day, drawn."""
    rows = (curve_row(curve) for curve in visit.parts.values.curves(device, visit.now))
    return list(islice((row for row in rows if row is not None), MAX_CURVES))


def curve_row(curve: Curve) -> CurveRow | None:
    """A series, drawn; None where nothing was measured."""
    picture = chart_of(curve)
    if picture is None:
        return None
    low, high, last = (figure(curve.key, value) for value in (picture.low, picture.high, picture.last))
    return CurveRow(curve_title(curve), curve.key.metric, picture, low, high, last)


def curve_title(curve: Curve) -> str:
    """What a series is called: its metric and what tells it from the others of the device."""
    key = curve.key
    labels = ", ".join(value for name, value in key.labels if name != "phase")
    name = key.metric.removeprefix("device_").removeprefix("opsmon_").removeprefix("probe_")
    return visible(f"{name} {labels}".strip())


def figure(key: SeriesKey, value: float) -> str:
    """A value with the unit that the metric's name tells."""
    if key.metric.endswith("_ratio"):
        return f"{value * 100:.1f} %"
    if key.metric.endswith("_duration_seconds"):
        return f"{value * 1_000:.1f} ms"
    units = {"celsius": "°C", "volts": "V", "seconds": "s"}
    unit = units.get(key.metric.rpartition("_")[2], "")
    return f"{value:.4g} {unit}".strip()


async def set_maintenance(request: web.Request) -> web.Response:
    """Begins a maintenance window of some hours now, or ends it."""
    parts, form = request.app[PARTS], await read_form(request)
    actor, device = actor_of(request, form), device_of(view_of(request), request)
    word = form.get("hours", "")
    if word not in ("0", *map(str, HOURS)):
        known = ", ".join(map(str, HOURS))
        raise RequestError(
            422,
            Sentence("for how many hours?", "维护多少小时？"),
            Sentence(f"one of {known}, or 0 to end it", f"可选 {known}；0 为立即结束"),
        )
    until = parts.clock.now() + timedelta(hours=int(word)) if word != "0" else None
    await issue(request, SetMaintenance(device.name, until, actor.by, form.get("note", ""), actor.via))
    return led_to(request, f"/d/{quote(device.name)}", actor)


async def probe_now(request: web.Request) -> web.Response:
    """Runs every check of the device out of turn."""
    parts = request.app[PARTS]
    device = device_of(view_of(request), request)
    if parts.probe_now is None:
        raise RequestError(
            503,
            Sentence("this daemon sends no checks", "本进程不执行检查"),
            Sentence("start it with `opsmon run`", "请用 `opsmon run` 启动"),
        )
    await note_operation(request, RequestedOperation.DEVICE_PROBE, device.name)
    parts.probe_now(device)
    return web.Response(status=303, headers={"Location": path_to(request, f"/d/{quote(device.name)}")})
