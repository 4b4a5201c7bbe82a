"""The `opsmon` command: the list of its commands, and what an error becomes (a line on stderr and an exit code).

Exit codes: 0 fine; 1 the thing asked about is bad; 2 wrong input or configuration; 3 the daemon cannot be reached.
"""

import sys
from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from opsmon import __version__
from opsmon.cli import backup, check, contracts, demo, incidents, init, inventory, journal, probe, rules
from opsmon.cli import run as daemon
from opsmon.cli.option import CHOSEN_ROOT, RootOption
from opsmon.cli.output import print_json, problem_json
from opsmon.errors import ConfigError, DaemonUnreachableError, OpsmonError

# One line each; the words that people type, in the order that `opsmon --help` shows.
COMMANDS: dict[str, Callable[..., None]] = {
    "init": init.init,
    "check": check.check,
    "run": daemon.run,
    "demo": demo.demo,
    "probe": probe.probe,
}
GROUPS: dict[str, typer.Typer] = {
    "inventory": inventory.group,
    "incidents": incidents.group,
    "rules": rules.group,
    "contracts": contracts.group,
    "journal": journal.group,
    "backup": backup.group,
}
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


def build_app() -> typer.Typer:
    """The whole command line, from the two lists above."""
    app = typer.Typer(
        no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )  # fmt: skip
    app.callback()(take_root)
    for name, command in COMMANDS.items():
        app.command(name)(command)
    for name, group in GROUPS.items():
        app.add_typer(group, name=name)
    return app


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
        build_app()(args=list(arguments), prog_name="opsmon")
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 0 if leaving.code is None else EXIT_BAD
    except OpsmonError as error:
        return _tell(error, str(error), exit_code_of(error), arguments)
    except OSError as error:
        return _tell(error, f"opsmon: {error}", EXIT_WRONG, arguments)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    return 0


def main() -> None:
    """The console script."""
    sys.exit(run(sys.argv[1:]))
