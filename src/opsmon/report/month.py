"""One month of a contract, read from the journal: what was promised, what was kept, what it may cost.

Promises: facts are those that stand now, rules are today's; a clock and a task belong to the month in which they are
due, a fault to the month in which it began, however late it was told. The terminal, the JSON and the sheet, and
`contracts assess`, all show this one record.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from opsmon.contract.calendar.calendar import ONE_DAY
from opsmon.contract.calendar.limit import months_after
from opsmon.contract.clock.case import history_of
from opsmon.contract.clock.sla_clock import SlaClock, state_at
from opsmon.contract.contract_rules import ContractRules
from opsmon.contract.money.budget import month_due, month_of
from opsmon.contract.money.penalty import Delay, Range
from opsmon.contract.money.statement import IncidentClocks, MonthlyStatement, account_of, breaches_of
from opsmon.contract.obligation import Nature, Obligation, Task, task_state, tasks_of
from opsmon.contract.term import Mode, Target
from opsmon.engine.budgets import incident_clocks_of
from opsmon.engine.duty.obligations import Duties, TickedTask, late_tasks
from opsmon.incident.incident import Incident
from opsmon.incident.wording import fault_words
from opsmon.model.duty import ObligationExcused, TaskState
from opsmon.model.event import ClockState
from opsmon.model.incident import Fact, FactType, standing_facts
from opsmon.model.name import ClauseId, IncidentId
from opsmon.report.reading import ContractHistory
from opsmon.state.condition.rules import Rulebook
from opsmon.text.bilingual import Text

IN_TIME, LATE = (ClockState.MET,), (ClockState.MET_LATE, ClockState.BREACHED)


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One clock that is due in the month, and the words of its clause. `state` is that at the time of the report."""

    affair: IncidentClocks
    clock: SlaClock
    what: Text
    source: str
    state: ClockState

    @property
    def is_in_time(self) -> bool | None:
        """None while it is open, or where it has no outcome."""
        return True if self.state in IN_TIME else False if self.state in LATE else None


@dataclass(frozen=True, slots=True)
class ClauseLine:
    """How often a clause was kept: `in_time` of `decided`; `running` are not due yet, `freed` have no outcome."""

    clause: ClauseId
    what: Text
    source: str
    in_time: int
    decided: int
    running: int
    freed: int
    disputed_late: int


@dataclass(frozen=True, slots=True)
class ExclusionLine:
    """An exclusion that holds: of the whole fault, or of the rows that it names."""

    affair: IncidentClocks
    fact: Fact


@dataclass(frozen=True, slots=True)
class DutyLine:
    """One obligation in the month. Of dated tasks `due` many, of which `done` in time, `late`, `missed` and `open`;
    `unwatched` were due before the contract was watched and are nobody's debt. `occasions` were ticked in the month."""

    obligation: Obligation
    tasks: tuple[tuple[Task, TaskState], ...]
    ticks: tuple[TickedTask, ...]
    unwatched: int
    occasions: int

    @property
    def places(self) -> frozenset[str]:
        """The places at which the tasks of the month are ticked."""
        return frozenset(tick.done.place for tick in self.ticks)

    def count(self, *states: TaskState) -> int:
        """How many of the tasks are in one of these states."""
        return sum(state in states for _, state in self.tasks)


@dataclass(frozen=True, slots=True)
class MonthReport:
    """Everything that a month's paper needs. `total` is the sum of all estimates, `papers` what is still to be handed
    in at `as_of` for faults of this month and before, closed ones too."""

    book: ContractRules
    month: date
    as_of: datetime
    clocks: tuple[ClockLine, ...]
    clauses: tuple[ClauseLine, ...]
    breaches: tuple[tuple[IncidentClocks, SlaClock], ...]
    exclusions: tuple[ExclusionLine, ...]
    excuses: tuple[ObligationExcused, ...]
    papers: tuple[ClockLine, ...]
    duties: tuple[DutyLine, ...]
    late: tuple[Delay, ...]
    account: MonthlyStatement
    faults: int
    told: Mapping[IncidentId, Text] = field(default_factory=dict)

    @property
    def last_day(self) -> date:
        return months_after(self.month, 1) - ONE_DAY

    @property
    def total(self) -> Range:
        """The sum of the month: of each fault its own sum, of budgets and tasks every one."""
        listed = [cny for _, cny in self.account.totals]
        listed += [one.cny for one in self.account.estimates if one.incident is None]
        return sum(listed, Range(Decimal(0), Decimal(0)))


def report_month(
    reading: ContractHistory, book: ContractRules, month: date, now: datetime, rulebook: Rulebook | None = None
) -> MonthReport:
    """The report of the calendar month that begins on `month`, in the contract's zone, as known at `now`.

    `rulebook` has the sentences for faults that monitoring saw.
    """
    incidents = reading.of_contract(book.contract.id)
    affairs = tuple(incident_clocks_of(book, one) for one in incidents)
    late = tuple(one for one in late_tasks(reading.duties, book, now) if month_due(one.due_at, book.calendar) == month)
    lines = [line for one in affairs for line in _clock_lines(book, one, now)]
    due = tuple(line for line in lines if month_due(line.clock.end_at, book.calendar) == month)
    end = book.calendar.moment(months_after(month, 1))
    concerned = {line.affair.case.incident for line in due}
    concerned |= {one.case.incident for one in affairs if _began_in(one, book, month)}
    return MonthReport(
        book=book,
        month=month,
        as_of=now,
        clocks=due,
        clauses=_clause_lines(book, due),
        breaches=tuple((one, c) for one in affairs for c in breaches_of(one, now) if _is_due(c, month, book)),
        exclusions=tuple(line for one in affairs if one.case.incident in concerned for line in _exclusions(one)),
        excuses=tuple(
            excuse
            for key, excuse in sorted(reading.duties.excused.items())
            if key[0] == book.contract.id and month_due(key[3], book.calendar) == month
        ),
        papers=tuple(line for line in lines if _is_owed(line, end)),
        duties=tuple(_duty_line(book, one, reading.duties, month, now) for one in book.obligations),
        late=late,
        account=account_of(book, affairs, now, month, late),
        faults=sum(_began_in(one, book, month) for one in affairs),
        told={} if rulebook is None else {one.id: _sentence(one, rulebook) for one in incidents},
    )


def _sentence(incident: Incident, rulebook: Rulebook) -> Text:
    return Text(*(fault_words(incident, rulebook, {}, language) for language in ("en", "zh")))


def _clock_lines(book: ContractRules, affair: IncidentClocks, now: datetime) -> Iterator[ClockLine]:
    rows = {clause.id: clause for clause in book.contract.clauses}
    for clock in affair.clocks:
        state = state_at(clock, now)
        if state is not None:
            row = rows[clock.clause]
            yield ClockLine(affair, clock, row.what, row.source, state)


def _is_due(clock: SlaClock, month: date, book: ContractRules) -> bool:
    return clock.due_at is not None and month_due(clock.due_at, book.calendar) == month


def _is_owed(line: ClockLine, end: datetime) -> bool:
    return line.clock.target is Target.REPORT and line.state.is_open and line.clock.starts_at < end


def _began_in(affair: IncidentClocks, book: ContractRules, month: date) -> bool:
    begun = affair.begun_at
    return begun is not None and month_of(begun, book.calendar) == month


def _clause_lines(book: ContractRules, lines: tuple[ClockLine, ...]) -> tuple[ClauseLine, ...]:
    """Every clause of which a clock was due in the month, in the order of the contract."""
    found = []
    for clause in book.contract.clauses:
        own = [line for line in lines if line.clock.clause == clause.id]
        judged = [line for line in own if line.clock.mode is Mode.JUDGED]
        disputed = [line for line in own if line.clock.mode is Mode.DISPUTED]
        if own:
            found.append(ClauseLine(
                clause=clause.id, what=clause.what, source=clause.source,
                in_time=sum(line.is_in_time is True for line in judged),
                decided=sum(line.is_in_time is not None for line in judged),
                running=sum(line.state in (ClockState.RUNNING, ClockState.AT_RISK) for line in judged),
                freed=sum(line.state is ClockState.CANCELLED for line in judged),
                disputed_late=sum(line.is_in_time is False for line in disputed),
            ))  # fmt: skip
    return tuple(found)


def _exclusions(affair: IncidentClocks) -> Iterator[ExclusionLine]:
    """The exclusions that hold: not withdrawn, with a reason, and not taken back by a later word."""
    judgements = history_of(affair.case.facts, hypothetical=affair.case.hypothetical).judgements
    back = [fact for fact in judgements if fact.type is FactType.INCLUDED]
    for fact in standing_facts(judgements):
        if fact.type is FactType.EXCLUDED and not any(_takes_back(word, fact) for word in back):
            yield ExclusionLine(affair, fact)


def _takes_back(word: Fact, exclusion: Fact) -> bool:
    """Whether a later `included` leaves nothing of an exclusion."""
    named = set(exclusion.clauses)
    return word.at >= exclusion.at and (not word.clauses or bool(named and named <= set(word.clauses)))


def _duty_line(book: ContractRules, row: Obligation, duties: Duties, month: date, now: datetime) -> DutyLine:
    name, last = book.contract.id, months_after(month, 1) - ONE_DAY
    tasks = tasks_of(row, book.contract, book.calendar, month, last)
    since = duties.watched.get(name)
    stated, unwatched = [], 0
    for task in tasks:
        done_at = duties.done_at(row, task.id_in(name))
        if done_at is None and (since is None or task.due_at <= since):
            unwatched += task.due_at <= now
            if task.due_at <= now:
                continue
        stated.append((task, task_state(task, done_at, now)))
    ticks = tuple(t for task in tasks for t in duties.ticks.get(task.id_in(name), {}).values() if t.stands)
    days = [key[3] for key, ticked in duties.occasions.items() if key[:2] == (name, row.id) for t in ticked if t.stands]
    occasions = sum(day.startswith(f"{month:%Y-%m}-") for day in days) if row.nature is not Nature.SCHEDULED else 0
    return DutyLine(row, tuple(stated), ticks, unwatched, occasions)
