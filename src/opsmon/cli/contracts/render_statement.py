"""How budgets and penalties are shown to people."""

from opsmon.cli.output import print_table, say
from opsmon.contract.contract_rules import ContractRules
from opsmon.contract.money.budget import BudgetReading
from opsmon.contract.money.penalty import Range
from opsmon.contract.money.statement import MonthlyStatement
from opsmon.report.table import subject_words
from opsmon.text.bilingual import Text
from opsmon.text.vocabulary import BUDGET_STATES, READINGS, headings, named

OF = Text(" of ", "/")
IN_ALL = Text("in all: ", "合计：")


def print_account(account: MonthlyStatement, book: ContractRules, language: str) -> None:
    """Budgets, then what breaches may cost with the arithmetic; nothing where there is nothing."""
    rows_by_id = {one.id: one for one in book.budgets}
    if account.uses:
        say()
        rows = [
            (use.clause, f"{use.month:%Y-%m}", subject_words(use, rows_by_id[use.clause], language),
             f"{use.used}{OF.in_(language)}{use.limit}",
             f"{use.forecast:.1f}", named(BUDGET_STATES, use.state, language),
             "" if use.reading is BudgetReading.JUDGED else named(READINGS, use.reading, language))
            for use in account.uses
        ]  # fmt: skip
        print_table(headings(("budget", "month", "subject", "used", "forecast", "state", ""), language), rows)
    if account.estimates:
        say()
        for one in account.estimates:
            where = one.incident or (f"{one.month:%Y-%m}" if one.month is not None else "")
            colon = "：" if language == "zh" else ": "
            say(f"{one.clause} {where}{colon}{range_words(one.cny, language)}{colon}{one.why.in_(language)}")
        for name, cny in account.totals:
            say(f"{name} {IN_ALL.in_(language)}{range_words(cny, language)}")


def range_words(cny: Range, language: str) -> str:
    """12,225 CNY, or 0 to 12,225 CNY."""
    to, unit = (" 至 ", "元") if language == "zh" else (" to ", "CNY")
    return f"{'' if cny.least == cny.most else f'{cny.least:,.2f}{to}'}{cny.most:,.2f} {unit}"
