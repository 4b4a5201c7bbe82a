"""`opsmon notify`: notifications that no receiver has taken, and why; a channel tried. Asks the daemon."""

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import typer

from opsmon.cli.language import language_of
from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption, new_group
from opsmon.cli.output import print_json, print_table, say
from opsmon.config.settings_file import load_settings
from opsmon.text.bilingual import Text
from opsmon.text.time import short_local_time
from opsmon.text.vocabulary import DELIVERIES, named
from opsmon.web.client import DaemonClient

group = new_group("Notifications, through the running daemon.")

_COLUMNS = {
    "zh": ("编号", "接收方", "状态", "已尝试", "产生于", "下次尝试", "原因"),
    "en": ("delivery", "channel", "state", "attempts", "since", "next attempt", "error"),
}
TRIED = Text("{}: {}", "{}：{}")
_TAKEN = "delivered"
_NOTHING = {"zh": "所有通知均已送达", "en": "every notification was taken"}


@group.command("list")
def list_deliveries(
    state: Annotated[str, typer.Option(help="waiting, dead (refused for good) or all.")] = "all",
    channel: Annotated[str | None, typer.Option(help="Only for this receiver.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, those that failed most often first.")] = 200,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """What no receiver has taken yet.

    With how often it was tried, when it is tried again, and what the last attempt came to.
    """
    settings = load_settings(root)
    filters = {"state": state, "channel": channel, "limit": str(limit)}
    query = {name: value for name, value in filters.items() if value is not None}
    found = DaemonClient(settings.http).get("/api/v1/deliveries", query)
    if json_output:
        print_json(found)
    elif not found:
        say(_NOTHING[language_of(settings)])
    else:
        rows = [_row(delivery, language_of(settings), settings.timezone) for delivery in found]
        print_table(_COLUMNS[language_of(settings)], rows)


@group.command("test")
def send_test(
    channel: Annotated[str, typer.Argument(metavar="CHANNEL", help="The channel, by its name.")],
    person: Annotated[
        str, typer.Option("--person", metavar="PERSON", help="Whom it is for; needed where it reaches persons.")
    ] = "",
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Send a test message, and say whether it was taken.

    It goes the way of every other message and counts in the channel's windows. Exit code 1 when it was not taken in
    ten seconds; it goes on waiting then.
    """
    path = f"/api/v1/channels/{quote(channel, safe='')}/test"
    _try(path, {"person": person}, root, json_output=json_output)


@group.command("again")
def try_again(
    delivery: Annotated[str, typer.Argument(metavar="ID", help="The delivery's id, as `list` gives it.")],
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Try a notification again that was given up.

    Do so when what its receiver refused was mended. Exit code 1 when it was not taken in ten seconds.
    """
    _try(f"/api/v1/deliveries/{quote(delivery, safe='')}/again", {}, root, json_output=json_output)


def _try(path: str, body: dict[str, object], root: Path, *, json_output: bool) -> None:
    settings = load_settings(root)
    found, language = DaemonClient(settings.http).send("POST", path, body), language_of(settings)
    if json_output:
        print_json(found)
    else:
        state = " ".join(part for part in (named(DELIVERIES, str(found["state"]), language), found["error"]) if part)
        say(TRIED.in_(language).format(found.get("delivery") or found["id"], state))
    if found["state"] != _TAKEN:
        raise typer.Exit(1)


def _row(delivery: dict[str, Any], language: str, zone: ZoneInfo) -> tuple[object, ...]:
    moments = [short_local_time(delivery[name], zone) for name in ("created_at", "next_attempt_at")]
    state = named(DELIVERIES, str(delivery["state"]), language)
    return (delivery["id"], delivery["channel"], state, delivery["attempts"], *moments, delivery["error"])
