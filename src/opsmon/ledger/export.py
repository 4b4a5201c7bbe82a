"""An inventory as a table (CSV) or as inventory files (YAML). Access data is never exported."""

import csv
import io
from collections.abc import Iterable, Mapping

from opsmon.config.yaml.emit import emit_yaml
from opsmon.ledger.columns import COLUMNS, guarded_cell
from opsmon.ledger.record import Record, record_of
from opsmon.ledger.table.cell_list import joined_items, joined_labels
from opsmon.model.device import Device, Inventory, Site
from opsmon.model.name import SiteName
from opsmon.text.vocabulary import KINDS, named


def export_csv(records: Iterable[Record], *, chinese: bool) -> str:
    """A table with one line a device, in the columns that an import takes back."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([chinese_name if chinese else name for name, (chinese_name, _) in COLUMNS.items()])
    for record in records:
        writer.writerow([guarded_cell(field_cell(record, name, chinese=chinese)) for name in COLUMNS])
    return text.getvalue()


def field_cell(record: Record, name: str, *, chinese: bool) -> str:
    """A field of a device as a cell; under Chinese headings the kind is a Chinese word, which an import takes back."""
    text = cell_text(record.get(name))
    return named(KINDS, text, "zh") if chinese and name == "kind" else text


def cell_text(value: object) -> str:
    """A value in one cell: lists and labels with semicolons between."""
    if isinstance(value, Mapping):
        return joined_labels(value)
    if isinstance(value, list | tuple):
        return joined_items(map(str, value))
    return "" if value is None else str(value)


def export_site(site: Site, devices: Iterable[Device]) -> str:
    """One inventory file with every device written out, without what it shares with its site."""
    head: dict[str, object] = {"site": str(site.name)}
    for key in ("title", "contract", "service"):
        if getattr(site, key):
            head[key] = str(getattr(site, key))
    if site.labels:
        head["labels"] = dict(site.labels)
    head["devices"] = [_entry(device, site) for device in devices]
    return emit_yaml(head)


def _entry(device: Device, site: Site) -> dict[str, object]:
    record = record_of(device, site)
    entry: dict[str, object] = {"name": str(device.name), "address": device.address, "kind": device.kind.value}
    for key in ("title", "profile", "parents", "important", "formerly"):
        if record[key]:
            entry[key] = record[key]
    if device.service and device.service != site.service:
        entry["service"] = device.service
    own = {key: value for key, value in device.labels.items() if site.labels.get(key) != value}
    return entry | ({"labels": own} if own else {})


def export_sites(inventory: Inventory) -> dict[SiteName, str]:
    """The text of one file a site, by the site's name."""
    devices: dict[SiteName, list[Device]] = {name: [] for name in inventory.sites}
    for device in inventory.devices.values():
        devices[device.site].append(device)
    return {name: export_site(inventory.sites[name], found) for name, found in devices.items()}
