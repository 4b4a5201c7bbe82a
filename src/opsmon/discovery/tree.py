"""Which device is reached through which: the links that neighbours tell, as a tree that grows from its root.

The root is what the poller reaches first: the device that was named, else the one that has the gateway of this machine,
else the highest of the inventory's tree, else whoever forwards for most by its kind (router, firewall, switch, …) and
has the most links. From there each device gets as parents those of its neighbours that are one step nearer; so no
parents go round in a circle, and a ring is cut where it is farthest from the root. What forwards for nobody (a server
on two switches) is no way to another device.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from opsmon.discovery.found import ChassisId, Neighbour
from opsmon.discovery.links import LAST, RANK
from opsmon.model.device import Kind
from opsmon.text.bilingual import Text

WHY_ROOT = (
    Text("it was named", "由 --towards 指定"),
    Text("it is the gateway of this machine", "是本机的网关"),
    Text("it is the highest in the inventory", "在清单中位置最高"),
)
FORWARDS = frozenset((*RANK, Kind.SECURITY, Kind.RADIO, Kind.OTHER))


@dataclass(frozen=True, slots=True)
class TreeNode:
    """A device of the sweep, or of the inventory. `steps` is how far a known one is below the inventory's top, None
    where it has no place there."""

    name: str
    kind: Kind
    addresses: frozenset[str] = frozenset()
    called: frozenset[str] = frozenset()
    chassis: frozenset[ChassisId] = frozenset()
    neighbours: tuple[Neighbour, ...] = ()
    steps: int | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """A link as one device sees it: by which of its ports to which port of another one; empty where nobody told."""

    to: str
    port: str = ""
    remote_port: str = ""


@dataclass(frozen=True, slots=True)
class Stranger:
    """A neighbour that is no device of the sweep or of the inventory."""

    heard_by: str
    neighbour: Neighbour


@dataclass(slots=True)
class Tree:
    """`roots` with the reason why, one for each part that hangs together; by name the ways up, and those left out as
    they close a ring."""

    roots: dict[str, Text] = field(default_factory=dict)
    parents: dict[str, list[Way]] = field(default_factory=dict)
    cut: dict[str, list[Way]] = field(default_factory=dict)
    strangers: list[Stranger] = field(default_factory=list)


def grow(nodes: Sequence[TreeNode], *, towards: str = "", gateways: Iterable[str] = ()) -> Tree:
    """The tree of the nodes. `towards` is the name of the root, `gateways` the addresses by which this machine leaves
    its network."""
    links, strangers = _links(nodes)
    tree = Tree(strangers=strangers)
    order = {node.name: place for place, node in enumerate(nodes)}
    left = {node.name: node for node in nodes if links[node.name]}
    ways = frozenset(gateways)
    while left:
        root, why = _root(left.values(), links, order, towards, ways)
        depths = _depths(root, left, links)
        if len(depths) > 1:
            tree.roots[root] = why
        _hang(tree, depths, links, {name for name in depths if name == root or left[name].kind in FORWARDS})
        for name in depths:
            del left[name]
    return tree


Links = Mapping[str, dict[str, Way]]


def _links(nodes: Sequence[TreeNode]) -> tuple[Links, list[Stranger]]:
    """By the name of each end the ways to the other ends, heard from either."""
    phone_book = _NodeBook(nodes)
    links: dict[str, dict[str, Way]] = defaultdict(dict)
    strangers: list[Stranger] = []
    for node in nodes:
        for heard in node.neighbours:
            other = phone_book.whose(heard)
            if other is None:
                strangers.append(Stranger(node.name, heard))
            elif other != node.name:
                links[node.name][other] = Way(other, heard.port, heard.remote_port)
                links[other].setdefault(node.name, Way(node.name, heard.remote_port, heard.port))
    return links, strangers


class _NodeBook:
    """Nodes by what neighbours say of them; what several nodes share tells none of them."""

    def __init__(self, nodes: Iterable[TreeNode]) -> None:
        self._by: dict[object, set[str]] = defaultdict(set)
        for node in nodes:
            words = {text for called in node.called for text in (called, called.partition(".")[0])}
            for key in (*node.chassis, *node.addresses, *(("name", word.casefold()) for word in words if word)):
                self._by[key].add(node.name)

    def whose(self, heard: Neighbour) -> str | None:
        name = heard.name.casefold()
        keys = (heard.chassis, *heard.addresses, ("name", name), ("name", name.partition(".")[0]))
        for key in keys:
            if key is not None and len(found := self._by.get(key, set())) == 1:
                return next(iter(found))
        return None


def _root(
    left: Iterable[TreeNode], links: Links, order: Mapping[str, int], towards: str, gateways: frozenset[str]
) -> tuple[str, Text]:
    """The next root and why it is one."""
    best = min(left, key=lambda node: (_preference(node, towards, gateways), -len(links[node.name]), order[node.name]))
    number = len(links[best.name])
    by_kind = Text(
        f"of all that are linked a {best.kind.value} with {number} links stands highest",
        f"相连设备中按类型居首（{best.kind.value}，{number} 条链路）",
    )
    return best.name, (*WHY_ROOT, by_kind)[_preference(best, towards, gateways)[0]]


def _preference(node: TreeNode, towards: str, gateways: frozenset[str]) -> tuple[int, int]:
    if node.name == towards:
        return 0, 0
    if node.addresses & gateways:
        return 1, 0
    if node.steps is not None:
        return 2, node.steps
    return 3, RANK.get(node.kind, LAST)


def _depths(root: str, left: Mapping[str, TreeNode], links: Links) -> dict[str, int]:
    """Steps from the root, by way of what forwards."""
    depths, edge = {root: 0}, [root]
    while edge:
        beyond: list[str] = []
        for name in edge:
            if name != root and left[name].kind not in FORWARDS:
                continue
            for other in links[name]:
                if other in left and other not in depths:
                    depths[other] = depths[name] + 1
                    beyond.append(other)
        edge = beyond
    return depths


def _hang(tree: Tree, depths: Mapping[str, int], links: Links, forwarding: Collection[str]) -> None:
    for name, depth in depths.items():
        for other, way in links[name].items():
            if other not in depths or other not in forwarding:
                continue
            if depths[other] == depth - 1:
                tree.parents.setdefault(name, []).append(way)
            elif depths[other] == depth:
                tree.cut.setdefault(name, []).append(way)
