"""`opsmon inventory import | export | diff`: device ledgers in and out, and what changed between two."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from opsmon.cli.discovered import show_discovered
from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption, SiteOption
from opsmon.cli.output import print_json, say, warn
from opsmon.config.lookup import unknown
from opsmon.config.problem import Problems
from opsmon.config.record import records_of
from opsmon.config.root import load_root
from opsmon.ledger.apply import as_json, compare_with, put_into_root
from opsmon.ledger.difference import Change
from opsmon.ledger.export import export_csv, export_sites
from opsmon.ledger.table_import import import_table
from opsmon.model.device import Inventory
from opsmon.text.count import counted


def import_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV table, headers in English or Chinese.")],
    site: Annotated[str | None, typer.Option("--site", help="The site of rows that name none.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be written.")] = False,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Turn a CSV table into inventory files, one a site.

    Columns are found by their headers: name, address, kind, site, title, parents, labels (名称 地址 类型 站点 标题
    上级 标签); `label:KEY` makes a label of a column, others are left out. Nothing that is there already is
    overwritten, and nothing is left behind when the root does not load with the new files.
    """
    problems = Problems()
    sites = import_table(file, problems, site=site)
    problems.raise_if_any()
    for warning in problems.warnings:
        warn(str(warning))
    written = () if dry_run else put_into_root(root.resolve(), sites)
    if json_output:
        names = [str(path.relative_to(root.resolve())) for path in written]
        print_json({"written": names, "sites": [{"site": s.name, "devices": len(s.devices)} for s in sites]})
    elif dry_run:
        say("\n".join(f"# inventories/{found.name}.yaml\n{found.text()}" for found in sites))
    else:
        for path, found in zip(written, sites, strict=True):
            say(f"wrote {path.relative_to(root.resolve())}: {counted(len(found.devices), 'devices')}")


def export_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="NAME.csv, NAME.yaml, a directory, or - for stdout.")],
    site: SiteOption = None,
    headers: Annotated[str, typer.Option("--headers", help="Language of the headers: en or zh.")] = "en",
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Write the devices as a CSV table, or written out as YAML.

    Access data (SNMP, SSH) is left out.
    """
    if headers not in ("en", "zh"):
        raise typer.BadParameter("en or zh", param_hint="--headers")
    inventory = _only(load_root(root).inventory, site)
    if str(file) == "-":
        sys.stdout.write(export_csv(records_of(inventory), chinese=headers == "zh"))
        return
    written = _write_export(inventory, file, chinese=headers == "zh")
    if json_output:
        print_json({"written": [str(path) for path in written], "devices": len(inventory.devices)})
        return
    say(f"wrote {counted(len(inventory.devices), 'devices')} to {', '.join(map(str, written))}")


def _only(inventory: Inventory, site: str | None) -> Inventory:
    if site is None:
        return inventory
    sites = {name: found for name, found in inventory.sites.items() if name == site}
    if not sites:
        raise unknown("site", site, inventory.sites)
    return Inventory(sites, {name: device for name, device in inventory.devices.items() if device.site == site})


def _write_export(inventory: Inventory, file: Path, *, chinese: bool) -> tuple[Path, ...]:
    if file.suffix.lower() == ".csv":
        # The mark lets Excel read UTF-8.
        file.write_text(export_csv(records_of(inventory), chinese=chinese), encoding="utf-8-sig", newline="")
        return (file,)
    texts = export_sites(inventory)
    if file.suffix.lower() in (".yaml", ".yml"):
        if len(texts) != 1:
            told = f"{len(texts)} sites do not fit into one file: name a directory, or a `--site`"
            raise typer.BadParameter(told, param_hint="FILE")
        files = dict(zip([file], texts.values(), strict=True))
    elif file.suffix and not file.is_dir():
        raise typer.BadParameter("a name that ends in .csv or .yaml, or a directory", param_hint="FILE")
    else:
        file.mkdir(parents=True, exist_ok=True)
        files = {file / f"{name}.yaml": text for name, text in texts.items()}
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
    return tuple(files)


def diff(
    other: Annotated[Path | None, typer.Argument(metavar="OTHER", help="Another root, or a CSV export.")] = None,
    discovered: Annotated[bool, typer.Option("--discovered", help="Compare with what neighbours say (LLDP).")] = False,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Compare with another root, a CSV export, or the network.

    By device and field: + is only in OTHER, - only here, ~ differs (here → there). With `--discovered` every SNMP
    device is polled once, and links that the inventory's parents do not know are proposed; nothing is changed.
    """
    if (other is None) == (not discovered):
        raise typer.BadParameter("either another root or export, or --discovered", param_hint="OTHER")
    if other is None:
        show_discovered(root, json_output=json_output)
        return
    changes = compare_with(load_root(root).inventory, other)
    if json_output:
        print_json(as_json(changes))
        return
    _print_changes(changes)


SIGNS = {"added": "+", "removed": "-", "changed": "~"}


def _print_changes(changes: Sequence[Change]) -> None:
    for change in changes:
        say(f"{SIGNS[change.what]} {change.device}")
        for name, (here, there) in change.fields.items():
            say(f"    {name}: {here or '(nothing)'} → {there or '(nothing)'}")
    counts = {what: sum(1 for change in changes if change.what == what) for what in SIGNS}
    say(", ".join(f"{number} {what}" for what, number in counts.items()) if changes else "no difference")
