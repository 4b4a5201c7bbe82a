"""`opsmon inventory import | export | diff`: device ledgers in and out, and what changed between two."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from opsmon.cli.inventory.discovered import show_discovered
from opsmon.cli.inventory.importing import (
    ContractOption,
    DryRunOption,
    ImportOrder,
    ServiceOption,
    SkipRefusedOption,
    SnmpOption,
    YesOption,
    carry_out,
)
from opsmon.cli.inventory.render import print_import
from opsmon.cli.language import spoken_language
from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption, SiteOption
from opsmon.cli.output import print_json, problem_line, say, warn
from opsmon.config.lookup import unknown
from opsmon.config.root import load_root
from opsmon.layout import INVENTORIES
from opsmon.ledger.access_option import snmp_access
from opsmon.ledger.apply import plan_import
from opsmon.ledger.compare import Rename, as_json, compare_with
from opsmon.ledger.difference import Change
from opsmon.ledger.export import export_csv, export_sites
from opsmon.ledger.heading import parse_map
from opsmon.ledger.record import records_of
from opsmon.ledger.table_import import Wishes
from opsmon.ledger.workbook_export import export_workbook
from opsmon.model.device import Inventory
from opsmon.text.bilingual import Sentence
from opsmon.text.count import counted

SheetOption = Annotated[str | None, typer.Option("--sheet", help="The sheet of a workbook.", metavar="NAME")]


def import_file(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A workbook (.xlsx) or CSV, headings in English or Chinese.")
    ],
    site: Annotated[str | None, typer.Option("--site", help="The site of rows that name none.")] = None,
    contract: ContractOption = None,
    service: ServiceOption = None,
    snmp: SnmpOption = None,
    sheet: SheetOption = None,
    columns: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="HEADING=FIELD", help="What a column becomes; `-` leaves it out."),
    ] = None,
    yes: YesOption = False,
    dry_run: DryRunOption = False,
    skip_refused: SkipRefusedOption = False,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Turn a workbook or CSV into inventory files, one a site.

    The heading may stand under title lines. Columns are guessed by their headings (设备名称 IP地址 设备类型 型号 序列号
    上联设备 …) and shown; other columns become labels. Nothing is written without `--yes`, nothing that is there
    already is overwritten, and no row is lost in silence.
    """
    order = ImportOrder(yes, dry_run, skip_refused, json_output)
    root = root.resolve()
    access = snmp_access(snmp, root / INVENTORIES) if snmp else None
    wishes = Wishes(site, contract, service, access, sheet, parse_map(columns or ()))
    plan = plan_import(root, file, wishes)
    carry_out(plan, root, order, print_import, plan.language)


def export_file(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="NAME.xlsx, NAME.csv, NAME.yaml, a directory, or - for stdout.")
    ],
    site: SiteOption = None,
    headers: Annotated[str, typer.Option("--headers", help="Language of the headers: en or zh.")] = "en",
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Write the devices as a workbook, as CSV, or written out as YAML.

    Access data (SNMP, SSH) is left out.
    """
    if headers not in ("en", "zh"):
        raise typer.BadParameter(Sentence("en or zh", "可为 en 或 zh"), param_hint="--headers")
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
    if file.suffix.lower() == ".xlsx":
        file.write_bytes(export_workbook(records_of(inventory), chinese=chinese))
        return (file,)
    texts = export_sites(inventory)
    if file.suffix.lower() in (".yaml", ".yml"):
        if len(texts) != 1:
            told = f"{len(texts)} sites do not fit into one file: name a directory, or a `--site`"
            raise typer.BadParameter(told, param_hint="FILE")
        files = dict(zip([file], texts.values(), strict=True))
    elif file.suffix and not file.is_dir():
        raise typer.BadParameter(
            Sentence(
                "a name that ends in .xlsx, .csv or .yaml, or a directory",
                "以 .xlsx、.csv 或 .yaml 结尾的文件名，或目录",
            ),
            param_hint="FILE",
        )
    else:
        file.mkdir(parents=True, exist_ok=True)
        files = {file / f"{name}.yaml": text for name, text in texts.items()}
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
    return tuple(files)


def diff(
    other: Annotated[Path | None, typer.Argument(metavar="OTHER", help="Another root, a CSV or a workbook.")] = None,
    discovered: Annotated[bool, typer.Option("--discovered", help="Compare with what neighbours say (LLDP).")] = False,
    sheet: SheetOption = None,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Compare with another root, a ledger (CSV, .xlsx), or the network.

    By device and field: + is only in OTHER, - only here, ~ differs (here → there). A device that is gone and one that
    came with the same address or serial number are offered as a rename. With `--discovered` every SNMP
    device is polled once, and links that the inventory's parents do not know are proposed; nothing is changed.
    """
    if (other is None) == (not discovered):
        raise typer.BadParameter(
            Sentence(
                "either another root or export, or --discovered", "另一目录或导出文件，与 --discovered 只能用一个"
            ),
            param_hint="OTHER",
        )
    if other is None:
        show_discovered(root, json_output=json_output)
        return
    changes, renamed, left_out = compare_with(load_root(root).inventory, other, sheet)
    for problem in left_out:
        warn(problem_line(problem, spoken_language(root)))
    if json_output:
        print_json(as_json(changes, renamed))
        return
    print_changes(changes, renamed)


SIGNS = {"added": "+", "removed": "-", "changed": "~"}


def print_changes(changes: Sequence[Change], renamed: Sequence[Rename]) -> None:
    for change in changes:
        say(f"{SIGNS[change.what]} {change.device}")
        for name, (here, there) in change.fields.items():
            say(f"    {name}: {here or '(nothing)'} → {there or '(nothing)'}")
    for old, new, same in renamed:
        say(f"{old} → {new}: the same {same}; if it is the same device, write `formerly: [{old}]` with {new}")
    counts = {what: sum(1 for change in changes if change.what == what) for what in SIGNS}
    say(", ".join(f"{number} {what}" for what, number in counts.items()) if changes else "no difference")
