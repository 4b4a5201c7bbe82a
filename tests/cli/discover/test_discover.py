"""`opsmon discover` against a network of agents on loopback: what it proposes loads, and nothing is written over."""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from opsmon.config.root import load_root
from opsmon.demo.snmp_agent import MibView, SnmpAgent
from opsmon.model.name import DeviceName
from tests.support.cli.said import Opsmon
from tests.support.discovery.network import COMMUNITY, Box, Network, Port, mac, ring_of_six, running_network

HOSTILE = "x\r\n- {name: \u202eevil, address: 192.0.2.66}\x1b[31m # 'a': \"b\" &c *d !e %f @g `h` \x00"
PROFILES = {
    "generic": "name: generic\ntitle: any device\nkind: other\n",
    "acme": (
        "name: acme\ntitle: Acme\nvendor: Acme\nkind: switch\nmatch: [{sysobjectid: 1.3.6.1.4.1.25506}]\n"
        "kinds: [{kind: router, sysdescr: 'MSR'}]\n"
        "objects: {entPhysicalClass: 1.3.6.1.2.1.47.1.1.1.1.5, entPhysicalSerialNum: 1.3.6.1.2.1.47.1.1.1.1.11}\n"
        "identity: {serial: [{object: entPhysicalSerialNum, select: {entPhysicalClass: [3]}}], model: [{text: A1}]}\n"
    ),
}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A root with two profiles and no device."""
    monkeypatch.setenv("SWEPT", COMMUNITY)
    (tmp_path / "opsmon.yaml").write_text("language: en\n")
    (tmp_path / "inventories").mkdir()
    (tmp_path / "probes").mkdir()
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "conditions.yaml").write_text("{}\n")
    for name, text in PROFILES.items():
        (tmp_path / "probes" / f"{name}.yaml").write_text(text)
    return tmp_path


@pytest.fixture(scope="module")
def ring() -> Iterator[Network]:
    boxes = ring_of_six()
    boxes["127.0.11.9"] = boxes["127.0.11.1"]  # the gateway's second address
    with running_network({address: box.agent() for address, box in boxes.items()}) as network:
        yield network


def words(network: Network, root: Path, *more: str | Path) -> list[str | Path]:
    usual = ["--port", str(network.port), "--no-ping", "--pace", "1000", "--timeout", "30"]
    return ["discover", *usual, "--root", root, *more]


def test_what_is_proposed_loads_as_it_stands(command: Opsmon, site: Path, ring: Network) -> None:
    file = site / "inventories" / "new.yaml"
    said = command(*words(ring, site, "127.0.11.0/28", "--snmp", "env:SWEPT", "-o", file))
    assert (said.code, said.out) == (0, f"wrote {file}: 6 devices\n")
    assert command("check", "--root", site, "--json").json["warnings"] == []
    devices = load_root(site).inventory.devices
    assert {name: (device.kind.value, device.parents) for name, device in devices.items()} == {
        "gw": ("router", ()), "dist-a": ("switch", ("gw",)), "dist-b": ("switch", ("gw",)),
        "acc-1": ("switch", ("dist-a",)), "acc-2": ("switch", ("dist-b",)), "cam-sw": ("switch", ("acc-1",)),
    }  # fmt: skip
    gateway = devices[DeviceName("gw")]
    assert (gateway.address, gateway.profile, gateway.labels["serial"]) == ("127.0.11.1", "acme", "SER0001")
    assert gateway.snmp is not None
    assert (gateway.snmp.port, gateway.snmp.community.reveal() if gateway.snmp.community else "") == (
        ring.port, COMMUNITY,
    )  # fmt: skip


def test_the_file_says_why(command: Opsmon, site: Path, ring: Network) -> None:
    out = command(*words(ring, site, "127.0.11.0/28", "--snmp", "env:SWEPT")).out
    assert "# Acme A1; 6 interfaces; profile acme: its sysObjectID begins with 1.3.6.1.4.1.25506" in out
    assert "# the same device answers at 127.0.11.9" in out
    assert "# linked to acc-2 too (Gi1/0/2 to its Gi1/0/2), which is no nearer to the root: no parent" in out
    assert "# parent acc-1: Gi1/0/1 to its Gi1/0/3" in out
    assert "# the root of the tree: of all that are linked a router with 2 links stands highest" in out
    assert COMMUNITY not in out
    assert list((site / "inventories").iterdir()) == []


def test_the_comments_are_in_the_language_of_the_root(command: Opsmon, site: Path, ring: Network) -> None:
    (site / "opsmon.yaml").write_text("language: zh\n")
    said = command(*words(ring, site, "127.0.11.1", "127.0.11.2", "--snmp", "env:SWEPT"))
    assert "# 上联 gw：Gi1/0/1 接对端 Gi1/0/1" in said.out
    assert "# 未发现：dist-b，gw 在 Gi1/0/2 上听到" in said.out
    assert "SNMP 新设备 2" in said.err


def test_the_root_of_the_tree_may_be_named(command: Opsmon, site: Path, ring: Network) -> None:
    asked = words(ring, site, "127.0.11.0/28", "--snmp", "env:SWEPT", "--json")
    told = command(*asked, "--towards", "127.0.11.5").json
    parents = {one["name"]: [way["name"] for way in one["parents"]] for one in told["devices"]}
    assert told["roots"] == [{"name": "acc-2", "why": "it was named"}]
    assert parents["gw"] == ["dist-b"]
    assert parents["acc-1"] == ["acc-2"]
    assert "nothing that was found" in command(*asked, "--towards", "nobody").err


def test_what_the_inventory_has_is_not_proposed_again(command: Opsmon, site: Path, ring: Network) -> None:
    (site / "inventories" / "hall.yaml").write_text(
        "site: hall\ndefaults: {snmp: {community: {env: SWEPT}}}\ndevices:\n"
        "  - {name: the-gate, address: 127.0.11.1, kind: router}\n"
        "  - {name: dist, address: 192.0.2.9, kind: switch, parents: [the-gate],\n"
        "     labels: {serial: SER0002, model: B7}}\n"
    )
    said = command(*words(ring, site, "127.0.11.0/28", "--json"))
    told = said.json
    assert [(one["name"], one["address"]) for one in told["known"]] == [
        ("the-gate", "127.0.11.1"), ("dist", "127.0.11.2"),
    ]  # fmt: skip
    assert [tuple(one.values()) for one in told["known"][1]["differences"]] == [
        ("address", "192.0.2.9", "127.0.11.2"), ("model", "B7", "A1"),
    ]  # fmt: skip
    parents = {one["name"]: [way["name"] for way in one["parents"]] for one in told["devices"]}
    assert parents == {"dist-b": ["the-gate"], "acc-1": ["dist"], "acc-2": ["dist-b"], "cam-sw": ["acc-1"]}
    (warning,) = told["problems"]
    assert warning.endswith("warning: the environment variable SNMP_COMMUNITY is not set")
    assert "# known: dist at 127.0.11.2: address is 192.0.2.9 in the inventory, 127.0.11.2 here" in told["yaml"]
    # The access was the inventory's own: its reference is not known here, so somebody has to write it.
    assert "take `snmp:` over from the-gate" in told["yaml"]


def test_nothing_is_ever_written_over_a_file(command: Opsmon, site: Path, ring: Network) -> None:
    file = site / "notes.yaml"
    file.write_text("mine\n")
    asked = dict(ring.asked)
    said = command(*words(ring, site, "127.0.11.1", "-o", file))
    assert said.code == 2
    assert "nothing is written over a file" in said.err
    assert (file.read_text(), ring.asked) == ("mine\n", asked)
    assert command(*words(ring, site, "127.0.11.1", "-o", site / "none" / "a.yaml")).code == 2


def test_a_typed_community_is_never_written_or_shown(command: Opsmon, site: Path, ring: Network) -> None:
    said = command(*words(ring, site, "127.0.11.1", "--community", COMMUNITY))
    assert COMMUNITY not in said.out + said.err
    assert "community: {env: SNMP_COMMUNITY}" in said.out
    assert "# To do: set SNMP_COMMUNITY to the community of --community." in said.out
    (site / "list").write_text(f"# of the hall\n{COMMUNITY}\n")
    listed = command(*words(ring, site, "127.0.11.1", "--communities", site / "list"))
    assert "# To do: set SNMP_COMMUNITY to line 2 of list." in listed.out
    assert COMMUNITY not in listed.out + listed.err
    yaml = command(*words(ring, site, "127.0.11.1", "--snmp", f"{{version: 2c, community: {COMMUNITY}}}")).out
    assert "community: {env: SNMP_COMMUNITY}" in yaml
    assert COMMUNITY not in yaml


def test_words_that_are_wrong_are_told_before_anything_is_asked(command: Opsmon, site: Path, ring: Network) -> None:
    asked = dict(ring.asked)
    cases: tuple[tuple[list[str], str], ...] = (
        (["10.0.0.0/8"], "more than 4,096"), (["127.0.11.1", "--snmp", "env:UNSET"], "UNSET is not set"),
        (["127.0.11.1", "--site", "a b"], "no name of a site"), ([], "no address to ask"), (["core-1"], "no network"),
        (["127.0.11.1", "--snmp", "file:none"], "none is not there"),
        (["127.0.11.1", "--snmp", "{version: 3}"], "needs a `user`"),
    )  # fmt: skip
    for wrong, told in cases:
        said = command(*words(ring, site), *wrong)
        assert (said.code, said.out) == (2, "")
        assert told in said.err
    assert ring.asked == asked


def test_the_words_of_a_hostile_device_are_a_line_of_text(command: Opsmon, site: Path) -> None:
    long = "宽" * 20_000
    boxes = {
        "127.0.11.41": Box(HOSTILE, mac(41), words=HOSTILE, hears=[Port(1, b"\xff" * 6, HOSTILE, HOSTILE)]),
        "127.0.11.42": Box(long, mac(42), words=long[:400], serial=HOSTILE),
        "127.0.11.43": Box("null", mac(43), serial="0x10"),
        "127.0.11.44": Box("null", mac(44), serial="1_000"),
        "127.0.11.45": Box("", mac(45), object_id=(0, 0), words=""),
    }
    file = site / "inventories" / "new.yaml"
    with running_network({address: box.agent() for address, box in boxes.items()}) as network:
        said = command(*words(network, site, *boxes, "--snmp", "env:SWEPT", "-o", file, "--json"))
    assert said.json["problems"] == []
    text = file.read_text("utf-8")
    for unwanted in ("\u202e", "\x1b", "\x00", "\r"):
        assert unwanted not in text
    devices = load_root(site).inventory.devices
    assert [device.address for device in devices.values()] == list(boxes)
    assert max(len(line) for line in text.splitlines()) < 400
    assert len(devices[DeviceName("null-127.0.11.43")].labels["serial"]) == 4


def test_stopped_by_ctrl_c_it_prints_what_it_has(site: Path) -> None:
    """A process of its own: its agent never answers, and tells when it is asked for the first time."""
    asked = threading.Event()

    class Silent(SnmpAgent):
        def respond(self, datagram: bytes) -> bytes | None:
            asked.set()
            return None

    with running_network({"127.0.11.51": Silent(MibView({}), b"")}) as network:
        typed = words(network, site, "127.0.11.51", "127.0.11.52", "--snmp", "env:SWEPT", "--json")
        command = [sys.executable, "-m", "opsmon", *map(str, typed)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            assert asked.wait(60)
            process.send_signal(signal.SIGINT)
            out, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "It was interrupted" in json.loads(out)["yaml"]
