"""`opsmon contracts assess`: a month of a contract from the journal: budget, breaches and what they may cost."""

from datetime import date, datetime
from typing import Annotated

import typer

from opsmon.cli.account_words import account_json, print_account
from opsmon.cli.contract_words import book_of, iso, seconds, short
from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption
from opsmon.cli.output import print_json, print_table, say
from opsmon.clock import WallClock
from opsmon.config.root import load_rules
from opsmon.contract.account import Affair, account_of, breaches_of
from opsmon.contract.book import ContractBook
from opsmon.contract.budget import month_of
from opsmon.contract.clock import Clock, overrun_at
from opsmon.contract.penalty import Delay
from opsmon.engine.duties import late_tasks
from opsmon.engine.turn import case_of
from opsmon.report.reading import read_journal
from opsmon.store.store import Store, open_existing_store


def assess(
    contract: Annotated[str, typer.Argument(help="The contract's id.")],
    month: Annotated[str, typer.Option(metavar="YYYY-MM", help="The calendar month, in the contract's zone.")],
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Fault budget, breaches and penalties of a month.

    Facts are those that the journal has now; the rules are today's.
    """
    rules = load_rules(root)
    book, first = book_of(contract, rules), _month(month)
    store = open_existing_store(rules.settings.store_url, root)
    now = WallClock().now()
    try:
        affairs, late = read_month(store, book, first, now)
    finally:
        store.close()
    account = account_of(book, affairs, now, first, late)
    breaches = [(one, clock) for one in affairs for clock in breaches_of(one, now) if _due_in(clock, first, book)]
    if json_output:
        listed = [_breach_json(one, clock, book, now) for one, clock in breaches]
        tasks = [_late_json(one, book) for one in late]
        told = {"contract": contract, "month": month, "breaches": listed, "late_tasks": tasks}
        print_json({**told, **account_json(account)})
        return
    say(f"{contract} in {month}, as known at {short(now, book)}")
    if breaches:
        rows = [
            (one.case.incident, one.device, clock.clause, clock.target.value, short(clock.due_at, book),
             short(clock.met_at, book) or "not met", str(overrun_at(clock, now)).partition(".")[0])
            for one, clock in breaches
        ]  # fmt: skip
        print_table(("incident", "device", "clause", "target", "due", "met", "late by"), rows)
    else:
        say("No target was breached.")
    if late:
        say()
        missed = [(one.clause, one.service or "", short(one.due_at, book), short(one.ended_at, book)) for one in late]
        print_table(("obligation", "service", "was due", "done"), missed)
    print_account(account, rules.settings.language)


def read_month(
    store: Store, book: ContractBook, month: date, now: datetime
) -> tuple[tuple[Affair, ...], tuple[Delay, ...]]:
    """Every incident of the contract that the journal tells of, with its clocks by today's rules; and the tasks of
    the month that are overdue or were done late."""
    reading = read_journal(store)
    affairs = tuple(
        Affair(case_of(one), book.clocks(case_of(one)), one.device, one.condition)
        for one in reading.of_contract(book.contract.id)
    )
    late = late_tasks(reading.duties, book, now)
    return affairs, tuple(one for one in late if month_of(one.due_at, book.calendar) == month)


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no month such as 2026-11") from None


def _due_in(clock: Clock, month: date, book: ContractBook) -> bool:
    return clock.due_at is not None and month_of(clock.due_at, book.calendar) == month


def _late_json(late: Delay, book: ContractBook) -> dict[str, object]:
    return {
        "obligation": late.clause,
        "service": late.service,
        "due_at": iso(late.due_at, book),
        "done_at": iso(late.ended_at, book),
    }


def _breach_json(one: Affair, clock: Clock, book: ContractBook, now: datetime) -> dict[str, object]:
    return {
        "incident": one.case.incident,
        "device": one.device,
        "clause": clock.clause,
        "target": clock.target.value,
        "mode": clock.mode.value,
        "due_at": iso(clock.due_at, book),
        "met_at": iso(clock.met_at, book),
        "overrun_s": seconds(overrun_at(clock, now)),
    }
