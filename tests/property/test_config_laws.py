"""Laws of the loader's pure parts: layers, parents, ranges, ledgers, and YAML that comes back as it went."""

import copy
import ipaddress
import itertools
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from opsmon.config.inventory.device_range import members, range_mistake
from opsmon.config.inventory.inventory_spec import RangeSpec
from opsmon.config.inventory.layer import merge_layers
from opsmon.config.inventory.parent import find_circles
from opsmon.config.yaml.emit import emit_yaml
from opsmon.config.yaml.node import parse_yaml
from opsmon.model.device import Kind
from opsmon.model.name import DeviceName

RELAXED = settings(max_examples=100, deadline=None)
words = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co")), min_size=1, max_size=12)
names = st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True)

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.text(max_size=20) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words.filter(lambda w: w != "<<"), inner, max_size=3),
    max_leaves=12,
)


@RELAXED
@given(st.dictionaries(words.filter(lambda word: word != "<<"), plain, min_size=1, max_size=4))
@example({"a": ["1e5", "011", "0x1f", "1_000", "12:30", "2026-11-20", "on", "~", "=", ".5", "+1", "1.", "- a", "# b"]})
@example({"1e5": "x", "null": "y", "": "z"})
def test_what_we_write_as_yaml_we_read_back(data: dict[str, object]) -> None:
    assert parse_yaml(emit_yaml(data)).data == data


leaves = st.none() | st.text(max_size=3) | st.lists(st.text(max_size=2), max_size=2)
layers = st.fixed_dictionaries(
    {},
    optional={
        "title": leaves,
        "parents": leaves,
        "labels": st.none() | st.dictionaries(names, leaves, max_size=3),
        "snmp": st.none() | st.fixed_dictionaries(
            {}, optional={"port": leaves, "auth": st.none() | st.dictionaries(names, leaves, max_size=2),
                          "community": st.dictionaries(names, leaves, max_size=2)},
        ),
    },
)  # fmt: skip


@RELAXED
@given(st.lists(layers, max_size=4))
def test_layers_are_not_changed_and_the_last_word_wins(given_layers: list[dict[str, Any]]) -> None:
    before = copy.deepcopy(given_layers)
    merged = merge_layers(given_layers)
    assert given_layers == before
    for key in ("title", "parents"):
        said = [layer[key] for layer in given_layers if key in layer]
        assert merged.get(key) == (said[-1] if said else None)


@RELAXED
@given(st.lists(layers, max_size=3), layers)
def test_null_as_the_last_word_leaves_nothing(given_layers: list[dict[str, Any]], last: dict[str, Any]) -> None:
    assert merge_layers([*given_layers, dict.fromkeys(("title", "parents", "labels", "snmp"))]) == {}
    assert None not in merge_layers([*given_layers, last]).values()


@RELAXED
@given(st.lists(layers, max_size=3), st.lists(layers, max_size=2))
def test_layers_laid_in_two_steps_come_to_the_same(first: list[dict[str, Any]], then: list[dict[str, Any]]) -> None:
    """Where nothing is taken away: a `null` has no under-layer left to take from in the second step."""
    without_nulls = [_strip(layer) for layer in first + then]
    split = len(first)
    stepwise = merge_layers([merge_layers(without_nulls[:split]), merge_layers(without_nulls[split:])])
    assert stepwise == merge_layers(without_nulls)


def _strip(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {key: _strip(inner) for key, inner in value.items() if inner is not None}


graphs = st.lists(st.lists(st.integers(0, 7), max_size=3), min_size=1, max_size=8).map(
    lambda rows: {
        DeviceName(str(child)): tuple(DeviceName(str(parent)) for parent in parents if parent < len(rows))
        for child, parents in enumerate(rows)
    }
)


@RELAXED
@given(graphs)
def test_circles_are_found_where_a_tree_cannot_be_taken_down_leaf_by_leaf(
    parents: dict[DeviceName, tuple[DeviceName, ...]],
) -> None:
    left = dict(parents)
    while free := [name for name, above in left.items() if not any(parent in left for parent in above)]:
        for name in free:
            del left[name]
    circles = find_circles(parents)
    assert bool(circles) == bool(left)
    for circle in circles:
        following = (*circle[1:], circle[0])
        assert all(after in parents[before] for before, after in zip(circle, following, strict=True))


def test_many_ways_up_are_walked_once_each() -> None:
    """Two parents on each of 60 floors: 2**60 ways to the top, and one circle on the way is told once."""
    floors = [(DeviceName(f"a{n}"), DeviceName(f"b{n}")) for n in range(61)]
    parents: dict[DeviceName, tuple[DeviceName, ...]] = {
        name: above for here, above in itertools.pairwise(floors) for name in here
    }
    parents[floors[-1][0]] = parents[floors[-1][1]] = ()
    assert find_circles(parents) == []
    parents[floors[-1][0]] = (floors[-1][1],)
    parents[floors[-1][1]] = (floors[-1][0],)
    assert len(find_circles(parents)) == 1


@RELAXED
@given(st.integers(0, 32), st.integers(0, 300), st.integers(1, 300), st.none() | st.integers(0, 5))
def test_a_range_is_refused_or_gives_its_count_inside_its_network(
    prefix: int, first: int, count: int, number: int | None
) -> None:
    network = ipaddress.ip_network((int(ipaddress.IPv4Address("198.18.0.0")) >> (32 - prefix) << (32 - prefix), prefix))
    spec = RangeSpec(name="d-{n:02}", address=str(network), first=first, count=count, number=number, kind=Kind.OTHER)
    if range_mistake(spec):
        return
    found = list(members(spec, "t {n}"))
    assert len({member.name for member in found}) == len(found) == count
    assert all(ipaddress.ip_address(member.address) in network for member in found)
    assert len({member.address for member in found}) == count
    assert found[0].title == f"t {first if number is None else number}"
