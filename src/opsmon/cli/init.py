"""`opsmon init DIR`: a new root."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption
from opsmon.cli.output import print_json, say
from opsmon.config.new_root import write_root
from opsmon.layout import INVENTORIES

STEP_WIDTH = 36
ExampleOption = Annotated[
    list[str] | None,
    typer.Option(
        "--example",
        metavar="NAME",
        help="Write this real contract and its inventories instead of the sample; repeatable. `?` lists their names.",
    ),
]
DirArgument = Annotated[Path, typer.Argument(metavar="DIR", help="The new root; it is made when it is not there.")]


def init(
    directory: DirArgument,
    example: ExampleOption = None,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Write a new root: a sample site, stock profiles and rules.

    Editors complete and check its files by the schemas beside them. Nothing that is there already is overwritten.
    """
    written = write_root(directory, example or ())
    if json_output:
        print_json({"root": str(directory), "written": [str(path.relative_to(directory)) for path in written]})
        return
    for path in written:
        say(f"wrote {path}{'/' if path.is_dir() else ''}")
    say()
    say("Next:")
    for what, why in _next_steps(directory, is_sample=not example):
        say(f"  {what:<{STEP_WIDTH}}  {why}")


def _next_steps(directory: Path, *, is_sample: bool) -> Iterator[tuple[str, str]]:
    """What to type, and what it is good for."""
    yield f"export OPSMON_ROOT={shlex.quote(str(directory.resolve()))}", "then no command needs --root"
    inventories = directory / INVENTORIES
    yield f"edit {inventories / 'sample.yaml' if is_sample else inventories}", "your sites, devices and addresses"
    if is_sample:
        yield f"edit {directory / 'rules' / 'contracts' / 'sample.yaml'}", "what your contract promises"
        yield "export SNMP_SAMPLE=…", "the secrets that the files refer to"
    yield "opsmon check", "says what is wrong, and where"
    yield "opsmon probe ADDRESS", "polls one device once"
    yield "opsmon run", "starts the daemon, on http://127.0.0.1:9876/"
