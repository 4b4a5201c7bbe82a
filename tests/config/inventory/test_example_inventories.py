"""The example inventories hold as many devices as the five contracts name, at documentation addresses only."""

import ipaddress
import re
from collections import Counter

import pytest

from opsmon.config.root import Root, load_root
from opsmon.model.device import Device, Kind
from tests.support.places import REPOSITORY

# RFC 5737, RFC 3849, and RFC 2544's benchmarking range where a contract has more devices than those hold.
DOCUMENTATION = [
    ipaddress.ip_network(text)
    for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "198.18.0.0/15")
]
CONTRACTS = {"xicheng-stats-2023", "bj-hrss-2021", "baizhifang-2026", "stations-it", "xicheng-vc-2025"}


@pytest.fixture(scope="module")
def root() -> Root:
    return load_root(REPOSITORY, environ={})


def devices_of(root: Root, contract: str, service: str | None = None) -> list[Device]:
    found = [device for device in root.inventory.devices.values() if device.contract == contract]
    return [device for device in found if service is None or device.service == service]


def by_label(devices: list[Device], label: str) -> Counter[str]:
    return Counter(device.labels[label] for device in devices if label in device.labels)


def kinds_of(devices: list[Device]) -> Counter[Kind]:
    return Counter(device.kind for device in devices)


def test_every_contract_has_a_folder_of_its_own(root: Root) -> None:
    assert {path.name for path in (REPOSITORY / "inventories").iterdir()} == CONTRACTS == set(root.contracts)
    assert {device.contract for device in root.inventory.devices.values()} == CONTRACTS


def test_only_secrets_that_are_references_are_missing(root: Root) -> None:
    told = [warning for warning in root.warnings if warning.path.startswith("inventories/")]
    assert all("environment variable" in warning.message for warning in told), told


def test_addresses_are_for_documentation_and_given_once(root: Root) -> None:
    addresses = [ipaddress.ip_address(device.address) for device in root.inventory.devices.values()]
    outside = [a for a in addresses if not any(a.version == n.version and a in n for n in DOCUMENTATION)]
    assert outside == []
    assert [address for address, count in Counter(addresses).items() if count > 1] == []


def test_sites_and_devices_have_chinese_titles(root: Root) -> None:
    titles = [site.title for site in root.inventory.sites.values()]
    titles += [device.title for device in root.inventory.devices.values()]
    assert [title for title in titles if not re.search(r"[一-鿿]|^MCU|^UPS$", title)] == []


def test_a_the_statistics_bureau(root: Root) -> None:
    devices = devices_of(root, "xicheng-stats-2023", "ops")
    kinds = kinds_of(devices)
    core = (Kind.SWITCH, Kind.ROUTER, Kind.FIREWALL, Kind.SECURITY, Kind.WLC, Kind.SERVER)
    assert sum(kinds[kind] for kind in core) == 60
    assert kinds[Kind.AP] == 30
    assert kinds[Kind.VC_TERMINAL] == 4
    assert kinds[Kind.UPS] > 0
    assert kinds[Kind.AIRCON] > 0
    rooms = set(by_label(devices, "room"))
    assert {"access-room", "server-room", "training", *(f"closet-{n}" for n in range(1, 6))} == rooms
    assert {"mail", "oa"} <= set(by_label(devices, "system"))


def test_b_four_lots_at_three_sites(root: Root) -> None:
    devices = devices_of(root, "bj-hrss-2021")
    assert {device.service for device in devices} == {"mon", "net", "sec", "vc"}
    assert len({device.site for device in devices}) == 3
    assert set(by_label(devices, "network")) == {"internet", "extranet", "medical-insurance", "ministry"}
    assert len(by_label(devices_of(root, "bj-hrss-2021", "vc"), "system")) == 5


def test_c_the_office_service(root: Root) -> None:
    devices = devices_of(root, "baizhifang-2026", "office")
    assert by_label(devices, "asset") == {
        "computer": 727, "surveillance": 674, "printer": 443, "gateway": 245, "switch": 164, "meeting-media": 155,
        "phone": 72, "server": 19, "access-control": 17, "aircon": 1, "ups": 1,
    }  # fmt: skip
    places = Counter(root.inventory.sites[site].labels["place"] for site in {device.site for device in devices})
    assert places == {"street": 14, "community": 26, "core-room": 1}
    assert len(by_label(devices, "room")) == 5


def test_c_the_surveillance_service(root: Root) -> None:
    devices = devices_of(root, "baizhifang-2026", "cctv")
    counts = by_label(devices, "asset")
    assert {name: counts[name] for name in ("camera", "switch", "server", "storage", "display")} == {
        "camera": 766, "switch": 610, "server": 41, "storage": 436, "display": 14,
    }  # fmt: skip
    accessories = 2480  # have no address, so they are in no inventory
    assert sum(counts[name] for name in ("camera", "switch", "server", "storage", "display")) + accessories == 4347
    sites = [root.inventory.sites[site] for site in {device.site for device in devices}]
    assert sum(site.labels["place"] == "community" for site in sites) == 16


def test_d_nine_units(root: Root) -> None:
    devices = devices_of(root, "stations-it", "ops")
    units = {"hq", "beijing", "west", "south", "north", "qinghe", "chaoyang", "fengtai", "big-data"}
    assert set(by_label(devices, "unit")) == units
    west = [device for device in devices if device.labels["unit"] == "west"]
    assert by_label(west, "system")["temperature-gate"] == 4
    assert by_label(west, "system")["led"] == 4
    assert kinds_of(west)[Kind.VC_TERMINAL] == 2
    assert len(by_label(west, "room")) == 3


def test_e_the_video_conference_system(root: Root) -> None:
    devices = devices_of(root, "xicheng-vc-2025", "vc")
    kinds = kinds_of(devices)
    assert kinds[Kind.MCU] == 3
    assert kinds[Kind.PHONE] == 119
    assert kinds[Kind.ACCESS_CONTROL] == 3
    assert kinds[Kind.ENV_SENSOR] == 1
    terminals = [device for device in devices if device.kind is Kind.VC_TERMINAL]
    assert by_label(terminals, "venue") == {
        "main-hall": 4, "north-campus": 2 + 2, "sub-district": 30, "bureau": 45 + 38 + 4, "community": 156,
        "enterprise": 16,
    }  # fmt: skip
    venues = {"main-hall", "north-campus", "south-campus", "sub-district", "bureau", "community", "enterprise"}
    assert set(by_label(devices, "venue")) == venues
    assert len(by_label(devices, "sub-district")) == 10
