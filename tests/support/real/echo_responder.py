"""The far end of a ping, as bad as a test wants it: answers what the kernel would answer, or anything else.

Lives in a namespace whose kernel was told not to answer pings. Writes whole IPv4 packets, so that the source may be
forged too.
"""

import asyncio
import socket
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tests.support.real.namespace import Namespace

_ICMP_FILTER = 1
_SO_RCVBUFFORCE = 33  # Linux: past net.core.rmem_max; room for every request of a test, however late it is read
_RECEIVE_BUFFER_BYTES = 1 << 24


@dataclass(frozen=True)
class Request:
    """An echo request as it arrived: the whole IPv4 packet, and its parts."""

    packet: bytes

    @property
    def source(self) -> str:
        return socket.inet_ntoa(self.packet[12:16])

    @property
    def destination(self) -> str:
        return socket.inet_ntoa(self.packet[16:20])

    @property
    def message(self) -> bytes:
        return self.packet[20:]


def checksum(data: bytes) -> int:
    """RFC 1071, written out once more so that the pinger is not judged by its own arithmetic."""
    total = sum(
        data[index] << 8 | (data[index + 1] if index + 1 < len(data) else 0) for index in range(0, len(data), 2)
    )
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def icmp(kind: int, code: int, rest: bytes) -> bytes:
    """An ICMP message with its checksum."""
    bare = struct.pack("!BBH", kind, code, 0) + rest
    return struct.pack("!BBH", kind, code, checksum(bare)) + rest


def reply(request: Request) -> bytes:
    """What the kernel would have answered."""
    return icmp(0, 0, request.message[4:])


def unreachable(request: Request, quoted: bytes | None = None, kind: int = 3, code: int = 1) -> bytes:
    """A router's ICMP error about the request, quoting its header and 64 bits, or what a test wants."""
    return icmp(kind, code, bytes(4) + (request.packet[:28] if quoted is None else quoted))


@dataclass(frozen=True)
class Answer:
    """One ICMP message to send; `source` None is the address that was pinged."""

    message: bytes
    source: str | None = None
    delay_s: float = 0.0


Behave = Callable[[Request], Iterable[Answer]]


class EchoResponder:
    """Answers every ping in a namespace as `behave` says. Must be made and closed in a running loop."""

    def __init__(self, place: Namespace) -> None:
        place.permit("net.ipv4.icmp_echo_ignore_all", "1")
        with place.entered():
            self._in = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
            self._out = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
        self._in.setsockopt(255, _ICMP_FILTER, struct.pack("@I", 0xFFFFFFFF & ~(1 << 8)))
        self._in.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _RECEIVE_BUFFER_BYTES)
        self._in.setblocking(False)
        self.behave: Behave = lambda request: [Answer(reply(request))]
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._in, self._receive)

    def close(self) -> None:
        self._loop.remove_reader(self._in)
        self._in.close()
        self._out.close()

    def _receive(self) -> None:
        request = Request(self._in.recv(65_535))
        for answer in self.behave(request):
            self._loop.call_later(answer.delay_s, self.inject, request, answer)

    def inject(self, request: Request, answer: Answer) -> None:
        """Puts one message on the wire towards whoever sent the request."""
        source = socket.inet_aton(answer.source or request.destination)
        target = socket.inet_aton(request.source)
        length = 20 + len(answer.message)
        header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, length, 0, 0, 60, 1, 0, source, target)
        self._out.sendto(header + answer.message, (request.source, 0))
