"""Many people behind one proxy: each has the connections of one who comes by himself, and no more."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest

from opsmon.model.secret import Secret
from opsmon.web.listening.connection_limits import Limits
from opsmon.web.server import WebServer
from opsmon.web.settings import PortSettings
from tests.support.web.scene import TOKEN, WebScene

LOOPBACK = (ip_network("127.0.0.0/8"),)
Pipe = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class ProxiedPort:
    """A port, and connections to it as a proxy on this machine holds them."""

    def __init__(self, server: WebServer, port: int) -> None:
        self.server, self._port = server, port

    async def pipe(self) -> Pipe:
        return await asyncio.open_connection("127.0.0.1", self._port)

    async def ask(self, pipe: Pipe, path: str, person: str) -> int:
        """The status of the answer; 0 where the connection is cut instead."""
        reader, writer = pipe
        lines = ("GET {} HTTP/1.1", "Host: localhost", "Authorization: Bearer {}", "X-Forwarded-For: {}", "", "")
        writer.write("\r\n".join(lines).format(path, TOKEN, person).encode())
        status, length = await reader.readline(), 0
        while (line := await reader.readline()) not in (b"\r\n", b""):
            name, _, value = line.decode().partition(":")
            length = int(value) if name.lower() == "content-length" else length
        await reader.readexactly(length)
        return int(status.split()[1]) if status else 0


@asynccontextmanager
async def served(folder: Path, *, trusted: bool) -> AsyncIterator[ProxiedPort]:
    settings = PortSettings(port=0, token=Secret(TOKEN), proxies=LOOPBACK if trusted else ())
    server = WebServer(replace(WebScene(folder).parts, settings=settings), Limits(total=20, of_a_peer=2))
    try:
        yield ProxiedPort(server, int((await server.start()).rpartition(":")[2]))
    finally:
        await server.stop()


async def test_people_behind_a_proxy_do_not_take_each_others_place(tmp_path: Path) -> None:
    async with served(tmp_path, trusted=True) as port:
        pipes = [await port.pipe() for _ in range(6)]
        for _ in range(2):  # what was answered stays open for the next question
            statuses = [await port.ask(pipe, "/healthz", f"192.0.2.{n}") for n, pipe in enumerate(pipes)]
            assert statuses == [200] * 6
        assert (port.server.connections, port.server.closed["displaced"]) == (6, 0)


async def test_one_person_behind_a_proxy_has_no_more_than_one_who_comes_alone(tmp_path: Path) -> None:
    async with served(tmp_path, trusted=True) as port:
        pipes = [await port.pipe() for _ in range(4)]
        statuses = [await port.ask(pipe, "/stream", "192.0.2.7") for pipe in pipes[:3]]
        assert statuses == [200, 200, 429]
        assert await port.ask(pipes[3], "/stream", "192.0.2.8") == 200
        assert await port.ask(pipes[2], "/healthz", "192.0.2.8") == 200


@pytest.mark.parametrize("told", ["192.0.2.8", "192.0.2.8, 192.0.2.9"])
async def test_who_is_no_proxy_of_ours_is_not_believed(tmp_path: Path, told: str) -> None:
    async with served(tmp_path, trusted=False) as port:
        pipes = [await port.pipe() for _ in range(2)]
        assert [await port.ask(pipe, "/stream", "192.0.2.7") for pipe in pipes] == [200, 200]
        assert await port.ask(await port.pipe(), "/stream", told) == 0
        assert port.server.closed["refused"] == 1
