"""`opsmon contracts`: what the contracts say, which days count, and what is due when."""

from datetime import date, timedelta
from typing import Annotated

import typer

from opsmon.cli.contracts.render_clause import clause_json, from_text, limits_text
from opsmon.cli.contracts.render_clock import book_of
from opsmon.cli.language import language_of
from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption, new_group
from opsmon.cli.output import print_json, print_table, say, warn
from opsmon.config.rules.contract_files import load_rules
from opsmon.contract.contract_rules import ContractRules
from opsmon.contract.term import Term
from opsmon.text.vocabulary import TARGETS, headings, named

group = new_group(
    "The service contracts: clauses, calendars, deadlines, replays.",
    later={
        "deadlines": "contracts.deadlines:deadlines",
        "replay": "contracts.deadlines:replay_timeline",
        "calendar": "contracts.calendar:show_calendar",
        "assess": "contracts.assess:assess",
        "obligations": "contracts.obligations:list_obligations",
        "done": "contracts.ticking:mark_done",
        "undo": "contracts.ticking:undo",
        "excuse": "contracts.ticking:excuse",
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
    language = language_of(rules.settings)
    rows = [
        (book.contract.id, book.contract.title.in_(language), _term_words(book.contract.term, book, language),
         ", ".join(book.contract.services), len(book.contract.clauses))
        for book in rules.contracts.values()
    ]  # fmt: skip
    print_table(headings(("contract", "title", "term", "services", "clocks"), language), rows)
    for problem in rules.warnings:
        warn(str(problem))


def _summary_json(book: ContractRules) -> dict[str, object]:
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


def _term_json(term: Term, book: ContractRules) -> dict[str, object]:
    first, last = _term_days(term, book)
    return {"from": first and first.isoformat(), "to": last and last.isoformat(), "goes_on": term.goes_on}


def _term_days(term: Term, book: ContractRules) -> tuple[date | None, date | None]:
    zone = book.calendar.zone
    first = term.start.astimezone(zone).date() if term.start else None
    return first, (term.end - HALF_DAY).astimezone(zone).date() if term.end else None


def _term_words(term: Term, book: ContractRules, language: str) -> str:
    first, last = _term_days(term, book)
    return f"{first or '…'} {'至' if language == 'zh' else 'to'} {last or '…'}" if first or last else ""


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
    language = language_of(rules.settings)
    say(f"{book.contract.id}{'：' if language == 'zh' else ': '}{book.contract.title.in_(language)}")
    services = [
        (one.name, one.title.in_(language), _term_words(one.term, book, language), one.amount_cny or "")
        for one in book.contract.services.values()
    ]
    print_table(headings(("service", "title", "term", "CNY"), language), services)
    say()
    rows = [
        (
            clause.id,
            clause.what.in_(language),
            named(TARGETS, clause.target, language),
            limits_text(clause).in_(language),
            from_text(clause).in_(language),
            clause.source,
        )
        for clause in book.contract.clauses
    ]
    print_table(headings(("clause", "what", "target", "limit", "counts from", "source"), language), rows)
    for problem in rules.doubts.get(book.contract.id, ()):
        warn(str(problem))


def _contract_json(book: ContractRules) -> dict[str, object]:
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
