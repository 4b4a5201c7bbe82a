"""`opsmon incidents open` and `maintenance`: what people know before monitoring does."""

from typing import Annotated
from urllib.parse import quote

import typer

from opsmon.cli.incidents.option import (
    INCIDENTS,
    ByOption,
    LabelOption,
    NoteOption,
    WhoOption,
    labels_of,
    moment_of,
    send,
)
from opsmon.cli.inventory.kind import KIND_LIST, parse_kind
from opsmon.cli.language import language_of
from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption
from opsmon.cli.output import print_json, say, warn
from opsmon.cli.who import teller
from opsmon.config.settings_file import load_settings
from opsmon.model.device import Kind
from opsmon.model.incident import Severity
from opsmon.text.bilingual import COLON, Sentence
from opsmon.text.vocabulary import DEVICE_STATES, named


def open_incident(
    site: Annotated[str, typer.Option(metavar="SITE", help="Where.")],
    condition: Annotated[str, typer.Option(metavar="TEXT", help="What is wrong, in one line; alerts are named by it.")],
    by: WhoOption,
    device: Annotated[str | None, typer.Option(metavar="DEVICE", help="Which device, where it is known.")] = None,
    kind: Annotated[
        Kind | None,
        typer.Option(metavar="KIND", help=f"Kind of a device that is not known: {KIND_LIST}.", parser=parse_kind),
    ] = None,
    service: Annotated[str | None, typer.Option(help="Service (lot) of the contract, if not the site's.")] = None,
    severity: Annotated[Severity | None, typer.Option(help="ordinary when not given.")] = None,
    label: LabelOption = None,
    reported_at: Annotated[
        str | None, typer.Option(metavar="TIME", help="When it was reported, at most 7 days back; 20:56 is today.")
    ] = None,
    note: NoteOption = "",
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Report a fault as a person, and print the incident's id.

    Where monitoring has the same device at fault it is that incident. One that monitoring does not see is over when a
    person says so: `opsmon incidents event ID resolved`.
    """
    settings = load_settings(root)
    body: dict[str, object] = {
        "site": site, "device": device, "kind": kind, "service": service, "severity": severity,
        "labels": labels_of(label), "condition": condition, "by": by, "note": note,
        "reported_at": None if reported_at is None else moment_of(reported_at, settings, "--reported-at"),
    }  # fmt: skip
    incident = send(settings, "POST", INCIDENTS, body)
    if json_output:
        print_json({"id": incident["id"]})
        return
    say(incident["id"])
    if incident["reported_by"] != by or incident["condition"] != condition.strip():
        words = "与已有事件合并" if language_of(settings) == "zh" else "it is an incident already"
        warn(f"{words}{COLON.in_(language_of(settings))}{incident['condition']} {incident['device']}".rstrip())


def set_maintenance(
    device: Annotated[str, typer.Argument(metavar="DEVICE", help="The device's name.")],
    until: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="The end of it: 2026-11-20T22:00:00+08:00, 22:00 for today."),
    ] = None,
    end: Annotated[bool, typer.Option("--end", help="End the window now.")] = False,
    by: ByOption = None,
    note: NoteOption = "",
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Begin a maintenance window of a device, or end it."""
    if end == (until is not None):
        raise typer.BadParameter(
            Sentence("give either --until TIME or --end", "--until 时间 与 --end 只能用一个"), param_hint="--until"
        )
    settings = load_settings(root)
    body: dict[str, object] = {
        "by": teller(by, settings),
        "note": note,
        "until": None if until is None else moment_of(until, settings, "--until"),
    }
    path = f"/api/v1/devices/{quote(device, safe='')}/maintenance"
    answer = send(settings, "PUT", path, body)
    if json_output:
        print_json(answer)
    else:
        state = named(DEVICE_STATES, answer["state"], language_of(settings))
        say(f"{answer['id']}{COLON.in_(language_of(settings))}{state}")
