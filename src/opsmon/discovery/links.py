"""What neighbours say (LLDP) held against the inventory's `parents`: proposals for a person, never changes.

A link is heard from one end or from both; each is told once. Which end would be the parent: the one that stands higher
in the inventory already, else the one whose kind forwards for others; where neither tells, both ways are possible.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from opsmon.model.device import Device, Inventory, Kind
from opsmon.model.name import DeviceName

# The nearer to the way out, the more likely the parent.
RANK = {Kind.ROUTER: 0, Kind.FIREWALL: 1, Kind.SWITCH: 2, Kind.WLC: 3, Kind.AP: 4}
LAST = len(RANK)


class LinkVerdict(StrEnum):
    KNOWN = "known"  # one end is a parent of the other
    PROPOSED = "proposed"  # both ends are in the inventory, and neither is a parent of the other
    FOREIGN = "foreign"  # the other end is in no inventory file


@dataclass(frozen=True, slots=True)
class Heard:
    """What one device said: the name that it gives itself, and by local port `REMOTE NAME REMOTE PORT`."""

    system_name: str = ""
    links: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NeighbourLink:
    """One link. Of a proposed one `device` is the child and `neighbour` the parent, if `directed`."""

    device: DeviceName
    port: str
    said: str
    neighbour: DeviceName | None
    verdict: LinkVerdict
    directed: bool = True

    @property
    def advice(self) -> str:
        """What a person may do about it."""
        if self.verdict is LinkVerdict.FOREIGN:
            return "is in no inventory file"
        if self.verdict is LinkVerdict.KNOWN:
            return ""
        line = f"{self.device}: parents: [{self.neighbour}]"
        return line if self.directed else f"{line}, or the other way round"


def judge_links(inventory: Inventory, heard: Mapping[DeviceName, Heard]) -> tuple[NeighbourLink, ...]:
    """Every link that was heard, once; sorted by device and port."""
    owners, tree = _owners(inventory, heard), _Tree(inventory)
    links: dict[tuple[str, ...], NeighbourLink] = {}
    for name, said in heard.items():
        for port, text in said.links.items():
            link = _judge(tree, name, port, text, _owner(text, owners))
            links.setdefault(_ends(link, name), link)
    return tuple(sorted(links.values(), key=lambda link: (link.device, link.port)))


def _ends(link: NeighbourLink, heard_by: DeviceName) -> tuple[str, ...]:
    """The same for both ends of a link between two known devices."""
    if link.neighbour is None:
        return (heard_by, link.port)
    return tuple(sorted((link.device, link.neighbour)))


def _owners(inventory: Inventory, heard: Mapping[DeviceName, Heard]) -> dict[str, DeviceName]:
    """Devices by the names that neighbours may call them: their own, and without the domain; then the inventory's."""
    owners: dict[str, DeviceName] = {}
    for device, said in heard.items():
        for name in (said.system_name, said.system_name.partition(".")[0]):
            owners.setdefault(name.casefold(), device)
    for device in inventory.devices:
        owners.setdefault(device.casefold(), device)
    owners.pop("", None)
    return owners


def _owner(text: str, owners: Mapping[str, DeviceName]) -> DeviceName | None:
    """Whose name the text begins with; a system's name may have blanks in it, so the longest that fits."""
    words = text.casefold().split(" ")
    for end in range(len(words), 0, -1):
        name = " ".join(words[:end])
        found = owners.get(name) or owners.get(name.partition(".")[0] if end == 1 else "")
        if found is not None:
            return found
    return None


def _judge(tree: "_Tree", name: DeviceName, port: str, said: str, other: DeviceName | None) -> NeighbourLink:
    devices = tree.inventory.devices
    if other is None or other == name or other not in devices:
        return NeighbourLink(name, port, said, None, LinkVerdict.FOREIGN)
    here, there = devices[name], devices[other]
    if other in here.parents or name in there.parents:
        return NeighbourLink(name, port, said, other, LinkVerdict.KNOWN)
    mine, theirs = tree.height(here), tree.height(there)
    child, parent = (here, there) if theirs <= mine else (there, here)
    return NeighbourLink(child.name, port, said, parent.name, LinkVerdict.PROPOSED, directed=mine != theirs)


class _Tree:
    """The inventory as a tree, asked how high a device stands in it."""

    def __init__(self, inventory: Inventory) -> None:
        self.inventory = inventory
        self._parents = {parent for device in inventory.devices.values() for parent in device.parents}

    def height(self, device: Device) -> tuple[bool, int, int]:
        """The lower, the higher up: with no place in the tree last, then steps to the top, then the kind."""
        alone = not device.parents and device.name not in self._parents
        return (alone, self._steps_up(device), RANK.get(device.kind, LAST))

    def _steps_up(self, device: Device) -> int:
        level, seen, steps = {device.name}, {device.name}, 0
        while level and all(self.inventory.devices[name].parents for name in level):
            level = set(self._above(level)) - seen
            seen |= level
            steps += 1
        return steps

    def _above(self, names: set[DeviceName]) -> Iterator[DeviceName]:
        devices = self.inventory.devices
        for name in names:
            yield from (parent for parent in devices[name].parents if parent in devices)
