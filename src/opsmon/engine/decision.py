"""One decision while it is being worked out: the only mutable thing of the engine, alive for one call."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from opsmon.contract.clock.case import Case, Estimates
from opsmon.contract.clock.estimate import estimates_from
from opsmon.contract.clock.events import clock_events, key_of, next_deadline
from opsmon.contract.clock.sla_clock import SlaClock, state_at
from opsmon.engine.alerts.notify import AlertEvent, alerts_of, as_of, without_passing
from opsmon.engine.effect import Diagnose, Effect, Notify
from opsmon.engine.fold import fold_decided
from opsmon.engine.paging.messages import messages_of
from opsmon.engine.paging.round import follow
from opsmon.engine.step import EngineStep
from opsmon.engine.world import ClockKey, World
from opsmon.incident.draft import Draft
from opsmon.incident.grouping import observe_all
from opsmon.incident.incident import Incident
from opsmon.incident.incidents import Incidents
from opsmon.incident.lifecycle import end_hold_down
from opsmon.model.event import (
    DeviceState,
    Event,
    FactAdded,
    FaultSeen,
    IncidentClosed,
    IncidentOpened,
    IncidentReopened,
    RecoverySeen,
    RecoveryWithdrawn,
    ScopeJudged,
    SeveritySet,
)
from opsmon.model.incident import MONITORING, Fact, FactType, Severity
from opsmon.model.name import IncidentId, SiteName
from opsmon.state.fleet import StateStep
from opsmon.text.bilingual import NO_WORDS, Text
from opsmon.text.vocabulary import FACTS, SEVERITIES


class Decision:
    """Collects events and effects; every event that is written is in `world` at once."""

    __slots__ = ("alerts", "effects", "estimates", "events", "now", "reckon", "woken", "world")

    def __init__(self, world: World, now: datetime) -> None:
        self.world = world
        self.now = now
        self.events: list[Event] = []
        self.effects: list[Effect] = []
        self.alerts: list[Notify] = []
        self.reckon: dict[IncidentId, Text] = {}  # incidents whose clocks must be reckoned anew, and why
        self.estimates: dict[SiteName, Estimates] = {}
        self.woken: tuple[IncidentId, ...] = ()  # whose pages are to be looked at, whatever was decided

    def write(self, event: Event) -> None:
        """Takes in an event that the state room, if it is concerned, knows of already."""
        self._take_in(event, None)

    def _take_in(self, event: Event, incidents: Incidents | None) -> None:
        before = self.world
        self.world, changes = fold_decided(before, event, incidents)
        self.events.append(event)
        if changes and isinstance(event, AlertEvent):
            self.alerts += alerts_of(before, self.world, event, changes)
        self._follow(event)

    def _follow(self, event: Event) -> None:
        match event:
            case IncidentOpened():
                self.reckon[event.incident] = OPENED
                if event.state is DeviceState.DOWN:
                    self.effects.append(Diagnose(event.incident, event.device))
            case RecoverySeen():
                agenda = self.world.agenda.set(event.incident, event.hold_until)
                self.world = replace(self.world, agenda=agenda)
            case FaultSeen():
                self.reckon.setdefault(event.incident, SEEN)
                if event.state is DeviceState.DOWN:
                    self.effects.append(Diagnose(event.incident, self.world.incidents.by_id[event.incident].device))
            case RecoveryWithdrawn():
                self.reckon.setdefault(event.incident, Text(event.reason))
            case FactAdded():
                self.reckon.setdefault(event.incident, _told(event.fact))
            case IncidentReopened():
                self.reckon.setdefault(event.incident, Text(event.reason))
            case SeveritySet():
                self.reckon.setdefault(event.incident, _severity_words(event.severity))
            case ScopeJudged():
                self.reckon.setdefault(event.incident, _scope_words(event.reason))
            case IncidentClosed() if event.withdrawn:
                self.reckon[event.incident] = Text(event.reason)

    def take(self, step: StateStep) -> None:
        """Takes over what the state room decided, and lets the incident room work on it."""
        self.world = replace(self.world, fleet=step.fleet)
        self.effects += step.reprobes
        self.draft(lambda draft: observe_all(draft, step.transitions))

    def draft(self, work: Callable[[Draft], None]) -> None:
        """Lets the incident room write."""
        draft = Draft(self.world.incidents, self.world.rules.setting, self.now)
        work(draft)
        for event, incidents in draft.drafted:
            self._take_in(event, incidents)

    def wake_due(self) -> None:
        """Does what time alone does to the incidents that are due: hold-downs end, clocks run on."""
        agenda, due = self.world.agenda.due(self.now)
        self.world = replace(self.world, agenda=agenda)
        for name in due:
            incident = self.world.incidents.by_id.get(name)
            if incident is not None:
                self._wake(incident)

    def _wake(self, incident: Incident) -> None:
        self.draft(lambda draft: end_hold_down(draft, incident))
        known = self.world.clocks.get(incident.id)
        if incident.id not in self.reckon:
            self._settle(incident.id, self._clocks_of(incident.id) if known is None else known, NO_WORDS)

    def step(self) -> EngineStep:
        """The result, with every clock that the events touched reckoned anew."""
        for name, reason in self.reckon.items():
            self._settle(name, self._clocks_of(name), reason)
        self.world, told = follow(self.world, self.now, self.events, self.woken)
        self.events += told
        self.effects += (as_of(alert, self.world) for alert in without_passing(self.alerts))
        self.effects += messages_of(self.world, self.events)
        return EngineStep(self.world, tuple(self.events), tuple(self.effects))

    def _clocks_of(self, name: IncidentId) -> tuple[SlaClock, ...]:
        return self._clocks_for(self.world.incidents.by_id[name])

    def _clocks_for(self, incident: Incident) -> tuple[SlaClock, ...]:
        contract_rules = None if incident.contract is None else self.world.rules.contracts.get(incident.contract)
        if contract_rules is None or incident.withdrawn:
            return ()
        words = self.world.rules.rulebook.gives_way(incident.condition)
        case = Case.of(incident, NO_WORDS if words is None else Text(words.en, words.zh))
        return contract_rules.clocks(replace(case, estimates=self._estimates_at(incident.site)))

    def _held(self, incident: Incident) -> frozenset[ClockKey]:
        """The clocks that stand still while a recovery is being believed: they are met by it, if it holds. To call one
        late in that time, and in time when it is over, would be two words of which one is wrong. Those of an incident
        that a recovery does not end run on."""
        recovered_at = incident.recovered_at
        if incident.hold_until is None or recovered_at is None or incident.resolved_at is not None:
            return frozenset()
        if incident.is_left_to_people:
            return frozenset()
        believed = replace(incident, facts=(*incident.facts, Fact(FactType.RESOLVED, recovered_at, MONITORING)))
        ends = {key_of(clock): state_at(clock, self.now) for clock in self._clocks_for(believed)}
        clocks = self._clocks_for(incident)
        return frozenset(key_of(clock) for clock in clocks if ends.get(key_of(clock)) is not state_at(clock, self.now))

    def _estimates_at(self, site: SiteName) -> Estimates:
        """How long people usually take at the site, looked up once a decision."""
        if site not in self.estimates:
            past = [one for one in self.world.incidents.by_id.values() if one.site == site and not one.is_open]
            past.sort(key=lambda one: one.opened_at)
            self.estimates[site] = estimates_from(one.standing for one in past if not one.withdrawn)
        return self.estimates[site]

    def _settle(self, name: IncidentId, clocks: tuple[SlaClock, ...], reason: Text) -> None:
        """Tells what the clocks have to tell, and puts the incident on the agenda."""
        told = {key: status.last for key, status in self.world.clock_statuses.get(name, {}).items()}
        held = self._held(self.world.incidents.by_id[name])
        if held:
            told = {key: last for key, last in told.items() if key not in held}
        running = tuple(clock for clock in clocks if key_of(clock) not in held) if held else clocks
        for event in clock_events(told, running, self.now, reason):
            self.write(event)
        incident, turns_at = self.world.incidents.by_id[name], next_deadline(running, self.now)
        moments = [at for at in (turns_at, incident.hold_until) if at is not None]
        is_waiting = turns_at is not None or bool(held)
        kept = self.world.clocks.set(name, clocks) if is_waiting else self.world.clocks
        if not is_waiting and name in kept:
            kept = kept.delete(name)
        agenda = self.world.agenda.set(name, min(moments, default=None))
        self.world = replace(self.world, clocks=kept, agenda=agenda)


OPENED = Text("the incident was opened", "事件已建立")
SEEN = Text("monitoring sees the fault", "监控发现该故障")


def _severity_words(severity: Severity) -> Text:
    return Text(f"its severity was set to {severity}", f"级别改为{SEVERITIES[severity].zh}")


def _scope_words(reason: str) -> Text:
    return Text(f"its scope was judged: {reason}", f"范围已判定：{reason}")


def _told(fact: Fact) -> Text:
    """What a fact changes clocks for, in words for the journal."""
    if fact.type is FactType.WITHDRAWN:
        return Text(
            f"fact {fact.withdraws} was withdrawn: {fact.note}", f"第 {fact.withdraws} 条记录已撤回：{fact.note}"
        )
    return Text(f"{fact.type} was recorded", f"已登记：{FACTS[fact.type].zh}")
