"""`opsmon inventory diff --discovered` against agents on loopback that have LLDP neighbours."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from opsmon.demo import ber, mib
from opsmon.demo.snmp_agent import MibView, SnmpAgent
from opsmon.protocol.snmp.session import Oid
from tests.support.cli.said import Opsmon

REMOTE: Oid = (1, 0, 8802, 1, 1, 2, 1, 4, 1, 1)
COMMUNITY = "planted-secret-18"


def agent(name: str, neighbours: dict[int, str]) -> SnmpAgent:
    """A switch of an unknown vendor with interfaces ge1, ge2 and a neighbour on some of them."""
    objects = mib.system(name, "a switch", (1, 3, 6, 1, 4, 1, 99999, 1)) | mib.interfaces(["ge1", "ge2"], 1000)
    for port, neighbour in neighbours.items():
        objects[*REMOTE, 7, 0, port, 1] = ber.text("up1")
        objects[*REMOTE, 9, 0, port, 1] = ber.text(neighbour)
    return SnmpAgent(MibView(objects), COMMUNITY.encode())


def serve(served: SnmpAgent, door: socket.socket) -> None:
    while True:
        try:
            datagram, peer = door.recvfrom(65535)
        except OSError:
            return
        if not datagram:
            return
        answer = served.respond(datagram)
        if answer is not None:
            door.sendto(answer, peer)


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    """A root with two switches that answer, one that does not, and the stock profiles."""
    agents = [agent("core-1", {1: "acc-1.example.net", 2: "nobody"}), agent("acc-1", {2: "core-1"})]
    doors = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in agents]
    lines = []
    for name, served, door in zip(("core-1", "acc-1"), agents, doors, strict=True):
        door.bind(("127.0.0.1", 0))
        threading.Thread(target=serve, args=(served, door), daemon=True).start()
        lines.append(
            f"  - {{name: {name}, address: 127.0.0.1, kind: switch, snmp: {{port: {door.getsockname()[1]}}}}}\n"
        )
    (tmp_path / "inventories").mkdir()
    text = f"site: hall\ndefaults: {{snmp: {{community: {COMMUNITY}}}}}\ndevices:\n{''.join(lines)}"
    (tmp_path / "inventories" / "hall.yaml").write_text(text)
    yield tmp_path
    for door in doors:
        door.sendto(b"", door.getsockname())
        door.close()


def test_neighbours_propose_parents_and_change_nothing(command: Opsmon, root: Path) -> None:
    before = (root / "inventories" / "hall.yaml").read_text()
    said = command("inventory", "diff", "--discovered", "--root", root, "--json")
    assert said.code == 0
    assert said.json["silent"] == []
    assert [(link["device"], link["neighbour"], link["verdict"]) for link in said.json["links"]] == [
        ("core-1", "acc-1", "proposed"), ("core-1", None, "foreign"),
    ]  # fmt: skip
    assert (root / "inventories" / "hall.yaml").read_text() == before
    assert COMMUNITY not in said.out + said.err


def test_a_parent_that_is_written_is_no_longer_proposed(command: Opsmon, root: Path) -> None:
    file = root / "inventories" / "hall.yaml"
    file.write_text(file.read_text().replace("{name: acc-1,", "{name: acc-1, parents: [core-1],"))
    out = command("inventory", "diff", "--discovered", "--root", root).out
    assert out.splitlines()[-1] == "已登记 1，建议登记 0，不在清单 1；无应答 0"
    assert "nobody" in out


def test_it_is_either_the_network_or_another_root(command: Opsmon, root: Path) -> None:
    assert command("inventory", "diff", "--root", root).code == 2
    assert command("inventory", "diff", root, "--discovered", "--root", root).code == 2
