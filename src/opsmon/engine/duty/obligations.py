"""Recurring obligations in the engine: which tasks came to be at risk, overdue or done. `tick` is how they are ticked.

Tasks are watched from the moment that a contract is first seen with devices under it (`ContractWatched`): a fresh
journal does not begin with the debts of years. Pure; what was told is folded from the journal.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import overload

from immutables import Map

from opsmon.contract.calendar.schedule import Every, Periodic
from opsmon.contract.clock.sla_clock import INSTANT
from opsmon.contract.contract_rules import ContractRules
from opsmon.contract.money.penalty import Delay
from opsmon.contract.obligation import Obligation, Task, TaskId, task_state, tasks_of
from opsmon.contract.place import WHOLE, finished_at
from opsmon.model.duty import (
    ContractWatched,
    DutyEvent,
    ObligationDone,
    ObligationExcused,
    ObligationUndone,
    TaskChanged,
    TaskState,
)
from opsmon.model.event import Event
from opsmon.model.name import ClauseId, ContractId

BEHIND = timedelta(days=40)  # how far back a start looks for tasks that nobody was told of
AHEAD = timedelta(days=400)  # a yearly task is at risk half a year before it is due
AHEAD_SHORT = timedelta(days=16)  # enough for tasks of a day or a week
LOOK_AGAIN = timedelta(days=1)
ENDED = frozenset({TaskState.DONE, TaskState.DONE_LATE})
TOLD = ENDED | {TaskState.AT_RISK, TaskState.OVERDUE, TaskState.LAPSED}

OccasionId = tuple[ContractId, ClauseId, str, str]  # contract, obligation, service, day
Place = str


@dataclass(frozen=True, slots=True)
class TickedTask:
    """What a person ticked off, and the last withdrawal of it, or the withdrawal of that."""

    done: ObligationDone
    undone: ObligationUndone | None = None

    @property
    def stands(self) -> bool:
        return self.undone is None or self.undone.again


@dataclass(frozen=True, slots=True)
class Duties:
    """What the journal tells of tasks: `ticks` of each by place, those without dates by day (the earliest first).
    `next_at` is when time alone next changes one; None is at once."""

    watched: Map[ContractId, datetime] = field(default_factory=Map)
    ticks: Map[TaskId, Map[Place, TickedTask]] = field(default_factory=Map)
    occasions: Map[OccasionId, tuple[TickedTask, ...]] = field(default_factory=Map)
    reported: Map[TaskId, TaskState] = field(default_factory=Map)
    excused: Map[TaskId, ObligationExcused] = field(default_factory=Map)
    next_at: datetime | None = None

    def standing(self, task: TaskId) -> dict[Place, datetime]:
        """When each place of a task was ticked; withdrawn ticks are left out."""
        return {place: tick.done.done_at for place, tick in self.ticks.get(task, {}).items() if tick.stands}

    def done_at(self, obligation: Obligation, task: TaskId) -> datetime | None:
        """When the task was done, at all of its places; None when it is not."""
        return finished_at(obligation.places, self.standing(task))


def duties_of(events: Iterable[Event]) -> Duties:
    """What a journal tells of tasks; every other event is passed over."""
    duties = Duties()
    for event in events:
        if isinstance(event, DutyEvent):
            duties = fold_duty(duties, event)
    return duties


def fold_duty(duties: Duties, event: DutyEvent) -> Duties:
    """The duties after an event of the journal."""
    match event:
        case ContractWatched():
            return replace(duties, watched=duties.watched.set(event.contract, event.at), next_at=None)
        case TaskChanged():
            return replace(duties, reported=duties.reported.set(task_id_of(event), event.after))
        case ObligationDone():
            return _done(duties, event)
        case ObligationUndone():
            return _undone(duties, event)
        case ObligationExcused():
            key = task_id_of(event)
            others = duties.excused.delete(key) if key in duties.excused else duties.excused
            return replace(duties, excused=others if event.withdrawn else others.set(key, event))
    return duties


def _done(duties: Duties, event: ObligationDone) -> Duties:
    task = task_id_of(event)
    if task is not None:
        return _with_tick(duties, task, event.place, TickedTask(event))
    occasion = _occasion_id(event)
    ticks = (*duties.occasions.get(occasion, ()), TickedTask(event))
    return replace(duties, occasions=duties.occasions.set(occasion, ticks), next_at=None)


def _undone(duties: Duties, event: ObligationUndone) -> Duties:
    task, tick = task_id_of(event), tick_of(duties, event)
    if tick is None:
        return duties
    if task is not None:
        return _with_tick(duties, task, event.place, replace(tick, undone=event))
    occasion = _occasion_id(event)
    ticks = list(duties.occasions[occasion])
    # Of equal ticks the last one is meant: two visits on one day are told by the same words.
    index = max(number for number, one in enumerate(ticks) if one == tick)
    ticks[index] = replace(tick, undone=event)
    return replace(duties, occasions=duties.occasions.set(occasion, tuple(ticks)), next_at=None)


def _with_tick(duties: Duties, task: TaskId, place: Place, tick: TickedTask) -> Duties:
    places = duties.ticks.get(task, Map[Place, TickedTask]()).set(place, tick)
    return replace(duties, ticks=duties.ticks.set(task, places), next_at=None)


def tick_of(duties: Duties, event: ObligationUndone) -> TickedTask | None:
    """The tick that a withdrawal is about: of those of an occasion the last that it can be said of."""
    task = task_id_of(event)
    if task is not None:
        return duties.ticks.get(task, Map[Place, TickedTask]()).get(event.place)
    ticks = duties.occasions.get(_occasion_id(event), ())
    return next((tick for tick in reversed(ticks) if tick.stands is not event.again), None)


@overload
def task_id_of(event: TaskChanged | ObligationExcused) -> TaskId: ...
@overload
def task_id_of(event: DutyEvent) -> TaskId | None: ...
def task_id_of(event: DutyEvent) -> TaskId | None:
    """The task that an event tells of; None where it tells of a contract or of an obligation without dates."""
    if isinstance(event, ContractWatched) or event.due_at is None:
        return None
    return TaskId(event.contract, event.obligation, event.service, event.due_at, event.part)


def _occasion_id(event: ObligationDone | ObligationUndone) -> OccasionId:
    return event.contract, event.obligation, event.service, event.day


def unwatched(duties: Duties, used: Iterable[ContractId], now: datetime) -> tuple[ContractWatched, ...]:
    """The contracts that came into use and are watched from now on."""
    return tuple(ContractWatched(now, name) for name in sorted(used) if name not in duties.watched)


def changes_of(
    duties: Duties, name: ContractId, contract_rules: ContractRules, now: datetime
) -> tuple[TaskChanged, ...]:
    """What is to be told of the tasks of one contract at `now`."""
    since = duties.watched.get(name)
    if since is None:
        return ()
    changes = (_change(duties, name, one, task, now) for one, task in _watched(contract_rules, since, now))
    return tuple(change for change in changes if change is not None)


def _change(duties: Duties, name: ContractId, obligation: Obligation, task: Task, now: datetime) -> TaskChanged | None:
    key = task.id_in(name)
    before, after = duties.reported.get(key, TaskState.OPEN), task_state(task, duties.done_at(obligation, key), now)
    if after is before or (after not in TOLD and before not in ENDED):
        return None
    return TaskChanged(now, name, task.obligation, task.service, task.part, task.due_at, before, after)


def next_turn_of(contract_rules: ContractRules, since: datetime, now: datetime) -> datetime:
    """When time alone next changes a task of the contract; a day ahead at the latest, so that new tasks are seen."""
    turns = (
        at for task in watched_tasks(contract_rules, since, now) for at in (task.at_risk_at, task.due_at + INSTANT)
    )
    return min((at for at in turns if at > now), default=now + LOOK_AGAIN)


def watched_tasks(contract_rules: ContractRules, since: datetime, now: datetime) -> Iterator[Task]:
    """The tasks that matter at `now`: due not long ago, or ahead as far as one can be at risk already."""
    return (task for _, task in _watched(contract_rules, since, now))


def _watched(contract_rules: ContractRules, since: datetime, now: datetime) -> Iterator[tuple[Obligation, Task]]:
    first = contract_rules.calendar.local_date(max(since, now - BEHIND))
    for obligation in contract_rules.obligations:
        last = contract_rules.calendar.local_date(now + reach_of(obligation))
        for task in tasks_of(obligation, contract_rules.contract, contract_rules.calendar, first, last):
            if task.due_at > since:
                yield obligation, task


def reach_of(obligation: Obligation) -> timedelta:
    """How far ahead a task of the obligation can be at risk."""
    short = (Every.DAY, Every.WORKDAY, Every.WEEK)
    brief = all(isinstance(one, Periodic) and one.every in short for one in (*obligation.schedules, *obligation.warned))
    return AHEAD_SHORT if brief else AHEAD


def late_tasks(duties: Duties, contract_rules: ContractRules, now: datetime) -> tuple[Delay, ...]:
    """The tasks of a contract that are overdue or were done late, of those that the daemon has told of or that somebody
    has ticked, to be priced like late clocks. A tick that was withdrawn since counts as none; a task whose lateness is
    excused costs nothing."""
    name, rows = contract_rules.contract.id, {one.id: one for one in contract_rules.obligations}
    found = []
    for key in sorted({key for key in (*duties.reported, *duties.ticks) if key.contract == name}):
        row, due_at = key.obligation, key.due_at
        done_at = duties.done_at(rows[row], key) if row in rows else duties.standing(key).get(WHOLE)
        told = duties.reported.get(key, TaskState.LAPSED) is not TaskState.LAPSED or done_at is not None
        if told and key not in duties.excused and due_at < (now if done_at is None else done_at):
            found.append(Delay(row, f"task {key.service} {key.part}", due_at, done_at, service=key.service or None))
    return tuple(found)
