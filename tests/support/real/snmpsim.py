"""snmpsim over the recordings of a folder."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from opsmon.model.device import Device, Kind, SnmpAccess
from opsmon.model.name import DeviceName, SiteName
from opsmon.model.secret import Secret
from tests.support.programs import missing


@dataclass
class Simulator:
    port: int

    def device(self, community: str) -> Device:
        access = SnmpAccess(port=self.port, community=Secret(community))
        return Device(DeviceName(community), SiteName("-"), "127.0.0.1", Kind.OTHER, snmp=access)


@asynccontextmanager
async def snmpsim(folder: Path) -> AsyncIterator[Simulator]:
    """snmpsim over the recordings of a folder, from "listening" until the block ends."""
    program = Path(sys.executable).with_name("snmpsim-command-responder")
    if not program.exists():
        missing("snmpsim is not installed (PyPI: snmpsim)")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # It will not run as root unless it is told so, and an ordinary user may not tell it anything.
    owner = ["--process-user=root", "--process-group=root"] if os.geteuid() == 0 else []
    process = await asyncio.create_subprocess_exec(
        program, f"--data-dir={folder}", f"--cache-dir={folder}/cache", f"--agent-udpv4-endpoint=127.0.0.1:{port}",
        *owner, "--logging-method=stderr", stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stderr is not None
        async with asyncio.timeout(60):
            while b"Listening at UDP/IPv4 endpoint" not in (line := await process.stderr.readline()):
                assert line, "snmpsim ended"
        draining = asyncio.create_task(process.stderr.read())
        await answering(port)
        yield Simulator(port)
        draining.cancel()
    finally:
        process.terminate()
        await process.wait()


async def answering(port: int) -> None:
    """Until somebody answers on the port: snmpsim says that it listens a little before it does."""
    async with asyncio.timeout(30):
        while True:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                probe.setblocking(False)
                probe.connect(("127.0.0.1", port))
                probe.send(b"nobody answers this")
                await asyncio.sleep(0.05)
                try:
                    probe.send(b"unless the kernel does, that the port is closed")
                except ConnectionRefusedError:
                    continue
                return
