"""The port against many connections and malformed requests, as `WebServer` serves it."""

import asyncio
import gzip
import json
import logging
import os
import resource
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from opsmon.model.secret import Secret
from opsmon.web.listening.connection_limits import ConnectionDoor, Limits, peer_of
from opsmon.web.server import WebServer
from opsmon.web.settings import PortSettings
from tests.support.web.raw_talk import say
from tests.support.web.scene import StandingClock, WebScene

PLANTED = "PLANTED-tOkEn-5f1c"


@asynccontextmanager
async def served(folder: Path, limits: Limits | None = None) -> AsyncIterator[tuple[WebServer, int]]:
    settings = PortSettings(port=0, token=Secret(PLANTED))
    server = WebServer(replace(WebScene(folder).parts, settings=settings), limits)
    port = int((await server.start()).rpartition(":")[2])
    try:
        yield server, port
    finally:
        await server.stop()


async def half_open(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /healthz HT")
    await writer.drain()
    return reader, writer


HEALTH = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


async def test_a_newcomer_takes_the_place_of_the_one_who_has_waited_longest(tmp_path: Path) -> None:
    async with served(tmp_path, Limits(total=6, of_a_peer=4)) as (server, port):
        waiting = [await half_open(port) for _ in range(12)]
        for _ in range(3):
            assert (await say(port, HEALTH)).startswith(b"HTTP/1.1 200")
        assert server.connections <= 4
        assert server.closed["displaced"] >= 8
        with suppress(ConnectionError):
            assert await waiting[0][0].read() == b""
        for _, writer in waiting:
            writer.close()


def test_a_door_sends_away_only_who_is_not_being_answered() -> None:
    clock, dropped = StandingClock(), []

    class One:
        def drop(self) -> None:
            dropped.append(self)

    door = ConnectionDoor(clock.monotonic, Limits(total=3, of_a_peer=2))
    busy = [One(), One(), One()]
    for number, connection in enumerate(busy):
        stay = door.admit(connection, f"192.0.2.{number}")
        assert stay is not None
        door.asked(stay)
    assert door.admit(One(), "192.0.2.9") is None
    assert (dropped, len(door), door.closed["refused"]) == ([], 3, 1)
    door.leave(busy[0])
    door.leave(busy[0])
    assert door.admit(One(), "192.0.2.9") is not None


@pytest.mark.parametrize(("state", "seconds", "reason"), [
    ("new", 10, "header_timeout"), ("idle", 75, "keep_alive"), ("next", 10, "header_timeout"),
    ("answering", 120, "answer_timeout"),
])  # fmt: skip
def test_each_state_of_a_connection_has_its_patience(state: str, seconds: float, reason: str) -> None:
    clock, dropped = StandingClock(), []

    class One:
        def drop(self) -> None:
            dropped.append(self)

    door = ConnectionDoor(clock.monotonic)
    stay = door.admit(One(), "192.0.2.1")
    assert stay is not None
    if state != "new":
        door.asked(stay)
    if state in ("idle", "next"):
        door.answered(stay)
    if state == "next":
        clock.at += timedelta(seconds=60)
        door.heard(stay)
    clock.at += timedelta(seconds=seconds - 1)
    door.heard(stay)  # a byte now and then is no reason to wait longer
    door.sweep()
    if state == "idle":  # it was the beginning of a question
        clock.at += timedelta(seconds=8)
        door.sweep()
        reason = "header_timeout"
    assert not dropped
    clock.at += timedelta(seconds=2)
    door.sweep()
    assert (len(dropped), door.closed[reason], len(door)) == (1, 1, 0)


def test_the_addresses_of_one_ipv6_network_are_one_peer() -> None:
    assert peer_of("2001:db8:1:2::7") == peer_of("2001:db8:1:2:ffff::8") != peer_of("2001:db8:1:3::7")
    assert peer_of("::ffff:192.0.2.1") == peer_of("192.0.2.1") != peer_of("192.0.2.2")


async def test_half_a_header_is_not_waited_for(tmp_path: Path) -> None:
    clocked = Limits(header_s=0.0)
    async with served(tmp_path, clocked) as (server, port):
        reader, writer = await half_open(port)
        async with asyncio.timeout(60):
            with suppress(ConnectionError):
                assert await reader.read() == b""
        writer.close()
        assert server.closed["header_timeout"] == 1


MALFORMED = (
    b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\r\n\r\n",
    b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\x01\r\n\r\n",
    b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nAuthorization Bearer %s\r\n\r\n",
    b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n Authorization: Bearer %s\r\n\r\n",
    b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nAuthorization\x00: Bearer %s\r\n\r\n",
    b"GET /metrics?token=%s HTTP/9.9\r\nHost: localhost\r\n\r\n",
    b"GET /metrics?token=%s\x01 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"%s /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"Bearer %s\r\n\r\n",
    b"GET /metrics HTTP/1.1\r\nAuthorization: Bearer %s\r\n\r\n",
    b"GET /metrics HTTP/1.1\r\nHost: a\r\nHost: %s\r\n\r\n",
    b"GET http://user:%s@[::1/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"POST /api/v1/incidents HTTP/1.1\r\nHost: localhost\r\nContent-Length: %s\r\n\r\n",
    b"POST /api/v1/incidents HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n%s\r\n",
    b"POST /api/v1/incidents HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: %s\r\n\r\n",
    b"GET /" + b"a" * 9_000 + b"%s HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 9_000 + b"%s\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: %s\r\nConnection: upgrade\r\nSec-WebSocket-Key: %s\r\n\r\n",
    b"\xff\xfe%s\r\n\r\n",
)


async def test_no_malformed_request_brings_a_token_into_any_output(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    async with served(tmp_path) as (server, port):
        for words in MALFORMED:
            heard = await say(port, words.replace(b"%s", PLANTED.encode()), 0.3)
            assert PLANTED.encode() not in heard, heard
            if heard:
                assert_ours(heard)
        assert server.failures["malformed"] > 10
        assert server.failures["internal"] == 0
    said = capfd.readouterr()
    assert PLANTED not in caplog.text + said.out + said.err
    assert [record.name for record in caplog.records if record.levelno >= logging.WARNING] == []


def assert_ours(heard: bytes) -> None:
    """JSON, and nothing of whose libraries answer."""
    head, _, body = heard.partition(b"\r\n\r\n")
    assert b"Server: opsmon" in head, head
    assert b"aiohttp" not in heard
    if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.0 200")):
        assert b"application/json" in head, head
        assert json.JSONDecoder().raw_decode(body.decode())[0]["error"]


async def test_an_encoded_body_is_refused_unread(tmp_path: Path) -> None:
    packed = gzip.compress(b"0" * 50_000_000, 1)
    head = b"POST /api/v1/incidents HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n"
    known = head + b"Authorization: Bearer " + PLANTED.encode() + b"\r\n"
    async with served(tmp_path) as (_, port):
        for sent, status in ((head, b"401"), (known, b"415")):
            before = os.times()
            heard = await say(port, sent % len(packed) + b"\r\n" + packed[:4_000])
            after = os.times()
            assert heard.startswith(b"HTTP/1.1 " + status), heard[:200]
            assert_ours(heard)
            assert after.user - before.user < 1.0


async def test_a_body_is_asked_for_only_of_one_who_may_send_it(tmp_path: Path) -> None:
    head = b"POST /api/v1/incidents HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nExpect: 100-continue\r\n"
    known = head + b"Authorization: Bearer " + PLANTED.encode() + b"\r\n"
    async with served(tmp_path) as (_, port):
        assert (await say(port, head + b"Content-Length: 5\r\n\r\n")).startswith(b"HTTP/1.1 401")
        assert b"100 Continue" in await say(port, known + b"Content-Length: 5\r\n\r\n", 0.3)
        long = await say(port, known + b"Content-Length: 99999999\r\n\r\n{")
        assert b"HTTP/1.1 413" in long


async def test_the_mistakes_of_a_body_are_told_shortly(tmp_path: Path) -> None:
    body = json.dumps({f"key{number}" + "k" * 10: number for number in range(2_000)}).encode()
    known = b"POST /api/v1/incidents HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer "
    known += PLANTED.encode() + b"\r\nContent-Length: %d\r\n\r\n" % len(body)
    query = "&".join(f"{number}=1" for number in range(1_000)).encode()
    async with served(tmp_path) as (_, port):
        end = b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        queried, named = b"GET /api/v1/devices?" + query + end, b"GET /api/v1/devices/" + b"d" * 7_000 + end
        for words in (known + body, queried, named):
            heard = await say(port, words)
            assert heard.startswith(b"HTTP/1.1 4")
            assert len(heard) < 2_000, len(heard)


@contextmanager
def few_files_left() -> Iterator[None]:
    """This process may open no more files; clients and server are in it, so both find out."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, limits[1]))  # what is open stays so
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


async def test_without_files_the_port_rests_and_says_so_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with served(tmp_path) as (_, port):
        clients = [socket.socket() for _ in range(8)]
        with few_files_left():
            for client in clients:
                client.setblocking(False)
                with suppress(BlockingIOError):
                    client.connect(("127.0.0.1", port))
            for _ in range(50):
                if caplog.records:
                    break
                await asyncio.sleep(0.01)
        assert [record.message for record in caplog.records] == [
            "no connection can be accepted for now: Too many open files"
        ]
        for client in clients:
            client.close()
        assert (await say(port, HEALTH, 3.0)).startswith(b"HTTP/1.1 200")
    assert len(caplog.records) == 1
