"""Laws of the state room that hold for every sequence of samples, times, topologies, maintenance and restarts."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from immutables import Map

from opsmon.model.device import Inventory
from opsmon.model.event import DeviceState, DeviceStateChanged, Event, MaintenanceSet
from opsmon.model.name import DeviceName
from opsmon.model.sample import Outcome
from opsmon.state.api import (
    advance,
    apply_sample,
    judge_news,
    next_deadline,
    reload_fleet,
    set_maintenance,
    start_fleet,
    state_of,
)
from opsmon.state.condition.rules import Rulebook
from opsmon.state.device.policy import Policy
from opsmon.state.fleet import OUT, DeviceMachine, FleetState, StateStep
from opsmon.state.quiet import with_quiet_answers
from opsmon.state.restore import fold_event, restore
from opsmon.state.timers import Timers
from tests.support.state.scene import START, make_device, make_inventory, make_sample

NAMES = ("a", "b", "c", "d")
CHECKS = ("icmp", "snmp")
NEEDED = Policy().failures_needed

names = st.sampled_from(NAMES)
# Mostly a network that works or does not; now and then every other outcome.
outcomes = st.one_of(st.sampled_from([Outcome.OK, Outcome.TIMEOUT, Outcome.TIMEOUT]), st.sampled_from(list(Outcome)))
pauses = st.floats(0.0, 90.0)
samples = st.tuples(st.just("sample"), names, st.sampled_from(CHECKS), outcomes, pauses, st.floats(0.0, 3.0))
ticks = st.tuples(st.just("tick"), pauses)
deadlines = st.tuples(st.just("deadline"))
jumps = st.tuples(st.just("jump"), st.floats(-1e5, 1e5))
windows = st.tuples(st.just("maintenance"), names, st.one_of(st.none(), st.floats(-10.0, 600.0)))
reloads = st.tuples(st.just("reload"), st.sets(names, min_size=1))
# A burst is what makes a death: several checks of one device in quick succession, the deadlines between them.
bursts = st.tuples(st.just("burst"), names, outcomes, st.integers(1, 8))
# An episode is a network in which some devices, and what hangs on them, do not answer for a while.
episodes = st.tuples(st.just("episode"), st.sets(names, max_size=2), st.integers(4, 8))
anything = st.one_of(episodes, episodes, bursts, samples, ticks, deadlines, jumps, windows, reloads)
actions = st.lists(anything, min_size=6, max_size=30)
trees = st.fixed_dictionaries(
    {
        name: st.lists(st.sampled_from(NAMES[:place]), min_size=1, max_size=2).map(tuple)
        for place, name in enumerate(NAMES)
        if place
    }
    | {"a": st.just(())}
)
tangles = st.fixed_dictionaries({name: st.lists(names, max_size=2).map(tuple) for name in NAMES})
topologies = st.one_of(trees, trees, tangles)
# Flaps sooner than in life, so that short plays come to it.
POLICY = Policy(flap_falls=2, flap_calm_falls=0)


Action = tuple[Any, ...]


@dataclass
class Play:
    """Plays actions and keeps what an outsider could know, to judge the room by."""

    parents: dict[str, tuple[str, ...]]
    now: datetime = START
    events: list[Event] = field(default_factory=list)
    failures: defaultdict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    steps: list[tuple[StateStep, str, Outcome | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.fleet = start_fleet(self.inventory(NAMES), Rulebook(), START, policy=POLICY)

    def inventory(self, chosen: tuple[str, ...]) -> Inventory:
        return make_inventory(*(make_device(name, self.parents[name], CHECKS) for name in chosen))

    def act(self, action: Action) -> None:
        """Play one action."""
        kind, *arguments = action
        getattr(self, f"_{kind}")(*arguments)

    def _do(
        self, function: Callable[..., StateStep], *given: object, device: str = "", outcome: Outcome | None = None
    ) -> None:
        self._take(function(self.fleet, *given), device, outcome)

    def _take(self, step: StateStep, device: str = "", outcome: Outcome | None = None) -> None:
        self.fleet = step.fleet
        self.events.extend(step.transitions)
        self.steps.append((step, device, outcome))

    def _sample(self, device: str, check: str, outcome: Outcome, pause: float, duration_s: float) -> None:
        self.now += timedelta(seconds=pause)
        if outcome is Outcome.OK:
            self.failures[device, check] = 0
        elif outcome.measured:
            self.failures[device, check] += 1
        sample = make_sample(device, check, outcome, self.now, duration_s=duration_s)
        self._do(apply_sample, sample, self.now, device=device, outcome=outcome)

    def _burst(self, device: str, outcome: Outcome, rounds: int) -> None:
        for _ in range(rounds):
            for check in CHECKS:
                self._sample(device, check, outcome, 0.7, 0.5)
            self._deadline()

    def _episode(self, dead: set[str], rounds: int) -> None:
        for _ in range(rounds):
            for device in NAMES:
                outcome = Outcome.TIMEOUT if self._is_cut(device, dead, 0) else Outcome.OK
                for check in CHECKS:
                    self._sample(device, check, outcome, 0.1, 0.05)
            self._tick(1.0)

    def _is_cut(self, device: str, dead: set[str], depth: int) -> bool:
        parents = self.parents[device]
        return device in dead or (
            bool(parents) and depth < len(NAMES) and all(self._is_cut(up, dead, depth + 1) for up in parents)
        )

    def _tick(self, pause: float) -> None:
        self.now += timedelta(seconds=pause)
        self._do(advance, self.now)

    def _deadline(self) -> None:
        at = self._next_deadline()
        if at is not None:
            self.now = max(self.now, at)
            self._do(advance, self.now)

    def _next_deadline(self) -> datetime | None:
        return next_deadline(self.fleet)

    def _jump(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def _maintenance(self, device: str, seconds: float | None) -> None:
        until = None if seconds is None else self.now + timedelta(seconds=seconds)
        if DeviceName(device) in self.fleet.plan.devices:
            self.events.append(MaintenanceSet(self.now, DeviceName(device), until, "test"))
        self._do(set_maintenance, DeviceName(device), until, self.now)

    def _reload(self, chosen: set[str]) -> None:
        inventory = self.inventory(tuple(name for name in NAMES if name in chosen))
        self._do(reload_fleet, inventory, Rulebook(), self.now)
        for device, check in list(self.failures):
            if device not in chosen:
                del self.failures[device, check]


class TwoFleets(Play):
    """Plays the same to a fleet that takes every sample the long way, and expects to be told the same by both."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.thorough = self.fleet

    def _do(
        self, function: Callable[..., StateStep], *given: object, device: str = "", outcome: Outcome | None = None
    ) -> None:
        long_way = judge_news if function is apply_sample else function
        step, thorough = function(self.fleet, *given), long_way(self.thorough, *given)  # type: ignore[arg-type]
        assert (step.transitions, step.reprobes) == (thorough.transitions, thorough.reprobes)
        self.thorough = thorough.fleet
        self._take(step, device, outcome)
        assert believed(self.fleet) == believed(self.thorough)
        assert all(check in self.fleet.machines[name].checks for name, check in self.fleet.quiet)

    def _next_deadline(self) -> datetime | None:
        both = (next_deadline(self.fleet), next_deadline(self.thorough))
        return min((at for at in both if at is not None), default=None)


def believed(fleet: FleetState) -> dict[str, DeviceMachine]:
    """Of each device, with the answers that told nothing new."""
    return {name: with_quiet_answers(machine, name, fleet.quiet) for name, machine in fleet.machines.items()}


def said(step: StateStep) -> list[DeviceStateChanged]:
    return [event for event in step.transitions if isinstance(event, DeviceStateChanged)]


def shown(fleet: FleetState) -> dict[str, tuple[DeviceState, str | None]]:
    return {name: (state_of(fleet, DeviceName(name)), _cause(fleet, name)) for name in NAMES}


def _cause(fleet: FleetState, name: str) -> str | None:
    machine = fleet.machines.get(DeviceName(name))
    return machine.cause if machine and machine.visible is DeviceState.UNREACHABLE else None


@given(topologies, actions)
def test_a_quiet_answer_is_as_good_as_one_that_was_judged(
    parents: dict[str, tuple[str, ...]], play: list[Action]
) -> None:
    fleets = TwoFleets(parents)
    for action in play:
        fleets.act(action)


@given(topologies, actions)
def test_every_step_keeps_the_laws(parents: dict[str, tuple[str, ...]], played: list[Action]) -> None:
    play = Play(parents)
    for action in played:
        first = len(play.steps)
        play.act(action)
        for step, device, outcome in play.steps[first:]:
            _down_needs_confirmed_failures(play, step)
            _unreachable_needs_every_parent_out(step)
            if outcome is not None and outcome.reached and DeviceName(device) in step.fleet.plan.devices:
                assert step.fleet.machines[DeviceName(device)].state not in OUT, "it answered"


def _down_needs_confirmed_failures(play: Play, step: StateStep) -> None:
    for event in said(step):
        if event.after is DeviceState.DOWN:
            assert max(play.failures[event.device, check] for check in CHECKS) >= NEEDED


def _unreachable_needs_every_parent_out(step: StateStep) -> None:
    for event in said(step):
        machine = step.fleet.machines.get(event.device)
        if event.after is DeviceState.UNREACHABLE and machine is not None and machine.grace_until is None:
            device = step.fleet.plan.devices[event.device]
            known = [step.fleet.machines[name] for name in device.parents if name in step.fleet.machines]
            assert event.cause is not None
            assert event.cause != event.device
            if event.before is not DeviceState.MAINTENANCE and event.before is not DeviceState.FLAPPING:
                assert known
                assert any(parent.is_out for parent in known)


# These are told again: hidden by another device, more checks failed, another state beneath.
TOLD_AGAIN = {DeviceState.UNREACHABLE, DeviceState.DEGRADED, DeviceState.MAINTENANCE, DeviceState.FLAPPING}


@given(topologies, actions)
def test_what_is_said_is_one_chain_per_device(parents: dict[str, tuple[str, ...]], played: list[Action]) -> None:
    play = Play(parents)
    for action in played:
        play.act(action)
    last: dict[str, DeviceState] = {}
    for event in play.events:
        if isinstance(event, DeviceStateChanged):
            assert event.before is last.get(event.device, DeviceState.UNKNOWN)
            assert event.after is not event.before or event.after in TOLD_AGAIN
            last[event.device] = event.after


@given(topologies, actions)
def test_a_restart_at_any_moment_shows_the_same(parents: dict[str, tuple[str, ...]], played: list[Action]) -> None:
    play = Play(parents)
    folded = start_fleet(play.inventory(NAMES), Rulebook(), START, policy=POLICY)
    told = 0
    for action in played:
        if action[0] == "reload":
            continue  # the journal is folded over the inventory of the present
        play.act(action)
        for event in play.events[told:]:
            folded = fold_event(folded, event)
        told = len(play.events)
        assert shown(folded) == shown(play.fleet)
        assert shown(restore(folded, (), play.now)) == shown(play.fleet)


@given(topologies, st.lists(st.one_of(samples, bursts, ticks, deadlines, jumps), min_size=5, max_size=30))
def test_local_faults_alone_declare_nothing(parents: dict[str, tuple[str, ...]], played: list[Action]) -> None:
    play = Play(parents)
    for action in played:
        if action[0] == "burst":
            play.act(("burst", action[1], Outcome.LOCAL_FAULT, action[3]))
        elif action[0] == "sample":
            play.act((*action[:3], Outcome.LOCAL_FAULT, *action[4:]))
        else:
            play.act(action)
    assert play.events == []
    assert all(not step.reprobes for step, _, _ in play.steps)


@given(topologies, actions)
def test_after_a_tick_the_next_deadline_lies_ahead(parents: dict[str, tuple[str, ...]], played: list[Action]) -> None:
    play = Play(parents)
    for action in played:
        play.act(action)
        play.act(("tick", 0.0))
        at = next_deadline(play.fleet)
        assert at is None or at > play.now


@given(topologies, actions)
def test_time_alone_declares_nothing_down(parents: dict[str, tuple[str, ...]], played: list[Action]) -> None:
    """Whatever was measured, hours of ticks without a sample blame nobody who was not already suspected to the end."""
    play = Play(parents)
    for action in played:
        play.act(action)
    for _ in range(60):
        play.act(("deadline",))
    before = len(play.events)
    play.act(("jump", 30 * 86400.0))
    play.act(("tick", 1.0))
    play.act(("jump", -60 * 86400.0))
    play.act(("tick", 1.0))
    blamed = {DeviceState.DOWN, DeviceState.UNREACHABLE, DeviceState.DEGRADED}
    for event in play.events[before:]:
        assert isinstance(event, DeviceStateChanged)
        assert event.after not in blamed or event.before in (DeviceState.MAINTENANCE, DeviceState.FLAPPING)


@given(st.lists(st.tuples(names, st.one_of(st.none(), st.integers(0, 50))), max_size=60))
def test_timers_agree_with_a_plain_dictionary(played: list[tuple[str, int | None]]) -> None:
    """A timer fires at the earliest time it was set to since it last fired, and once."""
    timers: Timers[DeviceName] = Timers()
    plain: dict[DeviceName, datetime] = {}
    for name, second in played:
        at = START + timedelta(seconds=second) if second is not None else None
        if second is not None and second % 7 == 0:
            timers, due = timers.due(START + timedelta(seconds=second))
            expected = {key for key, kept in plain.items() if kept <= START + timedelta(seconds=second)}
            assert set(due) == expected
            assert len(due) == len(expected)
            plain = {key: kept for key, kept in plain.items() if key not in expected}
        else:
            timers = timers.set(DeviceName(name), at)
            if at is not None:
                plain[DeviceName(name)] = min(at, plain.get(DeviceName(name), at))
        assert Map(plain) == timers.live
