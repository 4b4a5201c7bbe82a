"""Which devices the daemon watches, kept beside its store: name, address and kind of each.

So that a start can tell as a reload does which devices left, and `opsmon check` can offer a rename before the incidents
of the old name are lost to it. Without it, or with one that is broken, nothing is offered.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from opsmon.errors import Problem
from opsmon.layout import INVENTORIES, WATCHED_FILE
from opsmon.model.device import Device, Inventory
from opsmon.model.name import DeviceName
from opsmon.text.bilingual import Sentence


class WatchedPlace(NamedTuple):
    """Where a device is asked, and what it is."""

    address: str
    kind: str


Watched = Mapping[DeviceName, WatchedPlace]


def places_of(inventory: Inventory) -> Watched:
    """Every device of an inventory."""
    return {name: _place_of(device) for name, device in inventory.devices.items()}


def load_watched(root: Path) -> Watched | None:
    """What the daemon watched last; None where that is not known."""
    try:
        document = json.loads((root / WATCHED_FILE).read_text(encoding="utf-8"))
        return {
            DeviceName(str(name)): WatchedPlace(str(one["address"]), str(one["kind"])) for name, one in document.items()
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def write_watched(root: Path, watched: Watched) -> None:
    """Keeps it for the next start. Raises OSError."""
    path = root / WATCHED_FILE
    fresh = path.with_suffix(".new")
    fresh.parent.mkdir(parents=True, exist_ok=True)
    fresh.write_text(json.dumps({name: place._asdict() for name, place in watched.items()}), encoding="utf-8")
    fresh.replace(path)


def likely_renames(here: Watched, there: Inventory) -> tuple[tuple[DeviceName, DeviceName], ...]:
    """Devices of here that are gone there, each with the one that came there at the same address and of the same kind.

    One that says `formerly` is no guess. An address that several devices share tells nothing.
    """
    gone = _by_place((name, place) for name, place in here.items() if name not in there.devices)
    new = _by_place((name, _place_of(device)) for name, device in there.devices.items() if name not in here)
    pairs = [(gone[place], new[place]) for place in gone.keys() & new.keys()]
    found = [(old, now) for (old, *more), (now, *others) in pairs if not more and not others]
    return tuple(sorted((old, now) for old, now in found if old not in there.devices[now].formerly))


def rename_offers(watched: Watched, inventory: Inventory) -> tuple[Problem, ...]:
    """A warning for every device that the daemon would lose, and that may be there under another name."""
    return tuple(
        Problem(
            INVENTORIES, 0, 0,
            Sentence(
                f"{old}, which the daemon watches, is gone, and {new} is at its address",
                f"守护进程监控的 {old} 已不在，其地址上是 {new}",
            ),
            Sentence(
                f"if it is the same device, write `formerly: [{old}]` with {new} before the reload: "
                "its incidents go on",
                f"如是同一台设备，请在重新加载前为 {new} 写上 `formerly: [{old}]`：其事件会延续",
            ),
            "", True,
        )
        for old, new in likely_renames(watched, inventory)
    )  # fmt: skip


def _place_of(device: Device) -> WatchedPlace:
    return WatchedPlace(device.address, device.kind.value)


def _by_place(devices: Iterable[tuple[DeviceName, WatchedPlace]]) -> dict[WatchedPlace, list[DeviceName]]:
    places: dict[WatchedPlace, list[DeviceName]] = {}
    for name, place in devices:
        places.setdefault(place, []).append(name)
    return places
