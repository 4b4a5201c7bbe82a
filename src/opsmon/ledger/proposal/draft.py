"""What a sweep proposes: a site with its devices and their parents, what is known already, and what is left open."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from opsmon.discovery.found import DeviceLook, Found, HostAnswer, Neighbour
from opsmon.discovery.tree import Tree, TreeNode, grow
from opsmon.discovery.twins import as_devices
from opsmon.ledger.proposal.known import KnownDevice, sort_known, steps_below_top
from opsmon.ledger.proposal.naming import name_devices
from opsmon.model.device import Device, Inventory, Kind

# What the enabled capabilities of a neighbour make of a device that says nothing itself, the first that holds.
ABLE = (("telephone", Kind.PHONE), ("wlan-ap", Kind.AP), ("router", Kind.ROUTER), ("bridge", Kind.SWITCH))


@dataclass(frozen=True, slots=True)
class ProposedDevice:
    """One device that the inventory does not have, under the name that it would get."""

    name: str
    kind: Kind
    found: Found
    heard: tuple[tuple[str, Neighbour], ...] = ()  # who hears it, and as what


@dataclass(frozen=True, slots=True)
class ProposalDraft:
    """`proposed` answer over SNMP, `pinged` answer pings alone. `is_root_found`: whether what was named as the root is
    among them, or among the known ones."""

    proposed: tuple[ProposedDevice, ...]
    pinged: tuple[ProposedDevice, ...]
    known: tuple[KnownDevice, ...]
    tree: Tree = field(default_factory=Tree)
    is_root_found: bool = True


def draft_of(
    answers: Sequence[HostAnswer], inventory: Inventory, *, towards: str = "", gateways: Iterable[str] = ()
) -> ProposalDraft:
    """The draft of what answered. `towards` is the root's name or one of its addresses."""
    sorted_devices = sort_known(as_devices(answers), inventory)
    heard = _heard_by_address(sorted_devices.fresh, sorted_devices.known)
    called = {address: who[0][1].name for address, who in heard.items() if who[0][1].name}
    taken = [*inventory.devices, *inventory.renamed()]
    names = name_devices(sorted_devices.fresh, called, taken)
    devices = [
        _proposed(name, found, heard) for name, found in zip(names, sorted_devices.fresh, strict=True)
    ]  # fmt: skip
    nodes = [_node(one) for one in devices] + _known_nodes(inventory, sorted_devices.known)
    root = _named(nodes, towards)
    tree = grow(nodes, towards=root, gateways=gateways)
    proposed = tuple(one for one in devices if one.found.look is not None)
    pinged = tuple(one for one in devices if one.found.look is None)
    return ProposalDraft(proposed, pinged, sorted_devices.known, tree, bool(root) or not towards)


Heard = Mapping[str, list[tuple[str, Neighbour]]]


def _heard_by_address(fresh: Sequence[Found], known: Sequence[KnownDevice]) -> Heard:
    """By each address that neighbours tell of somebody, who tells it (its own address) and in which words."""
    heard: dict[str, list[tuple[str, Neighbour]]] = {}
    for found in (*fresh, *(one.found for one in known)):
        for neighbour in found.look.neighbours if found.look else ():
            for address in neighbour.addresses:
                heard.setdefault(address, []).append((found.address, neighbour))
    return heard


def _proposed(name: str, found: Found, heard: Heard) -> ProposedDevice:
    if found.look is not None:
        return ProposedDevice(name, found.look.kind, found)
    words = tuple(one for address in found.addresses for one in heard.get(address, ()))
    able = {ability for _, neighbour in words for ability in neighbour.abilities}
    kind = next((kind for ability, kind in ABLE if ability in able), Kind.OTHER)
    return ProposedDevice(name, kind, found, words)


def _node(one: ProposedDevice) -> TreeNode:
    look, addresses = one.found.look, frozenset(one.found.addresses)
    if look is None:
        # What neighbours call it is not told of others here: a printer and a switch may both be `device`.
        return TreeNode(one.name, one.kind, addresses)
    return _node_of(one.name, one.kind, addresses, look)


def _node_of(name: str, kind: Kind, addresses: frozenset[str], look: DeviceLook, steps: int | None = None) -> TreeNode:
    called = frozenset((name, *([look.system_name] if look.system_name else [])))
    return TreeNode(name, kind, addresses | look.own_addresses, called, look.chassis, look.neighbours, steps)


def _known_nodes(inventory: Inventory, known: Sequence[KnownDevice]) -> list[TreeNode]:
    """Every device of the inventory: neighbours may name those that were not swept."""
    met = {one.device.name: one.found for one in known}
    steps = steps_below_top(inventory)
    return [_known_node(device, met.get(device.name), steps.get(device.name)) for device in inventory.devices.values()]


def _known_node(device: Device, found: Found | None, steps: int | None) -> TreeNode:
    addresses = frozenset((device.address, *(found.addresses if found else ())))
    if found is None or found.look is None:
        return TreeNode(device.name, device.kind, addresses, frozenset((str(device.name),)), steps=steps)
    return _node_of(device.name, device.kind, addresses, found.look, steps)


def _named(nodes: Sequence[TreeNode], towards: str) -> str:
    """The name of the node that a person means by a name or an address; empty where there is none."""
    word = towards.casefold()
    for node in nodes:
        if towards in node.addresses or word in {name.casefold() for name in (node.name, *node.called)}:
            return node.name
    return ""
