"""NetBox's devices as the table that an import takes, a row each: its number there is the number of the line.

Shapes of versions 3.5 to 4.6 (dcim/api/serializers of NetBox): nested objects with `slug` and `name`, choices as
`{value, label}`; the role was `device_role` before 3.6.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from opsmon.config.netbox.settings import NetboxSettings
from opsmon.ledger.columns import label_name
from opsmon.ledger.row_words import kind_named, kind_within
from opsmon.ledger.table.cell_list import joined_labels
from opsmon.ledger.table.raw_table import RawTable

NUMBER = "netbox"  # the label by which a device is found again, whatever becomes of its name or address
COLUMNS = ("name", "title", "site", "site_title", "kind", "address", "profile", "labels")
Record = Mapping[str, Any]


def table_of(devices: Iterable[Record], settings: NetboxSettings) -> RawTable:
    """The whole table, its heading first."""
    rows = [(0, list(COLUMNS)), *((int(one["id"]), _cells(one, settings)) for one in devices)]
    return RawTable(f"{urlsplit(settings.url).netloc}/dcim/devices", tuple(rows))


def _cells(device: Record, settings: NetboxSettings) -> list[str]:
    role = _nested(device, "role") or _nested(device, "device_role")
    cells = {
        "name": _text(device.get("name")),
        "title": _text(device.get("description")),
        "site": _text(_nested(device, "site").get("slug")),
        "site_title": _text(_nested(device, "site").get("name")),
        "kind": _kind(role, settings),
        "address": address_of(device),
        "profile": _profile(device, settings),
        "labels": joined_labels(_labels(device, role, settings)),
    }
    return [cells[name] for name in COLUMNS]


def _nested(device: Record, name: str) -> Record:
    found = device.get(name)
    return found if isinstance(found, Mapping) else {}


def _text(value: object) -> str:
    """One line; NetBox has blanks and breaks in texts that people typed."""
    return " ".join(str(value).split()) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def address_of(device: Record) -> str:
    """The primary address without the length of its network."""
    return _text(_nested(device, "primary_ip").get("address")).partition("/")[0]


def _kind(role: Record, settings: NetboxSettings) -> str:
    """By the settings, else by what the role is called; empty where neither tells, for an import to guess."""
    slug, name = _text(role.get("slug")), _text(role.get("name"))
    if slug in settings.kinds:
        return settings.kinds[slug].value
    words = (name, slug.replace("-", " "), name.lower().removesuffix("s"))
    return next((kind for word in words if word and (kind := kind_named(word) or kind_within(word))), "")


def _profile(device: Record, settings: NetboxSettings) -> str:
    """By the platform, else the device type, else its manufacturer."""
    kind = _nested(device, "device_type")
    slugs = (_nested(device, "platform").get("slug"), kind.get("slug"), _nested(kind, "manufacturer").get("slug"))
    return next((settings.profiles[_text(slug)] for slug in slugs if _text(slug) in settings.profiles), "")


def _labels(device: Record, role: Record, settings: NetboxSettings) -> dict[str, str]:
    kind, custom = _nested(device, "device_type"), _nested(device, "custom_fields")
    tags = device.get("tags")
    found = {
        NUMBER: _text(device.get("id")),
        "vendor": _text(_nested(kind, "manufacturer").get("name")),
        "model": _text(kind.get("model")),
        "serial": _text(device.get("serial")),
        "asset": _text(device.get("asset_tag")),
        "location": _place(device),
        "role": _text(role.get("slug")),
        "tenant": _text(_nested(device, "tenant").get("slug")),
        "tags": " ".join(_text(tag.get("slug")) for tag in tags if isinstance(tag, Mapping)) if tags else "",
    }
    for label, name in settings.labels.items():
        value = custom.get(name)
        # A choice of a list has its words beside its value in some versions.
        said = value.get("label") if isinstance(value, Mapping) else value
        found[label_name(label) or label] = ("yes" if said else "no") if isinstance(said, bool) else _text(said)
    return {label: text for label, text in found.items() if text}


def _place(device: Record) -> str:
    """Location, rack and unit, as a person would say where it stands."""
    words = (_nested(device, "location").get("name"), _nested(device, "rack").get("name"))
    position = device.get("position")
    unit = f"U{position:g}" if isinstance(position, int | float) and not isinstance(position, bool) else ""
    return " ".join(word for word in (*(_text(one) for one in words), unit) if word)
