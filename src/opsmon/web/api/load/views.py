"""The route that tells where the daemon's time goes."""

import asyncio

from aiohttp import web

from opsmon.access.view import View
from opsmon.model.sample import Outcome
from opsmon.probe.schedule.run_counts import total_of
from opsmon.web.api.load.kept import fleet_rows
from opsmon.web.api.load.port import LoadFigures, LoadWindow, QueueLengths
from opsmon.web.api.load.rows import FleetLoad, kind_rows, site_rows
from opsmon.web.api.load.schemas import (
    HoldsDocument,
    LatenessDocument,
    LoadDocument,
    LoadQuery,
    PartDocument,
    QueuesDocument,
    RateDocument,
    SizesDocument,
)
from opsmon.web.context import PARTS, WebContext
from opsmon.web.route import answer_json, parse_query
from opsmon.web.visit import refuse_unless_everything, view_of


async def show_load(request: web.Request) -> web.Response:
    """Made beside the loop: a walk over a large fleet takes some milliseconds."""
    refuse_unless_everything(request)
    query, view, parts = parse_query(LoadQuery, request), view_of(request), request.app[PARTS]
    return answer_json(await asyncio.to_thread(load_document, parts, view, query.limit))


def load_document(parts: WebContext, view: View, limit: int) -> LoadDocument:
    """Where the time goes, as it is now."""
    now, figures, inventory = parts.clock.now(), parts.load.figures(), view.rules.inventory
    found = parts.fleet_load.rows(
        inventory,
        limit,
        parts.clock.monotonic(),
        lambda: fleet_rows(inventory, parts.daemon.latest, parts.load.stage_of, limit, now),
    )
    fleet = found.fleet
    return LoadDocument(
        at=now,
        uptime_s=figures.uptime_s,
        now=_rate(figures.recent),
        minute=_rate(figures.minute),
        lateness=_lateness(figures.minute),
        holds=_holds(figures.minute),
        sizes=_sizes(figures, fleet, view, parts.daemon.seq),
        queues=_queues(figures.queues),
        parts=_parts(figures.minute),
        checks=kind_rows(figures.minute, fleet),
        sites=site_rows(figures.minute, fleet, inventory),
        slowest=found.slowest,
        late=found.late,
        late_count=found.late_count,
    )


def _rate(window: LoadWindow) -> RateDocument:
    total, seconds = total_of(window.kinds.values()), window.lasted_s or 1.0
    return RateDocument(
        lasted_s=window.lasted_s,
        checks_per_s=total.runs / seconds,
        failures_per_s=(total.runs - total.outcomes[Outcome.OK]) / seconds,
        cpu_ratio=window.cpu_ratio,
    )


def _lateness(window: LoadWindow) -> LatenessDocument:
    total = total_of(window.kinds.values())
    return LatenessDocument(
        p50_s=window.lateness_s(total, 0.5), p99_s=window.lateness_s(total, 0.99), worst_s=window.worst_lag_s
    )


def _holds(window: LoadWindow) -> HoldsDocument:
    held_s = window.held_s
    longest = max(held_s, key=lambda by: held_s[by], default="") if window.holds else ""
    return HoldsDocument(count=window.holds, held_s=sum(held_s.values()), longest_by=longest)


def _sizes(figures: LoadFigures, fleet: FleetLoad, view: View, entries: int) -> SizesDocument:
    inventory = view.rules.inventory
    return SizesDocument(
        rss_bytes=figures.rss_bytes,
        devices=len(inventory.devices),
        checks=fleet.checks,
        sites=len(inventory.sites),
        series=fleet.series,
        journal_entries=entries,
    )


def _queues(queues: QueueLengths) -> QueuesDocument:
    return QueuesDocument(
        inputs=queues.inputs,
        checks_running=queues.running,
        checks_waiting=queues.waiting,
        pings_in_flight=queues.pings,
        held_back=queues.held_back,
        snmp_in_flight=queues.snmp_in_flight,
        snmp_waiting=queues.snmp_waiting,
        notifications=queues.notifications,
        backups=queues.backups,
        streams=queues.streams,
    )


def _parts(window: LoadWindow) -> list[PartDocument]:
    shares = sorted(window.cpu_parts.items(), key=lambda part: part[1], reverse=True)
    return [PartDocument(name=name, cpu_ratio=share * window.cpu_ratio) for name, share in shares]
