"""`opsmon netbox`: the devices of a NetBox as inventory files, compared with the inventory, and told of it."""

from collections.abc import Mapping
from typing import Annotated

import typer

from opsmon.cli.inventory.render import (
    NOT_WRITTEN,
    NOTHING_TO_WRITE,
    REFUSED_ROWS,
    account_of,
    file_line,
    import_json,
    print_notes,
)
from opsmon.cli.inventory.table import print_changes, without_keys
from opsmon.cli.language import language_of
from opsmon.cli.netbox.write import write
from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption, new_group
from opsmon.cli.output import print_json, problem_line, say, warn
from opsmon.config.netbox.settings import NetboxSettings
from opsmon.config.root import load_root
from opsmon.config.settings_file import load_settings
from opsmon.errors import ConfigError
from opsmon.layout import INVENTORIES
from opsmon.ledger.access_option import snmp_access
from opsmon.ledger.apply import plan_import, write_plan
from opsmon.ledger.compare import as_json, compare_with
from opsmon.ledger.netbox.client import NetboxClient
from opsmon.ledger.netbox.rows import table_of
from opsmon.ledger.netbox.source import chosen_filters, netbox_of
from opsmon.ledger.table.raw_table import RawTable
from opsmon.ledger.table_import import Wishes
from opsmon.text.bilingual import Text
from opsmon.text.count import counted

group = new_group("NetBox as the list of devices: import, compare, write back.")
group.command("write")(write)

SitesOption = Annotated[list[str] | None, typer.Option("--site", help="Only this site of NetBox, by slug; repeatable.")]
RolesOption = Annotated[list[str] | None, typer.Option("--role", help="Only this role, by slug; repeatable.")]
TagsOption = Annotated[list[str] | None, typer.Option("--tag", help="Only with this tag, by slug; repeatable.")]


@group.command("import")
def import_devices(
    site: SitesOption = None,
    role: RolesOption = None,
    tag: TagsOption = None,
    contract: Annotated[str | None, typer.Option("--contract", help="The contract of the new sites.")] = None,
    service: Annotated[str | None, typer.Option("--service", help="The service of the contract.")] = None,
    snmp: Annotated[
        str | None,
        typer.Option(
            "--snmp", metavar="ACCESS", help="SNMP of the new sites: env:NAME, file:PATH, a community, or YAML."
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Write the files; without it the plan is shown.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan and the text of the files.")] = False,
    skip_refused: Annotated[
        bool, typer.Option("--skip-refused", help="Write all but the rows that are refused.")
    ] = False,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Turn the devices of a NetBox into inventory files, one a site.

    As `inventory import` does with a table: nothing is written without `--yes`, nothing that is there already is
    overwritten, and no device is lost in silence. `netbox:` in opsmon.yaml says where NetBox is. Numbers of rows
    are those of NetBox's devices.
    """
    if yes and dry_run:
        raise typer.BadParameter("either --yes or --dry-run", param_hint="--yes")
    root = root.resolve()
    settings = load_settings(root)
    language = language_of(settings)
    access = snmp_access(snmp, root / INVENTORIES) if snmp else None
    table = _read(netbox_of(settings), {"site": site, "role": role, "tag": tag}, language)
    plan = plan_import(root, table, Wishes(None, contract, service, access))
    stopped = bool(plan.mistakes) and not skip_refused
    written = write_plan(plan) if yes and not stopped and plan.files else ()
    names = [str(path.relative_to(root)) for path in written]
    if json_output:
        print_json(import_json(plan, names))
    else:
        if dry_run:
            say("\n".join(f"# {file.relative_to(root)}\n{without_keys(text)}" for file, text in plan.files.items()))
        print_notes(plan.found.notes, language)
        say(account_of(plan.found).in_(language))
        for one, file in zip(plan.found.sites, plan.files, strict=True):
            say(file_line(str(file.relative_to(root)), names, len(one.devices)).in_(language))
        told = REFUSED_ROWS if stopped else Text("") if yes else NOT_WRITTEN if plan.files else NOTHING_TO_WRITE
        say(told.in_(language))
    if stopped:
        raise ConfigError((*plan.mistakes, *plan.doubts))
    for problem in (*plan.mistakes, *plan.doubts):
        warn(problem_line(problem, language))


@group.command("diff")
def diff(
    site: SitesOption = None,
    role: RolesOption = None,
    tag: TagsOption = None,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Compare the inventory with NetBox.

    By device and field: + is only in NetBox, - only here, ~ differs (here → there). Devices that the filters leave
    out are told as only here.
    """
    loaded = load_root(root)
    language = language_of(loaded.settings)
    table = _read(netbox_of(loaded.settings), {"site": site, "role": role, "tag": tag}, language)
    changes, renamed, left_out = compare_with(loaded.inventory, table)
    for problem in left_out:
        warn(problem_line(problem, language))
    if json_output:
        print_json(as_json(changes, renamed))
        return
    print_changes(changes, renamed)


def _read(settings: NetboxSettings, typed: Mapping[str, list[str] | None], language: str) -> RawTable:
    """The devices of NetBox as a table; which NetBox it was is told on stderr."""
    client = NetboxClient(settings)
    filters = chosen_filters(settings, typed)
    table = table_of(client.devices(filters), settings)
    words = ", ".join(f"{name}={','.join(values)}" for name, values in filters.items())
    number = len(table.rows) - 1
    told = Text(
        f"NetBox {client.version} at {settings.url}: {counted(number, 'devices')} ({words or 'no filter'})",
        f"NetBox {client.version}（{settings.url}）：{number} 台设备（{words or '未筛选'}）",
    )
    warn(told.in_(language))
    return table
