"""`opsmon init DIR`: a new root."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption
from opsmon.cli.output import print_json, say
from opsmon.config.sample import write_root

STEP_WIDTH = 36
DirArgument = Annotated[Path, typer.Argument(metavar="DIR", help="The new root; it is made when it is not there.")]


def init(directory: DirArgument, root: RootOption = CHOSEN_ROOT, json_output: JsonOption = False) -> None:
    """Write a new root: a sample site, stock profiles and rules.

    Nothing that is there already is overwritten.
    """
    written = write_root(directory)
    if json_output:
        print_json({"root": str(directory), "written": [str(path.relative_to(directory)) for path in written]})
        return
    for path in written:
        say(f"wrote {path}{'/' if path.is_dir() else ''}")
    say()
    say("Next:")
    for what, why in _next_steps(directory):
        say(f"  {what:<{STEP_WIDTH}}  {why}")


def _next_steps(directory: Path) -> Iterator[tuple[str, str]]:
    """What to type, and what it is good for."""
    yield f"export OPSMON_ROOT={shlex.quote(str(directory.resolve()))}", "then no command needs --root"
    yield f"edit {directory / 'inventories' / 'sample.yaml'}", "your sites, devices and addresses"
    yield "export SNMP_SAMPLE=…", "the secrets that the files refer to"
    yield "opsmon check", "says what is wrong, and where"
    yield "opsmon probe ADDRESS", "polls one device once"
    yield "opsmon run", "starts the daemon, on http://127.0.0.1:9876/"
