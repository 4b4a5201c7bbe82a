"""Recurring obligations in the engine: which tasks came to be at risk, overdue or done, and ticking them off.

Tasks are watched from the moment that a contract is first seen with devices under it (`ContractWatched`): a fresh
journal does not begin with the debts of years. Pure; what was told is folded from the journal.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from immutables import Map

from opsmon.contract.book import ContractBook
from opsmon.contract.calendar import ONE_DAY
from opsmon.contract.clock import INSTANT
from opsmon.contract.obligation import Nature, Obligation, Task, TaskKey, find_task, task_state, tasks_of
from opsmon.contract.penalty import Delay
from opsmon.contract.schedule import Every, Periodic
from opsmon.engine.input import MarkDone
from opsmon.model.event import ContractWatched, DutyEvent, ObligationDone, TaskChanged, TaskState
from opsmon.model.name import ClauseId, ContractId

BEHIND = timedelta(days=40)  # how far back a start looks for tasks that nobody was told of
AHEAD = timedelta(days=400)  # a yearly task is at risk half a year before it is due
AHEAD_SHORT = timedelta(days=16)  # enough for tasks of a day or a week
LOOK_AGAIN = timedelta(days=1)
TOLD = frozenset({TaskState.AT_RISK, TaskState.OVERDUE, TaskState.DONE, TaskState.DONE_LATE})

TaskId = tuple[ContractId, ClauseId, str, datetime, str]


@dataclass(frozen=True, slots=True)
class Duties:
    """What the journal tells of tasks. `next_at` is when time alone next changes one; None is at once."""

    watched: Map[ContractId, datetime] = field(default_factory=Map)
    done: Map[TaskId, datetime] = field(default_factory=Map)
    told: Map[TaskId, TaskState] = field(default_factory=Map)
    next_at: datetime | None = None


def fold_duty(duties: Duties, event: DutyEvent) -> Duties:
    """The duties after an event of the journal."""
    match event:
        case ContractWatched():
            return replace(duties, watched=duties.watched.set(event.contract, event.at), next_at=None)
        case TaskChanged():
            key = (event.contract, event.obligation, event.service, event.due_at, event.part)
            return replace(duties, told=duties.told.set(key, event.after))
        case ObligationDone() if event.due_at is not None:
            key = (event.contract, event.obligation, event.service, event.due_at, event.part)
            return replace(duties, done=duties.done.set(key, event.done_at), next_at=None)
    return duties


def unwatched(duties: Duties, used: Iterable[ContractId], now: datetime) -> tuple[ContractWatched, ...]:
    """The contracts that came into use and are watched from now on."""
    return tuple(ContractWatched(now, name) for name in sorted(used) if name not in duties.watched)


def changes_of(duties: Duties, name: ContractId, book: ContractBook, now: datetime) -> tuple[TaskChanged, ...]:
    """What is to be told of the tasks of one contract at `now`."""
    since = duties.watched.get(name)
    if since is None:
        return ()
    changes = (_change(duties, name, task, now) for task in watched_tasks(book, since, now))
    return tuple(change for change in changes if change is not None)


def _change(duties: Duties, name: ContractId, task: Task, now: datetime) -> TaskChanged | None:
    key = (name, *task.key)
    before, after = duties.told.get(key, TaskState.OPEN), task_state(task, duties.done.get(key), now)
    if after not in TOLD or after is before:
        return None
    return TaskChanged(now, name, task.obligation, task.service, task.part, task.due_at, before, after)


def next_turn_of(book: ContractBook, since: datetime, now: datetime) -> datetime:
    """When time alone next changes a task of the contract; a day ahead at the latest, so that new tasks are seen."""
    turns = (at for task in watched_tasks(book, since, now) for at in (task.at_risk_at, task.due_at + INSTANT))
    return min((at for at in turns if at > now), default=now + LOOK_AGAIN)


def watched_tasks(book: ContractBook, since: datetime, now: datetime) -> Iterator[Task]:
    """The tasks that matter at `now`: due not long ago, or ahead as far as one can be at risk already."""
    first = book.calendar.local_date(max(since, now - BEHIND))
    for obligation in book.obligations:
        last = book.calendar.local_date(now + _reach(obligation))
        for task in tasks_of(obligation, book.contract, book.calendar, first, last):
            if task.due_at > since:
                yield task


def _reach(obligation: Obligation) -> timedelta:
    short = (Every.DAY, Every.WORKDAY, Every.WEEK)
    brief = all(isinstance(one, Periodic) and one.every in short for one in obligation.schedules)
    return AHEAD_SHORT if brief else AHEAD


def judge_done(book: ContractBook, asked: MarkDone, done: Map[TaskId, datetime], now: datetime) -> ObligationDone | str:
    """The event that ticks it off, or why it cannot be ticked off."""
    obligation = next((one for one in book.obligations if one.id == asked.obligation), None)
    if obligation is None:
        return f"{asked.contract} has no obligation {asked.obligation}"
    if asked.done_at > now:
        return f"{asked.done_at.isoformat()} is not past yet"
    if asked.service and asked.service not in (obligation.services or book.contract.services):
        return f"{asked.obligation} is not owed for the service {asked.service}"
    task = None
    if obligation.nature is Nature.SCHEDULED:
        task = _task_meant(book, obligation, asked, done)
        if task is None:
            return f"no task of {asked.obligation} is due or running on {asked.day.isoformat()}"
        if (asked.contract, *task.key) in done:
            return f"{asked.obligation} of {asked.day.isoformat()} is done already"
    return ObligationDone(
        at=now, contract=asked.contract, obligation=asked.obligation,
        service=task.service if task is not None else asked.service,
        part=task.part if task is not None else asked.part, due_at=task.due_at if task is not None else None,
        day=asked.day.isoformat(), done_at=asked.done_at, by=asked.by, note=asked.note, file=asked.file,
        file_sha256=asked.file_sha256,
    )  # fmt: skip


def _task_meant(
    book: ContractBook, obligation: Obligation, asked: MarkDone, done: Map[TaskId, datetime]
) -> Task | None:
    first, last = asked.day - ONE_DAY, _last_day(obligation, asked.day)
    tasks = tasks_of(obligation, book.contract, book.calendar, first, last)
    wanted = [task for task in tasks if not asked.service or task.service == asked.service]
    finished: dict[TaskKey, datetime] = {key[1:]: at for key, at in done.items() if key[0] == asked.contract}
    return find_task(wanted, asked.day, finished, book.calendar, asked.part)


def _last_day(obligation: Obligation, day: date) -> date:
    return day + _reach(obligation)


def late_tasks(duties: Duties, contract: ContractId) -> tuple[Delay, ...]:
    """The tasks of a contract that the journal tells are overdue or were done late, to be priced like late clocks."""
    late = (TaskState.OVERDUE, TaskState.DONE_LATE)
    return tuple(
        Delay(obligation, f"task {service} {part}", due_at, duties.done.get((name, obligation, service, due_at, part)),
              service=service or None)
        for (name, obligation, service, due_at, part), state in sorted(duties.told.items())
        if name == contract and state in late
    )  # fmt: skip
