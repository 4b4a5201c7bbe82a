"""Devices of a sweep that the inventory has already, and what of them is not as it says."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from opsmon.discovery.found import Found
from opsmon.model.device import Device, Inventory, Kind
from opsmon.model.name import DeviceName


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A device of the inventory, as the sweep met it. `differences` are its field, what the inventory says, what the
    device says."""

    device: Device
    found: Found
    differences: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SortedFinds:
    """What the inventory has, and what it does not have, both in the order of the sweep."""

    known: tuple[KnownDevice, ...]
    fresh: tuple[Found, ...]


def sort_known(found: Sequence[Found], inventory: Inventory) -> SortedFinds:
    """A device is known by one of its addresses, else by its serial number (the label `serial`), else by its name."""
    book = _InventoryBook(inventory)
    known, fresh = [], []
    for one in found:
        device = book.whose(one)
        if device is None:
            fresh.append(one)
        else:
            known.append(KnownDevice(device, one, tuple(_differences(device, one))))
    return SortedFinds(tuple(known), tuple(fresh))


class _InventoryBook:
    def __init__(self, inventory: Inventory) -> None:
        devices = inventory.devices.values()
        self._by_address = {device.address: device for device in devices}
        self._by_serial = {device.labels["serial"]: device for device in devices if device.labels.get("serial")}
        self._by_name = {device.name.casefold(): device for device in devices}

    def whose(self, found: Found) -> Device | None:
        device = next((self._by_address[one] for one in found.addresses if one in self._by_address), None)
        if device is not None or found.look is None:
            return device
        look = found.look
        if look.serial in self._by_serial:
            return self._by_serial[look.serial]
        names = (look.system_name.casefold(), look.system_name.casefold().partition(".")[0])
        named = next((self._by_name[name] for name in names if name in self._by_name), None)
        # A factory's name (`Switch`) stands for nobody in particular: the kind has to agree.
        return named if named is not None and named.kind is look.kind else None


def _differences(device: Device, found: Found) -> Iterator[tuple[str, str, str]]:
    look = found.look
    if device.address not in found.addresses and not _is_name(device.address):
        yield "address", device.address, ", ".join(found.addresses)
    if look is None:
        return
    for label, said in (("model", look.model), ("serial", look.serial)):
        written = device.labels.get(label, "")
        if written and said and written.casefold() != said.casefold():
            yield label, written, said
    if not look.is_generic and look.kind is not Kind.OTHER and look.kind is not device.kind:
        yield "kind", device.kind.value, look.kind.value
    if device.profile is not None and not look.is_generic and device.profile != look.profile:
        yield "profile", device.profile, look.profile


def _is_name(address: str) -> bool:
    return not (":" in address or address.replace(".", "").isdigit())


def steps_below_top(inventory: Inventory) -> dict[DeviceName, int]:
    """How far each device is below the top by its first parents; those that neither have a parent nor are one are left
    out."""
    are_parents = {parent for device in inventory.devices.values() for parent in device.parents}
    found: dict[DeviceName, int] = {}
    for name, device in inventory.devices.items():
        if device.parents or name in are_parents:
            found[name] = _steps(inventory, name)
    return found


def _steps(inventory: Inventory, name: DeviceName) -> int:
    steps, seen = 0, {name}
    while (parents := inventory.devices[name].parents) and parents[0] in inventory.devices and parents[0] not in seen:
        name = parents[0]
        seen.add(name)
        steps += 1
    return steps
