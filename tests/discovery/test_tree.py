"""The tree that grows from what neighbours say: towards the root, never in a circle, whoever told the link."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsmon.discovery.found import ChassisId, Neighbour
from opsmon.discovery.tree import Tree, TreeNode, grow
from opsmon.model.device import Kind


def node(name: str, kind: Kind, *hears: str, address: str = "", steps: int | None = None) -> TreeNode:
    neighbours = tuple(Neighbour(f"to {other}", other, "up") for other in hears)
    return TreeNode(
        name, kind, frozenset([address] if address else ()), frozenset([name]), frozenset(), neighbours, steps
    )


def parents(tree: Tree) -> dict[str, list[str]]:
    return {name: sorted(way.to for way in ways) for name, ways in tree.parents.items()}


RING = [
    node("acc-1", Kind.SWITCH, "dist", "acc-2"), node("acc-2", Kind.SWITCH, "acc-1", "dist"),
    node("dist", Kind.SWITCH, "gw", "acc-1", "acc-2", address="192.0.2.2"), node("gw", Kind.ROUTER, "dist"),
]  # fmt: skip


def test_the_router_is_the_root_and_a_ring_is_cut_at_its_far_side() -> None:
    tree = grow(RING)
    assert list(tree.roots) == ["gw"]
    assert parents(tree) == {"dist": ["gw"], "acc-1": ["dist"], "acc-2": ["dist"]}
    assert {name: [way.to for way in ways] for name, ways in tree.cut.items()} == {
        "acc-1": ["acc-2"],
        "acc-2": ["acc-1"],
    }


def test_two_ways_of_one_length_are_two_parents() -> None:
    nodes = [node("gw", Kind.ROUTER, "a", "b"), node("a", Kind.SWITCH, "c"), node("b", Kind.SWITCH, "c")]
    assert parents(grow([*nodes, node("c", Kind.SWITCH)]))["c"] == ["a", "b"]


def test_a_named_root_goes_before_the_gateway_and_that_before_the_kind() -> None:
    assert list(grow(RING, towards="acc-1", gateways=["192.0.2.2"]).roots) == ["acc-1"]
    assert list(grow(RING, gateways=["192.0.2.2"]).roots) == ["dist"]
    assert parents(grow(RING, gateways=["192.0.2.2"]))["gw"] == ["dist"]


def test_what_stands_in_the_inventory_is_nearer_than_what_does_not() -> None:
    known = node("old-core", Kind.SWITCH, steps=0)
    tree = grow([node("fresh", Kind.ROUTER, "old-core"), known])
    assert parents(tree) == {"fresh": ["old-core"]}


def test_a_server_on_two_switches_is_no_way_between_them() -> None:
    nodes = [node("gw", Kind.ROUTER, "a"), node("a", Kind.SWITCH, "srv"), node("b", Kind.SWITCH, "srv")]
    tree = grow([*nodes, node("srv", Kind.SERVER)])
    assert parents(tree) == {"a": ["gw"], "srv": ["a"]}
    longer = [node("x", Kind.SWITCH, "gw", "y"), node("y", Kind.SWITCH, "z"), node("z", Kind.SWITCH, "b")]
    assert parents(grow([*nodes, node("srv", Kind.SERVER), *longer]))["b"] == ["z"]


def test_a_link_that_one_end_alone_tells_has_the_ports_of_both() -> None:
    (way,) = grow([node("gw", Kind.ROUTER, "a"), node("a", Kind.SWITCH)]).parents["a"]
    assert (way.to, way.port, way.remote_port) == ("gw", "up", "to a")


def test_a_name_that_two_devices_have_tells_neither() -> None:
    nodes = [node("gw", Kind.ROUTER, "Switch"), TreeNode("s1", Kind.SWITCH, called=frozenset(["Switch"]))]
    tree = grow([*nodes, TreeNode("s2", Kind.SWITCH, called=frozenset(["switch"]))])
    assert (tree.parents, [one.neighbour.name for one in tree.strangers]) == ({}, ["Switch"])


@pytest.mark.parametrize(
    "heard", [
        Neighbour("p", chassis=ChassisId(4, b"\2\0\0\0\0\1")), Neighbour("p", addresses=("192.0.2.9",)),
        Neighbour("p", "ACC.example.net"),
    ],
)  # fmt: skip
def test_a_neighbour_is_known_by_its_chassis_its_address_or_its_name(heard: Neighbour) -> None:
    below = TreeNode(
        "acc", Kind.SWITCH, frozenset(["192.0.2.9"]), frozenset(["acc"]), frozenset([ChassisId(4, b"\2\0\0\0\0\1")])
    )
    tree = grow([TreeNode("gw", Kind.ROUTER, neighbours=(heard,)), below])
    assert parents(tree) == {"acc": ["gw"]}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=40), st.data())
def test_whatever_is_linked_no_parents_go_round(pairs: list[tuple[int, int]], data: st.DataObject) -> None:
    kinds = [data.draw(st.sampled_from(Kind)) for _ in range(10)]
    hears: list[list[str]] = [[f"n{b}" for a, b in pairs if a == number] for number in range(10)]
    tree = grow([node(f"n{number}", kinds[number], *hears[number]) for number in range(10)])
    up = parents(tree)
    for name in up:
        level, seen = {name}, set[str]()
        while level:
            seen |= level
            level = {parent for one in level for parent in up.get(one, [])}
            assert name not in level
            assert len(seen) <= 10
            level -= seen
