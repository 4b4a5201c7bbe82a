"""`decide(world, input, now) -> EngineStep`: the order of the rooms, and nothing else.

State first, then incidents, then contract clocks, then pages. Pure; raises on no sequence of inputs. The events of a
step are in the order in which they follow from each other, and folding them into the world gives what the step's world
tells.
"""

from collections.abc import Sequence
from datetime import datetime

from opsmon.engine.commands.judge import execute
from opsmon.engine.decision import Decision
from opsmon.engine.duty.watch import watch_duties
from opsmon.engine.effect import Effect
from opsmon.engine.input import ClockStepped, Command, Input, MarkDone, MarkUndone, Reloaded, Tick
from opsmon.engine.new_rules import follow_new_rules
from opsmon.engine.paging.round import after_clock_set, everything_open
from opsmon.engine.roster.handover import look_now, watch_handovers
from opsmon.engine.step import EngineStep
from opsmon.engine.world import World, with_fleet
from opsmon.incident.lifecycle import shift_hold_downs
from opsmon.model.event import Event
from opsmon.model.sample import Sample
from opsmon.state import api as state
from opsmon.state.fleet import StateStep
from opsmon.state.quiet import take_quietly
from opsmon.state.steady_time import clock_stepped


def decide(world: World, given: Input, now: datetime) -> EngineStep:
    """What follows from one input at `now` (aware UTC)."""
    match given:
        case Sample():
            return _sample(world, given, now)
        case Tick():
            return _tick(world, now)
        case Reloaded():
            return _reload(world, given, now)
        case ClockStepped():
            return _step_clock(world, given, now)
    return _command(world, given, now)


def decide_samples(world: World, samples: Sequence[Sample], now: datetime) -> EngineStep:
    """What follows from samples one after the other at `now`: as `decide` of each, at a fraction of the cost for those
    that tell nothing new."""
    events, effects, place = list[Event](), list[Effect](), 0
    while place < len(samples):
        fleet, place = take_quietly(world.fleet, samples, place, now)
        world = world if fleet is world.fleet else with_fleet(world, fleet)
        if place < len(samples):
            step = _judge(world, state.judge_news(world.fleet, samples[place], now), now)
            world, place = step.world, place + 1
            events += step.events
            effects += step.effects
    return EngineStep(world, tuple(events), tuple(effects))


def _sample(world: World, sample: Sample, now: datetime) -> EngineStep:
    return _judge(world, state.apply_sample(world.fleet, sample, now), now)


def _judge(world: World, step: StateStep, now: datetime) -> EngineStep:
    if not step.transitions:
        return EngineStep(with_fleet(world, step.fleet), (), step.reprobes)
    decision = Decision(world, now)
    decision.take(step)
    return decision.step()


def _tick(world: World, now: datetime) -> EngineStep:
    decision = Decision(world, now)
    decision.take(state.advance(world.fleet, now))
    decision.wake_due()
    watch_duties(decision)
    watch_handovers(decision)
    return decision.step()


def _reload(world: World, given: Reloaded, now: datetime) -> EngineStep:
    decision = Decision(world, now)
    follow_new_rules(decision, given.rules)
    watch_duties(decision)
    look_now(decision)
    watch_handovers(decision)
    decision.woken = everything_open(decision.world)
    return decision.step()


def _step_clock(world: World, given: ClockStepped, now: datetime) -> EngineStep:
    decision = Decision(with_fleet(world, clock_stepped(world.fleet, given.by)), now)
    decision.draft(lambda draft: shift_hold_downs(draft, given.by))
    for moved in tuple(after_clock_set(decision.world, given.by, now)):
        decision.write(moved)
    return decision.step()


def _command(world: World, command: Command, now: datetime) -> EngineStep:
    decision = Decision(world, now)
    refusal = execute(decision, command)
    if isinstance(command, MarkDone | MarkUndone):
        watch_duties(decision)
    return decision.step()._replace(refusal=refusal)
