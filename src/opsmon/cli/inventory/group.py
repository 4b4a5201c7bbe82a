"""`opsmon inventory`: what the files come to."""

from collections.abc import Mapping
from typing import Annotated

import typer

from opsmon.cli.inventory import table as ledger
from opsmon.cli.inventory.kind import parse_kind
from opsmon.cli.language import language_of
from opsmon.cli.option import CHOSEN_ROOT, JsonOption, RootOption, SiteOption, new_group
from opsmon.cli.output import print_json, print_pairs, print_table, say, terminal_width
from opsmon.config.lookup import find_device, unknown
from opsmon.config.root import Root, load_root
from opsmon.config.schema.generate import schema_of
from opsmon.ledger.record import Record, description_of, flat, records_of
from opsmon.model.device import Kind
from opsmon.text.bilingual import Sentence, Text
from opsmon.text.count import counted
from opsmon.text.vocabulary import KINDS, check_name, headings, named

group = new_group("What the inventory files come to: list, convert, compare.")

LIST_COLUMNS = ("device", "title", "kind", "address", "site", "contract")
WIDE = 100  # from here on the contract is shown too, which the site tells already

KindOption = Annotated[
    Kind | None, typer.Option("--kind", help="Only this kind of device.", metavar="KIND", parser=parse_kind)
]
ContractOption = Annotated[str | None, typer.Option("--contract", help="Only under this contract.")]
LabelOption = Annotated[list[str] | None, typer.Option("--label", metavar="KEY=VALUE", help="Only with this label.")]


@group.command("list")
def list_devices(
    site: SiteOption = None,
    kind: KindOption = None,
    contract: ContractOption = None,
    label: LabelOption = None,
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """The devices of the root that match every filter."""
    loaded = load_root(root)
    _check_filters(loaded, site, contract)
    wanted = {"site": site, "kind": kind.value if kind else None, "contract": contract}
    labels = dict(_pair(text) for text in label or ())
    _check_labels(loaded, labels)
    records = [r for r in records_of(loaded.inventory) if _matches(r, wanted, labels)]
    if json_output:
        print_json(records)
        return
    columns = LIST_COLUMNS if (terminal_width() or WIDE) >= WIDE else LIST_COLUMNS[:-1]
    language = language_of(loaded.settings)
    print_table(
        headings(columns, language), ([_cell(record, name, language) for name in columns] for record in records)
    )
    say(Text(counted(len(records), "devices"), f"共 {len(records)} 台设备").in_(language))


def _cell(record: Record, column: str, language: str) -> object:
    value = record["name" if column == "device" else column]
    return named(KINDS, str(value), language) if column == "kind" else value


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise typer.BadParameter(Sentence("a label is KEY=VALUE", "标签的写法是 KEY=VALUE"), param_hint="--label")
    return key, value


def _check_filters(loaded: Root, site: str | None, contract: str | None) -> None:
    """A filter that names nothing is a slip of the pen, not an empty list."""
    if site is not None and site not in loaded.inventory.sites:
        raise unknown("site", site, loaded.inventory.sites)
    if contract is not None and contract not in loaded.contracts:
        raise unknown("contract", contract, loaded.contracts)


def _check_labels(loaded: Root, wanted: Mapping[str, str]) -> None:
    for key, value in wanted.items():
        owners = [device.labels for device in loaded.inventory.devices.values()]
        if not any(key in labels for labels in owners):
            raise unknown("label", key, set().union(*owners))
        values = {labels[key] for labels in owners if key in labels}
        if value not in values:
            raise unknown(Sentence(f"label {key} with the value", f"取值如此的标签 {key}："), value, values)


def _matches(record: Record, wanted: dict[str, str | None], labels: dict[str, str]) -> bool:
    own = record["labels"]
    return all(value is None or record[key] == value for key, value in wanted.items()) and (
        isinstance(own, dict) and labels.items() <= own.items()
    )


@group.command("show")
def show(
    name: Annotated[str, typer.Argument(metavar="DEVICE", help="The device's name.")],
    root: RootOption = CHOSEN_ROOT,
    json_output: JsonOption = False,
) -> None:
    """Everything that one device comes to.

    Inherited values are included; secrets are shown as stars.
    """
    loaded = load_root(root)
    inventory = loaded.inventory
    device = find_device(inventory, name)
    description = description_of(device, inventory.sites[device.site])
    if json_output:
        print_json(description)
        return
    _print_description(description, language_of(loaded.settings))


def _print_description(description: Record, language: str) -> None:
    checks = description.pop("checks")
    nested = {key: inner for key, inner in description.items() if isinstance(inner, Mapping)}
    plain = {key: flat({key: inner}).get(key, "") for key, inner in description.items() if key not in nested}
    told = plain | {key: _in_words(inner) for key, inner in nested.items()}
    told["kind"] = named(KINDS, str(told["kind"]), language)
    names = headings([key.replace("_", " ") for key in told], language)
    print_pairs({name: text for name, text in zip(names, told.values(), strict=True) if text})
    say()
    rows = [
        (check_name(c["name"], language), c["kind"], c["period"], c["timeout"], _in_words(c.get("settings", {})))
        for c in (checks if isinstance(checks, list) else [])
    ]
    print_table(headings(("check", "kind", "every", "time-out", "settings"), language), rows)


def _in_words(values: Mapping[str, object]) -> str:
    """`port 5060, expect SIP`"""
    return ", ".join(f"{key} {text}" for key, text in flat(values).items())


@group.command("schema")
def schema(root: RootOption = CHOSEN_ROOT, json_output: JsonOption = False) -> None:
    """The JSON Schema of an inventory file, for editors."""
    print_json(schema_of("inventory"))


group.command("import")(ledger.import_file)
group.command("export")(ledger.export_file)
group.command("diff")(ledger.diff)
