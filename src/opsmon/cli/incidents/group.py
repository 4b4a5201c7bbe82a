"""`opsmon incidents`: what is wrong, what the contract clocks say, and what people report about it. Asks the daemon."""

from typing import Annotated

import typer

from opsmon.cli.incidents.findings import exclude_incident, judge_scope, set_severity, withdraw_fact
from opsmon.cli.incidents.option import (
    INCIDENTS,
    AtOption,
    ByOption,
    IdArgument,
    NoteOption,
    address_of,
    moment_of,
    print_incident,
    send,
)
from opsmon.cli.incidents.render import (
    clock_columns,
    clock_rows,
    contradicted_line,
    list_columns,
    list_rows,
    missing_lines,
)
from opsmon.cli.incidents.reports import open_incident, set_maintenance
from opsmon.cli.incidents.takeover import take_over
from opsmon.cli.language import language_of
from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption, new_group
from opsmon.cli.output import print_json, print_table, say, warn
from opsmon.cli.who import teller
from opsmon.config.settings import Settings
from opsmon.config.settings_file import load_settings
from opsmon.model.incident import FactType, Severity
from opsmon.web.client import DaemonClient

group = new_group("Incidents and their clocks, through the running daemon.")


@group.command("list")
def list_incidents(
    state: Annotated[
        str, typer.Option(help="active (open, or closed while a report still runs), open, closed or all.")
    ] = "active",
    site: Annotated[str | None, typer.Option(help="Only of this site.")] = None,
    device: Annotated[str | None, typer.Option(help="Only of this device.")] = None,
    contract: Annotated[str | None, typer.Option(help="Only under this contract.")] = None,
    condition: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only of this condition, such as DeviceDown.")
    ] = None,
    severity: Annotated[Severity | None, typer.Option(help="Only of this severity.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest first.")] = 200,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Incidents, the newest first, with what is left on each clock."""
    settings = load_settings(root)
    filters = {
        "state": state, "site": site, "device": device, "contract": contract, "condition": condition,
        "severity": severity, "limit": str(limit),
    }  # fmt: skip
    query = {name: value for name, value in filters.items() if value is not None}
    incidents = DaemonClient(settings.http).get(INCIDENTS, query)
    if json_output:
        print_json(incidents)
    elif not incidents:
        say("目前没有故障" if language_of(settings) == "zh" else "no incidents")
    else:
        print_table(list_columns(language_of(settings)), list_rows(incidents, language_of(settings), settings.timezone))


@group.command("show")
def show(incident: IdArgument, root: RootOption = CHOSEN_ROOT, json_output: JsonOption = False) -> None:
    """One incident: clocks, reports, affected devices, journal."""
    settings = load_settings(root)
    print_incident(DaemonClient(settings.http).get(address_of(incident)), settings, json_output)


@group.command("ack")
def acknowledge(
    incident: IdArgument,
    at: AtOption = None,
    by: ByOption = None,
    note: NoteOption = "",
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Take an incident on, as a named human.

    Where somebody has it already, `opsmon incidents takeover ID` takes it out of his hands.
    """
    settings = load_settings(root)
    answer = send(settings, "POST", address_of(incident, "ack"), _said(settings, at, by, note))
    print_incident(answer, settings, json_output)
    for line in missing_lines(answer, language_of(settings)):
        warn(line)


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
    body = {"type": event_type.value} | _said(settings, at, by, note)
    answer = send(settings, "POST", address_of(incident, "events"), body)
    print_incident(answer, settings, json_output)
    if answer["facts"][-1]["contradicted"]:
        warn(contradicted_line(language_of(settings)))


def _said(settings: Settings, at: str | None, by: str | None, note: str) -> dict[str, object]:
    said: dict[str, object] = {"by": teller(by, settings), "note": note}
    return said if at is None else said | {"at": moment_of(at, settings, "--at")}


@group.command("clocks")
def list_clocks(
    state: Annotated[
        str, typer.Option(help="open, running, at_risk, breached, met, met_late, cancelled or all.")
    ] = "open",
    contract: Annotated[str | None, typer.Option(help="Only under this contract.")] = None,
    clause: Annotated[str | None, typer.Option(help="Only of this clause.")] = None,
    site: Annotated[str | None, typer.Option(help="Only of this site.")] = None,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Contract clocks, the most pressing first."""
    settings = load_settings(root)
    filters = {"state": state, "contract": contract, "clause": clause, "site": site}
    query = {name: value for name, value in filters.items() if value is not None}
    clocks = DaemonClient(settings.http).get("/api/v1/clocks", query)
    if json_output:
        print_json(clocks)
    elif not clocks:
        say("没有合同时限" if language_of(settings) == "zh" else "no clocks")
    else:
        print_table(clock_columns(language_of(settings)), clock_rows(clocks, language_of(settings), settings.timezone))


group.command("takeover")(take_over)
group.command("open")(open_incident)
group.command("withdraw")(withdraw_fact)
group.command("judge")(judge_scope)
group.command("severity")(set_severity)
group.command("exclude")(exclude_incident)
group.command("maintenance")(set_maintenance)
