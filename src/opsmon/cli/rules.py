"""`opsmon rules`: the conditions and clocks of a root for other programs."""

from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

import typer

from opsmon.cli.language import language_of
from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption, new_group
from opsmon.cli.output import print_json, say
from opsmon.config.root import load_root
from opsmon.metrics.rule_file import rule_file_text, rule_groups

group = new_group("The conditions and clocks of a root, for other programs.")


class RuleFormat(StrEnum):
    """For whom rules are written."""

    PROMETHEUS = "prometheus"


@group.command("export")
def export(
    format_: Annotated[RuleFormat, typer.Option("--format", help="For whom.")] = RuleFormat.PROMETHEUS,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Print the conditions and clocks as a Prometheus rule file."""
    loaded = load_root(root)
    groups = rule_groups(loaded.conditions, loaded.inventory, str(language_of(loaded.settings)))
    if json_output:
        print_json({name: [asdict(rule) for rule in rules] for name, rules in groups.items()})
    else:
        say(rule_file_text(groups).rstrip("\n"))
