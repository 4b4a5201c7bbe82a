"""`/contracts` and `/c/ID`: a contract's month: its budgets, clauses and clocks, what is owed, and its calendar."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import quote

from aiohttp import web
from pydantic import Field

from opsmon.contract.calendar.calendar import Calendar, DayKind
from opsmon.contract.contract_rules import ContractRules
from opsmon.contract.money.budget import BudgetReading, BudgetState
from opsmon.contract.obligation import Obligation, Task, task_state, tasks_of
from opsmon.contract.place import counts_of
from opsmon.engine.budgets import uses_now
from opsmon.engine.input import MarkDone
from opsmon.model.duty import TaskState
from opsmon.model.event import ClockState
from opsmon.model.name import ClauseId, ContractId
from opsmon.text.citation import cited
from opsmon.text.safe import visible
from opsmon.text.vocabulary import (
    BUDGET_STATES,
    DAY_KINDS,
    READINGS,
    TARGETS,
    TASK_STATES,
    WEEKDAYS,
    named,
)
from opsmon.web.api.issue import issue
from opsmon.web.api.obligation_schemas import DoneBody
from opsmon.web.api.queries import contract_of
from opsmon.web.context import PARTS
from opsmon.web.frame.form import PageQuery, read_form, read_query
from opsmon.web.frame.mark import CLOCK_MARKS, MARKS, Mark
from opsmon.web.frame.render import Record, page
from opsmon.web.frame.visit import Visit
from opsmon.web.frame.who import last_name
from opsmon.web.pages.incident_form import actor_of, body_of, led_to
from opsmon.web.visit import view_of

BACK, AHEAD = timedelta(days=35), timedelta(days=35)  # of which tasks are shown
MAX_TASKS = 200
ONE_NAME = "holiday:"  # the sets of one holiday's name repeat what the set of all holidays says
_BUDGET_MARKS = {
    BudgetState.IN_HAND: MARKS["met"], BudgetState.AT_RISK: MARKS["at_risk"], BudgetState.OVERSPENT: MARKS["breached"],
}  # fmt: skip
_TASK_MARKS = {
    TaskState.OVERDUE: MARKS["breached"], TaskState.AT_RISK: MARKS["at_risk"], TaskState.OPEN: MARKS["running"],
    TaskState.DONE: MARKS["met"], TaskState.DONE_LATE: CLOCK_MARKS[ClockState.MET_LATE],
    TaskState.PENDING: MARKS["unknown"], TaskState.LAPSED: MARKS["unknown"],
}  # fmt: skip
_ENDED = frozenset({TaskState.DONE, TaskState.DONE_LATE, TaskState.LAPSED})


class ContractQuery(PageQuery):
    """The month of the calendar."""

    month: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}$")


@dataclass(frozen=True, slots=True)
class BudgetRow:
    """One fault budget of this month, by one reading of the paper."""

    clause: str
    what: str
    subject: str
    reading: str
    is_judged: bool
    used: int
    limit: int
    forecast: float
    share: float
    mark: Mark
    word: str


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One dated task of an obligation, with what its form needs to tick it off."""

    obligation: str
    what: str
    service: str
    part: str
    due_at: datetime
    day: date
    mark: Mark
    word: str
    done_at: datetime | None
    places: list[tuple[str, int, int]]
    place_names: list[str]
    can_tick: bool


@dataclass(frozen=True, slots=True)
class ClauseRow:
    """One clause, and how its clocks stand."""

    id: str
    what: str
    target: str
    source: str
    states: list[tuple[Mark, int]]


@dataclass(frozen=True, slots=True)
class DayCell:
    """One day of the calendar. `name` is of the holiday; `periods` are key periods that touch it."""

    day: date
    is_off: bool
    is_today: bool
    word: str
    periods: list[str]


async def list_contracts(request: web.Request) -> web.Response:
    """Every contract."""
    read_query(PageQuery, request)
    return page(request, "contracts.html", contracts_record)


async def show_contract(request: web.Request) -> web.Response:
    """One contract."""
    query, by = read_query(ContractQuery, request), last_name(request)
    contract = contract_of(view_of(request), request)
    return page(request, "contract.html", lambda visit: {**contract_record(visit, contract, query), "name": by})


def contracts_record(visit: Visit) -> Record:
    """A tile for each contract."""
    tiles = []
    for name, book in sorted(visit.world.rules.contracts.items()):
        budgets = list(budget_rows(visit, name, book))
        states = _clock_counts(visit, name)
        owed = Counter(row.mark.tone for row in task_rows(visit, name, book) if row.can_tick)
        marks = [row.mark for row in budgets if row.is_judged] + [mark for mark, _ in states if mark.rank < 2]
        marks += [MARKS["breached"]] * (owed["breached"] > 0)
        mark = min(marks, key=lambda one: one.rank, default=MARKS["met"])
        tiles.append((name, book.contract.title.in_(visit.language), mark, states, budgets, owed))
    return {"tiles": sorted(tiles, key=lambda one: one[2].rank)}


def contract_record(visit: Visit, name: ContractId, query: ContractQuery) -> Record:
    """The month of one contract."""
    book = visit.world.rules.contracts[name]
    today = book.calendar.local_date(visit.now)
    month = month_of(query.month, today)
    tasks = task_rows(visit, name, book)
    return {
        "contract": name,
        "title": book.contract.title.in_(visit.language),
        "services": [(one.name, one.title.in_(visit.language)) for one in book.contract.services.values()],
        "states": _clock_counts(visit, name),
        "budgets": list(budget_rows(visit, name, book)),
        "clauses": clause_rows(visit, name, book),
        "owed": [row for row in tasks if row.can_tick][:MAX_TASKS],
        "done": sorted((row for row in tasks if row.done_at), key=lambda row: row.done_at or row.due_at, reverse=True)[
            :20
        ],
        "coming": _next_of_each(row for row in tasks if not row.can_tick and not row.done_at),
        "month": month,
        "before": (month - timedelta(days=1)).strftime("%Y-%m"),
        "after": (month + timedelta(days=32)).strftime("%Y-%m"),
        "weekdays": [day.in_(visit.language) for day in WEEKDAYS],
        "blank": month.weekday(),
        "days": [_cell(visit, book.calendar, day, today) for day in _days_of(month)],
        "doubts": [doubt.in_(visit.language) for doubt in book.calendar.doubts(month, month + timedelta(days=27))],
        "now_local": visit.now.astimezone(visit.zone).strftime("%Y-%m-%dT%H:%M"),
    }


def _next_of_each(rows: Iterable[TaskRow]) -> list[TaskRow]:
    """The first one of each obligation and service: a patrol of every day is one line."""
    found: dict[tuple[str, str], TaskRow] = {}
    for row in rows:
        found.setdefault((row.obligation, row.service), row)
    return list(found.values())


def month_of(word: str | None, today: date) -> date:
    """The first day of the month that is asked for; of this month where that is none."""
    try:
        return date.fromisoformat(f"{word}-01") if word else today.replace(day=1)
    except ValueError:
        return today.replace(day=1)


def _days_of(month: date) -> list[date]:
    following = (month + timedelta(days=32)).replace(day=1)
    return [month + timedelta(days=number) for number in range((following - month).days)]


def budget_rows(visit: Visit, name: ContractId, book: ContractRules) -> Iterator[BudgetRow]:
    """The budgets of this month; the milder reading only where it counts something."""
    what = {budget.id: budget.what.in_(visit.language) for budget in book.budgets}
    wider = (budget.wider.what for budget in book.budgets if budget.wider is not None)
    subjects = {text.en: text.in_(visit.language) for text in wider}
    for contract, use in uses_now(visit.world, visit.now):
        if contract != name or (use.reading is BudgetReading.MILD and not use.used):
            continue
        whole = max(use.limit, use.used, 1)
        subject = "" if use.is_judged else visible(subjects.get(use.subject, use.subject))
        yield BudgetRow(
            use.clause, what.get(use.clause, ""), subject,
            named(READINGS, use.reading, visit.language), use.is_judged, use.used, use.limit, round(use.forecast, 1),
            use.used / whole, _BUDGET_MARKS[use.state], named(BUDGET_STATES, use.state, visit.language),
        )  # fmt: skip


def _clock_counts(visit: Visit, name: ContractId) -> list[tuple[Mark, int]]:
    """Clocks of this contract by state, open ones and those of this month."""
    return _counted(visit, name, None)


def _counted(visit: Visit, name: ContractId, clause: ClauseId | None) -> list[tuple[Mark, int]]:
    local = visit.now.astimezone(visit.zone)
    counts: Counter[ClockState] = Counter()
    for clocks in visit.world.clock_statuses.values():
        for word in clocks.values():
            last = word.last
            if last.contract != name or clause not in (None, last.clause) or last.after is ClockState.CANCELLED:
                continue
            begun = last.starts_at.astimezone(visit.zone)
            if last.after.is_open or (begun.year, begun.month) == (local.year, local.month):
                counts[last.after] += 1
    return sorted(((CLOCK_MARKS[state], number) for state, number in counts.items()), key=lambda one: one[0].rank)


def clause_rows(visit: Visit, name: ContractId, book: ContractRules) -> list[ClauseRow]:
    """Every clause that runs as a clock, in the order of the file."""
    language = visit.language
    return [
        ClauseRow(
            one.id, one.what.in_(language), named(TARGETS, one.target, language), cited(one.source, language),
            _counted(visit, name, one.id),
        )
        for one in book.contract.clauses
    ]  # fmt: skip


def task_rows(visit: Visit, name: ContractId, book: ContractRules) -> list[TaskRow]:
    """The tasks of some weeks, the first due first; what was due before the contract was watched is left out."""
    since = visit.world.duties.watched.get(name)
    first = book.calendar.local_date(visit.now - BACK)
    last = book.calendar.local_date(visit.now + AHEAD)
    found = [
        _task_row(visit, name, book, one, task)
        for one in book.obligations
        for task in tasks_of(one, book.contract, book.calendar, first, last)
        if since is None or task.due_at > since
    ]
    return sorted(found, key=lambda row: (row.due_at, row.obligation, row.service, row.part))


def _task_row(visit: Visit, name: ContractId, book: ContractRules, obligation: Obligation, task: Task) -> TaskRow:
    key = task.id_in(name)
    done_at = visit.world.duties.done_at(obligation, key)
    state = task_state(task, done_at, visit.now)
    ticked = visit.world.duties.standing(key)
    return TaskRow(
        obligation=obligation.id,
        what=obligation.what.in_(visit.language),
        service=task.service,
        part=task.part,
        due_at=task.due_at,
        day=book.calendar.local_date(task.due_at - timedelta(microseconds=1)),
        mark=_TASK_MARKS[state],
        word=named(TASK_STATES, state, visit.language),
        done_at=done_at,
        places=[
            (count.group.title.in_(visit.language), count.done, count.group.count)
            for count in counts_of(obligation.places, ticked)
        ],
        place_names=_open_places(obligation, ticked),
        can_tick=state not in _ENDED and state is not TaskState.PENDING,
    )


def _open_places(obligation: Obligation, ticked: Iterable[str]) -> list[str]:
    """The places that are not ticked yet, where the contract's file names them."""
    known = set(ticked)
    names = [f"{one.name}:{name}" for one in obligation.places for name in one.names]
    names += [one.name for one in obligation.places if not one.names and one.count == 1]
    return [name for name in names if name not in known]


def _cell(visit: Visit, calendar: Calendar, day: date, today: date) -> DayCell:
    what = calendar.day(day)
    sets = [name for name in calendar.sets if not name.startswith(ONE_NAME) and calendar.period_spans(name, day)]
    periods = [calendar.sets[name].title.in_(visit.language) or name for name in sets]
    is_plain = what.kind in (DayKind.WORKDAY, DayKind.WEEKEND)
    word = what.name.in_(visit.language) or ("" if is_plain else named(DAY_KINDS, what.kind, visit.language))
    return DayCell(day, not what.kind.is_worked, day == today, word, periods)


async def tick_off(request: web.Request) -> web.Response:
    """A named human ticks a task off, whole or place by place."""
    parts, form = request.app[PARTS], await read_form(request)
    actor, contract = actor_of(request, form), contract_of(view_of(request), request)
    places = form.get("places", "").replace("，", ",").replace(",", " ").split()
    fields = {key: form[key] for key in ("day", "note", "service", "part") if key in form}
    body = body_of(DoneBody, {**fields, "by": actor.by}, parts.timezone, places=places)
    asked = MarkDone(
        contract=contract, obligation=ClauseId(request.match_info["obligation"]), day=body.spans[0][0],
        done_at=parts.clock.now(), by=actor.by, note=body.note, service=body.service, part=body.part,
        places=tuple(body.places), via=actor.via,
    )  # fmt: skip
    await issue(request, asked)
    return led_to(request, f"/c/{quote(contract)}#owed", actor)
