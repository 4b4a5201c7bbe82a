"""Papers, patrols and staff rules: what is owed besides the clocks of incidents, and how each task of them stands.

A duty has dated tasks (`schedules`), or it is owed on each occasion of some kind (`occasion`), or always (`standing`);
the latter two are only ever ticked by a person. A task is open, at risk and overdue like a clock: at risk after half of
the working time of the reading that ends first, and never at night. A task that only a stricter reading knows warns and
lapses.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from opsmon.contract.calendar.calendar import ONE_DAY, Calendar
from opsmon.contract.calendar.schedule import Schedule, Slot, slots_of
from opsmon.contract.calendar.window import HoursOn, Window
from opsmon.contract.calendar.working_time import opening_at, warned_at
from opsmon.contract.place import PlaceGroup
from opsmon.contract.term import Contract, Term
from opsmon.model.discovery import Discovery, Fulfilment
from opsmon.model.duty import TaskState
from opsmon.model.name import ClauseId, ContractId
from opsmon.text.bilingual import Text

DAYLIGHT = Window("daylight", Text("by day", "白天"), HoursOn.EVERY_DAY, ((8 * 3600, 20 * 3600),))


class Nature(StrEnum):
    SCHEDULED = "scheduled"
    OCCASION = "occasion"  # per meeting, per change, per fault
    STANDING = "standing"  # always


@dataclass(frozen=True, slots=True)
class Obligation:
    """One row of a contract. `strict` are the schedules under the stricter reading: they bring the warnings of tasks
    forward. `warned` are those of tasks that only the stricter reading knows. `places` are ticked one by one for each
    task.

    `fulfilled_by` ticks its tasks off without a person; `broken_by` are discoveries that are told with its name.
    """

    id: ClauseId
    source: str
    what: Text
    services: tuple[str, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    strict: tuple[Schedule, ...] = ()
    occasion: Text | None = None
    standing: Text | None = None
    interpretation: Text | None = None
    places: tuple[PlaceGroup, ...] = ()
    fulfilled_by: Fulfilment | None = None
    broken_by: frozenset[Discovery] = frozenset()
    warned: tuple[Schedule, ...] = ()

    @property
    def nature(self) -> Nature:
        if self.schedules or self.warned:
            return Nature.SCHEDULED
        return Nature.OCCASION if self.occasion is not None else Nature.STANDING


class TaskId(NamedTuple):
    """Which task is meant, of which contract. It never changes, and it orders the tasks of an obligation by service and
    by when they are due."""

    contract: ContractId
    obligation: ClauseId
    service: str
    due_at: datetime
    part: str


@dataclass(frozen=True, slots=True)
class Task:
    """One dated task of an obligation for one service ("" where the contract does not tell them apart). `is_judged` is
    false where only the stricter reading knows it.

    Its `id_in` a contract is its name for ever: ticking it off refers to that.
    """

    obligation: ClauseId
    service: str
    opens_at: datetime
    at_risk_at: datetime
    due_at: datetime
    strict_due_at: datetime | None
    part: str
    doubts: tuple[Text, ...]
    is_judged: bool = True

    def id_in(self, contract: ContractId) -> TaskId:
        """Its name among the tasks of all contracts."""
        return TaskId(contract, self.obligation, self.service, self.due_at, self.part)


def tasks_of(
    obligation: Obligation, contract: Contract, calendar: Calendar, first: date, last: date
) -> tuple[Task, ...]:
    """The tasks of one obligation that are due on the local days `first` to `last` and are about days of its term."""
    found = [
        task
        for service in obligation.services or ("",)
        for task in _of_service(obligation, service, contract, calendar, first, last)
    ]
    return tuple(sorted(found, key=lambda task: (task.due_at, task.service, task.part)))


def _term(contract: Contract, service: str) -> Term:
    found = contract.services.get(service)
    return found.term if found is not None else contract.term


def _of_service(
    obligation: Obligation, service: str, contract: Contract, calendar: Calendar, first: date, last: date
) -> Iterable[Task]:
    term = _term(contract, service)
    stricter = [slot for one in obligation.strict for slot in slots_of(one, term, calendar, *_around(first, last))]
    for schedules, is_judged in ((obligation.schedules, True), (obligation.warned, False)):
        for schedule in schedules:
            for slot in slots_of(schedule, term, calendar, first, last):
                if _is_owed(slot, term):
                    task = _task(obligation, service, slot, stricter if is_judged else [], contract, calendar)
                    yield task if is_judged else replace(task, is_judged=False)


def _is_owed(slot: Slot, term: Term) -> bool:
    """Whether what the slot is about falls into the term, in part at least: the last month's report is due after it."""
    end = term.closes_at
    return (term.start is None or slot.end_at > term.start) and (end is None or slot.begin_at < end)


def _around(first: date, last: date) -> tuple[date, date]:
    return date(first.year - 1, 1, 1), date(last.year + 1, 12, 31)


def _task(
    obligation: Obligation, service: str, slot: Slot, stricter: list[Slot], contract: Contract, calendar: Calendar
) -> Task:
    earlier = [one.due_at for one in stricter if one.due_at < slot.due_at and one.part == slot.part]
    strict = max((at for at in earlier if at > slot.begin_at), default=None)
    opens = slot.opens_at if strict is None else min(slot.opens_at, max(slot.begin_at, _open_before(strict, stricter)))
    at_risk = _warned_at(opens, slot.due_at if strict is None else strict, contract, calendar)
    return Task(obligation.id, service, opens, at_risk, slot.due_at, strict, slot.part, slot.doubts)


def _open_before(strict: datetime, stricter: list[Slot]) -> datetime:
    """When the slot of the stricter reading opens that is due then."""
    return min(one.opens_at for one in stricter if one.due_at == strict)


def _warned_at(opens: datetime, end: datetime, contract: Contract, calendar: Calendar) -> datetime:
    """At half of the working time; of what is owed within a day at half of that, so that a patrol is warned of at the
    same hour every day. In daylight where there is some before the end."""
    half = opens + (end - opens) / 2
    if end - opens > ONE_DAY:
        half = warned_at(opens, end, calendar, contract.working)
    return opening_at(half, end, calendar, DAYLIGHT)


def task_state(task: Task, done_at: datetime | None, now: datetime) -> TaskState:
    """How the task stands at `now`; done exactly at its due time is in time."""
    if done_at is not None and done_at <= now:
        return TaskState.DONE if done_at <= task.due_at or not task.is_judged else TaskState.DONE_LATE
    if now > task.due_at:
        return TaskState.OVERDUE if task.is_judged else TaskState.LAPSED
    if now >= task.at_risk_at:
        return TaskState.AT_RISK
    return TaskState.OPEN if now >= task.opens_at else TaskState.PENDING


def tasks_on(
    tasks: Iterable[Task], day: date, calendar: Calendar, service: str = "", part: str = ""
) -> tuple[Task, ...]:
    """The tasks that a person means by a date: those that are due that day, else those whose time contains it.

    `service` and `part` pick some of several.
    """
    fitting = [
        task
        for task in sorted(tasks, key=lambda task: (task.due_at, task.service, task.part))
        if (not service or task.service == service)
        and (not part or part in (task.part, f"{task.service} {task.part}".strip()))
    ]
    due = tuple(task for task in fitting if due_day(task, calendar) == day)
    return due or tuple(t for t in fitting if calendar.local_date(t.opens_at) <= day <= due_day(t, calendar))


def due_day(task: Task, calendar: Calendar) -> date:
    """The local day that the limit belongs to: 24:00 is the end of a day, not the next one."""
    return calendar.local_date(task.due_at - timedelta(microseconds=1))
