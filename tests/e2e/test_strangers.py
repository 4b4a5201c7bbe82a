"""1,200 connections that send half a header, to a daemon that may open few files."""

import asyncio
import contextlib
import resource
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.daemon.house import DaemonHouse, house_in

STRANGERS = 1_200
FILES = 256


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[DaemonHouse]:
    async with house_in(tmp_path) as made:
        yield made


@pytest.fixture
def many_files() -> Iterator[None]:
    """The test itself needs a file for every stranger."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < STRANGERS + 200:
        pytest.skip(f"this machine lets a process open {hard} files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("many_files")
async def test_half_open_connections_keep_nobody_from_the_port_and_no_check_from_its_work(house: DaemonHouse) -> None:
    house.most_files = FILES
    daemon = await house.start()
    loop, strangers = asyncio.get_running_loop(), list[socket.socket]()
    try:
        for number in range(STRANGERS):
            stranger = socket.socket()
            stranger.setblocking(False)
            strangers.append(stranger)
            async with asyncio.timeout(60):
                await loop.sock_connect(stranger, ("127.0.0.1", int(daemon.url.rpartition(":")[2])))
            with contextlib.suppress(ConnectionError):
                await loop.sock_sendall(stranger, b"GET /metrics HTTP/1.1\r\nX-Number: %d" % number)
        assert (await daemon.get("/readyz"))[0] == 200
        await house.mcu.die()
        await house.receiver.until(lambda: house.receiver.story() == [("mcu", "firing")])
        assert await daemon.metric("opsmon_http_connections ") <= FILES // 2
        assert await daemon.metric('opsmon_http_closed_total{reason="displaced"}') > STRANGERS / 2
    finally:
        for stranger in strangers:
            stranger.close()
    await daemon.end()
    assert sum(map(len, daemon.log)) < 100_000
    assert not [line for line in daemon.log if "Traceback" in line]
