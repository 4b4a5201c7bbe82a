"""The port against clients that are broken or mean: each gets an answer or is cut off, and everybody else is served."""

import asyncio
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from aiohttp.test_utils import TestServer
from hypothesis import given, settings
from hypothesis import strategies as st

from opsmon.web.server import make_application
from tests.support.web.raw_talk import say
from tests.support.web.scene import TOKEN, Client, WebScene, everything_answers

BEARER = {"Authorization": f"Bearer {TOKEN}"}
ACK = b"POST /api/v1/incidents/x/ack HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + TOKEN.encode() + b"\r\n"


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (b"\x00\x01\x02\xff\r\n\r\n", b"400"),
        (b"GET / HTTP/9.9\r\n\r\n", b"400"),
        (b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 20_000 + b"\r\n\r\n", b"400"),
        (b"GET /metrics/device/%00 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", b"404"),
        (b"GET /metrics/device/%ff%fe HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", b"404"),
        (b"GET /metrics/site/..%2f..%2fetc HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", b"404"),
        (b"GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", b"404"),
        (ACK + b"Content-Length: -5\r\n\r\n", b"400"),
        (ACK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcde", b"400"),
        (ACK + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n", b"400"),
        (ACK + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + b"4000\r\n" + b"x" * 0x4000 + b"\r\n" * 1
         + (b"4000\r\n" + b"x" * 0x4000 + b"\r\n") * 20 + b"0\r\n\r\n", b"413"),
        (ACK + b"Connection: close\r\nContent-Length: 4\r\n\r\n\xff\xfe{}", b"400"),
        (ACK + b"Connection: close\r\nContent-Length: 12\r\n\r\n{\"by\":\"\\ud8\"", b"400"),
        (ACK + b"Connection: close\r\nContent-Length: 20000\r\n\r\n" + b"[" * 20_000, b"400"),
    ],
)  # fmt: skip
async def test_nonsense_is_refused_and_the_port_goes_on(client: Client, words: bytes, status: bytes) -> None:
    assert client.port is not None
    heard = await say(client.port, words)
    assert heard.startswith((b"HTTP/1.1 " + status, b"HTTP/1.0 " + status)), heard[:200]
    assert (await client.get("/healthz")).status == 200


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("field", ["fact", "by", "unknown"])
async def test_a_number_longer_than_python_reads_is_refused_in_a_body(client: Client, sign: str, field: str) -> None:
    """5,000 digits; Python itself stops at 4,300, because the work grows with the square of their number."""
    body = f'{{"{field}": {sign}{"7" * 5_000}}}'
    answer = await client.post("/api/v1/incidents/x/withdrawals", data=body, headers=BEARER)
    assert answer.status == 400
    assert "7777" not in await answer.text()
    assert (await client.get("/healthz")).status == 200


@pytest.mark.parametrize("digits", [400, 4_300, 5_000])
@pytest.mark.parametrize("query", ["limit={}", "limit=-{}", "since={}", "limit={}.0", "limit={}e9"])
async def test_a_number_too_long_is_refused_in_a_query(client: Client, query: str, digits: int) -> None:
    answer = await client.get(f"/api/v1/incidents?{query.format('7' * digits)}")
    assert answer.status == 422
    assert "7777" not in await answer.text()
    assert (await client.get("/healthz")).status == 200


async def test_clients_that_never_finish_hold_up_nobody(client: Client) -> None:
    assert client.port is not None
    stuck = [await asyncio.open_connection("127.0.0.1", client.port) for _ in range(200)]
    for number, (_, writer) in enumerate(stuck):
        writer.write(b"GET /metrics HT" if number % 2 else ACK + b"Content-Length: 100\r\n\r\n{")
    async with asyncio.timeout(60):
        assert (await client.get("/api/v1/devices")).status == 200
    for _, writer in stuck:
        writer.close()


async def test_a_client_that_reads_nothing_of_a_large_page_holds_up_nobody(client: Client) -> None:
    assert client.port is not None
    greedy = [await asyncio.open_connection("127.0.0.1", client.port) for _ in range(20)]
    for _, writer in greedy:
        writer.write(b"GET /metrics/site/erlong-hall HTTP/1.1\r\nHost: localhost\r\n\r\n" * 50)
    async with asyncio.timeout(60):
        assert (await client.get("/metrics/site/erlong-hall")).status == 200
    for _, writer in greedy:
        writer.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[asyncio.Runner, int, str]]:
    """One console for many requests: the loop to talk on, the port, and the id of an open incident."""
    scene = WebScene(tmp_path_factory.mktemp("scene"))
    everything_answers(scene)
    name = scene.dies("mcu-1")
    with asyncio.Runner() as runner:
        server = TestServer(make_application(scene.parts))
        runner.run(server.start_server())
        assert server.port is not None
        yield runner, server.port, name
        runner.run(server.close())


@settings(max_examples=60, deadline=None)
@given(path=st.text(max_size=30), query=st.text(max_size=30), body=st.binary(max_size=200))
def test_no_request_makes_the_server_fail(
    served: tuple[asyncio.Runner, int, str], path: str, query: str, body: bytes
) -> None:
    runner, port, name = served
    where, what = quote(path, safe="", errors="replace"), quote(query, safe="=&", errors="replace")
    close = b"Connection: close\r\n"
    targets = (f"/api/v1/incidents?{what}", f"/api/v1/devices/{where}?{what}", f"/metrics/device/{where}", f"/{where}")
    requests = [f"GET {target} HTTP/1.1\r\nHost: localhost\r\n".encode() + close + b"\r\n" for target in targets]
    head = ACK.replace(b"incidents/x/ack", f"incidents/{name}/events".encode()) + close
    requests.append(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    for words in requests:
        heard = runner.run(say(port, words))
        assert heard.startswith((b"HTTP/1.1 2", b"HTTP/1.1 4")), (words, heard[:300])
