"""Laws of the engine: whatever comes, in whatever order, at whatever time, it raises nothing and forgets nothing."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opsmon.engine.compaction import compact
from opsmon.engine.decide import decide, decide_samples
from opsmon.engine.effect import AlertKind, AlertStatus, Notify
from opsmon.engine.fold import fold, reload, restore
from opsmon.engine.input import (
    AddFact,
    AttachDiagnosis,
    ClockStepped,
    Input,
    JudgeScope,
    OpenIncident,
    RecordNotice,
    Reloaded,
    SetMaintenance,
    Tick,
)
from opsmon.engine.step import EngineStep
from opsmon.engine.world import World, next_deadline, start_world
from opsmon.incident.incidents import Incidents, cause_of
from opsmon.incident.lifecycle import prune
from opsmon.model.event import DeviceState, Event, IncidentOpened
from opsmon.model.incident import Ending, Fact, FactType, Severity
from opsmon.model.name import CheckName, ClauseId, DeviceName, IncidentId
from opsmon.model.sample import Outcome, Sample
from opsmon.state.api import state_of
from opsmon.store.codec import decode_event, encode_event
from tests.support.engine.scene import HALL, SITE, START, contracts, rules_of, sample

BOOKS = contracts()
RULES = rules_of(books=BOOKS)
FEWER = rules_of(HALL[:3], BOOKS)
UNSIGNED = rules_of(books={})
NAMES = st.sampled_from([*(one.name for one in HALL), DeviceName("stranger")])
MOMENTS = st.integers(-7_200, 7_200).map(lambda seconds: timedelta(seconds=seconds))
PEOPLE = st.sampled_from(["值班员", "", "monitoring"])
SHORT = st.text(max_size=5)
Make = Callable[[datetime], Input]


@st.composite
def samples(draw: st.DrawFn) -> Make:
    name, outcome, confirms = draw(NAMES), draw(st.sampled_from(Outcome)), draw(st.booleans())
    age = timedelta(seconds=draw(st.sampled_from([0.0, 1.0, 90.0, -3.0])))
    check = CheckName(draw(st.sampled_from(["icmp", "icmp", "icmp", "other"])))
    return lambda now: Sample(DeviceName(name), check, outcome, now - age, now - age, 1.0, "", confirms=confirms)


@st.composite
def commands(draw: st.DrawFn) -> Make:
    number, by, note = draw(st.integers(1, 4)), draw(PEOPLE), draw(SHORT)
    incident = IncidentId(f"20260320-{number}")
    offset, kind = draw(MOMENTS), draw(st.sampled_from(FactType))
    device, severity = draw(NAMES), draw(st.sampled_from(Severity))
    makes: list[Make] = [
        lambda now: AddFact(incident, Fact(kind, now + offset, by, note)),
        lambda now: AddFact(incident, Fact(kind, now, by, note or "reason")),
        lambda _now: JudgeScope(incident, by, note, severity),
        lambda now: SetMaintenance(DeviceName(device), now + offset, by, note),
        lambda _now: SetMaintenance(DeviceName(device), None, by, note),
        lambda _now: AttachDiagnosis(incident, note),
    ]
    return draw(st.sampled_from(makes))


def reloads() -> st.SearchStrategy[Make]:
    return st.sampled_from([RULES, RULES, FEWER, UNSIGNED]).map(lambda rules: lambda _now: Reloaded(rules))


PAUSES = st.sampled_from([0.0, 0.0, 1.0, 2.0, 4.0, 31.0, 61.0, 200.0, 4_000.0])
JUMPS = st.sampled_from([-86_400.0, -3_600.0, -20.0, 20.0, 3_600.0])
STEPS = st.lists(
    st.one_of(
        st.tuples(PAUSES, samples()),
        st.tuples(PAUSES, samples()),
        st.tuples(PAUSES, samples()),
        st.tuples(PAUSES, commands()),
        st.tuples(PAUSES, st.just(lambda _now: Tick())),
        st.tuples(PAUSES, reloads()),
        st.tuples(JUMPS, st.none()),
    ),
    max_size=60,
)


class Story:
    """What the engine made of it. Time is waited for as the loop does: a Tick at every deadline, and no jump untold."""

    def __init__(self) -> None:
        self.world = start_world(RULES, START)
        self.now = START
        self.journal: list[Event] = []
        self.alerts: list[Notify] = []

    def tell(self, steps: list[tuple[float, Make | None]]) -> "Story":
        for seconds, make in steps:
            if make is None:
                self.now += timedelta(seconds=seconds)
                self.give(ClockStepped(timedelta(seconds=seconds)))
            else:
                self.wait(seconds)
                self.give(make(self.now))
        return self

    def wait(self, seconds: float) -> None:
        end = self.now + timedelta(seconds=seconds)
        for _ in range(10_000):
            deadline = next_deadline(self.world)
            if deadline is None or deadline > end:
                break
            self.now = max(self.now, deadline)
            self.give(Tick())
        else:
            raise AssertionError("time does not pass: a deadline comes back for ever")
        self.now = end

    def give(self, given: Input) -> None:
        step = decide(self.world, given, self.now)
        self.world = step.world
        self.journal += step.events
        self.alerts += [effect for effect in step.effects if isinstance(effect, Notify)]


@st.composite
def dying(draw: st.DrawFn) -> list[tuple[float, Make | None]]:
    """Four failures of one device in the rhythm of the confirmations: what makes incidents common."""
    name = draw(st.sampled_from([one.name for one in HALL]))

    def fails(now: datetime) -> Input:
        return Sample(name, CheckName("icmp"), Outcome.TIMEOUT, now, now, 1.0, confirms=True)

    return [(pause_s, fails) for pause_s in (0.0, 1.1, 1.1, 2.1)]


@st.composite
def healing(draw: st.DrawFn) -> list[tuple[float, Make | None]]:
    """Everything answers, and goes on doing so beyond the hold-down, or not."""
    last_s = draw(st.sampled_from([5.0, 31.0, 31.0]))
    answers: list[tuple[float, Make | None]] = [(0.1, _answer(one.name)) for one in HALL]
    return [*answers, (last_s, _answer(HALL[0].name))]


def _answer(name: DeviceName) -> Make:
    return lambda now: sample(name, Outcome.OK, now)


@st.composite
def heating(draw: st.DrawFn) -> list[tuple[float, Make | None]]:
    """A device gets hot, or cools down."""
    name, celsius = draw(st.sampled_from([one.name for one in HALL])), draw(st.sampled_from([70.0, 70.0, 40.0]))
    return [(1.0, lambda now: sample(name, Outcome.OK, now, celsius=celsius))]


@st.composite
def resting(draw: st.DrawFn) -> list[tuple[float, Make | None]]:
    """A maintenance window that somebody really opens."""
    name, seconds = draw(st.sampled_from([one.name for one in HALL])), draw(st.sampled_from([30, 3_600]))
    return [(0.0, lambda now: SetMaintenance(name, now + timedelta(seconds=seconds), "值班员"))]


@st.composite
def people(draw: st.DrawFn) -> list[tuple[float, Make | None]]:
    """A person reports, tells what happened and takes things back; a channel takes our message."""
    name = draw(st.sampled_from([None, *(one.name for one in HALL)]))
    back_s = draw(st.sampled_from([0, 60, 400, 4_000, 8 * 86_400]))
    labels = draw(st.sampled_from([{}, {"venue": "bureau"}, {"cause": "external"}]))
    severity = draw(st.sampled_from([None, *Severity]))

    def calls(now: datetime) -> Input:
        at = now - timedelta(seconds=back_s)
        return OpenIncident(SITE, "no picture", at, "用户", name, severity=severity, labels=labels)

    return [(draw(PAUSES), calls), *((draw(PAUSES), draw(corrections())) for _ in range(draw(st.integers(0, 5))))]


@st.composite
def corrections(draw: st.DrawFn) -> Make:
    incident, number = IncidentId(f"20260320-{draw(st.integers(1, 3))}"), draw(st.integers(1, 6))
    told = draw(st.sampled_from([FactType.RESOLVED, FactType.ON_SITE, FactType.REPORTED, FactType.ACKNOWLEDGED]))
    clauses: tuple[ClauseId, ...] = draw(st.sampled_from([(), (), (ClauseId("E2"),), (ClauseId("E9"),)]))
    labels = draw(st.sampled_from([{"venue": "bureau"}, {"venue": ""}]))
    makes: list[Make] = [
        lambda now: AddFact(incident, Fact(told, now, "值班员")),
        lambda now: AddFact(incident, Fact(FactType.WITHDRAWN, now, "值班员", "wrong", withdraws=number)),
        lambda now: AddFact(incident, Fact(FactType.WITHDRAWN, now, "值班员", "wrong", withdraws=number)),
        lambda now: AddFact(incident, Fact(FactType.EXCLUDED, now, "值班员", "why", clauses=clauses, approved_by="a")),
        lambda now: AddFact(incident, Fact(FactType.INCLUDED, now, "值班员", "why", clauses=clauses)),
        lambda _now: JudgeScope(incident, "值班员", "seen", labels=labels),
        lambda now: RecordNotice(incident, "oncall", f"{incident}-{number}-oncall", now),
    ]
    return draw(st.sampled_from(makes))


PARTS = st.one_of(STEPS, dying(), dying(), healing(), heating(), resting(), people(), people())
STORIES = st.lists(PARTS, max_size=9).map(lambda parts: [one for part in parts for one in part])
law = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@settings(max_examples=60)
@given(st.lists(st.lists(samples(), max_size=12), min_size=1, max_size=8), st.floats(0.0, 40.0))
def test_samples_decided_in_one_go_are_decided_one_by_one(batches: list[list[Make]], pause_s: float) -> None:
    at_once = one_by_one = start_world(RULES, START)
    now = START
    for batch in batches:
        now += timedelta(seconds=pause_s)
        given = [make(now) for make in batch]
        step = decide_samples(at_once, [one for one in given if isinstance(one, Sample)], now)
        single = [EngineStep(one_by_one)]
        for one in given:
            single.append(decide(single[-1].world, one, now))
        assert step.events == tuple(event for each in single for event in each.events)
        assert step.effects == tuple(effect for each in single for effect in each.effects)
        at_once, one_by_one = step.world, single[-1].world
    assert at_once == one_by_one


def settled(incidents: Incidents, world: World) -> Incidents:
    return prune(incidents, world.rules.inventory)


@law
@given(STORIES)
def test_the_world_is_the_fold_of_its_journal(steps: list[tuple[float, Make | None]]) -> None:
    story = Story().tell(steps)
    stored = [decode_event(*encode_event(event)) for event in story.journal]
    again = restore(story.world.rules, stored, story.now)
    assert settled(story.world.incidents, again) == settled(again.incidents, again)
    assert (story.world.clock_statuses, story.world.alerts_sent) == (again.clock_statuses, again.alerts_sent)
    for name, machine in again.fleet.machines.items():
        assert state_of(story.world.fleet, name) is machine.visible


@law
@given(STORIES)
def test_its_digest_tells_the_same(steps: list[tuple[float, Make | None]]) -> None:
    story = Story().tell(steps)
    told = compact(story.journal, story.world.incidents.by_id)
    whole = restore(story.world.rules, story.journal, story.now)
    short = replace(restore(story.world.rules, told, story.now), alerts_sent=whole.alerts_sent)
    assert (short.incidents, short.clock_statuses) == (whole.incidents, whole.clock_statuses)
    assert compact(told, story.world.incidents.by_id) == told
    for name, machine in whole.fleet.machines.items():
        assert short.fleet.machines[name] == machine


@law
@given(STORIES)
def test_every_alert_that_ends_has_begun_and_keeps_its_start(steps: list[tuple[float, Make | None]]) -> None:
    story = Story().tell(steps)
    firing: dict[tuple[object, ...], Notify] = {}
    covered: dict[tuple[object, ...], Notify] = {}  # ended by a window: told again at its end, or once how it ended
    numbers: Counter[IncidentId] = Counter()
    for alert in story.alerts:
        key = (alert.incident.id, alert.alert, alert.clock and (alert.clock.clause, alert.clock.target))
        assert alert.sequence > numbers[alert.incident.id]
        numbers[alert.incident.id] = alert.sequence
        if alert.status is AlertStatus.FIRING:
            if key in firing:  # told again: only with news of the incident, and as the same alert
                assert alert.starts_at == firing[key].starts_at
                assert alert.incident != firing[key].incident
            assert covered.pop(key, alert).starts_at == alert.starts_at
            firing[key] = alert
        else:
            before = firing.pop(key, None) or covered.pop(key)
            assert before.starts_at == alert.starts_at
            if alert.ended is Ending.MAINTENANCE:
                covered[key] = alert
    still_open = {incident.id: incident for incident in story.world.incidents.open_incidents()}
    assert {key[0] for key in firing if key[1] == "incident"} | {key[0] for key in covered} == still_open.keys()
    for name in {alert.incident.id for alert in covered.values()}:
        device = still_open[name].device
        assert story.world.incidents.state_of(device) is DeviceState.MAINTENANCE


@law
@given(STORIES)
def test_the_last_message_of_a_fault_says_who_holds_it(steps: list[tuple[float, Make | None]]) -> None:
    story = Story().tell(steps)
    last = {alert.incident.id: alert for alert in story.alerts if alert.alert is AlertKind.INCIDENT}
    for incident in story.world.incidents.open_incidents():
        if last[incident.id].status is AlertStatus.FIRING:
            assert last[incident.id].incident.holder == incident.holder


@law
@given(STORIES)
def test_one_incident_for_one_cause_with_an_id_of_its_own(steps: list[tuple[float, Make | None]]) -> None:
    story = Story().tell(steps)
    opened = [event.incident for event in story.journal if isinstance(event, IncidentOpened)]
    assert len(opened) == len(set(opened))
    incidents = story.world.incidents
    still_open = [one for one in incidents.by_id.values() if one.is_open]
    assert {cause_of(one): one.id for one in still_open} == dict(incidents.open_by_cause.items())
    assert len(still_open) == len(incidents.open_by_cause)
    reported = {one.id for one in still_open if not one.is_watched and one.device}
    assert {name for names in incidents.reported_on.values() for name in names} == reported
    for child, parent in incidents.parent_incident.items():
        assert incidents.by_id[parent].is_open
        assert child in incidents.by_id[parent].children
        assert incidents.outage_of(child) is None or incidents.outage_of(child) != incidents.by_id[parent]


@law
@given(STORIES)
def test_everything_that_is_held_ends(steps: list[tuple[float, Make | None]]) -> None:
    """After a while without news no incident is still recovering."""
    story = Story().tell(steps)
    story.wait(31)
    for incident in story.world.incidents.open_incidents():
        assert incident.hold_until is None or incident.hold_until > story.now


@law
@given(STORIES)
def test_an_incident_can_be_let_go_and_recalled(steps: list[tuple[float, Make | None]]) -> None:
    story = Story().tell(steps)
    for name, incident in story.world.incidents.by_id.items():
        if not incident.is_open:
            rest = replace(story.world.incidents, by_id=story.world.incidents.by_id.delete(name))
            without = replace(
                story.world,
                incidents=rest,
                clock_statuses=story.world.clock_statuses.delete(name)
                if name in story.world.clock_statuses
                else story.world.clock_statuses,
                alerts_sent=story.world.alerts_sent.delete(name),
            )
            mine = [event for event in story.journal if getattr(event, "incident", None) == name]
            back = reload(without, mine)
            assert back.incidents.by_id[name] == incident
            assert back.clock_statuses == story.world.clock_statuses
            assert back.alerts_sent == story.world.alerts_sent


@law
@given(STORIES, st.data())
def test_a_restart_anywhere_goes_on_as_if_nothing_had_happened(
    steps: list[tuple[float, Make | None]], data: st.DataObject
) -> None:
    """Killed after any commit: what comes back tells what the journal told, and goes on without raising."""
    story = Story().tell(steps)
    cut = data.draw(st.integers(0, len(story.journal)))
    again = Story()
    again.now, again.world = story.now, restore(RULES, story.journal[:cut], story.now)
    again.give(Tick())
    again.tell(steps)
    opened = [event.incident for event in again.journal if isinstance(event, IncidentOpened)]
    before = {event.incident for event in story.journal[:cut] if isinstance(event, IncidentOpened)}
    assert not before & set(opened)
    world = restore(RULES, story.journal[:cut], story.now)
    for event in story.journal[:cut]:
        world = fold(world, event)  # told twice by mistake: nonsense, and no crash
