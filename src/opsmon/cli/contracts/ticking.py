"""`opsmon contracts done`, `undo` and `excuse`: ticking obligations off, taking a tick back, a reason for a late one.

By the daemon where one runs on the root, else by the command itself.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from opsmon.cli.contracts.obligations import date_of
from opsmon.cli.contracts.render_clock import book_of
from opsmon.cli.language import language_of
from opsmon.cli.moment import parse_moment
from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption
from opsmon.cli.output import print_json, say
from opsmon.cli.who import ourselves
from opsmon.config.rules.contract_files import RootContracts, load_rules
from opsmon.daemon.obligation_commands import ObligationCommands, Spans, TaskWords
from opsmon.model.name import ClauseId
from opsmon.text.bilingual import Sentence, Text

ContractArgument = Annotated[str, typer.Argument(help="The contract's id.")]
ObligationArgument = Annotated[str, typer.Argument(help="The obligation's id, such as E11.")]
DaysArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="DATE…", help="The day it is due, or one of its time; or several, or 2026-11-01..2026-11-05."
    ),
]
ServiceOption = Annotated[str, typer.Option(help="The service, where the contract has several.")]
PartOption = Annotated[str, typer.Option(help="Which of several on a day, such as 09:00.")]
PlaceOption = Annotated[
    list[str] | None,
    typer.Option(
        "--place", metavar="GROUP:NAME", help="A place of a task that is owed at many; bureau:1..12, all; repeatable."
    ),
]
DONE = Text("is done", "已完成")
TICKED_AGAIN, UNTICKED = Text("is ticked off again", "已恢复登记"), Text("is no longer ticked off", "已撤回登记")
EXCUSED, UNEXCUSED = Text("is excused", "已登记合理原因"), Text("is no longer excused", "已撤回合理原因")


def mark_done(
    contract: ContractArgument,
    obligation: ObligationArgument,
    day: DaysArgument,
    by: Annotated[str, typer.Option(help="Who did it.")],
    note: Annotated[str, typer.Option(help="What there is to say.")] = "",
    file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="The paper; its digest is kept.")
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(help="When it was done, with offset; now when not given, of several days each on its own."),
    ] = None,
    service: ServiceOption = "",
    part: PartOption = "",
    place: PlaceOption = None,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Tick off an obligation, for a day, several days or places.

    It goes to the journal, by the daemon where one runs on the root.
    """
    rules = load_rules(root, needs_root=True)
    meant = _meant(obligation, day, service, part, place)
    told = _commands(rules, root, contract).mark_done(meant, by, note=note, file=file, done_at=_done_at(at, rules))
    _print(told, DONE, language_of(rules.settings), json_output)


def undo(
    contract: ContractArgument,
    obligation: ObligationArgument,
    day: DaysArgument,
    by: Annotated[str, typer.Option(help="Who withdraws it.")],
    reason: Annotated[str, typer.Option(help="Why it was a mistake.")],
    service: ServiceOption = "",
    part: PartOption = "",
    place: PlaceOption = None,
    again: Annotated[bool, typer.Option("--again", help="Take the withdrawal itself back: the tick stands.")] = False,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Withdraw a tick that was a mistake.

    The journal keeps both. With --again the withdrawal was the mistake.
    """
    rules = load_rules(root, needs_root=True)
    meant = _meant(obligation, day, service, part, place)
    told = _commands(rules, root, contract).mark_undone(meant, by, reason, again=again)
    _print(told, TICKED_AGAIN if again else UNTICKED, language_of(rules.settings), json_output)


def excuse(
    contract: ContractArgument,
    obligation: ObligationArgument,
    day: Annotated[str, typer.Argument(metavar="DATE", help="The day it was due, or a day of its time.")],
    approved_by: Annotated[str, typer.Option(help="Who of the customer accepts the reason.")],
    by: Annotated[str, typer.Option(help="Who records it.")],
    reason: Annotated[str, typer.Option(help="The justified reason.")],
    file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="The paper that says so; its digest is kept.")
    ] = None,
    service: ServiceOption = "",
    part: PartOption = "",
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take the excuse back.")] = False,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Record a justified reason for a task that was late.

    It stays late and costs nothing.
    """
    rules = load_rules(root, needs_root=True)
    on = date_of(day, "DATE")
    meant = TaskWords(ClauseId(obligation), ((on, on),), service, part)
    commands = _commands(rules, root, contract)
    told = commands.excuse(meant, by, approved_by, reason, file=file, withdrawn=withdraw)
    _print(told, UNEXCUSED if withdraw else EXCUSED, language_of(rules.settings), json_output)


def _commands(rules: RootContracts, root: Path, contract: str) -> ObligationCommands:
    return ObligationCommands(rules, root, book_of(contract, rules).contract.id, ourselves())


def _meant(obligation: str, days: Sequence[str], service: str, part: str, places: Sequence[str] | None) -> TaskWords:
    return TaskWords(ClauseId(obligation), _spans(days), service, part, tuple(places or ()))


def _spans(words: Sequence[str]) -> Spans:
    found = []
    for word in words:
        first, _, last = word.partition("..")
        span = date_of(first, "DATE"), date_of(last or first, "DATE")
        if span[1] < span[0]:
            raise typer.BadParameter(Sentence(f"DATE: {word} ends before it begins", f"DATE：{word} 的结束早于开始"))
        found.append(span)
    return tuple(found)


def _done_at(at: str | None, rules: RootContracts) -> datetime | None:
    return None if at is None else parse_moment(at, rules.settings.timezone, "--at").astimezone(UTC)


def _print(told: dict[str, object], what: Text, language: str, json_output: bool) -> None:
    if json_output:
        print_json(told)
        return
    ticked = told["ticked"]
    assert isinstance(ticked, list)  # noqa: S101  # of the document
    for one in ticked:
        of = "" if language == "zh" else "of"
        words = (told["obligation"], one["service"], one["part"], one["place"], of, one["day"], what.in_(language))
        say(" ".join(str(word) for word in words if word))
