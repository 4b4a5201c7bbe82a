"""A browser with cookies, a proxy with TLS under a sub-path, the port behind it, a provider that others wrote."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest

from opsmon.access.control import AccessControl
from opsmon.access.oidc.settings import OidcSettings
from opsmon.clock import WallClock
from opsmon.model.access_event import SignedIn
from opsmon.model.account import Role
from opsmon.model.secret import Secret
from opsmon.web.server import WebServer
from opsmon.web.settings import PortSettings
from tests.support.real.oidc_provider import running_provider
from tests.support.web.scene import WebScene, everything_answers
from tests.support.web.tls_proxy import TlsProxy, browser_at

pytestmark = [pytest.mark.real, pytest.mark.filterwarnings("default::DeprecationWarning")]
BROWSER = "127.0.0.2"  # no proxy of the settings
PAGES = ("", "i", "sites", "devices", "contracts", "oncall", "silences", "backups", "report", "me", "d/core-1")


class House:
    """What the browser of a person reaches. `at` is an address of ours as the browser has to ask for it."""

    def __init__(self, scene: WebScene, proxy: TlsProxy, browser: aiohttp.ClientSession) -> None:
        self.scene, self.proxy, self.browser = scene, proxy, browser

    def at(self, path: str) -> str:
        return f"{self.proxy.url}/{path}"

    async def read(self, path: str) -> str:
        async with self.browser.get(self.at(path)) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.text()

    async def sign_in(self, wanted: str) -> str:
        """There and back as the person u-17; where the browser has come to."""
        async with self.browser.get(self.at(f"login/oidc?next={wanted}"), allow_redirects=False) as answer:
            page = answer.headers["Location"]
        async with (
            aiohttp.ClientSession() as window,
            window.post(page, data={"sub": "u-17"}, allow_redirects=False) as vouched,
        ):
            back = vouched.headers["Location"]
        assert back.startswith(self.at("login/oidc/return?"))
        async with self.browser.get(back) as answer:
            assert answer.status == 200, await answer.text()
            return str(answer.url)

    async def sign_out(self, headers: dict[str, str]) -> tuple[int, str]:
        found = re.search(r'name="csrf" value="(\w+)"', await self.read("me"))
        assert found is not None
        async with self.browser.post(self.at("logout"), data={"csrf": found[1]}, headers=headers) as answer:
            return answer.status, str(answer.url)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    proxy = TlsProxy(tmp_path, "monitor.example", "/opsmon")
    await proxy.start()
    with running_provider() as issuer:
        oidc = OidcSettings(issuer, "opsmon", Secret("a secret"), {"duty": Role.RESPONDER})
        settings = PortSettings(port=0, proxies=(ip_network("127.0.0.1"),), public_url=proxy.url, oidc=oidc)
        scene, clock = WebScene(tmp_path, settings), WallClock()
        everything_answers(scene)
        access = AccessControl(scene.store.access, clock, oidc, proxy.url)
        server = WebServer(replace(scene.parts, clock=clock, access=access))
        proxy.target = await server.start()
        async with browser_at(proxy, BROWSER) as browser:
            yield House(scene, proxy, browser)
        await server.stop()
    await proxy.stop()


async def test_a_person_comes_in_through_the_provider_and_is_where_he_wanted_to_be(house: House) -> None:
    async with house.browser.get(house.at("")) as stranger:
        assert str(stranger.url) == house.at("login?next=/")
    assert await house.sign_in("/sites") == house.at("sites")
    (cookie,) = [one for one in house.browser.cookie_jar if one.key == "__Host-opsmon"]
    assert (cookie["secure"], cookie["httponly"], cookie["path"], cookie["samesite"]) == (True, True, "/", "Lax")
    notes = [note for _, note in house.scene.store.access.notes() if isinstance(note, SignedIn)]
    assert [note.via for note in notes] == [f"session:wang.gong@{BROWSER} through 127.0.0.1"]


async def test_no_page_leads_out_of_the_sub_path(house: House) -> None:
    await house.sign_in("/")
    for path in PAGES:
        text = await house.read(path)
        links = re.findall(r'(?:href|src|action|formaction)="([^"]*)"', text)
        out = [link for link in links if not link.startswith(("/opsmon/", "#", "?")) and link != "/opsmon"]
        assert links, path
        assert [link for link in out if urlsplit(link).netloc != urlsplit(house.proxy.url).netloc] == [], path


async def test_the_style_and_the_script_are_found(house: House) -> None:
    await house.sign_in("/")
    files = re.findall(r'(?:href|src)="(/opsmon/static/[^"]*)"', await house.read(""))
    assert len(files) >= 2
    for path in files:
        await house.read(path.removeprefix("/opsmon/"))


async def test_signing_out_ends_at_the_form_and_asks_no_provider(house: House) -> None:
    await house.sign_in("/")
    origin = house.proxy.url.removesuffix("/opsmon")
    assert await house.sign_out({"Origin": origin}) == (200, house.at("login?out=1"))
    assert [one.key for one in house.browser.cookie_jar if one.key == "__Host-opsmon" and one.value] == []
    async with house.browser.get(house.at("")) as answer:
        assert str(answer.url) == house.at("login?next=/")


async def test_another_origin_is_refused_though_the_cookie_is_there(house: House) -> None:
    await house.sign_in("/")
    port = house.proxy.port
    for origin in ("https://monitor.example", f"http://monitor.example:{port}", house.proxy.target, "null"):
        assert (await house.sign_out({"Origin": origin}))[0] == 403
    assert "甲工" in await house.read("me")


async def test_what_a_browser_says_of_its_address_is_not_believed(house: House) -> None:
    house.browser.headers["X-Forwarded-For"] = "203.0.113.66"
    house.browser.headers["X-Forwarded-Host"] = "evil.example"
    assert await house.sign_in("/sites") == house.at("sites")
    page = await house.read("me")
    assert BROWSER in page
    assert "203.0.113.66" not in page
    assert "evil.example" not in page
