"""The port itself: where it listens, and what happens when it cannot."""

import socket
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from opsmon.web.server import WebServer
from opsmon.web.settings import PortSettings, PortSpec
from tests.support.web.scene import WebScene


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.mark.parametrize(("host", "shown"), [("127.0.0.1", "127.0.0.1"), ("::1", "[::1]"), ("localhost", "localhost")])
async def test_it_tells_where_it_listens_and_answers_there_until_it_is_stopped(
    tmp_path: Path, host: str, shown: str
) -> None:
    if ":" in host and not has_ipv6():
        pytest.skip("this machine has no IPv6 loopback")
    parts = replace(WebScene(tmp_path).parts, settings=PortSettings(host=host, port=0))
    server = WebServer(parts)
    url = await server.start()
    assert url.startswith(f"http://{shown}:")
    async with aiohttp.ClientSession() as http:
        async with http.get(f"{url}/healthz") as answer:
            assert answer.status == 200
        async with http.get(f"{url}/api/v1/sites") as answer:
            assert answer.status == 200
        await server.stop()
        with pytest.raises(aiohttp.ClientConnectorError):
            await http.get(f"{url}/healthz")


async def test_a_port_that_is_taken_is_an_error_at_once(tmp_path: Path) -> None:
    parts = WebScene(tmp_path).parts
    first = WebServer(replace(parts, settings=PortSettings(port=0)))
    port = int((await first.start()).rpartition(":")[2])
    second = WebServer(replace(parts, settings=PortSettings(port=port)))
    with pytest.raises(OSError, match="address already in use"):
        await second.start()
    await second.stop()
    await first.stop()


@pytest.mark.parametrize(
    ("listen", "url", "loopback"),
    [
        ("127.0.0.1:9876", "http://127.0.0.1:9876", True),
        ("[::1]:80", "http://[::1]:80", True),
        ("localhost:1", "http://localhost:1", True),
        ("0.0.0.0:9876", "http://127.0.0.1:9876", False),
        ("[::]:9876", "http://[::1]:9876", False),
        ("192.0.2.7:9876", "http://192.0.2.7:9876", False),
        ("monitor.example:9876", "http://monitor.example:9876", False),
    ],
)
def test_clients_on_this_machine_find_it(listen: str, url: str, loopback: bool) -> None:
    settings = PortSpec(listen=listen).resolve()
    assert (settings.url, settings.is_loopback) == (url, loopback)


@pytest.mark.parametrize("listen", ["9876", "127.0.0.1", ":80", "a:b", "a:99999", "a:-1", ""])
def test_what_is_no_address_is_refused(listen: str) -> None:
    with pytest.raises(ValueError, match="not an address to listen on"):
        PortSpec(listen=listen)
