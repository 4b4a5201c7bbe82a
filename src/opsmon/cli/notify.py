"""`opsmon notify`: notifications that no receiver has taken, and why. Asks the daemon."""

from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from opsmon.cli.language import language_of
from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption, new_group
from opsmon.cli.output import print_json, print_table, say
from opsmon.config.settings_file import load_settings
from opsmon.text.time import short_local_time
from opsmon.text.vocabulary import DELIVERIES, named
from opsmon.web.client import DaemonClient

group = new_group("Notifications, through the running daemon.")

_COLUMNS = {
    "zh": ("编号", "接收方", "状态", "已尝试", "产生于", "下次尝试", "原因"),
    "en": ("delivery", "channel", "state", "attempts", "since", "next attempt", "error"),
}
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


def _row(delivery: dict[str, Any], language: str, zone: ZoneInfo) -> tuple[object, ...]:
    moments = [short_local_time(delivery[name], zone) for name in ("created_at", "next_attempt_at")]
    state = named(DELIVERIES, str(delivery["state"]), language)
    return (delivery["id"], delivery["channel"], state, delivery["attempts"], *moments, delivery["error"])
