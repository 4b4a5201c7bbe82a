"""A month's report as one JSON document: times in the contract's zone, sums in CNY, words in English and Chinese."""

from datetime import datetime
from decimal import Decimal

from opsmon.contract.clock.sla_clock import SlaClock, overrun_at
from opsmon.contract.contract_rules import ContractRules
from opsmon.contract.money.budget import BudgetUse
from opsmon.contract.money.penalty import Delay, Estimate, Range
from opsmon.contract.money.statement import IncidentClocks, MonthlyStatement
from opsmon.contract.place import counts_of
from opsmon.model.duty import TaskState
from opsmon.report.month import ClauseLine, ClockLine, DutyLine, ExclusionLine, MonthReport
from opsmon.text.time import iso_time

Document = dict[str, object]


def month_document(report: MonthReport) -> Document:
    """Everything of the report."""
    contract = report.book.contract
    return {
        "contract": contract.id,
        "title": contract.title.en,
        "title_zh": contract.title.in_("zh"),
        "month": f"{report.month:%Y-%m}",
        "as_of": iso(report.as_of, report.book),
        "faults": report.faults,
        "sum": range_document(report.total),
        "clauses": [_clause(line) for line in report.clauses],
        "clocks": [clock_document(line, report) for line in report.clocks],
        "exclusions": exclusions_document(report),
        "excused_tasks": excuses_document(report),
        "papers_owed": [clock_document(line, report) for line in report.papers],
        "obligations": [_duty(line, report.book) for line in report.duties],
        "late_tasks": [late_document(one, report.book) for one in report.late],
        **account_document(report.account),
    }


def assess_document(report: MonthReport) -> Document:
    """What may cost something: breaches, late tasks, budgets, penalties, and what was excluded."""
    return {
        "contract": report.book.contract.id,
        "month": f"{report.month:%Y-%m}",
        "breaches": [_breach(affair, clock, report) for affair, clock in report.breaches],
        "late_tasks": [late_document(one, report.book) for one in report.late],
        "exclusions": exclusions_document(report),
        "excused_tasks": excuses_document(report),
        "sum": range_document(report.total),
        **account_document(report.account),
    }


def iso(moment: datetime | None, book: ContractRules) -> str | None:
    """ISO 8601 with the offset of the contract's zone."""
    return iso_time(moment, book.calendar.zone)


def _clause(line: ClauseLine) -> Document:
    return {
        "clause": line.clause,
        "what": line.what.en,
        "what_zh": line.what.in_("zh"),
        "source": line.source,
        "in_time": line.in_time,
        "of": line.decided,
        "running": line.running,
        "excluded_or_cancelled": line.freed,
        "disputed_late": line.disputed_late,
    }


def clock_document(line: ClockLine, report: MonthReport) -> Document:
    """One clock with the words of its clause. `in_time` is null while it is open and where it has no outcome."""
    clock = line.clock
    return {
        "incident": line.affair.case.incident,
        "device": line.affair.device,
        "fault": line.affair.fault,
        "clause": clock.clause,
        "what": line.what.en,
        "what_zh": line.what.in_("zh"),
        "source": line.source,
        "target": clock.target.value,
        "mode": clock.mode.value,
        "state": line.state.value,
        "in_time": line.is_in_time,
        "starts_at": iso(clock.starts_at, report.book),
        "due_at": iso(clock.due_at, report.book),
        "strict_due_at": iso(clock.strict_due_at, report.book),
        "met_at": iso(clock.met_at, report.book),
        "overrun_s": overrun_at(clock, report.as_of).total_seconds(),
        "provisional": clock.provisional,
    }


def _breach(affair: IncidentClocks, clock: SlaClock, report: MonthReport) -> Document:
    overrun = overrun_at(clock, report.as_of).total_seconds()
    return {
        "incident": affair.case.incident,
        "device": affair.device,
        "clause": clock.clause,
        "target": clock.target.value,
        "mode": clock.mode.value,
        "due_at": iso(clock.due_at, report.book),
        "met_at": iso(clock.met_at, report.book),
        "overrun_s": int(overrun) if overrun.is_integer() else overrun,
    }


def exclusions_document(report: MonthReport) -> list[Document]:
    """Who approved what, on which paper, and why. No `clauses` is the whole fault, but for its papers."""
    return [_exclusion(line, report.book) for line in report.exclusions]


def excuses_document(report: MonthReport) -> list[Document]:
    """Tasks that were late for a reason that the customer accepts."""
    return [
        {
            "obligation": one.obligation, "service": one.service or None, "part": one.part,
            "due_at": iso(one.due_at, report.book), "approved_by": one.approved_by, "paper": one.paper,
            "paper_sha256": one.paper_sha256, "reason": one.reason, "by": one.by,
        }
        for one in report.excuses
    ]  # fmt: skip


def _exclusion(line: ExclusionLine, book: ContractRules) -> Document:
    fact = line.fact
    return {
        "incident": line.affair.case.incident,
        "device": line.affair.device,
        "clauses": list(fact.clauses),
        "approved_by": fact.approved_by,
        "paper": fact.paper,
        "paper_sha256": fact.paper_sha256,
        "reason": fact.note,
        "by": fact.by,
        "at": iso(fact.at, book),
    }


def _duty(line: DutyLine, book: ContractRules) -> Document:
    row = line.obligation
    return {
        "obligation": row.id,
        "what": row.what.en,
        "what_zh": row.what.in_("zh"),
        "source": row.source,
        "nature": row.nature.value,
        "due": len(line.tasks),
        "done": line.count(TaskState.DONE),
        "done_late": line.count(TaskState.DONE_LATE),
        "not_done": line.count(TaskState.OVERDUE),
        "open": line.count(TaskState.PENDING, TaskState.OPEN, TaskState.AT_RISK),
        "before_watch": line.unwatched,
        "times_ticked": line.occasions,
        "not_done_tasks": [
            {"service": task.service or None, "part": task.part, "due_at": iso(task.due_at, book)}
            for task, state in line.tasks
            if state is TaskState.OVERDUE
        ],
        "places": [
            {"group": one.group.name, "title_zh": one.group.title.in_("zh"), "done": one.done, "of": one.group.count}
            for one in counts_of(row.places, line.places)
        ],
        "papers": [
            {"file": tick.done.file, "sha256": tick.done.file_sha256, "by": tick.done.by}
            for tick in line.ticks
            if tick.done.file
        ],
    }


def late_document(late: Delay, book: ContractRules) -> Document:
    """A task that is overdue, or was done late."""
    return {
        "obligation": late.clause,
        "service": late.service,
        "due_at": iso(late.due_at, book),
        "done_at": iso(late.ended_at, book),
    }


def account_document(account: MonthlyStatement) -> Document:
    """`budgets`, `penalties` and `totals` of a replay, an assessment, a report."""
    return {
        "budgets": [_use(use) for use in account.uses],
        "penalties": [_estimate(one) for one in account.estimates],
        "totals": [{"incident": name, **range_document(cny)} for name, cny in account.totals],
    }


def _use(use: BudgetUse) -> Document:
    return {
        "clause": use.clause,
        "month": f"{use.month:%Y-%m}",
        "subject": use.subject,
        "used": use.used,
        "limit": use.limit,
        "forecast": round(use.forecast, 1),
        "state": use.state.value,
        "reading": use.reading.value,
        "incidents": list(use.incidents),
    }


def _estimate(one: Estimate) -> Document:
    where = {"incident": one.incident} if one.incident is not None else {}
    when = {"month": f"{one.month:%Y-%m}"} if one.month is not None else {}
    return {
        "clause": one.clause,
        **where,
        **when,
        **range_document(one.cny),
        "why": one.why.en,
        "why_zh": one.why.in_("zh"),
        "source": one.source,
    }


def range_document(cny: Range) -> dict[str, int | float]:
    """Least and most in CNY; whole yuan as whole numbers."""
    return {"cny_min": _number(cny.least), "cny_max": _number(cny.most)}


def _number(amount: Decimal) -> int | float:
    return int(amount) if amount == amount.to_integral_value() else float(amount)
