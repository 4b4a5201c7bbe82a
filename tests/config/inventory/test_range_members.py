"""The devices of a range are each what a device of its own with the same fields would be."""

from collections.abc import Callable

import pytest

from opsmon.config.root import Root

Load = Callable[..., Root]
HEAD = """\
site: hall
defaults: {kind: switch, snmp: {version: 2c, community: {env: C}}, labels: {venue: main}}
templates:
  like: {FIELDS}
devices:
  - {name: core, address: 198.51.100.1, parents: []}
  - {name: gate, address: 198.51.100.2, ssh: {username: u, password: {env: C}}}
"""
FIELDS = (
    "kind: camera",
    "parents: [core]",
    "parents: [sw-2, core]",
    "ssh: {username: u, password: {env: C}, jump: gate}",
    "ssh: {username: u, password: {env: C}, jump: sw-2}",
    "ssh: {username: u, password: {env: C}, jump: {hostname: 198.51.100.9, username: j, password: {env: C}}}",
    "fast: true, labels: {venue: null}, important: [x]",
)


@pytest.mark.parametrize("fields", FIELDS)
def test_a_range_is_its_devices_one_by_one(load: Load, fields: str) -> None:
    ranged = 'ranges:\n  - {name: "sw-{n}", title: "第 {n} 台", address: 192.0.2.0/24, count: 4, use: [like]}\n'
    single = "".join(
        f'  - {{name: sw-{number}, title: "第 {number} 台", address: 192.0.2.{number}, use: [like]}}\n'
        for number in range(1, 5)
    )
    head = HEAD.replace("FIELDS", fields)
    by_range = load({"inventories/hall.yaml": head + ranged}, environ={"C": "public-1"}).inventory.devices
    one_by_one = load({"inventories/hall.yaml": head + single}, environ={"C": "public-1"}).inventory.devices
    assert {name: repr(device) for name, device in by_range.items()} == {
        name: repr(device) for name, device in one_by_one.items()
    }
