"""A device as plain words: for tables, JSON, exports and comparison. A secret is only ever shown as stars."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

from opsmon.config.secret import MissingSecret
from opsmon.model.device import Check, Device, Inventory, Site
from opsmon.model.duration import format_duration
from opsmon.model.secret import Secret

STARS, MISSING = "***", "*** (missing)"
Record = dict[str, object]


def record_of(device: Device, site: Site) -> Record:
    """What a list or a ledger says of a device; no access data."""
    return {
        "name": device.name,
        "title": device.title,
        "site": device.site,
        "site_title": site.title,
        "contract": device.contract,
        "service": device.service,
        "kind": device.kind.value,
        "address": device.address,
        "profile": device.profile,
        "parents": list(device.parents),
        "labels": dict(device.labels),
        "checks": [_check_text(check) for check in device.checks],
        "important": sorted(device.important),
        "formerly": list(device.formerly),
    }


def records_of(inventory: Inventory) -> Iterator[Record]:
    """The record of every device, in the order of the files."""
    for device in inventory.devices.values():
        yield record_of(device, inventory.sites[device.site])


def description_of(device: Device, site: Site) -> Record:
    """Everything that a device comes to, access and checks too, secrets as stars."""
    described = record_of(device, site)
    described["checks"] = [_check_words(check) for check in device.checks]
    described["snmp"] = _words(device.snmp)
    described["ssh"] = _words(device.ssh)
    return described


def _check_text(check: Check) -> str:
    name = check.name if check.name == check.kind else f"{check.name} ({check.kind})"
    return f"{name} {format_duration(check.period_s)}"


def _check_words(check: Check) -> Record:
    settings = _words(check.settings)
    pace = {"period": format_duration(check.period_s), "timeout": format_duration(check.timeout_s)}
    return {"name": check.name, "kind": check.kind, **pace, **({"settings": settings} if settings else {})}


def _words(value: object) -> object:
    """A frozen word as plain data; what is not said is left out."""
    if isinstance(value, Secret):
        return MISSING if isinstance(value, MissingSecret) else STARS
    if is_dataclass(value) and not isinstance(value, type):
        pairs = ((field.name, getattr(value, field.name)) for field in fields(value))
        return {name: _words(inner) for name, inner in pairs if inner not in (None, "", (), b"")}
    if isinstance(value, Mapping):
        return {str(key): _words(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_words(inner) for inner in value]
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return value if value is None or isinstance(value, bool | int | float) else str(value)


def flat(record: Mapping[str, object], prefix: str = "") -> dict[str, str]:
    """A record as dotted names and texts, empty ones left out."""
    found: dict[str, str] = {}
    for key, value in record.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{prefix}{key}.")
        elif isinstance(value, list):
            found |= _flat_list(f"{prefix}{key}", value)
        elif isinstance(value, bool):
            found[prefix + key] = "yes" if value else "no"
        elif value not in (None, ""):
            found[prefix + key] = str(value)
    return found


def _flat_list(key: str, items: list[object]) -> dict[str, str]:
    if not any(isinstance(item, Mapping) for item in items):
        return {key: ", ".join(map(str, items))} if items else {}
    found: dict[str, str] = {}
    for index, item in enumerate(items):
        if isinstance(item, Mapping):
            found |= flat(item, f"{key}.{item.get('name', index)}.")
    return found
