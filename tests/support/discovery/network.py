"""A small network of SNMP agents on loopback addresses, one port for all of them: the far end of a sweep.

Each says who it is and whom it hears by LLDP or CDP; what is in the tables is made up here, from the MIBs.
"""

import contextlib
import ipaddress
import selectors
import socket
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from opsmon.demo import ber, mib
from opsmon.demo.snmp_agent import MibView, SnmpAgent, Value
from opsmon.protocol.snmp.session import Oid

COMMUNITY = "planted-secret-21"
LLDP: Oid = (1, 0, 8802, 1, 1, 2, 1)
CDP: Oid = (1, 3, 6, 1, 4, 1, 9, 9, 23, 1, 2, 1, 1)
H3C_SWITCH: Oid = (1, 3, 6, 1, 4, 1, 25506, 1, 921)
H3C_WORDS = "H3C Comware Platform Software, Software Version 7.1.075, Release 7751P01\r\nH3C S5130-28S-EI\r\n"
LARGEST_DATAGRAM = 65_535


@dataclass
class Port:
    """What is heard on one port: the other end's address, port, and how it calls itself."""

    number: int
    chassis: bytes
    remote_port: str
    name: str = ""
    address: str = ""
    abilities: int = 0  # the first octet of LldpSystemCapabilitiesMap


@dataclass
class Box:
    """One device: `mac` tells it from others, `hears` its neighbours; `more` are objects besides."""

    name: str
    mac: bytes = b""
    object_id: Oid = H3C_SWITCH
    words: str = H3C_WORDS
    serial: str = ""
    engine: bytes = b""
    hears: list[Port] = field(default_factory=list)
    own_addresses: tuple[str, ...] = ()
    more: Mapping[Oid, Value] = field(default_factory=dict)
    community: str = COMMUNITY

    def objects(self) -> dict[Oid, Value]:
        found = mib.system(self.name, self.words, self.object_id)
        found |= mib.interfaces([f"Gi1/0/{number}" for number in range(1, 7)], 1000)
        if self.mac:
            found[*LLDP, 3, 1, 0] = ber.integer(4)
            found[*LLDP, 3, 2, 0] = ber.text(self.mac)
            found[1, 3, 6, 1, 2, 1, 17, 1, 1, 0] = ber.text(self.mac)
        if self.engine:
            found[1, 3, 6, 1, 6, 3, 10, 2, 1, 1, 0] = ber.text(self.engine)
        if self.serial:
            found[*mib.ENTITY, 5, 1] = ber.integer(3)
            found[*mib.ENTITY, 11, 1] = ber.text(self.serial)
        for address in self.own_addresses:
            found[1, 3, 6, 1, 2, 1, 4, 20, 1, 2, *ipaddress.ip_address(address).packed] = ber.integer(1)
        for port in self.hears:
            found |= lldp_row(port)
        return found | dict(self.more)

    def agent(self) -> SnmpAgent:
        return SnmpAgent(MibView(self.objects()), self.community.encode())


def lldp_row(port: Port) -> dict[Oid, Value]:
    """A row of lldpRemTable, and of the table of management addresses where it has one."""
    row = (0, port.number, 1)
    columns: dict[int, Value] = {
        4: ber.integer(4), 5: ber.text(port.chassis), 6: ber.integer(5), 7: ber.text(port.remote_port),
        8: ber.text(""), 9: ber.text(port.name), 12: ber.text(bytes([port.abilities])),
    }  # fmt: skip
    found: dict[Oid, Value] = {(*LLDP, 4, 1, 1, column, *row): value for column, value in columns.items()}
    if port.address:
        octets = ipaddress.ip_address(port.address).packed
        found[*LLDP, 4, 2, 1, 3, *row, 1, len(octets), *octets] = ber.integer(2)
    return found


def cdp_row(number: int, name: str, remote_port: str, address: str) -> dict[Oid, Value]:
    """A row of cdpCacheTable."""
    columns: dict[int, Value] = {
        3: ber.integer(1), 4: ber.text(ipaddress.ip_address(address).packed), 6: ber.text(name),
        7: ber.text(remote_port),
    }  # fmt: skip
    return {(*CDP, column, number, 1): value for column, value in columns.items()}


@dataclass
class Network:
    """The one port of all agents, and how often each address was asked."""

    port: int = 0
    asked: dict[str, int] = field(default_factory=dict)


def _bound(addresses: list[str]) -> tuple[int, list[socket.socket]]:
    """Sockets of one port that is free at every address."""
    for _ in range(50):
        doors = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in addresses]
        try:
            port = 0
            for door, address in zip(doors, addresses, strict=True):
                door.bind((address, port))
                port = door.getsockname()[1]
        except OSError:
            for door in doors:
                door.close()
        else:
            return port, doors
    raise RuntimeError("no port is free at every address")


@contextlib.contextmanager
def running_network(agents: Mapping[str, SnmpAgent]) -> Iterator[Network]:
    """The agents by address while the block runs, served by one thread."""
    port, doors = _bound(list(agents))
    network, stop = Network(port), threading.Event()
    here, there = socket.socketpair()
    with selectors.DefaultSelector() as selector:
        for door, (address, agent) in zip(doors, agents.items(), strict=True):
            selector.register(door, selectors.EVENT_READ, (address, agent))
        selector.register(there, selectors.EVENT_READ, None)
        thread = threading.Thread(target=_serve, args=(selector, network, stop), daemon=True)
        thread.start()
        try:
            yield network
        finally:
            stop.set()
            here.send(b"x")
            thread.join(timeout=60)
            for door in (*doors, here, there):
                door.close()


def _serve(selector: selectors.DefaultSelector, network: Network, stop: threading.Event) -> None:
    while not stop.is_set():
        for key, _ in selector.select():
            if key.data is None:
                continue
            address, agent = key.data
            door: socket.socket = key.fileobj  # type: ignore[assignment]  # only sockets were registered
            datagram, peer = door.recvfrom(LARGEST_DATAGRAM)
            network.asked[address] = network.asked.get(address, 0) + 1
            if (answer := agent.respond(datagram)) is not None:
                door.sendto(answer, peer)


def mac(number: int) -> bytes:
    """A locally administered address."""
    return bytes((2, 0, 0, 1, number >> 8, number & 0xFF))


def ring_of_six() -> dict[str, Box]:
    """A router, two distribution switches and two access switches in a ring, and a device below: by address.

    gw ── dist-a ── acc-1 ── acc-2 ── dist-b ── gw, and cam-sw below acc-1, which hears nobody itself.
    """
    place = {"gw": 1, "dist-a": 2, "dist-b": 3, "acc-1": 4, "acc-2": 5, "cam-sw": 6}
    links = [
        ("gw", 1, "dist-a", 1), ("gw", 2, "dist-b", 1), ("dist-a", 2, "acc-1", 1), ("dist-b", 2, "acc-2", 1),
        ("acc-1", 2, "acc-2", 2), ("acc-1", 3, "cam-sw", 1),
    ]  # fmt: skip
    boxes = {name: Box(name, mac(number), serial=f"SER{number:04}") for name, number in place.items()}
    boxes["gw"].words = "H3C Comware Platform Software\r\nH3C MSR36-20\r\n"
    for one, port, other, other_port in links:
        boxes[one].hears.append(Port(port, mac(place[other]), f"Gi1/0/{other_port}", other))
        if other != "cam-sw":
            boxes[other].hears.append(Port(other_port, mac(place[one]), f"Gi1/0/{port}", one))
    return {f"127.0.11.{number}": boxes[name] for name, number in place.items()}
