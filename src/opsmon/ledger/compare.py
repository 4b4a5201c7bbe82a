"""What another root or a ledger would change in an inventory, and which of the changes may be a rename."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from opsmon.config.root import load_root
from opsmon.config.yaml.problem import Problems
from opsmon.errors import Problem
from opsmon.ledger.difference import Change, Flat, compare, compare_inventories, flat_devices
from opsmon.ledger.export import cell_text
from opsmon.ledger.record import record_of
from opsmon.ledger.row import Fate
from opsmon.ledger.table.raw_table import RawTable
from opsmon.ledger.table_import import TableImport, Wishes, import_table
from opsmon.model.device import Inventory
from opsmon.text.bilingual import Sentence, filled

NO_SITE = "unnamed"  # of rows that name none: the site is not compared then
SERIAL = "labels.serial"
Rename = tuple[str, str, str]  # old name, new name, the field that is the same


def compare_with(
    here: Inventory, other: Path | RawTable, sheet: str | None = None
) -> tuple[tuple[Change, ...], tuple[Rename, ...], tuple[Problem, ...]]:
    """How `other` (a root, CSV, workbook or table) differs, which devices may be renamed, what is not compared.

    Raises ConfigError where it cannot be read.
    """
    mine = flat_devices(here)
    if isinstance(other, Path) and other.is_dir():
        there = load_root(other).inventory
        changes = compare_inventories(here, there)
        return changes, renames(changes, mine, flat_devices(there)), ()
    problems = Problems()
    known = {str(name): str(device.site) for name, device in here.devices.items()}
    found = import_table(other, problems, Wishes(site=NO_SITE, sheet=sheet, known=known, comparing=True))
    problems.raise_if_any()
    theirs = _table_rows(found)
    columns = _columns(found, theirs)
    changes = compare(_inventory_rows(here), theirs, columns)
    return changes, renames(changes, mine, theirs), tuple(_left_out(found))


def _left_out(found: TableImport) -> Iterable[Problem]:
    for note in found.notes:
        if found.fates.get(note.line) is Fate.LEFT_OUT:
            yield found.problem(
                note.line,
                "name",
                filled(
                    "{} is not compared: {}",
                    "{} 未参与比较：{}",
                    note.detail or Sentence("the row", "该行"),
                    Sentence(note.what.en, note.what.in_("zh")),
                ),
                warning=True,
            )


def _inventory_rows(inventory: Inventory) -> dict[str, Flat]:
    return {
        str(name): _row(record_of(device, inventory.sites[device.site])) for name, device in inventory.devices.items()
    }


def _table_rows(found: TableImport) -> dict[str, Flat]:
    rows: dict[str, Flat] = {}
    for site in found.sites:
        shared = {
            "site": site.name,
            "site_title": site.head.get("title", ""),
            "contract": site.head.get("contract", ""),
        }
        for entry in site.devices:
            rows[str(entry["name"])] = _row({**shared, **entry})
    return rows


def _row(record: Mapping[str, object]) -> dict[str, str]:
    """A device's fields as cells, each label by itself."""
    fields = {name: cell_text(value) for name, value in record.items() if name not in ("labels", "checks", "site")}
    labels = record.get("labels")
    own = {f"labels.{key}": str(value) for key, value in labels.items()} if isinstance(labels, Mapping) else {}
    site = {"site": str(record.get("site", ""))}
    return {name: text for name, text in {**fields, **site, **own}.items() if text}


def _columns(found: TableImport, theirs: Mapping[str, Flat]) -> frozenset[str]:
    """The fields that the table has columns for: of what it does not speak it changes nothing."""
    by_field = found.layout.by_field
    columns = {name for name in by_field if not name.startswith("label") and name != "name"}
    columns |= {f"labels.{name.removeprefix('label:')}" for name in by_field if name.startswith("label:")}
    if "labels" in by_field:
        columns |= {key for row in theirs.values() for key in row if key.startswith("labels.")}
    return frozenset(columns)


def renames(changes: Iterable[Change], here: Mapping[str, Flat], there: Mapping[str, Flat]) -> tuple[Rename, ...]:
    """Devices that are gone, each with a new one that has its serial number or its address, and nobody else has."""
    gone = [change.device for change in changes if change.what == "removed"]
    new = [change.device for change in changes if change.what == "added"]
    found: dict[str, Rename] = {}
    for field in (SERIAL, "address"):
        mine, theirs = _by_value(gone, here, field), _by_value(new, there, field)
        for value in mine.keys() & theirs.keys():
            (old, *more), (name, *others) = mine[value], theirs[value]
            if not more and not others:
                found.setdefault(name, (old, name, field.removeprefix("labels.")))
    return tuple(sorted(found.values()))


def _by_value(names: Iterable[str], rows: Mapping[str, Flat], field: str) -> dict[str, list[str]]:
    values: dict[str, list[str]] = defaultdict(list)
    for name in names:
        if value := rows[name].get(field):
            values[value].append(name)
    return values


def as_json(changes: Iterable[Change], renamed: Iterable[Rename] = ()) -> list[dict[str, object]]:
    """Changes as plain data; one that may be a rename says of which device."""
    olds = {name: {"device": old, "same": field} for old, name, field in renamed}
    return [
        {
            "device": change.device,
            "change": change.what,
            "fields": {name: {"here": here, "there": there} for name, (here, there) in change.fields.items()},
            **({"maybe_renamed_from": olds[change.device]} if change.device in olds else {}),
        }
        for change in changes
    ]
