"""Finding a device by the name that a person typed."""

from collections.abc import Iterable

from opsmon.errors import ConfigError, Problem
from opsmon.model.device import Device, Inventory
from opsmon.model.name import DeviceName
from opsmon.text.bilingual import Sentence
from opsmon.text.command_words import THINGS
from opsmon.text.near_miss import meant, shown
from opsmon.text.vocabulary import named

FEW = 10


def find_device(inventory: Inventory, name: str) -> Device:
    """The device of a name. Raises ConfigError, with the nearest name as a hint."""
    device = inventory.devices.get(DeviceName(name))
    if device is None:
        raise unknown("device", name, inventory.devices)
    return device


def unknown(what: str, word: str, known: Iterable[str]) -> ConfigError:
    """`no site `hal` (did you mean `hall`?)`"""
    what_zh = what.zh if isinstance(what, Sentence) else named(THINGS, what, "zh")
    words = Sentence(f"no {what} {shown(word)}", f"没有{what_zh} {shown(word)}")
    return ConfigError((Problem("", 0, 0, words, _hint(word, known)),))


def _hint(word: str, known: Iterable[str]) -> str:
    """The name that was meant, or those that there are where they are few."""
    names = sorted(known)
    if asked := meant(word, names):
        return asked
    listed = Sentence(f"known: {', '.join(names) or 'none'}", f"已有：{'、'.join(names) or '无'}")
    return listed if len(names) <= FEW else ""
