"""`opsmon incidents withdraw`, `judge`, `exclude`, `severity`: what people put right about an incident afterwards."""

import hashlib
from pathlib import Path
from typing import Annotated, Any

import typer

from opsmon.cli.incidents.option import (
    ByOption,
    IdArgument,
    LabelOption,
    NoteOption,
    WhoOption,
    address_of,
    labels_of,
    print_incident,
    send,
)
from opsmon.cli.incidents.render import judgement_line
from opsmon.cli.language import language_of
from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption
from opsmon.cli.output import warn
from opsmon.cli.who import teller
from opsmon.config.settings import Settings
from opsmon.config.settings_file import load_settings
from opsmon.model.incident import Severity
from opsmon.web.client import DaemonClient

ReasonOption = Annotated[str, typer.Option(metavar="TEXT", help="Why; it stands in the journal.")]


def withdraw_fact(
    incident: IdArgument,
    fact: Annotated[int, typer.Argument(metavar="FACT", help="The number of the fact, as `show` gives it.")],
    by: WhoOption,
    reason: ReasonOption,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Take back a fact that was wrong.

    The journal keeps both; clocks, budgets and money go on without it. A withdrawal is a fact too and can be withdrawn.
    """
    settings = load_settings(root)
    body: dict[str, object] = {"fact": fact, "by": by, "reason": reason}
    print_incident(send(settings, "POST", address_of(incident, "withdrawals"), body), settings, json_output)


def judge_scope(
    incident: IdArgument,
    by: WhoOption,
    reason: ReasonOption,
    severity: Annotated[Severity | None, typer.Option(help="How bad it is.")] = None,
    service: Annotated[str | None, typer.Option(help="Service (lot) of the contract.")] = None,
    label: LabelOption = None,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Judge severity, service and labels of an incident.

    Deadlines are recalculated, with the reason in the journal. `--label cause=` takes a label of the incident away.
    """
    settings = load_settings(root)
    _judge(settings, incident, json_output, {
        "severity": severity, "service": service, "labels": labels_of(label), "by": by, "reason": reason,
    })  # fmt: skip


def set_severity(
    incident: IdArgument,
    severity: Annotated[Severity, typer.Argument(metavar="SEVERITY", help=", ".join(Severity))],
    by: ByOption = None,
    note: NoteOption = "",
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Judge how bad an incident is."""
    settings = load_settings(root)
    body: dict[str, object] = {"severity": severity, "by": teller(by, settings), "note": note}
    print_incident(send(settings, "PUT", address_of(incident, "severity"), body), settings, json_output)


def _judge(settings: Settings, incident: str, json_output: bool, body: dict[str, object]) -> None:
    """Against what is known now: who judges at the same time as somebody else is told of it."""
    known: Any = DaemonClient(settings.http).get(address_of(incident))
    answer = send(settings, "PUT", address_of(incident, "scope"), {**body, "seen": len(known["judgements"])})
    if known["judgements"]:
        warn(judgement_line(known["judgements"][-1], language_of(settings), settings.timezone))
    print_incident(answer, settings, json_output)


def exclude_incident(
    incident: IdArgument,
    approved_by: Annotated[str, typer.Option(metavar="WHO", help="Who of the customer approved it.")],
    by: WhoOption,
    note: Annotated[str, typer.Option(metavar="TEXT", help="The reason.")],
    clauses: Annotated[
        str, typer.Option(metavar="E9,E10", help="Only these clauses; the whole incident when not given.")
    ] = "",
    file: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, readable=True, metavar="PAPER", help="The paper; its digest is kept."
        ),
    ] = None,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Exclude a fault that is not the contractor's responsibility.

    Whenever it is told it frees what was late already as well, but never the reports that are owed.
    """
    settings = load_settings(root)
    paper = None if file is None else {"name": file.name, "sha256": _digest(file)}
    body: dict[str, object] = {
        "clauses": [word.strip() for word in clauses.split(",") if word.strip()],
        "approved_by": approved_by, "paper": paper, "by": by, "note": note,
    }  # fmt: skip
    print_incident(send(settings, "POST", address_of(incident, "exclusions"), body), settings, json_output)


def _digest(file: Path) -> str:
    with file.open("rb") as paper:
        return hashlib.file_digest(paper, "sha256").hexdigest()
