"""`opsmon init DIR`: a new root."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption
from opsmon.cli.output import print_json, say
from opsmon.config.sample import write_root

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
    where = shlex.quote(str(directory))
    say()
    say("Next:")
    say(f"  1. edit {directory / 'inventories' / 'sample.yaml'}: your sites, devices and addresses")
    say(f"  2. opsmon check --root {where}       says what is wrong, and where")
    say("  3. opsmon probe ADDRESS               polls one device once and shows what it found")
    say(f"  4. opsmon run --root {where}         starts the daemon, on http://127.0.0.1:9876/")
