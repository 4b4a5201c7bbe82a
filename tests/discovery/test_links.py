"""Neighbours against parents: what is known, what is proposed, which way, and what is foreign."""

from opsmon.discovery.links import Heard, LinkVerdict, NeighbourLink, judge_links
from opsmon.model.device import Device, Inventory, Kind, Site
from opsmon.model.name import DeviceName, SiteName

HALL = SiteName("hall")


def fleet(**parents: tuple[Kind, tuple[str, ...]]) -> Inventory:
    devices = [
        Device(
            DeviceName(name.replace("_", "-")), HALL, "192.0.2.1", kind,
            parents=tuple(DeviceName(parent) for parent in above),
        )
        for name, (kind, above) in parents.items()
    ]  # fmt: skip
    return Inventory({HALL: Site(HALL)}, {device.name: device for device in devices})


def judge(inventory: Inventory, **links: dict[str, str]) -> list[NeighbourLink]:
    heard = {
        DeviceName(name.replace("_", "-")): Heard(f"{name.replace('_', '-')}.example.net", said)
        for name, said in links.items()
    }
    return list(judge_links(inventory, heard))


TREE = fleet(
    core=(Kind.SWITCH, ()),
    dist=(Kind.SWITCH, ("core",)),
    access=(Kind.SWITCH, ("dist",)),
    other=(Kind.SWITCH, ("core",)),
)


def test_a_link_to_a_parent_is_known_from_either_end() -> None:
    for links in ({"dist": {"g1": "core g2"}}, {"core": {"g2": "DIST.example.net g1"}}):
        (link,) = judge(TREE, **links)
        assert (link.verdict, link.advice) == (LinkVerdict.KNOWN, "")


def test_a_link_that_no_parent_tells_is_proposed_with_the_higher_one_as_the_parent() -> None:
    (link,) = judge(TREE, other={"g9": "access g1"})
    assert (link.device, link.neighbour, link.verdict, link.directed) == ("access", "other", LinkVerdict.PROPOSED, True)
    assert link.advice == "access: parents: [other]"


def test_a_link_heard_from_both_ends_is_told_once() -> None:
    assert len(judge(TREE, other={"g9": "access g1"}, access={"g1": "other g9"})) == 1


def test_between_equals_both_ways_are_possible() -> None:
    (link,) = judge(TREE, dist={"g9": "other g1"})
    assert (link.directed, link.advice.endswith("or the other way round")) == (False, True)


def test_without_a_tree_the_kind_tells() -> None:
    flat = fleet(fw=(Kind.FIREWALL, ()), sw=(Kind.SWITCH, ()), ups=(Kind.UPS, ()))
    (first,) = judge(flat, fw={"p1": "sw g1"})
    (second,) = judge(flat, ups={"eth0": "sw g2"})
    assert (first.device, first.neighbour) == ("sw", "fw")
    assert (second.device, second.neighbour) == ("ups", "sw")


def test_a_device_that_hangs_on_nothing_is_the_child() -> None:
    inventory = fleet(core=(Kind.SWITCH, ()), dist=(Kind.SWITCH, ("core",)), new=(Kind.ROUTER, ()))
    (link,) = judge(inventory, new={"g0": "dist g4"})
    assert (link.device, link.neighbour) == ("new", "dist")


def test_a_stranger_is_foreign_and_so_is_a_device_that_hears_itself() -> None:
    links = judge(TREE, core={"g7": "somebody else g1", "g8": "core g9"})
    assert [(link.port, link.verdict, link.neighbour) for link in links] == [
        ("g7", LinkVerdict.FOREIGN, None), ("g8", LinkVerdict.FOREIGN, None),
    ]  # fmt: skip


def test_a_name_with_blanks_is_found_by_its_longest_beginning() -> None:
    heard = {
        DeviceName("core"): Heard("Core Switch", {"g1": "Core Switch 2 g4"}),
        DeviceName("dist"): Heard("Core Switch 2", {}),
    }
    (link,) = judge_links(TREE, heard)
    assert (link.neighbour, link.verdict) == ("dist", LinkVerdict.KNOWN)


def test_a_circle_of_parents_does_not_keep_anybody_busy() -> None:
    ring = fleet(a=(Kind.SWITCH, ("b",)), b=(Kind.SWITCH, ("a",)), c=(Kind.SWITCH, ("a",)))
    assert judge(ring, c={"g1": "b g2"})[0].verdict is LinkVerdict.PROPOSED
