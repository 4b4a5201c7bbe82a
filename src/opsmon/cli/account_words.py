"""How budgets and penalties are shown to people."""

from opsmon.cli.output import print_table, say
from opsmon.contract.account import Account
from opsmon.contract.budget import Reading
from opsmon.contract.penalty import Range

READINGS = {Reading.JUDGED: "", Reading.STRICT: "stricter reading", Reading.MILD: "milder reading"}


def print_account(account: Account, language: str) -> None:
    """Budgets, then what breaches may cost with the arithmetic; nothing where there is nothing."""
    if account.uses:
        say()
        rows = [
            (use.clause, f"{use.month:%Y-%m}", use.subject, f"{use.used} of {use.limit}", f"{use.forecast:.1f}",
             use.state.value.replace("_", " "), READINGS[use.reading])
            for use in account.uses
        ]  # fmt: skip
        print_table(("budget", "month", "subject", "used", "forecast", "state", ""), rows)
    if account.estimates:
        say()
        for one in account.estimates:
            where = one.incident or (f"{one.month:%Y-%m}" if one.month is not None else "")
            say(f"{one.clause} {where}: {range_words(one.cny)}: {one.why.in_(language)}")
        for name, cny in account.totals:
            say(f"{name} in all: {range_words(cny)}")


def range_words(cny: Range) -> str:
    """12,225 CNY, or 0 to 12,225 CNY."""
    return f"{cny.most:,.2f} CNY" if cny.least == cny.most else f"{cny.least:,.2f} to {cny.most:,.2f} CNY"
