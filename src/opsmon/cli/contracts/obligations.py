"""`opsmon contracts obligations`: what is due besides the clocks of incidents, and how far each task is."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from opsmon.cli.contracts.render_clock import book_of
from opsmon.cli.language import language_of
from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption
from opsmon.cli.output import print_json, print_table, say
from opsmon.clock import WallClock
from opsmon.config.rules.contract_files import RootContracts, load_rules
from opsmon.contract.contract_rules import ContractRules
from opsmon.contract.obligation import Nature, Obligation, Task, task_state, tasks_of
from opsmon.contract.place import counts_of
from opsmon.engine.duty.obligations import Duties
from opsmon.errors import StoreError
from opsmon.report.document import iso
from opsmon.report.reading import read_duties
from opsmon.store.store import open_existing_store
from opsmon.text.time import weekday_end
from opsmon.text.vocabulary import CLOCK_MODES, TASK_STATES, headings, named

WEEK = timedelta(days=7)
MAX_LIST_DAYS = 3_660


def list_obligations(
    contract: Annotated[str, typer.Argument(help="The contract's id.")],
    from_: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="First day; today when not given.")
    ] = None,
    to: Annotated[str | None, typer.Option(metavar="DATE", help="Last day; a week on when not given.")] = None,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Papers, patrols, duties: when each is due, how it stands."""
    rules = load_rules(root, needs_root=True)
    book, now = book_of(contract, rules), WallClock().now()
    first = date_of(from_, "--from") if from_ else book.calendar.local_date(now)
    last = date_of(to, "--to") if to else first + WEEK
    if last < first or (last - first).days > MAX_LIST_DAYS:
        raise typer.BadParameter(f"--from {first} --to {last} is no stretch of days of ten years at most")
    duties = _duties(rules, root)
    tasks = [
        (one, task) for one in book.obligations for task in tasks_of(one, book.contract, book.calendar, first, last)
    ]
    tasks.sort(key=lambda pair: (pair[1].due_at, pair[0].id, pair[1].service, pair[1].part))
    undated = [one for one in book.obligations if one.nature is not Nature.SCHEDULED]
    if json_output:
        print_json({
            "contract": contract, "from": first.isoformat(), "to": last.isoformat(),
            "tasks": [_task_json(one, task, duties, book, now) for one, task in tasks],
            "undated": [_undated_json(one) for one in undated],
        })  # fmt: skip
        return
    _print(tasks, undated, duties, book, now, language_of(rules.settings))


def _print(
    tasks: list[tuple[Obligation, Task]],
    undated: list[Obligation],
    duties: Duties,
    book: ContractRules,
    now: datetime,
    language: str,
) -> None:
    zone = book.calendar.zone
    rows = [
        (one.id, _named(one, task, language), weekday_end(task.due_at, zone, language),
         weekday_end(task.strict_due_at, zone, language),
         named(TASK_STATES, task_state(task, duties.done_at(one, task.id_in(book.contract.id)), now), language),
         named(CLOCK_MODES, "provisional", language) if task.doubts else "")
        for one, task in tasks
    ]  # fmt: skip
    print_table(headings(("obligation", "what", "due", "stricter reading", "state", ""), language), rows)
    for one, task in tasks:
        if one.places:
            counted = places_words(one, duties.standing(task.id_in(book.contract.id)), language)
            say(f"\n{one.id} {weekday_end(task.due_at, zone, language)}{'：' if language == 'zh' else ': '}{counted}")
    if undated:
        say()
        occasions = [(one.id, one.what.in_(language), (one.occasion or one.standing or one.what).in_(language))
                     for one in undated]  # fmt: skip
        print_table(headings(("obligation", "what", "when"), language), occasions)


def _named(one: Obligation, task: Task, language: str) -> str:
    return " ".join(word for word in (one.what.in_(language), task.service, task.part) if word)


def _duties(rules: RootContracts, root: Path) -> Duties:
    """What the journal tells; nothing where there is no journal yet."""
    try:
        store = open_existing_store(rules.settings.store_url, root)
    except StoreError:
        return Duties()
    try:
        return read_duties(store)
    finally:
        store.close()


def date_of(text: str, option: str) -> date:
    """A date that somebody typed behind an option. Raises BadParameter (exit code 2)."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{option}: {text!r} is no date such as 2026-11-20") from None


def _task_json(one: Obligation, task: Task, duties: Duties, book: ContractRules, now: datetime) -> dict[str, object]:
    key = task.id_in(book.contract.id)
    done_at, ticks = duties.done_at(one, key), duties.standing(key)
    return {
        "clause": one.id,
        "obligation": one.id,
        "service": task.service or None,
        "part": task.part,
        "what": one.what.en,
        "what_zh": one.what.in_("zh"),
        "source": one.source,
        "opens_at": iso(task.opens_at, book),
        "at_risk_at": iso(task.at_risk_at, book),
        "due_at": iso(task.due_at, book),
        "strict_due_at": iso(task.strict_due_at, book),
        "state": task_state(task, done_at, now).value,
        "done_at": iso(done_at, book),
        "places": places_json(one, ticks),
        "provisional": bool(task.doubts),
        "doubts": [doubt.en for doubt in task.doubts],
        "interpretation": one.interpretation.en if one.interpretation is not None else None,
    }


def places_json(obligation: Obligation, ticks: Collection[str]) -> list[dict[str, object]]:
    """How far each group of places is, and which of them are ticked."""
    return [
        {
            "group": one.group.name, "title": one.group.title.en, "title_zh": one.group.title.in_("zh"),
            "done": one.done, "of": one.group.count, "ticked": sorted(p for p in ticks if one.group.owns(p)),
        }
        for one in counts_of(obligation.places, ticks)
    ]  # fmt: skip


def places_words(obligation: Obligation, ticks: Collection[str], language: str) -> str:
    """`bureaus 37 of 52`, group by group."""
    of = "/" if language == "zh" else " of "
    return ", ".join(
        f"{one.group.title.in_(language)} {one.done}{of}{one.group.count}"
        for one in counts_of(obligation.places, ticks)
    )


def _undated_json(one: Obligation) -> dict[str, object]:
    when = one.occasion or one.standing
    return {
        "clause": one.id,
        "obligation": one.id,
        "nature": one.nature.value,
        "when": when.en if when is not None else "",
        "what": one.what.en,
        "what_zh": one.what.in_("zh"),
        "source": one.source,
        "interpretation": one.interpretation.en if one.interpretation is not None else None,
    }
