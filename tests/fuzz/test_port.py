"""Whatever arrives at our own port: an answer that says nothing of it or a closed connection, and the port goes on."""

import asyncio
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsmon.model.secret import Secret
from opsmon.web.server import WebServer
from opsmon.web.settings import PortSettings
from tests.support.fuzz.measured_loop import complained_of
from tests.support.fuzz.rig import PATIENCE_S, examples, mutated
from tests.support.web.scene import TOKEN, WebScene, everything_answers

PLANTED = b"planted-token-0815"
ALIVE = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
BODY = b'{"type": "acknowledged", "by": "duty desk", "note": "\\u4e00", "at": "2026-11-20T10:00:00+08:00", "fact": 1}'
HEADERS = st.sampled_from([
    b"Authorization: Bearer " + TOKEN.encode(), b"Authorization: Bearer " + PLANTED, b"Content-Encoding: gzip",
    b"Transfer-Encoding: chunked", b"Content-Length: 20", b"Content-Length: 1e9", b"Expect: 100-continue",
    b"Host: evil.example",
    b"X-Forwarded-For: " + b"192.0.2.1, " * 40, b"Connection: upgrade", b"Range: bytes=0-",
    b"Accept-Encoding: gzip;q=" + b"9" * 30,
    b"Cookie: " + b"a=b; " * 200, b"Content-Type: application/json; charset=" + b"x" * 300,
])  # fmt: skip
TARGETS = st.sampled_from([
    b"/healthz", b"/metrics", b"/metrics/site/erlong-hall", b"/api/v1/incidents?limit=" + b"9" * 40, b"/", b"*", b"//",
    b"/api/v1/devices/%00", b"/api/v1/incidents/20260320-1/events", b"/api/v1/incidents?state=open&state=all&x=%ff",
    b"http://evil.example/api/v1/incidents", b"/sd/sites", b"/api/v1/openapi.json",
])  # fmt: skip


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    method = draw(st.sampled_from([b"GET", b"POST", b"PUT", b"HEAD", b"OPTIONS", b"TRACE", b"CONNECT", b"BREW"]))
    body = draw(mutated(BODY)) if method in (b"POST", b"PUT") else b""
    lines = [
        b"Host: localhost",
        b"Connection: close",
        *draw(st.lists(HEADERS, max_size=4)),
        b"Content-Length: %d" % len(body),
    ]
    head = method + b" " + draw(TARGETS) + b" HTTP/1.1\r\n" + b"\r\n".join(draw(st.permutations(lines)))
    return draw(mutated(head)) + b"\r\n\r\n" + body


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> WebScene:
    made = WebScene(tmp_path_factory.mktemp("port"))
    everything_answers(made)
    made.dies("mcu-1")
    return made


async def heard_of(port: int, words: bytes, patience_s: float) -> bytes:
    """What comes back for the octets, up to the end of the connection or of the patience: some requests want more."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    heard = b""
    with suppress(ConnectionError, TimeoutError):
        writer.write(words)
        async with asyncio.timeout(patience_s):
            while piece := await reader.read(65_536):
                heard += piece
    writer.close()
    return heard


async def served(scene: WebScene, words: bytes) -> tuple[bytes, bytes]:
    """What the port answers to the octets, and to somebody else after them."""
    server = WebServer(replace(scene.parts, settings=PortSettings(port=0, token=Secret(TOKEN))))
    port = int((await server.start()).rpartition(":")[2])
    try:
        return await heard_of(port, words, 0.2), await heard_of(port, ALIVE, PATIENCE_S)
    finally:
        await server.stop()


@examples(25, 1_000)
@given(requests())
def test_the_port_answers_or_hangs_up_and_goes_on(scene: WebScene, words: bytes) -> None:
    (heard, afterwards), complaints = complained_of(lambda: served(scene, words))
    assert not heard or heard.startswith((b"HTTP/1.1 ", b"HTTP/1.0 ", b"HTTP/0.9 "))
    assert heard[8:10] != b" 5"
    assert PLANTED not in heard
    assert afterwards.startswith(b"HTTP/1.1 200")
    assert complaints == []
