"""`opsmon report month`: the paper of a month, on the terminal, as JSON, or as an Excel sheet."""

from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from opsmon.cli.contracts.assess import MonthOption, month_of_journal
from opsmon.cli.language import language_of
from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption, new_group
from opsmon.cli.output import print_json, print_pairs, print_table, say
from opsmon.config.rules.contract_files import load_rules
from opsmon.errors import ConfigError, Problem
from opsmon.report.document import month_document
from opsmon.report.month import MonthReport
from opsmon.report.sheet import write_sheet
from opsmon.report.table import Cell, shown_columns, shown_rows, summary_of, tables_of
from opsmon.text.bilingual import Sentence

group = new_group("Reports from the journal, to hand in.")


@group.command("month")
def month_report(
    contract: Annotated[str, typer.Argument(help="The contract's id.")],
    month: MonthOption,
    xlsx: Annotated[
        Path | None, typer.Option(metavar="FILE", dir_okay=False, help="Write an Excel sheet to this file.")
    ] = None,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """A month of a contract, to print or to hand in.

    Targets kept and missed, exclusions, budgets, papers owed, duties, money; from the journal, whether the daemon
    runs or not. Facts are those that stand now, rules are today's.
    """
    rules = load_rules(root, needs_root=True)
    report = month_of_journal(rules, root, contract, month)
    if xlsx is not None:
        _write(report, language_of(rules.settings), xlsx)
    if json_output:
        print_json(month_document(report))
    elif xlsx is not None:
        say(f"wrote {xlsx}")
    else:
        _print(report, language_of(rules.settings))


def _write(report: MonthReport, language: str, file: Path) -> None:
    if file.suffix.lower() != ".xlsx":
        raise typer.BadParameter(
            Sentence(f"{file.name} does not end in .xlsx", f"{file.name} 不是以 .xlsx 结尾"), param_hint="--xlsx"
        )
    try:
        write_sheet(report, language, file)
    except OSError as error:
        raise ConfigError(
            (
                Problem(
                    str(file),
                    0,
                    0,
                    Sentence(f"cannot be written: {error.strerror or error}", f"无法写入：{error.strerror or error}"),
                ),
            )
        ) from None


def _print(report: MonthReport, language: str) -> None:
    print_pairs({name: _shown(value) for name, value in summary_of(report, language)})
    for table in tables_of(report, language):
        say()
        if not table.rows:
            say(f"{table.title.in_(language)}{'：' if language == 'zh' else ': '}{table.empty.in_(language)}")
            continue
        columns = shown_columns(table, sheet=False)
        headings = [column.heading.in_(language) for _, column in columns]
        rows = [[_shown(value) for value in row] for row in shown_rows(table, columns)]
        print_table(headings, rows, title=table.title.in_(language))


def _shown(value: Cell) -> str:
    if value is None:
        return ""
    return f"{value:,.2f}" if isinstance(value, Decimal) else str(value)
