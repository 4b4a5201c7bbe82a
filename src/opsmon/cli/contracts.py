"""`opsmon contracts`: what the contracts say, which days count, and what is due when."""

from datetime import date, timedelta
from typing import Annotated

import typer

from opsmon.cli.clause_words import clause_json, from_text, limits_text
from opsmon.cli.contract_words import book_of
from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption, new_group
from opsmon.cli.output import print_json, print_table, say, warn
from opsmon.config.contract_files import load_rules
from opsmon.contract.book import ContractBook
from opsmon.contract.term import Term

group = new_group(
    "The service contracts: clauses, calendars, deadlines, replays.",
    later={
        "deadlines": "deadlines:deadlines",
        "replay": "deadlines:replay_timeline",
        "calendar": "calendar:show_calendar",
        "assess": "assess:assess",
        "obligations": "obligations:list_obligations",
        "done": "ticking:mark_done",
        "undo": "ticking:undo",
        "excuse": "ticking:excuse",
    },
)

HALF_DAY = timedelta(hours=12)


@group.command("list")
def list_contracts(root: RootOption = CHOSEN_ROOT, json_output: JsonOption = False) -> None:
    """Every contract of the root."""
    rules = load_rules(root)
    if json_output:
        print_json([_summary_json(book) for book in rules.contracts.values()])
        return
    rows = [
        (book.contract.id, book.contract.title.in_(rules.settings.language), _term_words(book.contract.term, book),
         ", ".join(book.contract.services), len(book.contract.clauses))
        for book in rules.contracts.values()
    ]  # fmt: skip
    print_table(("contract", "title", "term", "services", "clocks"), rows)
    for problem in rules.warnings:
        warn(str(problem))


def _summary_json(book: ContractBook) -> dict[str, object]:
    contract = book.contract
    return {
        "contract": contract.id,
        "title": contract.title.en,
        "title_zh": contract.title.in_("zh"),
        "services": list(contract.services),
        "term": _term_json(contract.term, book),
        "amount_cny": None if contract.amount_cny is None else str(contract.amount_cny),
        "clauses": len(contract.clauses),
    }


def _term_json(term: Term, book: ContractBook) -> dict[str, object]:
    first, last = _term_days(term, book)
    return {"from": first and first.isoformat(), "to": last and last.isoformat(), "goes_on": term.goes_on}


def _term_days(term: Term, book: ContractBook) -> tuple[date | None, date | None]:
    zone = book.calendar.zone
    first = term.start.astimezone(zone).date() if term.start else None
    return first, (term.end - HALF_DAY).astimezone(zone).date() if term.end else None


def _term_words(term: Term, book: ContractBook) -> str:
    first, last = _term_days(term, book)
    return f"{first or '…'} to {last or '…'}" if first or last else ""


@group.command("show")
def show_contract(
    contract: Annotated[str, typer.Argument(help="The contract's id.")],
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """One contract: services, terms, clauses with clocks."""
    rules = load_rules(root)
    book = book_of(contract, rules)
    if json_output:
        print_json(_contract_json(book))
        return
    language = rules.settings.language
    say(f"{book.contract.id}: {book.contract.title.in_(language)}")
    services = [
        (one.name, one.title.in_(language), _term_words(one.term, book), one.amount_cny or "")
        for one in book.contract.services.values()
    ]
    print_table(("service", "title", "term", "CNY"), services)
    say()
    rows = [
        (
            clause.id,
            clause.what.in_(language),
            clause.target.value,
            limits_text(clause),
            from_text(clause),
            clause.source,
        )
        for clause in book.contract.clauses
    ]
    print_table(("clause", "what", "target", "limit", "counts from", "source"), rows)
    for problem in rules.doubts.get(book.contract.id, ()):
        warn(str(problem))


def _contract_json(book: ContractBook) -> dict[str, object]:
    services = [
        {
            "name": one.name,
            "title": one.title.en,
            "title_zh": one.title.in_("zh"),
            "term": _term_json(one.term, book),
            "amount_cny": None if one.amount_cny is None else str(one.amount_cny),
        }
        for one in book.contract.services.values()
    ]
    return {
        **_summary_json(book), "services": services, "clauses": [clause_json(one) for one in book.contract.clauses],
    }  # fmt: skip
