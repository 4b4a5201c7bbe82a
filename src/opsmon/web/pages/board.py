"""`/`: every incident that wants somebody, the one with the least time left first."""

import heapq
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter

from aiohttp import web
from immutables import Map

from opsmon.engine.alerts.notify import nearest_clock
from opsmon.engine.holder import holder_now
from opsmon.engine.world import ClockKey, ClockStatus, World
from opsmon.incident.incident import Incident, Phase
from opsmon.incident.wording import fault_words
from opsmon.model.device import Device
from opsmon.model.event import ClockChanged, ClockState, DeviceState
from opsmon.model.incident import HeldBy, Severity
from opsmon.model.name import IncidentId
from opsmon.model.page import PauseReason
from opsmon.oncall.page import Page
from opsmon.text.journal_reason import reason_words
from opsmon.text.safe import visible
from opsmon.text.vocabulary import PHASES, SEVERITIES, TARGETS, named
from opsmon.web.api.active import active_incidents
from opsmon.web.api.filters import refuse_unknown
from opsmon.web.api.paging.views import is_untold
from opsmon.web.frame.form import PageQuery, read_query
from opsmon.web.frame.mark import DEVICE_MARKS, Mark, incident_mark
from opsmon.web.frame.render import Record, shared_page
from opsmon.web.frame.visit import Visit
from opsmon.web.pages.admin.channels import channel_lines
from opsmon.web.pages.oncall.duty import rota_rows

MAX_ROWS = 200
CLOSED_SHOWN = timedelta(hours=24)
_SEVERITIES = tuple(Severity)
_NO_LIMIT = float("inf")
_order_of = attrgetter("order")


class BoardQuery(PageQuery):
    """Filters of the board; what a form leaves empty is left out."""

    contract: str | None = None
    site: str | None = None
    severity: Severity | None = None
    nobody: bool = False

    @property
    def takes_all(self) -> bool:
        """Whether nothing is left out."""
        return self.contract is self.site is self.severity is None and not self.nobody


@dataclass(frozen=True, slots=True)
class PressingClock:
    """The clock of an incident that is due next."""

    clause: str
    target: str
    due_at: datetime
    left_s: float
    is_provisional: bool


ClockStatuses = Mapping[ClockKey, ClockStatus]


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One incident, as the board tells it."""

    id: IncidentId
    mark: Mark
    clock: PressingClock | None
    what: str
    detail: str
    device: str
    device_title: str
    site: str
    site_title: str
    holder: str
    severity: Severity
    severity_word: str
    phase: str
    affected: int
    since: datetime
    is_open: bool
    is_loud: bool
    is_untold: bool


@dataclass(frozen=True, slots=True)
class Ranked:
    """An incident with what its place on the board goes by; cheap, as there may be thousands."""

    incident: Incident
    mark: Mark
    nearest: ClockChanged | None
    holder: str
    is_recovering: bool
    order: tuple[bool, float, int, float]
    wants_somebody: bool


MAX_KEPT = 50_000
_NO_CLOCKS: ClockStatuses = Map()
# Incidents, clocks and pages are frozen: what was said of the same objects holds. Ten thousand cost 0.2 s to say anew.
_RANKED: dict[IncidentId, tuple[Incident, ClockStatuses, Page | None, Ranked]] = {}


async def show_board(request: web.Request) -> web.Response:
    """The board; with `part=live` what changes of it."""
    query = read_query(BoardQuery, request)
    return shared_page(request, "board.html", lambda visit: board_record(visit, query))


def board_record(visit: Visit, query: BoardQuery) -> Record:
    """What the board shows."""
    refuse_unknown(visit.world, query)
    ranked = rank_all(visit.world, active_incidents(visit.world))
    untold = untold_incidents(visit.world)
    wanted = ranked if query.takes_all else [one for one in ranked if _is_wanted(one, query)]
    shown = [row_of(visit, one) for one in _first(wanted, untold)]
    return {
        "rows": [row for row in shown if row.mark.tone != "quiet"],
        "recovering": [row for row in shown if row.mark.tone == "quiet"],
        "hidden": len(wanted) - len(shown),
        "total": len(ranked),
        "counts": counts_of_marks(ranked) | {"untold": sum(one.incident.id in untold for one in ranked)},
        "silenced": silenced_count(visit.world),
        "duties": rota_rows(visit),
        "channels": channel_lines(visit),
        "devices": device_counts(visit.world, lambda device: True),
        "closed_today": _closed_lately(visit),
        "query": query,
        "contracts": _contracts(visit),
        "sites": _sites(visit),
        "severities": [(one.value, named(SEVERITIES, one, visit.language)) for one in Severity],
        "not_ready": visit.parts.daemon.not_ready,
    }


def _first(wanted: list[Ranked], untold: frozenset[IncidentId]) -> list[Ranked]:
    """Those that press most: of which nobody was told, then those with the least time left."""
    loud = [one for one in wanted if one.incident.id in untold] if untold else []
    others = [one for one in wanted if one.incident.id not in untold] if loud else wanted
    first = sorted(loud, key=_order_of)[:MAX_ROWS]
    return first + heapq.nsmallest(MAX_ROWS - len(first), others, key=_order_of)


def rank(world: World, incident: Incident) -> Ranked:
    """Where an incident stands, and by which clock."""
    return rank_all(world, (incident,))[0]


def rank_all(world: World, incidents: Collection[Incident]) -> list[Ranked]:
    """Where each stands. Kept for as long as the incident, its clocks and its page are the same."""
    statuses_of, page_of, kept_of = world.clock_statuses.get, world.paging.pages.get, _RANKED.get
    found = []
    for incident in incidents:
        name = incident.id
        statuses, page, kept = statuses_of(name, _NO_CLOCKS), page_of(name), kept_of(name)
        if kept is None or kept[0] is not incident or kept[1] is not statuses or kept[2] is not page:
            if len(_RANKED) >= MAX_KEPT:
                _RANKED.clear()
            kept = _RANKED[name] = incident, statuses, page, _rank(incident, statuses, holder_now(world, incident))
        found.append(kept[3])
    return found


def _rank(incident: Incident, statuses: ClockStatuses, holder: HeldBy | None) -> Ranked:
    nearest, worst = nearest_clock(statuses), worst_state(statuses)
    recovering = incident.phase is Phase.RECOVERING
    due_at = None if nearest is None else nearest.effective_due_at
    due = _NO_LIMIT if due_at is None else due_at.timestamp()
    order = recovering, due, -_SEVERITIES.index(incident.severity), incident.starts_at.timestamp()
    mark = incident_mark(incident, worst, is_held=holder is not None)
    wants_somebody = (holder is None or not holder.by) and incident.is_open and not recovering
    return Ranked(incident, mark, nearest, "" if holder is None else holder.by, recovering, order, wants_somebody)


def worst_state(statuses: ClockStatuses) -> ClockState | None:
    """The worst state among the open clocks."""
    return max(
        (status.last.after for status in statuses.values() if status.last.after.is_open), key=_badness, default=None
    )


def _badness(state: ClockState) -> int:
    return (ClockState.RUNNING, ClockState.AT_RISK, ClockState.BREACHED).index(state)


def _is_wanted(one: Ranked, query: BoardQuery) -> bool:
    incident = one.incident
    return (
        query.contract in (None, incident.contract)
        and query.site in (None, incident.site)
        and query.severity in (None, incident.severity)
        and (not query.nobody or not one.holder)
    )


def row_of(visit: Visit, one: Ranked) -> BoardRow:
    """One incident in words."""
    incident, world = one.incident, visit.world
    rules = world.rules
    site, device = rules.inventory.sites.get(incident.site), rules.inventory.devices.get(incident.device)
    what = visible(fault_words(incident, rules.rulebook, rules.limits, visit.language))
    in_english = fault_words(incident, rules.rulebook, rules.limits, "en")  # the detail of what a condition raised
    says_more = incident.detail not in what and incident.detail != in_english
    return BoardRow(
        id=incident.id,
        mark=one.mark,
        clock=None if one.nearest is None else pressing(visit, one.nearest),
        what=what,
        detail=visible(reason_words(incident.detail, visit.language)) if says_more else "",
        device=incident.device,
        device_title="" if device is None else device.title,
        site=incident.site,
        site_title=incident.site if site is None else site.title or incident.site,
        holder=visible(one.holder),
        severity=incident.severity,
        severity_word=named(SEVERITIES, incident.severity, visit.language),
        phase=named(PHASES, incident.phase, visit.language),
        affected=len(incident.children),
        since=incident.starts_at,
        is_open=incident.is_open,
        is_loud=incident.severity is not Severity.ORDINARY,
        is_untold=is_untold(world, incident.id),
    )


def untold_incidents(world: World) -> frozenset[IncidentId]:
    """Those of which somebody has to be told, and nobody could be yet."""
    return frozenset(page.incident for page in world.paging.pages.values() if page.is_untold)


def silenced_count(world: World) -> int:
    """How many open incidents page nobody because of a silence."""
    return sum(page.pause is PauseReason.SILENCE and page.is_open for page in world.paging.pages.values())


def pressing(visit: Visit, clock: ClockChanged) -> PressingClock | None:
    """How much time a clock leaves; None where it has no end."""
    due_at = clock.effective_due_at
    if due_at is None:
        return None
    target, left_s = named(TARGETS, clock.target, visit.language), (due_at - visit.now).total_seconds()
    return PressingClock(clock.clause, target, due_at, left_s, clock.provisional)


def counts_of_marks(ranked: Collection[Ranked]) -> dict[str, int]:
    """How many there are of each tone, and how many nobody has taken on."""
    counts = Counter([one.mark.tone for one in ranked])
    nobody = sum([one.wants_somebody for one in ranked])
    return {**counts, "nobody": nobody}


def device_counts(world: World, holds: Callable[[Device], bool]) -> list[tuple[Mark, DeviceState, int]]:
    """Devices by state, the worst first."""
    devices = world.rules.inventory.devices.values()
    counts = Counter(world.incidents.state_of(device.name) for device in devices if holds(device))
    found = [(DEVICE_MARKS[state], state, number) for state, number in counts.items()]
    return sorted(found, key=lambda one: one[0].rank)


def _closed_lately(visit: Visit) -> int:
    since = visit.now - CLOSED_SHOWN
    closed = [one for one in visit.world.incidents.by_id.values() if one.closed_at is not None]
    return sum(one.closed_at is not None and one.closed_at >= since and not one.withdrawn for one in closed)


def _contracts(visit: Visit) -> list[tuple[str, str]]:
    contracts = visit.world.rules.contracts
    return [(name, book.contract.title.in_(visit.language)) for name, book in sorted(contracts.items())]


def _sites(visit: Visit) -> list[tuple[str, str]]:
    return [(name, site.title or name) for name, site in sorted(visit.world.rules.inventory.sites.items())]
