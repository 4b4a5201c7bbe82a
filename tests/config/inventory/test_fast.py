"""`fast: true`: what is pinged each second, and what follows for time-outs."""

from collections.abc import Callable

import pytest

from opsmon.config.root import Root
from opsmon.errors import ConfigError

Load = Callable[..., Root]
FAST = """\
site: hall
defaults: {kind: switch, periods: {icmp: 30s, snmp: 2m}, snmp: {version: 2c, community: {env: C}}}
templates:
  line: {fast: true}
devices:
  - {name: gateway, address: 192.0.2.1, use: [line]}
  - {name: usual, address: 192.0.2.2}
  - {name: not-so, address: 192.0.2.3, use: [line], fast: false}
  - {name: patient, address: 192.0.2.4, fast: true, checks: [{icmp: {timeout: 1s}}]}
  - {name: short, address: 192.0.2.5, periods: {icmp: 2s}, checks: [icmp]}
"""


def test_fast_is_a_ping_each_second_that_is_over_before_the_next(load: Load) -> None:
    root = load({"inventories/hall.yaml": FAST}, environ={"C": "public-1"}, strict=True)
    devices = root.inventory.devices.values()
    paces = {one.name: {check.name: (check.period_s, check.timeout_s) for check in one.checks} for one in devices}
    usual = {"icmp": (30.0, 2.0), "snmp": (120.0, 45.0)}
    assert paces == {
        "gateway": {"icmp": (1.0, 0.9), "snmp": (120.0, 45.0)},
        "usual": usual,
        "not-so": usual,
        "patient": {"icmp": (1.0, 1.0)},
        "short": {"icmp": (2.0, 1.8)},
    }


def test_fast_without_a_ping_is_a_mistake(load: Load) -> None:
    written = FAST.replace("use: [line]}", "use: [line], checks: [{tcp: {port: 22}}]}", 1)
    with pytest.raises(ConfigError, match=r"hall\.yaml:6:.*`fast` is for pings.*add `icmp` to its checks"):
        load({"inventories/hall.yaml": written}, environ={"C": "public-1"})
