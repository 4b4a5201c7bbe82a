"""How budgets and penalties are shown: JSON as docs and tools expect it, tables for people."""

from decimal import Decimal

from opsmon.cli.output import print_table, say
from opsmon.contract.account import Account
from opsmon.contract.budget import BudgetUse, Reading
from opsmon.contract.penalty import Estimate, Range

READINGS = {Reading.JUDGED: "", Reading.STRICT: "stricter reading", Reading.MILD: "milder reading"}


def account_json(account: Account) -> dict[str, object]:
    """`budgets`, `penalties` and `totals` of `replay --json` and `assess --json`."""
    return {
        "budgets": [_use_json(use) for use in account.uses],
        "penalties": [_estimate_json(one) for one in account.estimates],
        "totals": [{"incident": name, **_range_json(cny)} for name, cny in account.totals],
    }


def _use_json(use: BudgetUse) -> dict[str, object]:
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


def _estimate_json(one: Estimate) -> dict[str, object]:
    where = {"incident": one.incident} if one.incident is not None else {}
    when = {"month": f"{one.month:%Y-%m}"} if one.month is not None else {}
    return {
        "clause": one.clause,
        **where,
        **when,
        **_range_json(one.cny),
        "why": one.why.en,
        "why_zh": one.why.in_("zh"),
        "source": one.source,
    }


def _range_json(cny: Range) -> dict[str, object]:
    return {"cny_min": _number(cny.least), "cny_max": _number(cny.most)}


def _number(amount: Decimal) -> int | float:
    return int(amount) if amount == amount.to_integral_value() else float(amount)


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
