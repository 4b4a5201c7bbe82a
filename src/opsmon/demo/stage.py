"""Where the demo plays: a private network namespace when the kernel lets us have one, else plain loopback.

In a namespace the fleet lives behind a virtual cable, so that a dead device loses its pings too, and neither that nor
the raw socket of the pinger needs any right of the user's. On loopback the kernel itself answers every ping for
127.0.0.0/8; there a death shows in SNMP and TCP.
"""

import asyncio
import contextlib
import shutil
import subprocess
import sys
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path

from opsmon.errors import InvariantError, OpsmonError

UNSHARE = ("unshare", "--user", "--map-root-user", "--net", "--")
OUR_END, FLEET_END = "198.19.0.1", "198.19.0.2"  # 198.18.0.0/15 is set aside for such tests (RFC 2544)
CABLE = "opsmon-demo"
FLEET_WAIT_S = 20.0


class DemoError(OpsmonError):
    """The demo could not be set up or went off its story."""


@dataclass(frozen=True, slots=True)
class Stage:
    """`network` is the first two octets of the fleet; `routed` says that it stands behind a cable of its own."""

    network: str
    routed: bool


LOOPBACK = Stage("127.77", routed=False)
NAMESPACE = Stage("198.18", routed=True)


def may_have_namespaces() -> bool:
    """Whether this user can make a network namespace with a virtual cable, found out by making one."""
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        return False
    trial = [*UNSHARE, "ip", "link", "add", "trial0", "type", "veth", "peer", "name", "trial1"]
    return subprocess.run(trial, check=False, capture_output=True, timeout=10).returncode == 0


class FleetProcess:
    """The fleet's process, as the one who gives it orders sees it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        if process.stdin is None or process.stdout is None:
            raise InvariantError("the fleet was started without pipes")
        self.pid = process.pid
        self._process = process
        self._orders = process.stdin
        self._answers = process.stdout

    async def order(self, words: str) -> None:
        """Let something happen; raises DemoError when the fleet does not know the order."""
        self._orders.write(words.encode() + b"\n")
        await self.expect("done")

    async def expect(self, word: str) -> None:
        async with asyncio.timeout(FLEET_WAIT_S):
            line = (await self._answers.readline()).decode().strip()
        if not line:
            raise DemoError("the simulated fleet ended: see its message above")
        if line != word:
            raise DemoError(f"the simulated fleet said {line!r} where {word!r} was due")

    def go(self) -> None:
        """Tell a fleet in its namespace that the cable is laid."""
        self._orders.write(b"go\n")

    async def close(self) -> None:
        """The orders end, and so does the fleet."""
        self._orders.close()
        await self._process.wait()


async def start_fleet(stage: Stage) -> FleetProcess:
    """The fleet's process, its network laid and its sockets open; raises DemoError when it does not get ready."""
    command = [sys.executable, "-m", "opsmon.demo.fleet", "--network", stage.network]
    if stage.routed:
        command = ["unshare", "--net", "--", *command, "--routed"]
    pipe = asyncio.subprocess.PIPE
    fleet = FleetProcess(await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe))
    if stage.routed:
        await fleet.expect("namespace")
        _lay_cable(fleet.pid, stage.network)
        fleet.go()
    await fleet.expect("ready")
    return fleet


def _lay_cable(fleet_pid: int, network: str) -> None:
    """Our end of the cable, and the way to every device behind it."""
    _ip("link", "set", "lo", "up")
    _ip("link", "add", CABLE, "type", "veth", "peer", "name", CABLE, "netns", str(fleet_pid))
    _ip("address", "add", f"{OUR_END}/30", "dev", CABLE)
    _ip("link", "set", CABLE, "up")
    _ip("route", "add", f"{network}.0.0/16", "via", FLEET_END)


def lay_fleet_end(network: str) -> None:
    """The fleet's end: every address of its network is its own, and the way back is through the cable."""
    _ip("link", "set", "lo", "up")
    _ip("address", "add", f"{FLEET_END}/30", "dev", CABLE)
    _ip("link", "set", CABLE, "up")
    _ip("route", "add", "local", f"{network}.0.0/16", "dev", "lo")


def set_silent(address: str, *, silent: bool) -> None:
    """Let the kernel of this namespace drop, or answer again, everything for one address."""
    _ip("route", "add" if silent else "delete", "blackhole", f"{address}/32", "table", "local")


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


async def carry_out(listen_port: int, socket: Path) -> asyncio.Server:
    """Outside the namespace: what connects to our port comes out of the Unix socket, which namespaces share."""
    return await asyncio.start_server(
        lambda reader, writer: _join(reader, writer, asyncio.open_unix_connection(socket)), "127.0.0.1", listen_port
    )


async def carry_in(socket: Path, port: int) -> asyncio.Server:
    """Inside the namespace: what connects to the Unix socket goes to a port of the namespace's own loopback."""
    return await asyncio.start_unix_server(
        lambda reader, writer: _join(reader, writer, asyncio.open_connection("127.0.0.1", port)), socket
    )


Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _join(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, other: Coroutine[None, None, Streams]
) -> None:
    try:
        far_reader, far_writer = await other
    except OSError:
        writer.close()
        return
    await asyncio.gather(_pour(reader, far_writer), _pour(far_reader, writer))


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):  # one side is gone: close the other
        while octets := await reader.read(65536):
            writer.write(octets)
            await writer.drain()
    writer.close()
