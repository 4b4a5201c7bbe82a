"""A SIP terminal on loopback that answers as a test tells it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import cast

Answer = Callable[[bytes, int], Iterable[bytes]]


def header(request: bytes, name: bytes) -> bytes:
    return request.split(name + b": ")[1].split(b"\r\n")[0]


def response(request: bytes, status: bytes = b"200 OK", **changed: bytes) -> bytes:
    """What a right answer copies from the request (RFC 3261, 8.2.6.2), with fields changed as a test wants."""
    fields = {name: header(request, name.encode()) for name in ("Via", "To", "From", "Call-ID", "CSeq")}
    fields |= {name.replace("_", "-"): value for name, value in changed.items()}
    lines = [b"SIP/2.0 " + status, *(name.encode() + b": " + value for name, value in fields.items())]
    return b"\r\n".join((*lines, b"Content-Length: 0", b"", b""))


class Terminal(asyncio.DatagramProtocol):
    def __init__(self, answer: Answer) -> None:
        self._answer, self.requests = answer, 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.requests += 1
        for datagram in self._answer(data, self.requests):
            self._transport.sendto(datagram, addr)


@asynccontextmanager
async def terminal(answer: Answer) -> AsyncIterator[tuple[int, Terminal]]:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(lambda: Terminal(answer), local_addr=("127.0.0.1", 0))
    yield transport.get_extra_info("sockname")[1], protocol
    transport.close()
