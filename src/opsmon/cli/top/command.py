"""`opsmon top`: where the daemon's time goes. Asks the running daemon, on a screen that refreshes, once, or as JSON."""

import json
import os
import sys
import time
from typing import Annotated, Any

import typer

from opsmon.cli.language import language_of
from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption
from opsmon.cli.output import is_coloured, print_json, terminal_width
from opsmon.cli.top.picture import whole_picture
from opsmon.cli.top.screen import print_lines, show_screen
from opsmon.cli.top.state import TopState
from opsmon.cli.top.tables import TABLES
from opsmon.config.settings_file import load_settings
from opsmon.model.duration import parse_duration_s
from opsmon.text.bilingual import filled
from opsmon.text.near_miss import nearest
from opsmon.text.safe import escaped_json
from opsmon.web.client import DaemonClient

LOAD, LIMIT = "/api/v1/load", 100
DEFAULT_EVERY_S, MIN_EVERY_S, MAX_EVERY_S = 2.0, 0.5, 3_600.0
PIPE_WIDTH = 160
TableOption = Annotated[
    str | None,
    typer.Option("--table", metavar="TABLE", help="Begin with: checks, sites, devices, late or parts."),
]
SortOption = Annotated[
    str | None, typer.Option("--sort", metavar="COLUMN", help="Sort by this column, as `--json` names it.")
]
EveryOption = Annotated[
    str | None,
    typer.Option("--every", metavar="LENGTH", help="How often it asks: 500ms, 2s, 1m.", show_default="2s"),
]


def top(
    every: EveryOption = None,
    once: Annotated[bool, typer.Option("--once", help="Print one picture of every table and leave.")] = False,
    table: TableOption = None,
    sort: SortOption = None,
    wanted: Annotated[str, typer.Option("--filter", metavar="TEXT", help="Only rows with this in their name.")] = "",
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Where the daemon's time goes, live.

    Rates, lateness, queues, memory, by check and by site; the slowest devices, and checks that are late.

    Keys: q ends, c t d l u choose a table, s and S sort, / filters, p pauses, arrows scroll. Where stdout is no
    terminal one picture is printed. With `--json` the same facts, with `--every` too as a line each time.
    """
    settings, every_s = load_settings(root), _every(every)
    state = _state(table, sort, wanted)
    language, client = language_of(settings), DaemonClient(settings.http)

    def ask() -> Any:
        return client.get(LOAD, {"limit": str(LIMIT)})

    if json_output:
        _print_json(ask, every_s if every is not None and not once else None)
    elif once or not _is_screen():
        _print_once(ask(), state, language, alone=table is not None)
    else:
        show_screen(ask, state, every_s, language)


def _is_screen() -> bool:
    """Whether there is a terminal that can be drawn on, and keys."""
    return sys.stdout.isatty() and sys.stdin.isatty() and os.environ.get("TERM", "dumb") not in ("dumb", "unknown")


def _every(text: str | None) -> float:
    """Raises BadParameter for what is no length of time, or too short or long a one."""
    if text is None:
        return DEFAULT_EVERY_S
    try:
        every_s = parse_duration_s(text)
    except ValueError:
        every_s = 0.0
    if not MIN_EVERY_S <= every_s <= MAX_EVERY_S:
        told = filled("from 500ms to 1h, not {}", "应在 500ms 与 1h 之间，不能是 {}", text)
        raise typer.BadParameter(told, param_hint="--every")
    return every_s


def _state(table: str | None, sort: str | None, wanted: str) -> TopState:
    """Raises BadParameter for a table or a column that there is not."""
    name = table or "checks"
    if name not in TABLES:
        raise typer.BadParameter(_no(name, list(TABLES)), param_hint="--table")
    columns = [column.key for column in TABLES[name].columns]
    if sort is not None and sort not in columns:
        raise typer.BadParameter(_no(sort, columns), param_hint="--sort")
    return TopState(name, sort or "", wanted=wanted)


def _no(name: str, known: list[str]) -> str:
    hint = nearest(name, known) or filled("one of: {}", "可选：{}", ", ".join(known))
    return filled("no {} here ({})", "没有 {}（{}）", name, hint)


def _print_once(load: Any, state: TopState, language: str, *, alone: bool) -> None:
    width = terminal_width()
    states = (
        [state] if alone else [state, *(TopState(name, wanted=state.wanted) for name in TABLES if name != state.table)]
    )
    lines = whole_picture(load, states, width or PIPE_WIDTH, language)
    if width is not None and is_coloured():
        print_lines(lines, width)
    else:
        sys.stdout.writelines(f"{line.plain.rstrip()}\n" for line in lines)


def _print_json(ask: Any, every_s: float | None) -> None:
    """Once, or a line each time until interrupted or nobody reads on."""
    if every_s is None:
        print_json(ask())
        return
    try:
        while True:
            due_s = time.monotonic() + every_s
            sys.stdout.write(escaped_json(json.dumps(ask(), ensure_ascii=False, separators=(",", ":"))) + "\n")
            sys.stdout.flush()
            time.sleep(max(due_s - time.monotonic(), 0.0))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nor at the exit is anything to be flushed
