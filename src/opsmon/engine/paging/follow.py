"""What a decision does to pages: which have to be looked at, what they go by, and the events that follow. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from opsmon.engine.alerts.changes import clock_statuses_of, is_covered
from opsmon.engine.paging.people import PeopleNow
from opsmon.engine.world import World
from opsmon.incident.incident import Incident
from opsmon.model.event import DeviceState, DeviceStateChanged, Event, IncidentClosed
from opsmon.model.incident import Ending
from opsmon.model.name import ContractId, IncidentId, PersonId
from opsmon.model.page import PageEvent, PageStepTaken, PauseReason, SilenceEnded, SilenceSet
from opsmon.oncall.acknowledge_limit import acknowledge_limit, auto_wait, is_same_for_all
from opsmon.oncall.due_step import DueSteps, PlannedCall
from opsmon.oncall.escalation import follow_page
from opsmon.oncall.page import Page
from opsmon.oncall.plan import EscalationPlan, EscalationStep
from opsmon.oncall.situation import Pause, Situation

News = dict[IncidentId, list[Event]]


class PageRound:
    """One look at pages at `now`; what is asked for often is worked out once."""

    def __init__(self, world: World, now: datetime, people: PeopleNow) -> None:
        self._world, self._now, self._people = world, now, people
        self._waits: dict[tuple[object, ...], timedelta] = {}
        self._has_one_limit: dict[ContractId | None, bool] = {}

    def events_of(
        self, name: IncidentId, news: Sequence[Event], passed_from: tuple[PersonId, ...]
    ) -> Iterable[PageEvent]:
        """What follows for the page of one incident."""
        incident = self._world.incidents.by_id.get(name)
        page = self._world.paging.pages.get(name)
        if incident is None or (page is None and not incident.is_open):
            return ()
        return follow_page(page, self._situation(incident, page, passed_from), news)

    def _situation(self, incident: Incident, page: Page | None, passed_from: tuple[PersonId, ...]) -> Situation:
        world = self._world
        plan = world.rules.oncall.plan_of(incident)
        silence = world.paging.silence_over(incident) if world.paging.silences else None
        pause = None
        if silence is not None:
            pause = Pause(PauseReason.SILENCE, silence.until, silence.id)
        elif is_covered(world, incident):
            pause = Pause(PauseReason.MAINTENANCE)
        risks = self._risks(incident.id)
        return Situation(
            now=self._now,
            incident=incident,
            plan=plan,
            sequence=world.alerts_sent.get(incident.id, 0),
            people_of=self._people.people_of,
            reaches=self._people.reaches,
            auto_wait=timedelta() if plan is None else self._auto_wait(incident, plan),
            next_risk_at=min((at for at in risks if at is not None and at > self._now), default=None),
            is_clocked=bool(risks),
            pause=pause,
            clocks_are_silenced=silence is not None and silence.stops_clocks,
            watched_since=world.paging.watched_since,
            passed_from=passed_from,
        )

    def _risks(self, name: IncidentId) -> list[datetime | None]:
        """When each open clock of the incident comes to be at risk."""
        statuses = clock_statuses_of(self._world, name).values()
        return [status.last.at_risk_at for status in statuses if status.last.after.is_open]

    def _auto_wait(self, incident: Incident, plan: EscalationPlan) -> timedelta:
        contract, key = incident.contract, self._key_of_wait(incident, plan)
        if key not in self._waits:
            rules = None if contract is None else self._world.rules.contracts.get(contract)
            self._waits[key] = auto_wait(acknowledge_limit(rules, incident), len(plan.steps))
        return self._waits[key]

    def _key_of_wait(self, incident: Incident, plan: EscalationPlan) -> tuple[object, ...]:
        """What the wait depends on: of most contracts every incident has the same limit."""
        contract = incident.contract
        if contract not in self._has_one_limit:
            rules = None if contract is None else self._world.rules.contracts.get(contract)
            self._has_one_limit[contract] = is_same_for_all(rules)
        if self._has_one_limit[contract]:
            return plan.name, contract
        labels = frozenset(incident.scope_labels.items())
        return plan.name, contract, incident.service, incident.kind, incident.severity, labels

    def _wait_of(self, step: EscalationStep, plan: EscalationPlan, incident: Incident) -> timedelta:
        return step.wait if step.wait is not None else self._auto_wait(incident, plan)

    def _call_of(self, step: EscalationStep, holder: str) -> PlannedCall | None:
        people = self._people.people_of(step.tell, holder)
        return (people, step.by) if self._people.reaches(people, step.by) else None

    def due_steps(self, due: Iterable[IncidentId]) -> tuple[list[PageStepTaken], list[IncidentId]]:
        """The steps that time alone brings to these pages, and those that have to be looked at as a whole."""
        world, found, others = self._world, list[PageStepTaken](), list[IncidentId]()
        steps = DueSteps(self._now, world.paging.watched_since, self._call_of, self._wait_of)
        pages, plans, incidents, sent = (
            world.paging.pages,
            world.rules.oncall.plans,
            world.incidents.by_id,
            world.alerts_sent,
        )
        for name in due:
            page, incident = pages.get(name), incidents.get(name)
            plan = None if page is None else plans.get(page.plan)
            if page is None or plan is None or incident is None:
                others.append(name)
                continue
            step = steps.step(page, plan, incident, sent.get(name, 0) + 1)
            if step is None:
                others.append(name)
            else:
                found.append(step)
        return found, others


def page_events(
    world: World,
    now: datetime,
    people: PeopleNow,
    events: Sequence[Event],
    due: Iterable[IncidentId],
    woken: Iterable[IncidentId],
) -> tuple[list[PageEvent], list[IncidentId]]:
    """What follows for pages from the `events` of a decision and from time, and which were looked at as a whole. Those
    that are `due` take their step; those of `events` and `woken` are looked at, whatever time it is."""
    news, passed = _news_of(world, events), _passed_on(world, events)
    look, found = PageRound(world, now, people), list[PageEvent]()
    as_whole = dict.fromkeys((*news, *woken))  # these take their due step there: a page looked at twice takes it twice
    steps, others = look.due_steps(name for name in due if name not in as_whole)
    found += steps
    looked_at = list(dict.fromkeys((*as_whole, *others)))
    for name in looked_at:
        found += look.events_of(name, news.get(name, ()), passed.get(name, ()))
    return found, looked_at


def _news_of(world: World, events: Sequence[Event]) -> News:
    found: News = {}
    for event in events:
        if isinstance(event, SilenceSet | SilenceEnded):
            for incident in world.incidents.open_by_cause.values():
                found.setdefault(incident, [])
        elif isinstance(event, DeviceStateChanged):
            for name in _touched_by_window(world, event):
                found.setdefault(name, [])
        else:
            about: IncidentId | None = getattr(event, "incident", None)
            if about is not None:
                found.setdefault(about, []).append(event)
    return found


def _touched_by_window(world: World, event: DeviceStateChanged) -> list[IncidentId]:
    if DeviceState.MAINTENANCE not in (event.before, event.after):
        return []
    return [one.id for one in world.incidents.open_incidents() if one.device == event.device]


def _passed_on(world: World, events: Sequence[Event]) -> Mapping[IncidentId, tuple[PersonId, ...]]:
    """Who was told of an incident that goes on as another one: they are told of that as well."""
    found = {}
    for event in events:
        if isinstance(event, IncidentClosed) and event.ending is Ending.PASSED_ON and event.merged_into is not None:
            page = world.paging.pages.get(event.incident)
            if page is not None:
                found[event.merged_into] = page.told
    return found


def looks_at(world: World, name: IncidentId) -> datetime | None:
    """When time next does something to the page; while a recovery is being believed that waits for its outcome."""
    page, incident = world.paging.pages.get(name), world.incidents.by_id.get(name)
    wakes_at = None if page is None or incident is None else page.wakes_at
    if wakes_at is None or incident is None or incident.hold_until is None:
        return wakes_at
    return max(wakes_at, incident.hold_until)
