"""What the imports of devices share, whatever the table comes from: their options, and the plan that is shown, or with
`--yes` written."""

import re
import shlex
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from opsmon.cli.inventory.render import NOT_WRITTEN, NOTHING_TO_WRITE, REFUSED_ROWS, file_line, import_json
from opsmon.cli.output import print_json, problem_line, say, warn
from opsmon.errors import ConfigError
from opsmon.ledger.apply import Plan, write_plan
from opsmon.text.bilingual import Sentence

# `community: public`, `{protocol: sha, key: secret}`; a reference is a mapping: a brace, or lines of its own.
_LITERAL_KEY = re.compile(r"(\b(?:community|key): )(?!\{)[^\s,}][^,}\n]*")

ContractOption = Annotated[str | None, typer.Option("--contract", help="The contract of the new sites.")]
ServiceOption = Annotated[str | None, typer.Option("--service", help="The service of the contract.")]
SnmpOption = Annotated[
    str | None,
    typer.Option("--snmp", metavar="ACCESS", help="SNMP of the new sites: env:NAME, file:PATH, a community, or YAML."),
]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Write the files; without it the plan is shown.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Show the plan and the text of the files.")]
SkipRefusedOption = Annotated[bool, typer.Option("--skip-refused", help="Write all but the rows that are refused.")]


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """What was typed: to write (`yes`), or to show the text of the files too; to leave out what is refused."""

    yes: bool
    dry_run: bool
    skip_refused: bool
    as_json: bool

    def __post_init__(self) -> None:
        """Raises BadParameter for what excludes each other."""
        if self.yes and self.dry_run:
            told = Sentence("either --yes or --dry-run", "--yes 与 --dry-run 只能用一个")
            raise typer.BadParameter(told, param_hint="--yes")


def carry_out(plan: Plan, root: Path, order: ImportOrder, show: Callable[[Plan, str], None], language: str) -> None:
    """Writes the plan where that was asked for, and tells what it is; `show` prints what the table came to. Raises
    ConfigError where rows are refused."""
    stopped = bool(plan.mistakes) and not order.skip_refused
    written = write_plan(plan) if order.yes and not stopped and plan.files else ()
    names = [str(path.relative_to(root)) for path in written]
    if order.as_json:
        print_json(import_json(plan, names))
    else:
        if order.dry_run:
            say("\n".join(f"# {file.relative_to(root)}\n{_without_keys(text)}" for file, text in plan.files.items()))
        show(plan, language)
        _print_files(plan, root, names, language)
        say(REFUSED_ROWS.in_(language) if stopped else "" if order.yes else f"\n{_how_to_write(plan, language)}")
    if stopped:
        raise ConfigError((*plan.mistakes, *plan.doubts))
    for problem in (*plan.mistakes, *plan.doubts):
        warn(problem_line(problem, language))


def _print_files(plan: Plan, root: Path, written: Sequence[str], language: str) -> None:
    for site, file in zip(plan.found.sites, plan.files, strict=True):
        say(file_line(str(file.relative_to(root)), written, len(site.devices)).in_(language))


def _how_to_write(plan: Plan, language: str) -> str:
    """The command that was typed, with what it still needs."""
    if not plan.files:
        return NOTHING_TO_WRITE.in_(language)
    words = [word for word in sys.argv[1:] if word != "--dry-run"]
    shows_a_key = any(word.startswith("--snmp") for word in words) and not any(
        way in word for word in words for way in ("env:", "file:")
    )
    told = f": opsmon {shlex.join([*words, '--yes'])}" if "import" in words and not shows_a_key else ""
    return NOT_WRITTEN.in_(language) + told


def _without_keys(text: str) -> str:
    """The text of an inventory file, with stars for communities and keys that stand in it themselves."""
    return _LITERAL_KEY.sub(r"\1'***'", text)
