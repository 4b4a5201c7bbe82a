"""A receiver of webhooks for tests: real TCP on loopback, behaving as badly as it is told to."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

Behaviour = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came: header names in lower case, body raw."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """`behave` answers each request. Every request is in `received`, `arrived` tells of it, and `asked` is the one of a
    connection."""

    behave: Behaviour
    received: list[Received] = field(default_factory=list)
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)
    port: int = 0
    talks: set[asyncio.Task[None]] = field(default_factory=set)
    asked: "WeakKeyDictionary[asyncio.StreamWriter, Received]" = field(default_factory=WeakKeyDictionary)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def until(self, count: int, within_s: float = 10.0) -> list[Received]:
        """Waits until `count` requests have arrived."""
        async with asyncio.timeout(within_s), self.arrived:
            await self.arrived.wait_for(lambda: len(self.received) >= count)
        return self.received

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.current_task()
        assert talk is not None
        self.talks.add(talk)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            self.asked[writer] = await self._take(reader)
            await self.behave(writer)
        writer.close()

    async def _take(self, reader: asyncio.StreamReader) -> Received:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        async with self.arrived:
            self.received.append(Received(head[0].split(" ")[1], headers, body))
            self.arrived.notify_all()
            return self.received[-1]


@contextlib.asynccontextmanager
async def receiver(behave: Behaviour) -> AsyncIterator[Receiver]:
    """A receiver on a free port of loopback, gone with the block."""
    made = Receiver(behave)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        for talk in made.talks:
            talk.cancel()


def answer(status: int, body: bytes = b"", headers: str = "") -> Behaviour:
    async def behave(writer: asyncio.StreamWriter) -> None:
        head = f"HTTP/1.1 {status} Said\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
        writer.write(head.encode() + body)
        await writer.drain()

    return behave


async def hang(writer: asyncio.StreamWriter) -> None:
    """Takes the request and says nothing."""
    await asyncio.Event().wait()


async def reset(writer: asyncio.StreamWriter) -> None:
    """Breaks the connection without an answer."""
    writer.transport.abort()


async def drip(writer: asyncio.StreamWriter) -> None:
    """A byte of a header now and then, for ever."""
    writer.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.05)


async def nonsense(writer: asyncio.StreamWriter) -> None:
    writer.write(b"\x00\xff\x00 no HTTP at all\r\n\r\n" * 100)
    await writer.drain()


def one_after_another(*behaviours: Behaviour) -> Behaviour:
    """Each request gets the next behaviour; the last one stays."""
    left = list(behaviours)

    async def behave(writer: asyncio.StreamWriter) -> None:
        await (left.pop(0) if len(left) > 1 else left[0])(writer)

    return behave
