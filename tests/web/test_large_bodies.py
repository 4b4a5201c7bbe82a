"""Ten megabytes to every address that takes a body: each is answered before they came, and the port goes on."""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from opsmon.model.account import Role
from opsmon.web.route import Route
from opsmon.web.routes import ALL_ROUTES
from opsmon.web.server import WebServer
from opsmon.web.settings import PortSettings
from tests.support.web.fleet import Fleet
from tests.support.web.raw_talk import say

TEN_MEGABYTES = 10_000_000
SENT = b"a" * 300_000  # the rest never comes: who waits for it waits in vain
ANSWERED = re.compile(rb"HTTP/1\.1 (\d\d\d) ")
TAKING = [route for route in ALL_ROUTES if route.method != "GET"]
Visitors = dict[str, dict[str, str]]


@pytest.fixture
async def port(tmp_path: Path) -> AsyncIterator[tuple[int, Visitors]]:
    """Its number, and what a stranger, a programme and a browser show."""
    fleet = Fleet(tmp_path)
    visitors: Visitors = {
        "stranger": {},
        "token": fleet.headers(Role.ADMIN),
        "browser": await fleet.browser(Role.ADMIN),
    }
    server = WebServer(replace(fleet.scene.parts, settings=PortSettings(port=0)))
    yield int((await server.start()).rpartition(":")[2]), visitors
    await server.stop()


def requests_of(route: Route, headers: dict[str, str]) -> Iterator[bytes]:
    """With the length told before, and in chunks without."""
    kind = "application/x-www-form-urlencoded" if route.page else "application/json"
    lines = [f"{route.method} {re.sub(r'{.*?}', 'x', route.path)} HTTP/1.1", "Host: localhost", "Connection: close"]
    lines += [
        f"Content-Type: {kind}",
        "Sec-Fetch-Site: same-origin",
        *(f"{name}: {word}" for name, word in headers.items()),
    ]
    for length, body in (
        (f"Content-Length: {TEN_MEGABYTES}", SENT),
        ("Transfer-Encoding: chunked", b"%x\r\n" % TEN_MEGABYTES + SENT),
    ):
        yield "\r\n".join([*lines, length, "", ""]).encode() + body


@pytest.mark.parametrize("visitor", ["stranger", "token", "browser"])
async def test_nobody_makes_the_port_wait_for_ten_megabytes(port: tuple[int, Visitors], visitor: str) -> None:
    number, visitors = port
    wrong = []
    for route in TAKING:
        for words in requests_of(route, visitors[visitor]):
            heard = await say(number, words, within_s=60.0)
            found = ANSWERED.match(heard)
            if found is None or not (found[1].startswith(b"4") or found[1] == b"303"):
                wrong.append((route.path, heard[:200]))
    assert wrong == []
    alive = await say(number, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", within_s=60.0)
    assert alive.startswith(b"HTTP/1.1 200 ")
