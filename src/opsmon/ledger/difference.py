"""How one inventory differs from another, by device and field."""

from collections.abc import Mapping
from dataclasses import dataclass

from opsmon.ledger.record import description_of, flat
from opsmon.model.device import Device, Inventory

Flat = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """One device: only there (`added`), only here (`removed`), or in both with fields that differ (`changed`)."""

    device: str
    what: str
    fields: Mapping[str, tuple[str, str]]


def compare_inventories(here: Inventory, there: Inventory) -> tuple[Change, ...]:
    """Every device of two roots that differs. A changed secret is told, neither value is."""
    changes = compare(flat_devices(here), flat_devices(there))
    rotated = {
        name: fields
        for name in here.devices.keys() & there.devices.keys()
        if (fields := _rotated(here.devices[name], there.devices[name]))
    }
    told = {change.device: change for change in changes}
    for name, fields in rotated.items():
        known = told.get(name)
        told[name] = Change(name, "changed", {**(known.fields if known else {}), **fields})
    return tuple(told[name] for name in sorted(told))


def flat_devices(inventory: Inventory) -> dict[str, Flat]:
    """Every device of an inventory as dotted fields."""
    return {
        name: flat(description_of(device, inventory.sites[device.site])) for name, device in inventory.devices.items()
    }


def compare(
    here: Mapping[str, Flat], there: Mapping[str, Flat], columns: frozenset[str] | None = None
) -> tuple[Change, ...]:
    """Differences of two sets of flat records, in `columns` only where they are given; sorted by name."""
    changes = []
    for name in sorted(here.keys() | there.keys()):
        if name not in there:
            changes.append(Change(name, "removed", {}))
        elif name not in here:
            changes.append(Change(name, "added", {}))
        elif fields := _fields(here[name], there[name], columns):
            changes.append(Change(name, "changed", fields))
    return tuple(changes)


def _fields(here: Flat, there: Flat, columns: frozenset[str] | None) -> dict[str, tuple[str, str]]:
    names = here.keys() | there.keys() if columns is None else columns
    return {
        name: (here.get(name, ""), there.get(name, "")) for name in sorted(names) if here.get(name) != there.get(name)
    }


def _rotated(here: Device, there: Device) -> dict[str, tuple[str, str]]:
    """Secrets that both have and that are not the same."""
    mine, theirs = dict(here.secrets()), dict(there.secrets())
    changed = [name for name in sorted(mine.keys() & theirs.keys()) if mine[name] != theirs[name]]
    return dict.fromkeys(changed, ("a secret", "another secret"))
