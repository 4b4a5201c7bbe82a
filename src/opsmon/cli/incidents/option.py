"""What the commands of `opsmon incidents` share: their options, and how they ask the daemon and print its answer."""

from typing import Annotated, Any
from urllib.parse import quote

import typer

from opsmon.cli.incidents.render import show_incident
from opsmon.cli.language import language_of
from opsmon.cli.moment import parse_moment
from opsmon.cli.output import print_json
from opsmon.config.settings import Settings
from opsmon.text.bilingual import Sentence
from opsmon.text.near_miss import shown
from opsmon.web.client import DaemonClient

INCIDENTS = "/api/v1/incidents"
IdArgument = Annotated[
    str, typer.Argument(metavar="ID", help="The incident's id, as `opsmon incidents list` shows it.")
]
AtOption = Annotated[
    str | None,
    typer.Option(metavar="TIME", help="When: 2026-11-20T10:00:00+08:00, 20:56 for today; now when not given."),
]
ByOption = Annotated[str | None, typer.Option(metavar="WHO", help="Who says so; your login name when not given.")]
WhoOption = Annotated[str, typer.Option("--by", metavar="WHO", help="Who says so.")]
NoteOption = Annotated[str, typer.Option(metavar="TEXT", help="In your words.")]
LabelOption = Annotated[
    list[str] | None, typer.Option("--label", metavar="K=V", help="A label of the incident; repeatable.")
]


def address_of(incident: str, what: str = "") -> str:
    """The API's address of an incident, or of something about it."""
    return f"{INCIDENTS}/{quote(incident, safe='')}{what and '/'}{what}"


def send(settings: Settings, method: str, path: str, body: dict[str, object]) -> Any:
    """A command; the daemon's answer."""
    return DaemonClient(settings.http).send(method, path, body)


def moment_of(text: str, settings: Settings, option: str) -> str:
    """A time as the API takes it. Raises typer.BadParameter for what is none."""
    return parse_moment(text, settings.timezone, option).isoformat()


def labels_of(words: list[str] | None) -> dict[str, str]:
    """`k=v` words as labels. Raises typer.BadParameter for one without a name or `=`."""
    labels = {}
    for word in words or []:
        key, equals, value = word.partition("=")
        if not equals or not key.strip():
            raise typer.BadParameter(
                Sentence(
                    f"{shown(word)} is no label such as cause=external", f"{shown(word)} 不是标签，例如 cause=external"
                ),
                param_hint="--label",
            )
        labels[key.strip()] = value.strip()
    return labels


def print_incident(incident: Any, settings: Settings, json_output: bool) -> None:
    """The whole incident, for a program or for a person."""
    if json_output:
        print_json(incident)
    else:
        show_incident(incident, language_of(settings), settings.timezone)
