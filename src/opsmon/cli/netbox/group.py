"""`opsmon netbox`: the devices of a NetBox as inventory files, compared with the inventory, and told of it."""

from collections.abc import Mapping
from typing import Annotated

import typer

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
from opsmon.cli.inventory.render import print_account
from opsmon.cli.inventory.table import print_changes
from opsmon.cli.language import language_of
from opsmon.cli.netbox.write import write
from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption, new_group
from opsmon.cli.output import print_json, problem_line, warn
from opsmon.config.netbox.settings import NetboxSettings
from opsmon.config.root import load_root
from opsmon.config.settings_file import load_settings
from opsmon.layout import INVENTORIES
from opsmon.ledger.access_option import snmp_access
from opsmon.ledger.apply import plan_import
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
    contract: ContractOption = None,
    service: ServiceOption = None,
    snmp: SnmpOption = None,
    yes: YesOption = False,
    dry_run: DryRunOption = False,
    skip_refused: SkipRefusedOption = False,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Turn the devices of a NetBox into inventory files, one a site.

    As `inventory import` does with a table: nothing is written without `--yes`, nothing that is there already is
    overwritten, and no device is lost in silence. `netbox:` in opsmon.yaml says where NetBox is. Numbers of rows
    are those of NetBox's devices.
    """
    order = ImportOrder(yes, dry_run, skip_refused, json_output)
    root = root.resolve()
    settings = load_settings(root)
    language = language_of(settings)
    access = snmp_access(snmp, root / INVENTORIES) if snmp else None
    table = _read(netbox_of(settings), {"site": site, "role": role, "tag": tag}, language)
    plan = plan_import(root, table, Wishes(None, contract, service, access))
    carry_out(plan, root, order, print_account, language)


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
