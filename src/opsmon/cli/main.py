"""The `opsmon` command: the list of its commands, and what an error becomes (a line on stderr and an exit code).

Exit codes: 0 fine; 1 the thing asked about is bad; 2 wrong input or configuration; 3 the daemon cannot be reached.
"""

import errno
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import typer

from opsmon import __version__
from opsmon.cli.language import spoken_language
from opsmon.cli.option import CHOSEN_ROOT, RootOption, imported
from opsmon.cli.output import print_json, problem_json
from opsmon.errors import ConfigError, DaemonUnreachableError, OpsmonError
from opsmon.text.safe import visible


@dataclass(frozen=True, slots=True)
class Listed:
    """A command, or a group of commands (a typer.Typer made by `option.new_group`): where it is, as `module:name` of
    opsmon.cli, and its line of help, which stands here so that `opsmon --help` imports none of them."""

    place: str
    summary: str
    is_group: bool = False


# One entry each, in the order of `opsmon --help`, by the word that people type. A module is imported when its word is
# typed: who lists incidents does not wait for the SSH library.
COMMANDS: dict[str, Listed] = {
    "init": Listed("init:init", "Write a new root: a sample site, stock profiles and rules."),
    "check": Listed("check:check", "Load a root and name every mistake at once."),
    "run": Listed("run:run", "Watch the fleet until told to stop."),
    "demo": Listed("demo.command:demo", "A simulated fleet on loopback and the daemon against it."),
    "probe": Listed(
        "probe.command:probe",
        "Poll one device once and print what it found. Exit code 1 when the device, or this machine, is not well.",
    ),
    "discover": Listed("discover.command:discover", "Look for devices in a network, and propose an inventory file."),
    "top": Listed("top.command:top", "Where the daemon's time goes, live."),
    "inventory": Listed(
        "inventory.group:group", "What the inventory files come to: list, convert, compare.", is_group=True
    ),
    "netbox": Listed(
        "netbox.group:group", "NetBox as the list of devices: import, compare, write back.", is_group=True
    ),
    "schema": Listed("schema:schema", "The JSON Schemas of the YAML files, for editors."),
    "completion": Listed("completion.scripts:completion", "A script for the shell: TAB completes commands and names."),
    "incidents": Listed(
        "incidents.group:group", "Incidents and their clocks, through the running daemon.", is_group=True
    ),
    "oncall": Listed("oncall.group:group", "Who is on duty, what is wrong with the rotas, and swaps.", is_group=True),
    "notify": Listed("notify:group", "Notifications, through the running daemon.", is_group=True),
    "silence": Listed("silence.group:group", "Silences: faults that page nobody for a while.", is_group=True),
    "user": Listed("access.user:group", "Accounts of people who may sign in.", is_group=True),
    "token": Listed(
        "access.token:group",
        "Tokens of programmes that use the API.",
        is_group=True,
    ),
    "rules": Listed("rules:group", "The conditions and clocks of a root, for other programs.", is_group=True),
    "contracts": Listed(
        "contracts.group:group", "The service contracts: clauses, calendars, deadlines, replays.", is_group=True
    ),
    "report": Listed("report:group", "Reports from the journal, to hand in.", is_group=True),
    "journal": Listed("journal.group:group", "The journal of everything that was ever decided.", is_group=True),
    "store": Listed("store.group:group", "The store: the journal, what is owed, accounts.", is_group=True),
    "backup": Listed("backup.group:group", "Configurations of devices, proved and kept in git.", is_group=True),
}
# What typer raises for wrong words: of its own copy of click or of an installed one, so typer is asked which.
_UsageError: type[Exception] = typer.BadParameter.__bases__[0]
_EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS)
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
    """The command line as far as `arguments` need it: one command, or only the lines of all of them."""
    app = typer.Typer(
        no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )  # fmt: skip
    app.callback()(take_root)
    word = first_word(arguments)
    if word in COMMANDS:
        _add(app, word, COMMANDS[word])
    else:
        for name, listed in COMMANDS.items():
            app.command(name, help=listed.summary)(_listed_only)
    return app


def _add(app: typer.Typer, name: str, listed: Listed) -> None:
    found = imported(listed.place)
    if listed.is_group:
        app.add_typer(found, name=name)
    else:
        app.command(name)(found)


def _listed_only() -> None:
    """Stands for a command in a list; never called, since a command's word brings in the command itself."""


def root_given(arguments: Sequence[str]) -> Path:
    """The root of the command line, before it is read: the last `--root`, else $OPSMON_ROOT, else here."""
    chosen = os.environ.get("OPSMON_ROOT") or "."
    for word, following in pairwise([*arguments, ""]):
        if word == "--root" and following:
            chosen = following
        elif word.startswith("--root="):
            chosen = word.removeprefix("--root=")
    return Path(chosen)


def _command(arguments: Sequence[str]) -> Any:
    """The command line, its help in the language of the reader."""
    command = typer.main.get_command(build_app(arguments))
    if spoken_language(root_given(arguments)) != "zh":
        return command
    return imported("help_page:speak_chinese")(command)


def exit_code_of(error: OpsmonError) -> int:
    """What the shell is told."""
    if isinstance(error, ConfigError):
        return EXIT_WRONG
    return EXIT_UNREACHABLE if isinstance(error, DaemonUnreachableError) else EXIT_BAD


def _tell(error: Exception, message: str, code: int, arguments: Sequence[str]) -> int:
    told = message
    if isinstance(error, OpsmonError):
        told = error.in_(spoken_language(root_given(arguments)))
    print(visible(told, lines=True), file=sys.stderr)
    if "--json" in arguments:
        problems = {"problems": [problem_json(p) for p in error.problems]} if isinstance(error, ConfigError) else {}
        print_json({"error": message, "exit_code": code, **problems})
    return code


def run(arguments: Sequence[str]) -> int:
    """Run one command line; every error on purpose becomes a line, never a traceback. Returns the exit code."""
    try:
        left = _command(arguments).main(args=list(arguments), prog_name="opsmon", standalone_mode=False)
    except _UsageError as error:
        wrong: Any = error
        imported("usage_error:print_usage_error")(wrong, spoken_language(root_given(arguments)))
        if "--json" in arguments:
            wrong.message = imported("usage_error:close_words")(wrong.message or "")
            print_json({"error": wrong.format_message(), "exit_code": wrong.exit_code})
        return int(wrong.exit_code)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 0 if leaving.code is None else EXIT_BAD
    except OpsmonError as error:
        return _tell(error, str(error), exit_code_of(error), arguments)
    except OSError as error:
        code = EXIT_BAD if error.errno in _EXHAUSTED else EXIT_WRONG
        told = f"this machine is short of something: {error.strerror}" if code == EXIT_BAD else str(error)
        return _tell(error, f"opsmon: {told}", code, arguments)
    except (KeyboardInterrupt, typer.Abort):
        return EXIT_INTERRUPTED
    return left if isinstance(left, int) else 0


def main() -> None:
    """The console script."""
    sys.exit(run(sys.argv[1:]))
