"""Signing in through a provider that others wrote, behind a proxy with TLS under a sub-path, and what goes wrong."""

import re
from collections.abc import AsyncIterator, Iterator
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer

from opsmon.access.control import AccessControl
from opsmon.access.oidc.settings import OidcSettings
from opsmon.clock import WallClock
from opsmon.model.access_event import SignedIn
from opsmon.model.account import Account, Grant, Role
from opsmon.model.secret import Secret
from opsmon.web.context import MAX_OIDC_A_MINUTE
from opsmon.web.server import make_application
from opsmon.web.settings import PortSettings
from tests.support.real.oidc_provider import running_provider
from tests.support.web.scene import Client, WebScene

pytestmark = [pytest.mark.real, pytest.mark.filterwarnings("default::DeprecationWarning")]
PUBLIC = "https://monitor.example/opsmon"
ENGLISH = {"Accept-Language": "en"}
PROXIED = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}


@pytest.fixture
def provider() -> Iterator[str]:
    with running_provider() as issuer:
        yield issuer


def console(folder: Path, issuer: str, scene: WebScene | None = None) -> WebScene:
    from dataclasses import replace

    oidc = OidcSettings(issuer, "opsmon", Secret("a secret"), {"duty": Role.RESPONDER})
    settings = PortSettings(proxies=(ip_network("127.0.0.1"),), public_url=PUBLIC, oidc=oidc)
    made = scene or WebScene(folder, settings)
    clock = WallClock()
    made.parts = replace(made.parts, clock=clock, access=AccessControl(made.store.access, clock, oidc, PUBLIC))
    return made


@pytest.fixture
async def browser(tmp_path: Path, provider: str) -> AsyncIterator[tuple[WebScene, Client]]:
    scene = console(tmp_path, provider)
    jar = aiohttp.DummyCookieJar()  # a browser on https would keep them; each request here says what it keeps
    async with TestClient(TestServer(make_application(scene.parts)), cookie_jar=jar, headers=ENGLISH) as client:
        yield scene, client


async def begin(client: Client, wanted: str = "/api/v1/sites") -> tuple[str, str]:
    """The provider's page, and the cookie that the browser keeps."""
    answer = await client.get(f"/login/oidc?next={wanted}", headers=PROXIED, allow_redirects=False)
    assert answer.status == 303, await answer.text()
    cookie = answer.headers["Set-Cookie"]
    assert {"HttpOnly", "Secure", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    return answer.headers["Location"], cookie.partition(";")[0]


async def vouch(page: str, subject: str) -> str:
    """What the provider sends the browser back with."""
    async with aiohttp.ClientSession() as http, http.post(page, data={"sub": subject}, allow_redirects=False) as answer:
        assert answer.status in (302, 303), await answer.text()
        return answer.headers["Location"]


async def come_back(client: Client, address: str, cookie: str) -> aiohttp.ClientResponse:
    assert address.startswith(f"{PUBLIC}/login/oidc/return?")
    path = address.removeprefix(PUBLIC)  # the proxy takes the sub-path away
    return await client.get(path, headers=PROXIED | {"Cookie": cookie}, allow_redirects=False)


async def test_there_and_back_under_a_sub_path_with_the_role_of_the_group(browser: tuple[WebScene, Client]) -> None:
    scene, client = browser
    page, cookie = await begin(client)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(page).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    answer = await come_back(client, await vouch(page, "u-17"), cookie)
    assert (answer.status, answer.headers["Location"]) == (303, "/opsmon/api/v1/sites"), await answer.text()
    session = next(one for one in answer.headers.getall("Set-Cookie") if one.startswith("__Host-opsmon="))
    account = scene.store.access.account("wang.gong")
    assert account is not None
    assert (account.grant.role, account.title, account.subject) == (Role.RESPONDER, "甲工", "u-17")
    signed_in = [note for _, note in scene.store.access.notes() if isinstance(note, SignedIn)]
    assert [(one.account, one.via) for one in signed_in] == [
        ("wang.gong", "session:wang.gong@203.0.113.9 through 127.0.0.1")
    ]
    headers = PROXIED | {"Cookie": session.partition(";")[0]}
    assert (await client.get("/api/v1/sites", headers=headers)).status == 200


async def test_signing_out_does_not_sign_in_again(browser: tuple[WebScene, Client]) -> None:
    _, client = browser
    page, cookie = await begin(client)
    answer = await come_back(client, await vouch(page, "u-17"), cookie)
    session = next(one for one in answer.headers.getall("Set-Cookie") if one.startswith("__Host-opsmon="))
    headers = PROXIED | {"Cookie": session.partition(";")[0]}
    found = re.search(r'name="csrf" value="(\w+)"', await (await client.get("/me", headers=headers)).text())
    assert found is not None
    ours = headers | {"Origin": "https://monitor.example"}
    out = await client.post("/logout", data={"csrf": found[1]}, headers=ours, allow_redirects=False)
    assert (out.status, out.headers["Location"]) == (303, "/opsmon/login?out=1")
    form = await client.get("/login?out=1", headers=headers, allow_redirects=False)
    assert form.status == 200
    assert (await client.get("/api/v1/sites", headers=headers)).status == 401


async def test_the_answer_to_another_browser_is_refused(browser: tuple[WebScene, Client]) -> None:
    _, client = browser
    page, _ = await begin(client)
    _, others = await begin(client)
    back = await vouch(page, "u-17")
    for cookie in (others, "x=y"):
        answer = await come_back(client, back, cookie)
        assert answer.status == 403
        assert "answers another sign-in" in await answer.text()
        assert not any(one.startswith("__Host-opsmon=") for one in answer.headers.getall("Set-Cookie"))


async def test_who_is_in_no_group_with_a_role_stays_outside(browser: tuple[WebScene, Client]) -> None:
    scene, client = browser
    page, cookie = await begin(client)
    answer = await come_back(client, await vouch(page, "u-18"), cookie)
    assert answer.status == 403
    assert "none of your groups has a role" in await answer.text()
    assert scene.store.access.accounts() == ()
    failed = scene.parts.access.failures.take()
    assert [(one.account, one.address, one.count) for one in failed] == [("", "203.0.113.9", 1)]


async def test_an_address_that_brings_answers_without_end_has_to_wait(browser: tuple[WebScene, Client]) -> None:
    scene, client = browser
    path = "/login/oidc/return?code=x&state=y"
    for _ in range(MAX_OIDC_A_MINUTE):
        assert (await client.get(path, headers=PROXIED)).status == 403
    answer = await client.get(path, headers=PROXIED)
    assert (answer.status, answer.headers["Retry-After"]) == (429, "60")
    others = PROXIED | {"X-Forwarded-For": "203.0.113.10"}
    assert (await client.get(path, headers=others)).status == 403
    counted = {one.address: one.count for one in scene.parts.access.failures.take()}
    assert counted == {"203.0.113.9": MAX_OIDC_A_MINUTE, "203.0.113.10": 1}


async def test_an_account_of_ours_is_never_taken_over(browser: tuple[WebScene, Client]) -> None:
    scene, client = browser
    scene.store.access.put_account(Account("wang.gong", Grant(Role.ADMIN)), ())
    page, cookie = await begin(client)
    assert (await come_back(client, await vouch(page, "u-17"), cookie)).status == 303
    ours, theirs = scene.store.access.accounts()
    assert (ours.name, ours.issuer, theirs.grant.role) == ("wang.gong", "", Role.RESPONDER)
    assert theirs.name.startswith("wang.gong-")


async def test_a_provider_that_calls_itself_otherwise_is_refused_with_both_names(tmp_path: Path, provider: str) -> None:
    written = provider.replace("localhost", "127.0.0.1")  # the mock names itself by the Host that it is asked under
    scene = console(tmp_path, f"{written}/")
    async with TestClient(TestServer(make_application(scene.parts)), headers=ENGLISH) as client:
        answer = await client.get("/login/oidc", headers=PROXIED, allow_redirects=False)
        text = await answer.text()
        assert answer.status == 502
        assert f"{written}/" in text
        assert f"&#39;{written}&#39;" in text


async def test_a_provider_that_is_not_there_is_told(tmp_path: Path) -> None:
    scene = console(tmp_path, "http://localhost:1")
    async with TestClient(TestServer(make_application(scene.parts)), headers=ENGLISH) as client:
        answer = await client.get("/login/oidc", headers=PROXIED, allow_redirects=False)
        assert (answer.status, "no answer from http://localhost:1" in await answer.text()) == (502, True)
        chinese = {**PROXIED, "Accept-Language": "zh"}
        answer = await client.get("/login/oidc", headers=chinese, allow_redirects=False)
        assert (answer.status, "openid-configuration 没有应答" in await answer.text()) == (502, True)
