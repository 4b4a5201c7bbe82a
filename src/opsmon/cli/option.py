"""Options that many commands share: which root, and whether the answer is JSON."""

import gc
import os
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, ClassVar

import typer
from typer.core import TyperGroup

from opsmon.text.bilingual import filled
from opsmon.text.near_miss import meant, shown

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


def imported(place: str) -> Any:
    """What stands at `module:name` of opsmon.cli."""
    module, _, name = place.partition(":")
    gc.disable()  # modules stay to the end: looking for garbage in them takes a tenth of a daemon's start
    try:
        return getattr(import_module(f"opsmon.cli.{module}"), name)
    finally:
        gc.enable()


class _Group(TyperGroup):
    """A group that imports a command's module when the command is typed, or listed by `--help`."""

    places: ClassVar[Mapping[str, str]] = {}

    def list_commands(self, ctx: Any) -> list[str]:
        return [*super().list_commands(ctx), *self.places]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.places:
            return super().get_command(ctx, cmd_name)
        single = typer.Typer(add_completion=False, rich_markup_mode=None)
        single.command(cmd_name)(imported(self.places[cmd_name]))
        return typer.main.get_command(single)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        word = args[0] if args else ""
        if word and not word.startswith("-") and self.get_command(ctx, word) is None:
            known = self.list_commands(ctx)
            hint = meant(word, known) or ", ".join(known)
            ctx.fail(filled("no command {} ({})", "没有命令 {}（{}）", shown(word), hint))
        return super().resolve_command(ctx, args)


def new_group(summary: str, later: Mapping[str, str] | None = None) -> typer.Typer:
    """A group of commands that takes `--root` between its name and its command too.

    `later` are commands by name, as `module:name` of opsmon.cli, that are imported when they are wanted.
    """
    kind = type("Group", (_Group,), {"places": dict(later or {})})
    group = typer.Typer(help=summary, no_args_is_help=True, rich_markup_mode=None, cls=kind)

    @group.callback()
    def take_root(root: RootOption = CHOSEN_ROOT) -> None:
        """Only remembers the root; the docstring is replaced by the group's help."""

    take_root.__doc__ = summary
    return group
