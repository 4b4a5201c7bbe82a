"""Does a TCP port take a connection, and does it say what is expected.

A reset is REFUSED, as is a router's word that the host cannot be reached; silence is TIMEOUT. A port that takes the
connection and then does not say what `expect` wants, in time or at all, is DEGRADED. At most 64 KiB of an answer are
read, and none of it is kept but the first line. `probe_failed_due_to_regex` is blackbox_exporter's.
"""

import asyncio
import errno
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from opsmon.errors import ProbeError
from opsmon.model.device import Check, Device
from opsmon.model.sample import Outcome
from opsmon.probe.charset import decode_octets
from opsmon.probe.contact import note_contact
from opsmon.probe.context import Finding, ProbeContext
from opsmon.probe.field import CheckSpec, Pattern, Port
from opsmon.probe.series import match_reading

LONGEST_ANSWER_BYTES = 65_536
_UNREACHABLE = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN}
_REFUSING = {errno.ECONNREFUSED, errno.ECONNRESET, errno.ECONNABORTED, errno.EPIPE} | _UNREACHABLE


@dataclass(frozen=True, slots=True)
class TcpSettings:
    """`send` goes out right after the connection; `expect` is searched in what comes back."""

    port: int
    send: bytes = b""
    expect: re.Pattern[bytes] | None = None


class TcpSpec(CheckSpec):
    port: Port
    send: str = ""
    expect: Pattern | None = None

    def resolve(self) -> TcpSettings:
        expect = re.compile(self.expect.encode()) if self.expect else None
        return TcpSettings(self.port, self.send.encode(), expect)


@asynccontextmanager
async def connect(
    device: Device, port: int, context: ProbeContext
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection to a device that is closed at once afterwards. Raises ProbeError for what the network says."""
    address = await context.resolver.resolve(device.address)
    try:
        reader, writer = await asyncio.open_connection(address, port, limit=LONGEST_ANSWER_BYTES)
    except OSError as error:
        raise fault_of(error, port) from None
    note_contact()
    try:
        yield reader, writer
    except OSError as error:
        raise fault_of(error, port) from None
    finally:
        writer.transport.abort()


def fault_of(error: OSError, port: int) -> ProbeError:
    """Whose fault a socket error is: what the far end or a router said is theirs, the rest is ours."""
    theirs = error.errno in _REFUSING or isinstance(error, ConnectionError)
    outcome = Outcome.REFUSED if theirs else Outcome.LOCAL_FAULT
    if error.errno == errno.ETIMEDOUT:
        outcome = Outcome.TIMEOUT
    reason = errno.errorcode.get(error.errno or 0, type(error).__name__)
    return ProbeError(outcome, f"port {port}: {reason}")


async def run(device: Device, check: Check, context: ProbeContext) -> Finding:
    settings = check.settings
    assert isinstance(settings, TcpSettings)  # noqa: S101 - config resolved it from TcpSpec
    async with connect(device, settings.port, context) as (reader, writer):
        if settings.send:
            writer.write(settings.send)
        if settings.expect is None:
            return Finding(readings=(match_reading(check.name, failed=False),))
        found = await _match(reader, settings.expect, settings.port)
    return replace(found, readings=(match_reading(check.name, failed=found.outcome is not Outcome.OK),))


async def _match(reader: asyncio.StreamReader, expect: re.Pattern[bytes], port: int) -> Finding:
    heard = bytearray()
    while chunk := await reader.read(4096):
        heard += chunk
        if expect.search(heard):
            return Finding(facts={"banner": first_line(heard)})
        if len(heard) >= LONGEST_ANSWER_BYTES:
            break
    return Finding(Outcome.DEGRADED, f"port {port} answered, without what is expected: {first_line(heard)!r}")


def first_line(heard: bytes | bytearray) -> str:
    """The first line of an answer, fit to be shown: at most 120 characters, no control characters."""
    line = decode_octets(bytes(heard[:480]).split(b"\n", 1)[0])
    return "".join(char if char.isprintable() else "·" for char in line.rstrip("\r"))[:120]
