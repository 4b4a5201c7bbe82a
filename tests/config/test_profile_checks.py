"""The usual checks of a profile: for devices that name it and say nothing of checks themselves."""

from collections.abc import Callable

import pytest

from opsmon.config.root import Root
from tests.support.places import REPOSITORY
from tests.support.stock import stock_profiles

Load = Callable[..., Root]
STOCK = REPOSITORY / "probes"
CAMERA = "name: cam\nkind: camera\nchecks: [icmp, snmp, {rtsp: {describe: false, name: stream}}]\n"
MEMBER = "name: cam-child\nextends: cam\n"
SITE = """\
site: hall
devices:
  - {name: a, address: 192.0.2.1, kind: camera, profile: %s%s}
"""


def checks_of(load: Load, fields: str, profile: str = "cam", snmp: str = "") -> dict[str, float]:
    site = SITE % (profile, fields) + snmp
    root = load({"probes/cam.yaml": CAMERA, "probes/cam-child.yaml": MEMBER, "inventories/hall.yaml": site})
    (device,) = root.inventory.devices.values()
    return {check.name: check.period_s for check in device.checks}


def test_a_device_without_checks_has_those_of_its_profile(load: Load) -> None:
    assert checks_of(load, "") == {"icmp": 60.0, "stream": 60.0}  # no access, so no snmp


def test_with_access_snmp_is_among_them(load: Load) -> None:
    assert list(checks_of(load, "", snmp="defaults: {snmp: {community: {env: NONE}}}\n")) == ["icmp", "snmp", "stream"]


def test_a_profile_inherits_them(load: Load) -> None:
    assert list(checks_of(load, "", profile="cam-child")) == ["icmp", "stream"]


def test_the_devices_own_checks_win(load: Load) -> None:
    assert list(checks_of(load, ", checks: [icmp]")) == ["icmp"]


def test_a_profile_that_says_nothing_leaves_the_kinds_checks(load: Load) -> None:
    assert list(checks_of(load, "", profile="generic")) == ["icmp"]


def test_their_pace_is_set_by_name(load: Load) -> None:
    assert checks_of(load, ", periods: {stream: 5m, icmp: 30s}") == {"icmp": 30.0, "stream": 300.0}


@pytest.mark.parametrize("name", ["rtsp-camera", "onvif-camera", "sip-terminal", "h323-terminal", "web-platform"])
def test_the_stock_profiles_of_things_without_snmp_load(load: Load, name: str) -> None:
    profile = stock_profiles().profiles[name]
    assert profile.checks
    text = f"name: {name}\nchecks: {list(profile.checks)}\n".replace("False", "false").replace("'", "")
    root = load({f"probes/{name}.yaml": text, "inventories/hall.yaml": SITE % (name, "")})
    (device,) = root.inventory.devices.values()
    assert len(device.checks) == len(profile.checks)
