"""A name for each device that is proposed: its own where it is one, unique, and fit for an inventory."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from opsmon.discovery.found import Found
from opsmon.ledger.row_words import name_from, suffixed
from opsmon.probe.profile.text import clean_text

# A host name with a domain behind it: the last label is letters alone, as of every top-level domain.
_DOMAIN = re.compile(r"^(?P<host>[A-Za-z0-9][A-Za-z0-9-]*)\.(?:[A-Za-z0-9-]+\.)*[A-Za-z]{2,}$")
MAX_TITLE = 200


def name_devices(devices: Sequence[Found], heard: Mapping[str, str], taken: Collection[str]) -> list[str]:
    """One name each, in order. `heard` are names that neighbours give to addresses; `taken` are those of the inventory.

    What several devices call themselves gets the address behind it, for each of them.
    """
    wanted = [_own_name(device, heard) for device in devices]
    times = Counter(name.casefold() for name in wanted)
    used = {name.casefold() for name in taken}
    names: list[str] = []
    for device, name in zip(devices, wanted, strict=True):
        if not name or name.casefold() in used or times[name.casefold()] > 1:
            name = suffixed(name or "host", device.address)  # noqa: PLW2901 - the same device's other name
        names.append(_free(name, used))
        used.add(names[-1].casefold())
    return names


def _own_name(device: Found, heard: Mapping[str, str]) -> str:
    said = device.look.system_name if device.look else next((heard[a] for a in device.addresses if a in heard), "")
    text = clean_text(said)
    found = _DOMAIN.match(text)
    return name_from(found["host"] if found else text)


def _free(name: str, used: Collection[str]) -> str:
    number, free = 2, name
    while free.casefold() in used:
        free = suffixed(name, str(number))
        number += 1
    return free


def title_of(device: Found, name: str) -> str:
    """What it calls itself, where that is not its name."""
    said = clean_text(device.look.system_name)[:MAX_TITLE] if device.look else ""
    return "" if said.casefold() == name.casefold() else said
