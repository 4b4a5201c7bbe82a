"""`decide(world, input, now) -> EngineStep`: the order of the rooms, and nothing else.

State first, then incidents, then contract clocks. Pure; raises on no sequence of inputs. The events of a step are in
the order in which they follow from each other, and folding them into the world gives what the step's world tells.
"""

from dataclasses import replace
from datetime import datetime

from opsmon.contract.explain.change import book_change
from opsmon.engine.commands.judge import execute, observe_all
from opsmon.engine.decision import Decision
from opsmon.engine.input import ClockStepped, Input, MarkDone, MarkUndone, Reloaded, Tick
from opsmon.engine.obligations import LOOK_AGAIN, changes_of, next_turn_of, unwatched
from opsmon.engine.renamed import renames_of
from opsmon.engine.rules import Rules
from opsmon.engine.step import EngineStep
from opsmon.engine.world import World, with_fleet
from opsmon.incident.lifecycle import drop_strangers, drop_unchecked, prune, shift_hold_downs
from opsmon.model.event import MaintenanceSet
from opsmon.model.incident import MONITORING
from opsmon.model.sample import Sample
from opsmon.state import api as state
from opsmon.state.restore import fold_event
from opsmon.state.steady_time import clock_stepped
from opsmon.text.bilingual import NO_WORDS, Text

RETIMED = Text("there is no such contract any more", "合同已不存在")


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
    turn = Decision(world, now)
    refusal = execute(turn, given)
    if isinstance(given, MarkDone | MarkUndone):
        watch_duties(turn)
    return turn.step()._replace(refusal=refusal)


def _sample(world: World, sample: Sample, now: datetime) -> EngineStep:
    step = state.apply_sample(world.fleet, sample, now)
    if not step.transitions:
        return EngineStep(with_fleet(world, step.fleet), (), step.reprobes)
    turn = Decision(world, now)
    turn.take(step, observe_all)
    return turn.step()


def _tick(world: World, now: datetime) -> EngineStep:
    turn = Decision(world, now)
    turn.take(state.advance(world.fleet, now), observe_all)
    _wake_due(turn)
    watch_duties(turn)
    return turn.step()


def watch_duties(turn: Decision) -> None:
    """Tells which tasks of the contracts in use came to be at risk, overdue or done, when it is time to look."""
    next_at = turn.world.duties.next_at
    if next_at is not None and next_at > turn.now:
        return
    contracts = turn.world.rules.contracts
    used = {device.contract for device in turn.world.rules.inventory.devices.values()} & contracts.keys()
    for begun in unwatched(turn.world.duties, (name for name in used if name is not None), turn.now):
        turn.write(begun)
    turns = [turn.now + LOOK_AGAIN]
    for name in sorted(one for one in used if one is not None):
        for change in changes_of(turn.world.duties, name, contracts[name], turn.now):
            turn.write(change)
        turns.append(next_turn_of(contracts[name], turn.world.duties.watched[name], turn.now))
    turn.world = replace(turn.world, duties=replace(turn.world.duties, next_at=min(turns)))


def _wake_due(turn: Decision) -> None:
    agenda, due = turn.world.agenda.due(turn.now)
    turn.world = replace(turn.world, agenda=agenda)
    turn.wake(due)


def _reload(world: World, given: Reloaded, now: datetime) -> EngineStep:
    """Swaps the rules, and follows what that does to devices, incidents and clocks. A start does the same with the
    rules that it has: what changed while nobody watched is no less of a change."""
    turn, rules = Decision(replace(world, rules=given.rules), now), given.rules
    for renamed in tuple(renames_of(world, rules, now)):
        turn.world = replace(turn.world, fleet=fold_event(turn.world.fleet, renamed))
        turn.write(renamed)
    fleet = turn.world.fleet
    for name, machine in fleet.machines.items():
        if name not in rules.inventory.devices and machine.maintenance_until is not None:
            turn.write(MaintenanceSet(now, name, None, MONITORING, "the device was taken out of the inventory"))
    step = state.reload_fleet(fleet, rules.inventory, rules.rulebook, now, limits=rules.limits)
    turn.take(step, observe_all)
    turn.draft(drop_strangers)
    turn.draft(drop_unchecked)
    turn.world = replace(turn.world, incidents=prune(turn.world.incidents, rules.inventory))
    _retime(turn, world.rules)
    turn.world = replace(turn.world, duties=replace(turn.world.duties, next_at=now))
    watch_duties(turn)
    return turn.step()


def _retime(turn: Decision, old: Rules) -> None:
    """Every clock that is still open is reckoned anew where its contract or its calendar has changed, and told why."""
    reasons = {
        name: RETIMED if book is None else book_change(old.contracts.get(name), book)
        for name in old.contracts.keys() | turn.world.rules.contracts.keys()
        for book in (turn.world.rules.contracts.get(name),)
    }
    for incident, words in turn.world.words.items():
        known = turn.world.incidents.by_id.get(incident)
        reason = NO_WORDS if known is None or known.contract is None else reasons.get(known.contract, RETIMED)
        if reason and any(word.last.after.is_open for word in words.values()):
            turn.reckon.setdefault(incident, reason)


def _step_clock(world: World, given: ClockStepped, now: datetime) -> EngineStep:
    turn = Decision(with_fleet(world, clock_stepped(world.fleet, given.by)), now)
    turn.draft(lambda draft: shift_hold_downs(draft, given.by))
    return turn.step()
