"""Does an MCU or a terminal take H.323 calls: its call signalling port takes a connection and keeps it.

H.225.0 signalling runs over TCP, port 1720, in TPKT packets (RFC 1006: version 3, a reserved octet, the length in two
octets). Nothing is sent: a call is not begun on a device in use. A listener that hangs up at once, as a broken stack
behind a living port does, is DEGRADED; one that speaks unasked and not in TPKT is PROTOCOL.
"""

import asyncio
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from opsmon.errors import ProbeError
from opsmon.model.device import Check, Device
from opsmon.model.sample import Outcome
from opsmon.probe.context import CheckResult, ProbeContext
from opsmon.probe.kind.spec import CheckSpec, Port
from opsmon.probe.kind.tcp import connect
from opsmon.spec import Seconds

TPKT_HEADER_BYTES = 4
TPKT_VERSION = 3


@dataclass(frozen=True, slots=True)
class H323Settings:
    port: int = 1720
    watch_s: float = 0.5


class H323Spec(CheckSpec):
    port: Port = 1720
    """The port for call signalling · 信令端口"""
    watch: Annotated[Seconds, Field(ge=0, le=5)] = 0.5
    """How long the connection is watched: one that is hung up is a fault · 观察连接的时长"""

    def resolve(self) -> H323Settings:
        return H323Settings(self.port, self.watch)


async def run(device: Device, check: Check, settings: H323Settings, context: ProbeContext) -> CheckResult:
    async with connect(device, check, settings.port, context) as (reader, _):
        try:
            async with asyncio.timeout(settings.watch_s):
                header = await reader.readexactly(TPKT_HEADER_BYTES)
        except TimeoutError:
            return CheckResult()  # it waits for the call, as it should
        except asyncio.IncompleteReadError as error:
            if error.partial:
                raise ProbeError(Outcome.PROTOCOL, f"port {settings.port} does not speak in TPKT packets") from None
            return CheckResult(Outcome.DEGRADED, f"port {settings.port} takes the connection and hangs up at once")
    if not is_tpkt(header):
        raise ProbeError(Outcome.PROTOCOL, f"port {settings.port} does not speak in TPKT packets")
    return CheckResult()


def is_tpkt(header: bytes) -> bool:
    """Whether four octets can begin a TPKT packet (RFC 1006, 6: the length covers the header and is at least 7)."""
    return len(header) >= TPKT_HEADER_BYTES and header[0] == TPKT_VERSION and int.from_bytes(header[2:4], "big") >= 7
