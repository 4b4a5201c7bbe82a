"""Finding a device by the name that a person typed."""

from collections.abc import Iterable

from opsmon.errors import ConfigError, Problem
from opsmon.model.device import Device, Inventory
from opsmon.model.name import DeviceName
from opsmon.text.near_miss import nearest, shown

FEW = 10


def find_device(inventory: Inventory, name: str) -> Device:
    """The device of a name. Raises ConfigError, with the nearest name as a hint."""
    device = inventory.devices.get(DeviceName(name))
    if device is None:
        raise unknown("device", name, inventory.devices)
    return device


def unknown(what: str, word: str, known: Iterable[str]) -> ConfigError:
    """`no site `hal` (did you mean `hall`?)`"""
    return ConfigError((Problem("", 0, 0, f"no {what} {shown(word)}", _hint(word, known)),))


def _hint(word: str, known: Iterable[str]) -> str:
    """The name that was meant, or those that there are where they are few."""
    names = sorted(known)
    few = f"known: {', '.join(names) or 'none'}" if len(names) <= FEW else ""
    return nearest(word, names) or few
