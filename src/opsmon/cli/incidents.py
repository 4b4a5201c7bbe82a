"""`opsmon incidents`: what is wrong, what the contract clocks say, and what people report about it. Asks the daemon."""

import getpass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

import typer

from opsmon.cli.incident_words import list_columns, list_rows, show_incident
from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption, new_group
from opsmon.cli.output import print_json, print_table, say
from opsmon.config.root import load_settings
from opsmon.config.settings import Settings
from opsmon.console.client import DaemonClient
from opsmon.model.incident import FactType

group = new_group("Incidents and their clocks, through the running daemon.")

IdArgument = Annotated[
    str, typer.Argument(metavar="ID", help="The incident's id, as `opsmon incidents list` shows it.")
]
AtOption = Annotated[
    str | None, typer.Option(metavar="TIME", help="When, with offset: 2026-11-20T10:00:00+08:00; now when not given.")
]
ByOption = Annotated[str | None, typer.Option(metavar="WHO", help="Who says so; your login name when not given.")]
NoteOption = Annotated[str, typer.Option(metavar="TEXT", help="In your words.")]
_ADDRESS = "/api/v1/incidents"


@group.command("list")
def list_incidents(
    state: Annotated[str, typer.Option(help="open, closed or all.")] = "open",
    site: Annotated[str | None, typer.Option(help="Only of this site.")] = None,
    device: Annotated[str | None, typer.Option(help="Only of this device.")] = None,
    contract: Annotated[str | None, typer.Option(help="Only under this contract.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest first.")] = 200,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Incidents, the newest first, with what is left on each clock."""
    settings = load_settings(root)
    filters = {"state": state, "site": site, "device": device, "contract": contract, "limit": str(limit)}
    query = {name: value for name, value in filters.items() if value is not None}
    incidents = DaemonClient(settings.http).get(_ADDRESS, query)
    if json_output:
        print_json(incidents)
    elif not incidents:
        say("目前没有故障" if settings.language == "zh" else "no incidents")
    else:
        print_table(list_columns(settings.language), list_rows(incidents, settings.language, settings.timezone))


@group.command("show")
def show(incident: IdArgument, root: RootOption = CHOSEN_ROOT, json_output: JsonOption = False) -> None:
    """One incident: clocks, reports, affected devices, journal."""
    settings = load_settings(root)
    _print(DaemonClient(settings.http).get(f"{_ADDRESS}/{quote(incident, safe='')}"), settings, json_output)


@group.command("ack")
def acknowledge(
    incident: IdArgument,
    at: AtOption = None,
    by: ByOption = None,
    note: NoteOption = "",
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Take an incident on, as a named human."""
    settings = load_settings(root)
    answer = _send(settings, incident, "ack", _said(at, by, note))
    _print(answer, settings, json_output)


@group.command("event")
def add_event(
    incident: IdArgument,
    event_type: Annotated[FactType, typer.Argument(metavar="TYPE", help=", ".join(FactType))],
    at: AtOption = None,
    by: ByOption = None,
    note: NoteOption = "",
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Report that something happened to an incident.

    Contract clocks start and stop on it.
    """
    settings = load_settings(root)
    answer = _send(settings, incident, "events", {"type": event_type.value} | _said(at, by, note))
    _print(answer, settings, json_output)


def _send(settings: Settings, incident: str, what: str, body: dict[str, object]) -> Any:
    return DaemonClient(settings.http).send("POST", f"{_ADDRESS}/{quote(incident, safe='')}/{what}", body)


def _said(at: str | None, by: str | None, note: str) -> dict[str, object]:
    said: dict[str, object] = {"by": by or getpass.getuser(), "note": note}
    return said if at is None else said | {"at": _moment(at).isoformat()}


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no time, such as 2026-11-20T10:00:00+08:00", param_hint="--at") from None
    if moment.tzinfo is None:
        raise typer.BadParameter(f"{text!r} has no offset; in Beijing add +08:00", param_hint="--at")
    return moment


def _print(incident: Any, settings: Settings, json_output: bool) -> None:
    if json_output:
        print_json(incident)
    else:
        show_incident(incident, settings.language, settings.timezone)
