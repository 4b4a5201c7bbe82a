"""The simulated fleet as a process of its own: sockets on many addresses, and a few things that can happen to a device.

Started as `python -m opsmon.demo.fleet --network 127.77 [--routed]`. It prints `ready` when every socket is open, and
then reads one order a line: `die NAME`, `revive NAME`, `battery NAME`, `mains NAME`, `disk NAME bad|good`. What hangs
behind a dead device is silent too. With `--routed` it stands in a network namespace of its own, says `namespace`, waits
for a line while the cable is laid, and a dead device's pings vanish as well.
"""

import argparse
import asyncio
import contextlib
import sys
import time
import typing

from opsmon.demo import mib
from opsmon.demo.cast import COMMUNITY, RTSP, SNMP_PORT, CastMember, address_of, cast
from opsmon.demo.snmp_agent import MibView, SnmpAgent
from opsmon.demo.stage import lay_fleet_end, set_silent

HUAWEI_SWITCH = (1, 3, 6, 1, 4, 1, 2011, 2, 23, 291)
HUAWEI_FIREWALL = (1, 3, 6, 1, 4, 1, 2011, 2, 321)
NET_SNMP = (1, 3, 6, 1, 4, 1, 8072, 3, 2, 10)
UPS_MIB = (1, 3, 6, 1, 2, 1, 33)
APC_UPS = (1, 3, 6, 1, 4, 1, 318, 1, 3, 27)
HWG_SENSOR = (1, 3, 6, 1, 4, 1, 21796, 4, 9)
HIKVISION = (1, 3, 6, 1, 4, 1, 50001)
PORTS = 48
SWITCH_SOFTWARE = "Simulated S5720-52X\nHuawei Versatile Routing Platform Software\nVRP (R) software, Version 5.170"
FIREWALL_SOFTWARE = "Simulated USG6000\nHuawei Versatile Routing Platform Software\nVRP (R) software, Version 5.170"


class SimulatedDevice:
    """One device of the cast while it lives: its agent, its listening ports, what hangs behind it."""

    def __init__(self, part: CastMember, address: str) -> None:
        self.part = part
        self.address = address
        self.battery = mib.Battery()
        self.disk = mib.Disk()
        self.dead = False
        self.silent = False  # dead itself, or behind something dead
        self._agent = SnmpAgent(MibView(self._objects()), COMMUNITY.encode())
        self._sockets: list[asyncio.BaseTransport | asyncio.Server] = []

    def _objects(self) -> mib.Objects:
        name = self.part.name
        match self.part.role:
            case "switch":
                ports = [f"GigabitEthernet0/0/{port}" for port in range(1, PORTS + 1)]
                own = mib.system(name, SWITCH_SOFTWARE, HUAWEI_SWITCH) | mib.huawei_board("MPU Board 0", "S5720-52X")
                return own | mib.interfaces(ports, 20_000_000)
            case "firewall":
                ports = [f"GigabitEthernet1/0/{port}" for port in range(8)]
                own = mib.system(name, FIREWALL_SOFTWARE, HUAWEI_FIREWALL) | mib.huawei_board("MPU Board 0", "USG6000")
                return own | mib.interfaces(ports, 40_000_000)
            case "recorder":
                own = mib.system(name, "Hikvision company products", HIKVISION)
                return own | mib.recorder(name, self.disk) | mib.interfaces(["eth0"], 25_000_000)
            case "ups" | "apc-ups" | "sensor":
                return self._power_and_room(name)
            case _:
                return mib.system(name, f"Linux {name} 5.10.0", NET_SNMP) | mib.interfaces(["eth0"], 2_000_000)

    def _power_and_room(self, name: str) -> mib.Objects:
        if self.part.role == "sensor":
            return mib.system(name, "STE2 v1.0 simulated", HWG_SENSOR) | mib.room_sensors()
        if self.part.role == "apc-ups":
            return mib.system(name, "Simulated APC network card", APC_UPS) | mib.ups(self.battery) | mib.apc_ups()
        return mib.system(name, "Simulated UPS SNMP card", UPS_MIB) | mib.ups(self.battery)

    async def open(self) -> None:
        """Be reachable: one UDP socket for SNMP, one listening socket for each TCP port."""
        loop = asyncio.get_running_loop()
        if self.part.snmp:
            transport, _ = await loop.create_datagram_endpoint(
                lambda: _AgentProtocol(self._agent), local_addr=(self.address, SNMP_PORT)
            )
            self._sockets.append(transport)
        for port in self.part.tcp:
            serve = _answer_rtsp if port == RTSP else _answer_nothing
            self._sockets.append(await asyncio.start_server(serve, self.address, port, reuse_address=True))

    def close(self) -> None:
        for opened in self._sockets:
            opened.close()
        self._sockets.clear()


class _AgentProtocol(asyncio.DatagramProtocol):
    def __init__(self, agent: SnmpAgent) -> None:
        self._agent = agent
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = typing.cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        answer = self._agent.respond(data)
        if answer is not None and self._transport is not None:
            self._transport.sendto(answer, addr)


async def _answer_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hold the connection until the other side closes it."""
    with contextlib.suppress(ConnectionError):
        await reader.read()
    writer.close()


async def _answer_rtsp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """OPTIONS of RTSP (RFC 2326, section 10.1), over and over until the other side closes."""
    with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        while True:
            request = (await reader.readuntil(b"\r\n\r\n")).decode("ascii", "replace")
            sequence = next((line for line in request.splitlines() if line.lower().startswith("cseq:")), "CSeq: 0")
            writer.write(f"RTSP/1.0 200 OK\r\n{sequence}\r\nPublic: OPTIONS, DESCRIBE\r\n\r\n".encode())
            await writer.drain()
    writer.close()


class Fleet:
    """All devices by name, and what may happen to them."""

    def __init__(self, network: str, *, routed: bool) -> None:
        self._routed = routed
        self._devices = {part.name: SimulatedDevice(part, address_of(part, network)) for part in cast()}

    async def open(self) -> None:
        for device in self._devices.values():
            await device.open()

    def close(self) -> None:
        for device in self._devices.values():
            device.close()

    async def order(self, words: list[str]) -> None:
        """Carry out one order; raises KeyError for a name or an order that does not exist."""
        match words:
            case ["die", name]:
                self._devices[name].dead = True
                await self._settle()
            case ["revive", name]:
                self._devices[name].dead = False
                await self._settle()
            case ["battery", name]:
                self._devices[name].battery.on_battery_since = time.monotonic()
            case ["mains", name]:
                self._devices[name].battery.on_battery_since = None
            case ["disk", name, state]:
                self._devices[name].disk.status = {"good": 0, "bad": 2}[state]
            case _:
                raise KeyError(" ".join(words))

    async def _settle(self) -> None:
        """Open and close sockets until exactly the devices that can be reached have theirs open."""
        for device in self._devices.values():
            silent = self._is_silent(device)
            if silent == device.silent:
                continue
            device.silent = silent
            if self._routed:
                set_silent(device.address, silent=silent)
            if silent:
                device.close()
            else:
                await device.open()

    def _is_silent(self, device: SimulatedDevice) -> bool:
        behind = device.part.behind
        return device.dead or (behind is not None and self._is_silent(self._devices[behind]))


async def _orders() -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader


async def play(network: str, *, routed: bool) -> None:
    """Be the fleet until the orders end."""
    orders = await _orders()
    if routed:
        print("namespace", flush=True)
        await orders.readline()  # the cable is laid now
        lay_fleet_end(network)
    fleet = Fleet(network, routed=routed)
    await fleet.open()
    print("ready", flush=True)
    try:
        while line := await orders.readline():
            try:
                await fleet.order(line.decode().split())
                print("done", flush=True)
            except KeyError as unknown:
                print(f"unknown order or name: {unknown}", flush=True)
    finally:
        fleet.close()


def main() -> None:
    """The command line of the process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--network", required=True, help="the first two octets of every address")
    parser.add_argument("--routed", action="store_true", help="in a namespace of its own: dead devices lose pings")
    options = parser.parse_args()
    try:
        asyncio.run(play(options.network, routed=options.routed))
    except KeyboardInterrupt:
        pass
    except OSError as error:
        sys.exit(f"the simulated fleet cannot have its addresses ({error}): is another demo running?")


if __name__ == "__main__":
    main()
