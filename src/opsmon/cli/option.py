"""Options that many commands share: which root, and whether the answer is JSON."""

import os
from pathlib import Path
from typing import Annotated

import typer

# Stands for "nobody chose": typer has to be able to tell it from a chosen `.`.
CHOSEN_ROOT = Path("$OPSMON_ROOT")


def _choose_root(context: typer.Context, value: Path) -> Path:
    """The option nearest to the command's last word wins, then those before it, $OPSMON_ROOT, the current directory."""
    chosen = context.find_root()
    if value != CHOSEN_ROOT:
        chosen.obj = value
    return chosen.obj or Path(os.environ.get("OPSMON_ROOT") or ".")


RootOption = Annotated[
    Path,
    typer.Option(
        "--root",
        metavar="DIR",
        help="The directory with opsmon.yaml, inventories/, probes/ and rules/.",
        show_default="$OPSMON_ROOT, else the current directory",
        callback=_choose_root,
    ),
]
SiteOption = Annotated[str | None, typer.Option("--site", help="Only this site.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


def new_group(summary: str) -> typer.Typer:
    """A group of commands that takes `--root` between its name and its command too."""
    group = typer.Typer(help=summary, no_args_is_help=True, rich_markup_mode=None)

    @group.callback()
    def take_root(root: RootOption = CHOSEN_ROOT) -> None:
        """Only remembers the root; the docstring is replaced by the group's help."""

    take_root.__doc__ = summary
    return group
