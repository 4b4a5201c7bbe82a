"""Does a TCP port take a connection, and does it say what is expected.

A reset is REFUSED, as is a router's word that the host cannot be reached; silence is TIMEOUT. A port that takes the
connection and then does not say what `expect` wants, in time or at all, is DEGRADED. At most 64 KiB of an answer are
read, and none of it is kept but the first line. `probe_failed_due_to_regex` is blackbox_exporter's.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from opsmon.model.device import Check, Device
from opsmon.model.sample import Outcome
from opsmon.probe.context import CheckResult, ProbeContext
from opsmon.probe.kind.labels import match_reading
from opsmon.probe.kind.spec import CheckSpec, Pattern, Port
from opsmon.protocol.charset import decode_octets
from opsmon.protocol.dial import dial
from opsmon.protocol.liveness import note_contact
from opsmon.protocol.socket_fault import fault_of
from opsmon.text.safe import is_seen

MAX_ANSWER_BYTES = 65_536
PIECE_BYTES = 4_096
GROWTH = 8  # an eighth of what is there has to come before all of it is searched again
MOMENT_S = 0.05


@dataclass(frozen=True, slots=True)
class TcpSettings:
    """`send` goes out right after the connection; `expect` is searched in what comes back."""

    port: int
    send: bytes = b""
    expect: re.Pattern[bytes] | None = None


class TcpSpec(CheckSpec):
    port: Port
    """The port · 端口"""
    send: str = ""
    """What is sent once the connection stands · 连接后发送的内容"""
    expect: Pattern | None = None
    """A pattern that what comes back has to hold · 应答须匹配的正则"""

    def resolve(self) -> TcpSettings:
        return TcpSettings(self.port, self.send.encode(), _pattern_of(self.expect) if self.expect else None)


def _pattern_of(expect: str) -> re.Pattern[bytes]:
    """The pattern over octets, which may be UTF-8 or, where it holds Chinese, GBK."""
    codes = ("utf-8",) if expect.isascii() else ("utf-8", "gb18030")
    readings = ["".join(char if char.isascii() else f"(?:{_escaped(char, code)})" for char in expect) for code in codes]
    try:
        return re.compile("|".join(f"(?:{reading})" for reading in readings).encode())
    except re.error:  # a named group cannot stand twice, nor one character of several octets in brackets
        return re.compile(expect.encode())


def _escaped(char: str, code: str) -> str:
    return "".join(f"\\x{octet:02x}" for octet in char.encode(code))


@asynccontextmanager
async def connect(
    device: Device, check: Check, port: int, context: ProbeContext
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection to a device that is closed at once afterwards, by whichever of its addresses takes it first.

    Raises ProbeError for what the network says.
    """
    made = await dial(await context.resolver.addresses(device.address, check.family), port)
    note_contact()
    try:
        reader, writer = await asyncio.open_connection(sock=made, limit=MAX_ANSWER_BYTES)
    except OSError as error:
        made.close()
        raise fault_of(error, f"port {port}") from None
    try:
        yield reader, writer
    except OSError as error:
        raise fault_of(error, f"port {port}") from None
    finally:
        writer.transport.abort()


async def run(device: Device, check: Check, settings: TcpSettings, context: ProbeContext) -> CheckResult:
    async with connect(device, check, settings.port, context) as (reader, writer):
        if settings.send:
            writer.write(settings.send)
        if settings.expect is None:
            return CheckResult(readings=(match_reading(check.name, failed=False),))
        found = await _match(reader, settings.port, settings.expect, check, context)
    return found._replace(readings=(match_reading(check.name, failed=found.outcome is not Outcome.OK),))


async def _match(
    reader: asyncio.StreamReader, port: int, expect: re.Pattern[bytes], check: Check, context: ProbeContext
) -> CheckResult:
    heard = b""
    while piece := await _more(reader, len(heard) // GROWTH):
        heard += piece
        if await context.searches.in_octets(expect, heard, check.timeout_s):
            return CheckResult(facts={"banner": first_line(heard)})
        if len(heard) >= MAX_ANSWER_BYTES:
            break
    return CheckResult(Outcome.DEGRADED, f"port {port} answered, without what is expected: {first_line(heard)!r}")


async def _more(reader: asyncio.StreamReader, least: int) -> bytes:
    """What comes: `least` octets and more, or what there is when a moment passes without any; nothing at the end.

    A server that sends octet by octet would have all that it said searched anew for each of them.
    """
    piece = await reader.read(PIECE_BYTES)
    while piece and len(piece) < least:
        try:
            async with asyncio.timeout(MOMENT_S):
                more = await reader.read(PIECE_BYTES)
        except TimeoutError:
            break
        if not more:
            break
        piece += more
    return piece


def first_line(heard: bytes | bytearray) -> str:
    """The first line of an answer, fit to be shown: at most 120 characters, no control characters."""
    line = decode_octets(bytes(heard[:480]).split(b"\n", 1)[0])
    return "".join(char if is_seen(char) else "·" for char in line.rstrip("\r"))[:120]
