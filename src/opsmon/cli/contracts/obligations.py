"""`opsmon contracts obligations`: what is due besides the clocks of incidents, and how far each task is."""

from collections.abc import Sequence
from datetime import date, timedelta, tzinfo
from typing import Annotated

import typer

from opsmon.cli.contracts.render_clock import book_of
from opsmon.cli.language import language_of
from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption
from opsmon.cli.output import print_json, print_table, say
from opsmon.clock import WallClock
from opsmon.config.rules.contract_files import load_rules
from opsmon.contract.obligation import Obligation
from opsmon.report.reading import read_duties
from opsmon.report.tasks import TaskLine, places_words, task_document, task_lines, undated_document, undated_of
from opsmon.text.bilingual import COLON, Sentence
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
        raise typer.BadParameter(
            Sentence(
                f"--from {first} --to {last} is no stretch of days of ten years at most",
                f"--from {first} --to {last} 不是最多十年的日期范围",
            )
        )
    duties = read_duties(rules.settings.store, root)
    lines, undated = task_lines(book, duties, first, last, now), undated_of(book)
    if json_output:
        print_json({
            "contract": contract, "from": first.isoformat(), "to": last.isoformat(),
            "tasks": [task_document(one, book) for one in lines],
            "undated": [undated_document(one) for one in undated],
        })  # fmt: skip
        return
    _print(lines, undated, book.calendar.zone, language_of(rules.settings))


def _print(lines: Sequence[TaskLine], undated: Sequence[Obligation], zone: tzinfo, language: str) -> None:
    rows = [
        (one.obligation.id, _named(one, language), weekday_end(one.task.due_at, zone, language),
         weekday_end(one.task.strict_due_at, zone, language), named(TASK_STATES, one.state, language),
         named(CLOCK_MODES, "provisional", language) if one.task.doubts else "")
        for one in lines
    ]  # fmt: skip
    print_table(headings(("obligation", "what", "due", "stricter reading", "state", ""), language), rows)
    for one in lines:
        if one.obligation.places:
            due, colon = weekday_end(one.task.due_at, zone, language), COLON.in_(language)
            say(f"\n{one.obligation.id} {due}{colon}{places_words(one, language)}")
    if undated:
        say()
        occasions = [(one.id, one.what.in_(language), (one.occasion or one.standing or one.what).in_(language))
                     for one in undated]  # fmt: skip
        print_table(headings(("obligation", "what", "when"), language), occasions)


def _named(line: TaskLine, language: str) -> str:
    words = (line.obligation.what.in_(language), line.task.service, line.task.part)
    return " ".join(word for word in words if word)


def date_of(text: str, option: str) -> date:
    """A date that somebody typed behind an option. Raises BadParameter (exit code 2)."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            Sentence(
                f"{option}: {text!r} is no date such as 2026-11-20", f"{option}：{text!r} 不是日期，例如 2026-11-20"
            )
        ) from None
