"""`opsmon oncall override add | end | list`: swaps. Adding and ending asks the daemon, which writes them down."""

from typing import Annotated, Any
from urllib.parse import quote

import typer

from opsmon.cli.language import language_of
from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption, new_group
from opsmon.cli.output import print_json, print_table, say
from opsmon.cli.who import teller
from opsmon.config.settings_file import load_settings
from opsmon.text.bilingual import Text
from opsmon.text.vocabulary import headings
from opsmon.web.client import DaemonClient

OVERRIDES = "/api/v1/oncall/overrides"
overrides = new_group("Swaps: one person stands for another in one shift.")
ReasonOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.")]
ByOption = Annotated[str | None, typer.Option("--by", metavar="WHO", help="Who says so; your login when not given.")]
NONE_HELD = Text("no swaps", "没有换班")
SET = Text("{}: {} in {} on {}", "{}：{} {} 班 {}")
ENDED = Text("{} holds no more", "{} 已取消")


@overrides.command("add")
def add_override(
    rota: Annotated[str, typer.Option("--rota", metavar="ROTA", help="The rota.")],
    shift: Annotated[str, typer.Option("--shift", metavar="SHIFT", help="The shift, by its name.")],
    day: Annotated[str, typer.Option("--day", metavar="DATE", help="The day on which the shift begins.")],
    out: Annotated[
        str | None, typer.Option("--out", metavar="PERSON", help="Who goes; none, and one more comes.")
    ] = None,
    stands_in: Annotated[
        str | None, typer.Option("--in", metavar="PERSON", help="Who comes; none, and nobody stands for him.")
    ] = None,
    reason: ReasonOption = "",
    by: ByOption = None,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Swap people in one shift of one day, and print the swap's id.

    It counts at once for pages, lists and calendars, and stands in the journal with who said so.
    """
    settings = load_settings(root)
    body: dict[str, object] = {
        "rota": rota, "shift": shift, "day": day, "person_out": out, "person_in": stands_in, "reason": reason,
        "by": teller(by, settings),
    }  # fmt: skip
    found = DaemonClient(settings.http).send("POST", OVERRIDES, body)
    if json_output:
        print_json(found)
    else:
        said = SET.in_(language_of(settings))
        say(said.format(found["id"], _who(found), found["shift"], found["day"]))


@overrides.command("end")
def end_override(
    override: Annotated[str, typer.Argument(metavar="ID", help="The swap's id, as `list` gives it.")],
    reason: ReasonOption = "",
    by: ByOption = None,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Take a swap back; the shift is as the rota says."""
    settings = load_settings(root)
    path = f"{OVERRIDES}/{quote(override, safe='')}/end"
    found = DaemonClient(settings.http).send("POST", path, {"by": teller(by, settings), "reason": reason})
    if json_output:
        print_json(found)
    else:
        say(ENDED.in_(language_of(settings)).format(found["id"]))


@overrides.command("list")
def list_overrides(root: RootOption = CHOSEN_ROOT, json_output: JsonOption = False) -> None:
    """The swaps that hold, the next first."""
    settings = load_settings(root)
    found = DaemonClient(settings.http).get(OVERRIDES)
    language = language_of(settings)
    if json_output:
        print_json(found)
    elif not found:
        say(NONE_HELD.in_(language))
    else:
        rows = [
            (one["id"], one["rota"], one["shift"], one["day"], _who(one), one["by"], one["reason"]) for one in found
        ]
        print_table(headings(("swap", "rota", "shift", "date", "what", "by", "reason"), language), rows)


def _who(override: dict[str, Any]) -> str:
    return f"{override['person_out'] or '-'} → {override['person_in'] or '-'}"
