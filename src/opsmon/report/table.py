"""A month's report as tables, in the language of the staff: what the terminal and the sheet both show.

A cell is text, a number, a sum of money (Decimal), or a local time without an offset; an empty one is None.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from opsmon.contract.clock.sla_clock import overrun_at
from opsmon.contract.money.budget import Budget, BudgetReading, BudgetUse
from opsmon.contract.money.statement import IncidentClocks
from opsmon.contract.place import counts_of
from opsmon.model.duty import TaskState
from opsmon.report.month import ClockLine, DutyLine, MonthReport
from opsmon.text.bilingual import Text
from opsmon.text.time import wall_time
from opsmon.text.vocabulary import CLOCK_RESULTS, READINGS, named

Cell = str | int | Decimal | datetime | None

ALL_DEVICES = Text("all", "合计")


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """One column; `width` in characters of a sheet. `sheet_only` and `terminal_only` where one of them needs less."""

    heading: Text
    width: int
    sheet_only: bool = False
    terminal_only: bool = False


@dataclass(frozen=True, slots=True)
class ReportTable:
    """A titled table. `empty` is said where there is no row."""

    title: Text
    columns: tuple[ReportColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: Text


def _column(en: str, zh: str, width: int, *, sheet_only: bool = False, terminal_only: bool = False) -> ReportColumn:
    return ReportColumn(Text(en, zh), width, sheet_only, terminal_only)


CLAUSE, WHAT = _column("clause", "条款", 8), _column("what", "内容", 44)
INCIDENT, DEVICE = _column("incident", "事件编号", 14), _column("device and fault", "设备及故障", 24)
SOURCE = _column("source", "依据", 22, sheet_only=True)
DUE, MET = _column("due", "时限", 17), _column("met", "完成", 17)
LEAST, MOST = _column("least CNY", "最少（元）", 14), _column("most CNY", "最多（元）", 14)


def tables_of(report: MonthReport, language: str) -> tuple[ReportTable, ...]:
    """Every table of the report, in the order of reading."""
    return (
        _clauses(report, language),
        _clocks(report, language),
        _exclusions(report),
        _budgets(report, language),
        _money(report, language),
        _papers(report, language),
        _duties(report, language),
    )


def summary_of(report: MonthReport, language: str) -> tuple[tuple[str, Cell], ...]:
    """What a reader wants first, as names and values."""
    decided = sum(line.decided for line in report.clauses)
    in_time = sum(line.in_time for line in report.clauses)
    pairs: tuple[tuple[Text, Cell], ...] = (
        (Text("contract", "合同"), f"{report.book.contract.title.in_(language)} ({report.book.contract.id})"),
        (Text("month", "月份"), f"{report.month:%Y-%m}"),
        (Text("as known at", "统计时点"), local(report.as_of, report)),
        (Text("faults that began in the month", "本月发生故障"), report.faults),
        (Text("targets met in time", "按时完成时限"), kept_words(in_time, decided, language)),
        (Text("faults excluded", "减免事件"), len({line.affair.case.incident for line in report.exclusions})),
        (Text("papers still owed", "尚欠报告"), len(report.papers)),
        (Text("sum of the month at the least, CNY", "本月估算最少（元）"), report.total.least),
        (Text("sum of the month at the most, CNY", "本月估算最多（元）"), report.total.most),
    )
    return tuple((name.in_(language), value) for name, value in pairs)


def kept_words(in_time: int, of: int, language: str) -> str:
    """`38 of 40`"""
    return f"{in_time}/{of}" if language == "zh" else f"{in_time} of {of}"


def local(moment: datetime | None, report: MonthReport) -> datetime | None:
    """A time in the contract's zone, to the second, without its offset."""
    return wall_time(moment, report.book.calendar.zone)


def _clauses(report: MonthReport, language: str) -> ReportTable:
    columns = (
        CLAUSE, WHAT, _column("in time", "按时", 10, terminal_only=True),
        _column("in time", "按时", 8, sheet_only=True), _column("of", "应计", 8, sheet_only=True),
        _column("running", "计时中", 8), _column("no outcome", "不计", 10),
        _column("late if disputed reading holds", "争议口径超时", 14), SOURCE,
    )  # fmt: skip
    rows = tuple(
        (line.clause, line.what.in_(language), kept_words(line.in_time, line.decided, language), line.in_time,
         line.decided, line.running, line.freed, line.disputed_late, line.source)
        for line in report.clauses
    )  # fmt: skip
    title = Text("Clauses of which a target was due this month", "本月到期时限（按条款）")
    return ReportTable(title, columns, rows, Text("No target was due this month.", "本月无到期时限。"))


def _clocks(report: MonthReport, language: str) -> ReportTable:
    columns = (
        INCIDENT, DEVICE, CLAUSE, WHAT, DUE, MET, _column("outcome", "结果", 16),
        _column("late by, min", "超时（分钟）", 12), SOURCE,
    )  # fmt: skip
    rows = tuple(_clock_row(line, report, language) for line in report.clocks)
    return ReportTable(Text("Targets one by one", "时限明细"), columns, rows, Text("None.", "无。"))


def _clock_row(line: ClockLine, report: MonthReport, language: str) -> tuple[Cell, ...]:
    clock, provisional = line.clock, Text(", provisional", "（暂定）").in_(language)
    minutes = -(-overrun_at(clock, report.as_of).total_seconds() // 60)
    return (
        line.affair.case.incident, _fault(line.affair, report, language), clock.clause, line.what.in_(language),
        local(clock.effective_due_at, report), local(clock.met_at, report),
        named(CLOCK_RESULTS, line.state, language) + (provisional if clock.provisional else ""), int(minutes) or None,
        line.source,
    )  # fmt: skip


def _fault(affair: IncidentClocks, report: MonthReport, language: str) -> str:
    """What is wrong in a sentence, by the conditions; else the device and what it is called. A person's may be about no
    device."""
    told = report.told.get(affair.case.incident)
    if told is not None and affair.condition:
        return told.in_(language)
    device = "" if affair.device == affair.case.incident else affair.device
    return f"{device} {affair.fault}".strip()


def _exclusions(report: MonthReport) -> ReportTable:
    columns = (
        INCIDENT, _column("clauses", "条款", 12), _column("approved by", "批准人", 14),
        _column("paper", "依据文件", 24), _column("SHA-256", "SHA-256", 66),
        _column("reason", "原因", 36), _column("told by", "登记人", 12),
    )  # fmt: skip
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (line.affair.case.incident, ", ".join(line.fact.clauses) or "*", line.fact.approved_by, line.fact.paper,
         line.fact.paper_sha256, line.fact.note, line.fact.by)
        for line in report.exclusions
    )  # fmt: skip
    rows += tuple(
        (None, one.obligation, one.approved_by, one.paper, one.paper_sha256, one.reason, one.by)
        for one in report.excuses
    )
    title = Text("Excluded (* the whole fault but its papers)", "减免（*为整个事件，报告除外）")
    return ReportTable(title, columns, rows, Text("Nothing is excluded.", "无减免。"))


def _budgets(report: MonthReport, language: str) -> ReportTable:
    columns = (
        CLAUSE, WHAT, _column("subject", "对象", 18), _column("reading", "口径", 16), _column("used", "次数", 8),
        _column("limit", "限额", 8),
    )  # fmt: skip
    rows_by_id = {one.id: one for one in report.book.budgets}
    rows = tuple(
        (use.clause, rows_by_id[use.clause].what.in_(language),
         subject_words(use, rows_by_id[use.clause], language), named(READINGS, use.reading, language), use.used,
         use.limit)
        for use in report.account.uses
    )  # fmt: skip
    return ReportTable(Text("Fault budgets", "故障次数"), columns, rows, Text("The contract has none.", "合同未约定。"))


def subject_words(use: BudgetUse, budget: Budget, language: str) -> str:
    if use.reading is BudgetReading.STRICT and budget.wider is not None:
        return budget.wider.what.in_(language)
    return ALL_DEVICES.in_(language) if use.is_judged else use.subject


def _money(report: MonthReport, language: str) -> ReportTable:
    columns = (
        CLAUSE, INCIDENT, LEAST, MOST, _column("reckoning", "计算", 70), SOURCE,
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (one.clause, one.incident, one.cny.least, one.cny.most, one.why.in_(language), one.source)
        for one in report.account.estimates
    ]
    if rows:
        note = Text(
            "sum: of several on one fault the largest at the least, all at the most",
            "合计：同一事件多项时，最少取最大一项，最多取各项之和",
        )
        rows.append((None, None, report.total.least, report.total.most, note.in_(language), None))
    title = Text("What it may cost (an estimate)", "可能产生的费用（估算）")
    return ReportTable(title, columns, tuple(rows), Text("Nothing.", "无。"))


def _papers(report: MonthReport, language: str) -> ReportTable:
    columns = INCIDENT, DEVICE, CLAUSE, WHAT, DUE, _column("state", "状态", 16), SOURCE
    rows = tuple(
        (line.affair.case.incident, _fault(line.affair, report, language), line.clock.clause, line.what.in_(language),
         local(line.clock.end_at, report), named(CLOCK_RESULTS, line.state, language), line.source)
        for line in report.papers
    )  # fmt: skip
    title = Text("Papers still owed, of closed faults too", "尚欠报告（含已关闭事件）")
    return ReportTable(title, columns, rows, Text("None.", "无。"))


def _duties(report: MonthReport, language: str) -> ReportTable:
    columns = (
        CLAUSE, WHAT, _column("due", "应完成", 8), _column("done", "按时", 8), _column("late", "逾期完成", 10),
        _column("not done", "未完成", 8), _column("open", "未到期", 8), _column("not watched yet", "接管前", 8),
        _column("times", "次数", 8),
        _column("places", "地点", 40), SOURCE,
    )  # fmt: skip
    rows = tuple(_duty_row(line, language) for line in report.duties if line.tasks or line.occasions or line.unwatched)
    return ReportTable(Text("Obligations", "周期性义务"), columns, rows, Text("None was due.", "本月无到期义务。"))


def _duty_row(line: DutyLine, language: str) -> tuple[Cell, ...]:
    row, dated = line.obligation, bool(line.tasks)
    counts = counts_of(row.places, line.places)
    places = ", ".join(f"{one.group.title.in_(language)} {kept_words(one.done, one.group.count, language)}"
                       for one in counts)  # fmt: skip
    open_ = line.count(TaskState.PENDING, TaskState.OPEN, TaskState.AT_RISK)
    states = (len(line.tasks), line.count(TaskState.DONE), line.count(TaskState.DONE_LATE),
              line.count(TaskState.OVERDUE), open_)  # fmt: skip
    return (
        row.id, row.what.in_(language), *(states if dated else (None,) * 5), line.unwatched or None,
        line.occasions or None, places or None, row.source,
    )  # fmt: skip


def shown_columns(table: ReportTable, *, sheet: bool) -> tuple[tuple[int, ReportColumn], ...]:
    """The columns that a sheet or the terminal shows, with their places in the rows."""
    return tuple(
        (index, column)
        for index, column in enumerate(table.columns)
        if not (column.terminal_only if sheet else column.sheet_only)
    )


def shown_rows(table: ReportTable, columns: Iterable[tuple[int, ReportColumn]]) -> Iterator[tuple[Cell, ...]]:
    """The rows with only those columns."""
    wanted = [index for index, _ in columns]
    for row in table.rows:
        yield tuple(row[index] for index in wanted)
