"""`opsmon check`: load everything, say everything that is wrong."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import typer

from opsmon.cli.language import spoken_language
from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption
from opsmon.cli.output import is_coloured, print_json, problem_json, problem_line, say, styled
from opsmon.config.root import Root, load_root
from opsmon.config.watched import load_watched, rename_offers
from opsmon.errors import ConfigError, Problem
from opsmon.pattern.cost import judging_patterns
from opsmon.text.bilingual import Text
from opsmon.text.count import counted
from opsmon.text.vocabulary import ROOT_PARTS


def check(root: RootOption = CHOSEN_ROOT, json_output: JsonOption = False) -> None:
    """Load a root and name every mistake at once.

    Each is one line: path, line, column, what is wrong, and a hint. Exit code 2 when there is one; warnings are none.
    Where a daemon watches the root, a device that seems to have another name is pointed out before a reload.
    """
    try:
        with judging_patterns():
            loaded = load_root(root)
    except ConfigError as error:
        _report(None, error.problems, root, json_output)
        raise typer.Exit(2) from None
    watched = load_watched(loaded.path)
    offers = () if watched is None else rename_offers(watched, loaded.inventory)
    _report(loaded, (*loaded.warnings, *offers), root, json_output)


def _report(loaded: Root | None, problems: Sequence[Problem], root: Path, json_output: bool) -> None:
    counts = {} if loaded is None else counts_of(loaded)
    errors = [problem for problem in problems if not problem.warning]
    warnings = [problem for problem in problems if problem.warning]
    if json_output:
        told = {"problems": errors, "warnings": warnings}
        listed = {name: [problem_json(problem) for problem in found] for name, found in told.items()}
        print_json({"ok": not errors, **listed, "counts": counts})
        return
    language = spoken_language(root)
    _list(errors, language)
    _list(warnings, language)
    say(styled(_summary(len(errors), len(warnings), counts).in_(language), bold=True))


def _list(problems: Sequence[Problem], language: str) -> None:
    """One a line, so that editors jump to the place; on a terminal the files are set apart."""
    for path, of_file in groupby(problems, key=lambda problem: problem.path):
        for problem in of_file:
            say(problem_line(problem, language))
        if path and is_coloured():
            say()


def counts_of(root: Root) -> dict[str, int]:
    """How much of everything a root holds."""
    return {
        "sites": len(root.inventory.sites),
        "devices": len(root.inventory.devices),
        "checks": sum(len(device.checks) for device in root.inventory.devices.values()),
        "contracts": len(root.contracts),
        "conditions": len(root.conditions.rules) + len(root.conditions.states) + len(root.conditions.reports),
        "profiles": len(root.profiles.profiles),
        **_counts_of_on_call(root),
    }


def _counts_of_on_call(root: Root) -> dict[str, int]:
    """Nothing where nobody is on call: most roots say nothing of it."""
    rules = root.oncall.rules
    if rules.is_empty and not rules.people:
        return {}
    return {
        "people": len(rules.people),
        "channels": len(root.oncall.channels),
        "rotas": len(rules.rotas),
        "plans": len(rules.plans),
    }


def _summary(errors: int, warnings: int, counts: dict[str, int]) -> Text:
    found = Text(
        f"{counted(errors, 'problems')}, {counted(warnings, 'warnings')}", f"错误 {errors} 处，警告 {warnings} 处"
    )
    if not counts:
        return found
    en = ", ".join(counted(number, name) for name, number in counts.items())
    zh = "，".join(f"{ROOT_PARTS[name].zh} {number}" for name, number in counts.items())
    return Text(f"{found.en}; {en}", f"{found.zh}；{zh}")
