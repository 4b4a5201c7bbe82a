"""`opsmon oncall who`, `list`, `lint`: read from the root and its journal, so the daemon may run or not."""

from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from opsmon.cli.language import language_of
from opsmon.cli.moment import parse_moment
from opsmon.cli.oncall.duties import (
    RootRotas,
    duty_json,
    load_rotas,
    moment_words,
    people_words,
    shift_words,
    title_words,
    warn_of_doubts,
)
from opsmon.cli.oncall.overrides import overrides
from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption, new_group
from opsmon.cli.output import print_json, print_table, problem_line, say
from opsmon.clock import WallClock
from opsmon.errors import Problem
from opsmon.oncall.lint.duty_lint import duties_of
from opsmon.oncall.lint.finding import LintFinding
from opsmon.oncall.lint.lint import lint_on_call
from opsmon.oncall.roster import Duty, Rota, on_duty
from opsmon.text.bilingual import Text
from opsmon.text.count import counted
from opsmon.text.vocabulary import headings

group = new_group("Who is on duty, what is wrong with the rotas, and swaps.")
group.add_typer(overrides, name="override")

MAX_DAYS = 400
RotaOption = Annotated[str | None, typer.Option("--rota", metavar="ROTA", help="Only this rota.")]
AtOption = Annotated[
    str | None, typer.Option("--at", metavar="TIME", help="At this time instead of now; 20:56 is today.")
]
ALL_WELL = Text("nothing to change in the next {} days", "未来 {} 天没有发现问题")


@group.command("who")
def show_who(
    at: AtOption = None, rota: RotaOption = None, root: RootOption = CHOSEN_ROOT, json_output: JsonOption = False
) -> None:
    """Who is on duty. Exit code 1 when nobody is.

    Swaps are those that the journal holds.
    """
    asked = load_rotas(root, rota)
    moment = _moment(at, asked)
    duties = [(one, on_duty(one, asked.overrides, moment)) for one in asked.rotas]
    if json_output:
        print_json([duty_json(one, duty, asked.rules) for one, duty in duties])
    else:
        _print(asked, duties)
    if not all(duty.people for _, duty in duties):
        raise typer.Exit(1)


@group.command("list")
def list_duties(
    days: Annotated[int, typer.Option(min=1, max=MAX_DAYS, help="So many days from then on.")] = 14,
    at: AtOption = None,
    rota: RotaOption = None,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Every duty of the days to come, with swaps."""
    asked = load_rotas(root, rota)
    start = _moment(at, asked)
    end = start + timedelta(days=days)
    duties = [(one, duty) for one in asked.rotas for duty in duties_of(one, asked.overrides, start, end)]
    if json_output:
        print_json([duty_json(one, duty, asked.rules) for one, duty in duties])
    else:
        _print(asked, duties)


@group.command("lint")
def lint(
    days: Annotated[int, typer.Option(min=1, max=MAX_DAYS, help="So many days from now on.")] = MAX_DAYS,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Holes in rotas and plans: who would be missing, and when. Exit code 1 where there is one.

    Holes, too few people, a person in two places or on leave, people whom no channel reaches, plans that are slower
    than the contract, faults that no plan takes.
    """
    asked = load_rotas(root)
    now, contracts = WallClock().now(), asked.root.contracts
    found = lint_on_call(asked.rules, contracts, asked.overrides, now, timedelta(days=days))
    language = language_of(asked.root.settings)
    if json_output:
        print_json([_finding_json(asked, one) for one in found])
    else:
        for one in found:
            say(problem_line(_placed(asked, one, language), language))
        say(_summary(len(found), days, language))
    if found:
        raise typer.Exit(1)


def _summary(found: int, days: int, language: str) -> str:
    if not found:
        return ALL_WELL.in_(language).format(days)
    return Text(counted(found, "findings"), f"发现 {found} 个问题").in_(language)


def _placed(asked: RootRotas, finding: LintFinding, language: str) -> Problem:
    """The finding with its line in the file."""
    message, hint = finding.text.in_(language), finding.hint.in_(language)
    document = asked.root.oncall.document
    steps = tuple(int(part) if part.isdecimal() else part for part in finding.key.split(".") if part)
    if document is None:
        return Problem("rules/oncall.yaml", 0, 0, message, hint, finding.key)
    return document.problem(steps, message, hint)


def _finding_json(asked: RootRotas, finding: LintFinding) -> dict[str, Any]:
    place = _placed(asked, finding, "en")
    return {
        "rule": finding.rule,
        "path": place.path,
        "line": place.line,
        "column": place.column,
        "key": finding.key,
        "message": finding.text.en,
        "message_zh": finding.text.in_("zh"),
        "hint": finding.hint.en,
        "at": None if finding.at is None else finding.at.isoformat(),
    }


def _moment(at: str | None, asked: RootRotas) -> datetime:
    return WallClock().now() if at is None else parse_moment(at, asked.zone, "--at")


def _print(asked: RootRotas, duties: list[tuple[Rota, Duty]]) -> None:
    language = language_of(asked.root.settings)
    rows = [
        (
            title_words(rota, language),
            shift_words(rota, duty, language),
            people_words(duty, asked.rules, language),
            moment_words(duty.since, asked.zone, language),
            moment_words(duty.until, asked.zone, language),
        )
        for rota, duty in duties
    ]
    print_table(headings(("rota", "shift", "on duty", "from", "to"), language), rows)
    warn_of_doubts([duty for _, duty in duties], language)
