"""The `opsmon` command: the list of its commands, and what an error becomes (a line on stderr and an exit code).

Exit codes: 0 fine; 1 the thing asked about is bad; 2 wrong input or configuration; 3 the daemon cannot be reached.
"""

import importlib
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from opsmon import __version__
from opsmon.cli.option import CHOSEN_ROOT, RootOption
from opsmon.cli.output import print_json, problem_json
from opsmon.errors import ConfigError, DaemonUnreachableError, OpsmonError

# One line each, in the order of `opsmon --help`: the word that people type, and the `module:function` of opsmon.cli
# that it is. A module is imported when its word is typed: who lists incidents does not wait for the SSH library.
COMMANDS: dict[str, str] = {
    "init": "init:init",
    "check": "check:check",
    "run": "run:run",
    "demo": "demo:demo",
    "probe": "probe:probe",
}
# The same for groups of commands: a typer.Typer made by `option.new_group`.
GROUPS: dict[str, str] = {
    "inventory": "inventory:group",
    "incidents": "incidents:group",
    "notify": "notify:group",
    "rules": "rules:group",
    "contracts": "contracts:group",
    "report": "report:group",
    "journal": "journal:group",
    "backup": "backup:group",
}
# What typer raises for wrong words: of its own copy of click or of an installed one, so typer is asked which.
_UsageError: type[Exception] = typer.BadParameter.__bases__[0]
EXIT_BAD, EXIT_WRONG, EXIT_UNREACHABLE, EXIT_INTERRUPTED = 1, 2, 3, 130


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"opsmon {__version__}")
        raise typer.Exit


VersionOption = Annotated[
    bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and leave.")
]


def take_root(root: RootOption = CHOSEN_ROOT, version: VersionOption = False) -> None:
    """Fleet monitoring that knows the service contract."""


def first_word(arguments: Sequence[str]) -> str:
    """The command's name: the first argument that is no option and no option's value."""
    words = iter(arguments)
    for word in words:
        if word == "--root":
            next(words, None)
        elif not word.startswith("-"):
            return word
    return ""


def build_app(arguments: Sequence[str]) -> typer.Typer:
    """The command line as far as `arguments` need it: one command, or all of them for help and for slips of the pen."""
    app = typer.Typer(
        no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )  # fmt: skip
    app.callback()(take_root)
    word = first_word(arguments)
    wanted = {word} if word in COMMANDS or word in GROUPS else {*COMMANDS, *GROUPS}
    for name, place in COMMANDS.items():
        if name in wanted:
            app.command(name)(_found(place))
    for name, place in GROUPS.items():
        if name in wanted:
            app.add_typer(_found(place), name=name)
    return app


def _found(place: str) -> Any:
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(f"opsmon.cli.{module}"), name)


def exit_code_of(error: OpsmonError) -> int:
    """What the shell is told."""
    if isinstance(error, ConfigError):
        return EXIT_WRONG
    return EXIT_UNREACHABLE if isinstance(error, DaemonUnreachableError) else EXIT_BAD


def _tell(error: Exception, message: str, code: int, arguments: Sequence[str]) -> int:
    print(message, file=sys.stderr)
    if "--json" in arguments:
        problems = {"problems": [problem_json(p) for p in error.problems]} if isinstance(error, ConfigError) else {}
        print_json({"error": message, "exit_code": code, **problems})
    return code


def run(arguments: Sequence[str]) -> int:
    """Run one command line; every error on purpose becomes a line, never a traceback. Returns the exit code."""
    try:
        left = build_app(arguments)(args=list(arguments), prog_name="opsmon", standalone_mode=False)
    except _UsageError as error:
        wrong: Any = error
        wrong.show()
        if "--json" in arguments:
            print_json({"error": wrong.format_message(), "exit_code": wrong.exit_code})
        return int(wrong.exit_code)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 0 if leaving.code is None else EXIT_BAD
    except OpsmonError as error:
        return _tell(error, str(error), exit_code_of(error), arguments)
    except OSError as error:
        return _tell(error, f"opsmon: {error}", EXIT_WRONG, arguments)
    except (KeyboardInterrupt, typer.Abort):
        return EXIT_INTERRUPTED
    return left if isinstance(left, int) else 0


def main() -> None:
    """The console script."""
    sys.exit(run(sys.argv[1:]))
