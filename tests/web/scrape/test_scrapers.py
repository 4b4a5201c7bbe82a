"""Pages as several scrapers get them that come at about the same time."""

import asyncio
import gzip
import socket
from array import array
from dataclasses import replace
from datetime import timedelta

import pytest

from opsmon.engine.input import Reloaded
from opsmon.model.device import Inventory
from opsmon.model.name import CheckName, DeviceName, SiteName
from opsmon.model.sample import Outcome, Reading, Sample, TableBlock
from opsmon.web.scrape.shared_answer import MOST_KEPT, SHARED_FOR_S
from tests.support.web.scene import Client, WebScene

SITE = "/metrics/site/erlong-hall"
GZIP, PLAIN = {"Accept-Encoding": "gzip"}, {"Accept-Encoding": "identity"}
ROWS, COLUMNS = 16_000, 16  # some 16 MB of page: more than is kept, and than sockets hold


async def page(client: Client, path: str = SITE, coding: dict[str, str] = PLAIN) -> bytes:
    async with client.session.get(client.make_url(path), headers=coding, auto_decompress=False) as answer:
        assert answer.status == 200
        assert answer.headers["Vary"] == "Accept-Encoding"
        return await answer.read()


async def test_who_comes_within_a_second_gets_the_same_page_and_who_comes_later_a_new_one(
    scene: WebScene, client: Client
) -> None:
    first = await page(client)
    scene.daemon.latest[DeviceName("mcu-1")].clear()
    assert await page(client) == first
    scene.clock.at += timedelta(seconds=SHARED_FOR_S)
    assert b'probe_success{instance="mcu-1"}' in first
    assert b'probe_success{instance="mcu-1"}' not in await page(client)


async def test_each_has_it_in_the_coding_that_it_takes(client: Client) -> None:
    plain, squeezed = await page(client), await page(client, coding=GZIP)
    assert gzip.decompress(squeezed) == plain
    assert (await page(client), await page(client, coding=GZIP)) == (plain, squeezed)


async def test_one_page_is_not_given_for_another(client: Client) -> None:
    pages = [await page(client, path) for path in (SITE, "/metrics/site/lab", "/metrics/device/mcu-1")]
    assert len(set(pages)) == 3


async def test_a_page_of_before_a_reload_is_given_to_nobody(scene: WebScene, client: Client) -> None:
    assert b'instance="ups-1"' not in await page(client)
    old = scene.daemon.world.rules.inventory
    moved = replace(old.devices[DeviceName("ups-1")], site=SiteName("erlong-hall"))
    inventory = Inventory(old.sites, {**old.devices, DeviceName("ups-1"): moved})
    scene.daemon.take(Reloaded(replace(scene.daemon.world.rules, inventory=inventory)))
    assert b'instance="ups-1"' in await page(client)


def feed_a_large_table(scene: WebScene) -> None:
    names = tuple(f"ifMtu{number}" for number in range(COLUMNS))
    rows = [(("ifIndex", str(row)), ("ifName", f"GigabitEthernet0/0/{row}")) for row in range(ROWS)]
    now, device = scene.clock.now(), DeviceName("mcu-1")
    reading = Reading(TableBlock(names, rows), array("d", [1.0]) * (ROWS * COLUMNS))
    check = CheckName("icmp")  # one that the device has
    scene.daemon.latest[device][check] = Sample(device, check, Outcome.OK, now, now, 0.1, readings=(reading,))


@pytest.mark.parametrize("coding", [GZIP, PLAIN])
async def test_large_pages_come_whole_to_each_of_a_pair(
    scene: WebScene, client: Client, coding: dict[str, str]
) -> None:
    feed_a_large_table(scene)
    pages = await asyncio.gather(page(client, coding=coding), page(client, coding=coding))
    whole = gzip.decompress(pages[0]) if coding is GZIP else pages[0]
    assert pages[0] == pages[1]
    assert whole.count(b"\nopsmon_ifMtu") == ROWS * COLUMNS
    assert len(whole) > 2 * MOST_KEPT
    assert whole.endswith(b"\n")


async def test_who_reads_nothing_keeps_no_other_from_his_page_and_takes_no_part_for_the_whole(
    scene: WebScene, client: Client
) -> None:
    feed_a_large_table(scene)
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(slow, (client.host, client.port))
        await loop.sock_sendall(slow, f"GET {SITE} HTTP/1.1\r\nHost: {client.host}\r\n\r\n".encode())
        began = await loop.sock_recv(slow, 512)
        assert began.startswith(b"HTTP/1.1 200")
        assert (await page(client)).count(b"\nopsmon_ifMtu") == ROWS * COLUMNS
        got = began + await rest_of(slow)
    assert not got.endswith(b"0\r\n\r\n")  # the end of a chunked answer (RFC 9112, 7.1)


async def rest_of(slow: socket.socket) -> bytes:
    """What still comes, until the other end closes or breaks the connection."""
    loop, got = asyncio.get_running_loop(), b""
    try:
        async with asyncio.timeout(60):
            while piece := await loop.sock_recv(slow, 65_536):
                got += piece
    except ConnectionResetError:
        pass
    return got


async def test_a_large_page_has_a_head_and_no_body_for_who_asks_for_the_head(scene: WebScene, client: Client) -> None:
    feed_a_large_table(scene)
    answer = await client.head(SITE)
    assert (answer.status, await answer.read()) == (200, b"")
    assert (await page(client)).count(b"\nopsmon_ifMtu") == ROWS * COLUMNS
