"""`opsmon contracts assess`: a month of a contract from the journal: budget, breaches and what they may cost."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from opsmon.cli.contracts.render_clock import book_of, short
from opsmon.cli.contracts.render_statement import IN_ALL, print_account, range_words
from opsmon.cli.language import language_of
from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption
from opsmon.cli.output import print_json, print_table, say
from opsmon.clock import WallClock
from opsmon.config.rules.conditions import load_conditions
from opsmon.config.rules.contract_files import RootContracts, load_rules
from opsmon.config.stock import root_of
from opsmon.config.yaml.problem import Problems
from opsmon.contract.clock.sla_clock import overrun_at
from opsmon.model.duty import ObligationExcused
from opsmon.report.document import assess_document
from opsmon.report.month import ExclusionLine, MonthReport, report_month
from opsmon.report.reading import read_history
from opsmon.text.bilingual import Sentence, Text
from opsmon.text.vocabulary import TARGETS, headings, named

MonthOption = Annotated[str, typer.Option(metavar="YYYY-MM", help="The calendar month, in the contract's zone.")]


def assess(
    contract: Annotated[str, typer.Argument(help="The contract's id.")],
    month: MonthOption,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Fault budget, breaches and penalties of a month.

    Facts are those that the journal has now; the rules are today's.
    """
    rules = load_rules(root, needs_root=True)
    report = month_of_journal(rules, root, contract, month)
    if json_output:
        print_json(assess_document(report))
        return
    language = language_of(rules.settings)
    as_of = short(report.as_of, report.book, language)
    say(Text(f"{contract} in {month}, as known at {as_of}", f"{contract} {month}，统计时点 {as_of}").in_(language))
    _print_breaches(report, language)
    if report.late:
        say()
        missed = [
            (
                one.clause,
                one.service or "",
                short(one.due_at, report.book, language),
                short(one.ended_at, report.book, language),
            )
            for one in report.late
        ]
        print_table(headings(("obligation", "service", "was due", "done"), language), missed)
    if report.exclusions or report.excuses:
        say()
        rows = [*(exclusion_row(one, language) for one in report.exclusions), *map(_excuse_row, report.excuses)]
        print_table(headings(("excluded", "clauses", "approved by", "paper", "reason"), language), rows)
    print_account(report.account, report.book, language)
    if report.account.estimates:
        say(f"{month} {IN_ALL.in_(language)}{range_words(report.total, language)}")


def _print_breaches(report: MonthReport, language: str) -> None:
    if not report.breaches:
        say(Text("No target was breached.", "没有超时。").in_(language))
        return
    rows = [
        (one.case.incident, one.device, clock.clause, named(TARGETS, clock.target, language),
         short(clock.due_at, report.book, language),
         short(clock.met_at, report.book, language) or NOT_MET.in_(language),
         str(overrun_at(clock, report.as_of)).partition(".")[0])
        for one, clock in report.breaches
    ]  # fmt: skip
    print_table(headings(("incident", "device", "clause", "target", "due", "met", "late by"), language), rows)


ALL, NOT_MET = Text("all", "全部"), Text("not met", "未完成")


def exclusion_row(line: ExclusionLine, language: str) -> tuple[str, ...]:
    """Incident, clauses (all: the whole fault), approver, paper with its digest, reason."""
    fact = line.fact
    paper = _paper(fact.paper, fact.paper_sha256)
    return (
        line.affair.case.incident,
        ", ".join(fact.clauses) or ALL.in_(language),
        fact.approved_by,
        paper,
        fact.note,
    )


def _excuse_row(one: ObligationExcused) -> tuple[str, ...]:
    return "", one.obligation, one.approved_by, _paper(one.paper, one.paper_sha256), one.reason


def _paper(name: str, sha256: str) -> str:
    return f"{name} (SHA-256 {sha256})" if name else ""


def month_of_journal(rules: RootContracts, root: Path, contract: str, month: str) -> MonthReport:
    """The month of a contract as the root's journal tells it. Raises ConfigError, BadParameter or StoreError."""
    book, first = book_of(contract, rules), _month(month)
    conditions = load_conditions(root_of("rules", root.resolve()), Problems())
    history = read_history(rules.settings.store, root)
    return report_month(history, book, first, WallClock().now(), conditions)


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise typer.BadParameter(
            Sentence(f"{text!r} is no month such as 2026-11", f"{text!r} 不是月份，例如 2026-11")
        ) from None
