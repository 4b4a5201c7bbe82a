"""Finds the commands, their options and what these take by asking typer, once for each version."""

from collections.abc import Iterable, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

import typer

from opsmon.cli.completion.tree import Node, TakenValue
from opsmon.cli.main import COMMANDS, build_app
from opsmon.model.incident import FactType, Severity

# By the name of the parameter: what the root, or the daemon, knows the names of.
_NAMES = {
    "site": "site", "device": "device", "devices": "device", "target": "device", "selectors": "selector",
    "contract": "contract", "incident": "incident", "profile": "profile", "example": "contract", "name": "device",
}  # fmt: skip
_WORDS: Mapping[str, tuple[str, ...]] = {
    "event_type": tuple(FactType),
    "severity": tuple(Severity),
    "headers": ("en", "zh"),
    "format_": ("prometheus",),
}
_SCHEMA = "schema"


def find_tree(word: str) -> Node:
    """The list of all commands, that of `word` in full. Imports its module."""
    command: Any = typer.main.get_command(build_app([word]))
    listed = {name: Node(told.summary) for name, told in COMMANDS.items()}
    full = {name: _node(inner, name) for name, inner in command.commands.items() if name == word}
    return Node("", listed | full, _options(command.params))


def _node(command: Any, name: str) -> Node:
    told = (command.get_short_help_str(80) or "").rstrip(".")
    if not hasattr(command, "commands"):
        arguments = [_taken(one, name) for one in command.params if one.param_type_name == "argument"]
        return Node(told, {}, _options(command.params), tuple(arguments))
    inner = {one: _node(command.get_command(None, one), one) for one in command.list_commands(None)}
    return Node(told, inner, _options(command.params))


def _options(parameters: Iterable[Any]) -> dict[str, TakenValue]:
    found = {"--help": TakenValue("Show the help", is_flag=True)}
    for one in parameters:
        if one.param_type_name == "option" and not one.hidden:
            taken = _taken(one, "")
            found |= {name: taken for name in (*one.opts, *one.secondary_opts) if name.startswith("--")}
    return found


def _taken(parameter: Any, command: str) -> TakenValue:
    told = str(getattr(parameter, "help", "") or "").split(".")[0].split(":")[0]
    annotation = parameter.type_descriptor.annotation
    repeated = parameter.nargs == -1 or bool(getattr(parameter, "multiple", False))
    if bool(getattr(parameter, "is_flag", False)):
        return TakenValue(told, is_flag=True)
    if annotation is Path or parameter.metavar in ("FILE", "TIMELINE.yaml", "PAPER", "OTHER"):
        return TakenValue(told, is_file=True, is_repeated=repeated)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return TakenValue(told, choices=tuple(str(one.value) for one in annotation), is_repeated=repeated)
    if parameter.name in _WORDS:
        return TakenValue(told, choices=tuple(map(str, _WORDS[parameter.name])), is_repeated=repeated)
    if command == _SCHEMA:
        from opsmon.config.schema.generate import SCHEMA_NAMES

        return TakenValue(told, choices=SCHEMA_NAMES)
    return TakenValue(told, of=_NAMES.get(parameter.name or "", ""), is_repeated=repeated)
