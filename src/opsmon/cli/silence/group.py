"""`opsmon silence add | list | end`: incidents that page nobody for a while. Asks the daemon, which writes it down."""

from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import quote

import typer

from opsmon.cli.language import language_of
from opsmon.cli.moment import parse_moment
from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption, new_group
from opsmon.cli.output import print_json, print_table, say
from opsmon.cli.who import teller
from opsmon.clock import WallClock
from opsmon.config.settings import Settings
from opsmon.config.settings_file import load_settings
from opsmon.model.duration import parse_duration_s
from opsmon.text.bilingual import Sentence, Text
from opsmon.text.duration import remaining_words
from opsmon.text.near_miss import shown
from opsmon.text.page_words import SILENCE_FIELDS
from opsmon.text.time import short_local_time
from opsmon.text.vocabulary import headings, named
from opsmon.web.client import DaemonClient

SILENCES = "/api/v1/silences"
group = new_group("Silences: faults that page nobody for a while.")
ReasonOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why nobody is to be called.")]
ByOption = Annotated[str | None, typer.Option("--by", metavar="WHO", help="Who says so; your login when not given.")]
UntilOption = Annotated[str | None, typer.Option("--until", metavar="TIME", help="When it ends; at most 7 days ahead.")]
LengthOption = Annotated[str | None, typer.Option("--for", metavar="LENGTH", help="Instead of --until: 2h, 30m, 3d.")]
OwnerOption = Annotated[
    str, typer.Option("--owner", metavar="WHO", help="Who answers for it and is told before it ends.")
]
NONE_HELD = Text("no silences", "没有静默")
SET = Text("{} holds until {}", "{} 已生效，至 {}")
ENDED = Text("{} holds no more; what it covered pages people again", "{} 已解除，其覆盖的故障恢复呼叫")


@group.command("add")
def add_silence(
    fields: Annotated[
        list[str],
        typer.Argument(
            metavar="FIELD=VALUE…",
            help="contract, site, device, kind, service, severity, condition or a label; all have to agree.",
        ),
    ],
    reason: ReasonOption,
    until: Annotated[
        str | None, typer.Option("--until", metavar="TIME", help="When it ends; at most 7 days ahead.")
    ] = None,
    length: Annotated[
        str | None, typer.Option("--for", metavar="LENGTH", help="Instead of --until: 2h, 30m, 3d.")
    ] = None,
    owner: Annotated[
        str, typer.Option("--owner", metavar="WHO", help="Who answers for it and is told before it ends.")
    ] = "",
    by: ByOption = None,
    ends_with_incident: Annotated[
        bool, typer.Option("--ends-with-incident", help="It is over, too, when what it covers is.")
    ] = False,
    stops_clocks: Annotated[
        bool, typer.Option("--stops-clocks", help="Nor are people told that a clock is at risk or breached.")
    ] = False,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Let incidents page nobody for a while, and print the silence's id.

    They are opened as ever and their clocks run on. What is still wrong at the end is told then.
    """
    settings = load_settings(root)
    body: dict[str, object] = {
        "match": _fields(fields), "until": _end(until, length, settings), "by": teller(by, settings), "reason": reason,
        "owner": owner, "ends_with_incident": ends_with_incident, "stops_clocks": stops_clocks,
    }  # fmt: skip
    found = DaemonClient(settings.http).send("POST", SILENCES, body)
    if json_output:
        print_json(found)
    else:
        end = short_local_time(found["until"], settings.timezone)
        say(SET.in_(language_of(settings)).format(found["id"], end))


@group.command("list")
def list_silences(root: RootOption = CHOSEN_ROOT, json_output: JsonOption = False) -> None:
    """The silences that hold, the first to end first."""
    settings = load_settings(root)
    found, language = DaemonClient(settings.http).get(SILENCES), language_of(settings)
    if json_output:
        print_json(found)
    elif not found:
        say(NONE_HELD.in_(language))
    else:
        columns = ("silence", "matches", "left", "owner", "reason", "covers")
        print_table(headings(columns, language), [_row(one, language) for one in found])


@group.command("end")
def end_silence(
    silence: Annotated[str, typer.Argument(metavar="ID", help="The silence's id, as `list` gives it.")],
    reason: ReasonOption,
    by: ByOption = None,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """End a silence before its time; what it covered pages people at once."""
    settings = load_settings(root)
    path = f"{SILENCES}/{quote(silence, safe='')}/end"
    found = DaemonClient(settings.http).send("POST", path, {"by": teller(by, settings), "reason": reason})
    if json_output:
        print_json(found)
    else:
        say(ENDED.in_(language_of(settings)).format(found["id"]))


def _row(silence: dict[str, Any], language: str) -> tuple[object, ...]:
    match = " ".join(f"{named(SILENCE_FIELDS, name, language)}={value}" for name, value in silence["match"].items())
    left = remaining_words(silence["remaining_s"], language)
    return silence["id"], match, left, silence["owner"], silence["reason"], " ".join(silence["covers"])


def _fields(words: list[str]) -> dict[str, str]:
    found = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise typer.BadParameter(
                Sentence(
                    f"{shown(word)} is no field such as site=main-hall", f"{shown(word)} 不是字段，例如 site=main-hall"
                ),
                param_hint="FIELD=VALUE",
            )
        found[name.strip()] = value.strip()
    return found


def _end(until: str | None, length: str | None, settings: Settings) -> str:
    if (until is None) is (length is None):
        raise typer.BadParameter(
            Sentence("say when it ends, by --until or by --for", "请用 --until 或 --for 说明何时结束"),
            param_hint="--until",
        )
    if until is not None:
        return parse_moment(until, settings.timezone, "--until").isoformat()
    try:
        return (WallClock().now() + timedelta(seconds=parse_duration_s(length or ""))).isoformat()
    except ValueError as error:
        told = Sentence(str(error), f"{shown(length or '')} 不是时长，例如 30m、2h")
        raise typer.BadParameter(told, param_hint="--for") from None
