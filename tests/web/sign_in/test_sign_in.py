"""Signing in and out with a browser: who is let in, what the cookie is, and what a command has to prove."""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer

from opsmon.access.password import hash_password
from opsmon.model.account import Account, Grant, Role
from opsmon.web.server import make_application
from opsmon.web.settings import PortSettings
from tests.support.web.scene import Client, WebScene, everything_answers

PASSWORD = "correct horse 电池"
RESPONDER = Grant(Role.RESPONDER)
FROM_HERE = {"Sec-Fetch-Site": "same-origin"}
_KEPT = hash_password(PASSWORD)  # a quarter of a second, once


def add_account(scene: WebScene, name: str = "wang", grant: Grant = RESPONDER, *, disabled: bool = False) -> Account:
    account = Account(name, grant, title="甲工", password=_KEPT, disabled=disabled)
    scene.store.access.put_account(account, ())
    return account


@pytest.fixture
async def browser(scene: WebScene) -> AsyncIterator[Client]:
    """A client with cookies, where one person has an account."""
    add_account(scene)
    jar = CookieJar(unsafe=True)  # of an address without a name
    async with TestClient(TestServer(make_application(scene.parts)), cookie_jar=jar) as made:
        yield made


async def sign_in(
    browser: Client, name: str = "wang", password: str = PASSWORD, headers: Mapping[str, str] = FROM_HERE, **more: str
) -> tuple[int, Mapping[str, str]]:
    fields = {"name": name, "password": password, **more}
    answer = await browser.post("/login", data=fields, headers=headers, allow_redirects=False)
    return answer.status, answer.headers


async def csrf_of(browser: Client) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', await (await browser.get("/me")).text())
    assert found is not None
    return found[1]


async def test_a_page_sends_a_stranger_to_the_form_and_the_form_sends_him_back(browser: Client) -> None:
    answer = await browser.get("/?state=open", allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/login?next=/%3Fstate%3Dopen")
    form = await (await browser.get(answer.headers["Location"])).text()
    assert 'name="next" value="/?state=open"' in form
    status, headers = await sign_in(browser, next="/?state=open")
    assert (status, headers["Location"]) == (303, "/?state=open")
    assert (await browser.get("/", allow_redirects=False)).status == 200


async def test_the_api_wants_a_token_or_a_session_once_there_is_an_account(browser: Client) -> None:
    assert (await browser.get("/api/v1/devices")).status == 401
    await sign_in(browser)
    assert (await browser.get("/api/v1/devices")).status == 200


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:1", "/é", "x"]
)
async def test_nobody_is_sent_to_another_site(browser: Client, wanted: str) -> None:
    assert (await sign_in(browser, next=wanted))[1]["Location"] == "/"


@pytest.mark.parametrize(
    ("name", "password"), [("wang", "wrong password"), ("nobody", PASSWORD), ("wang", ""), ("", "")]
)
async def test_a_wrong_name_and_a_wrong_password_are_answered_alike(browser: Client, name: str, password: str) -> None:
    status, headers = await sign_in(browser, name, password)
    assert status == 401
    assert "Set-Cookie" not in headers


async def test_a_disabled_account_and_one_without_a_password_stay_outside(scene: WebScene, browser: Client) -> None:
    add_account(scene, "li", disabled=True)
    assert (await sign_in(browser, "li"))[0] == 401
    scene.clock.at += timedelta(minutes=1)
    scene.store.access.put_account(Account("zhao", Grant(Role.VIEWER)), ())
    assert (await sign_in(browser, "zhao", ""))[0] == 401


async def test_who_guesses_waits_longer_each_time_and_the_owner_gets_in_afterwards(
    scene: WebScene, browser: Client
) -> None:
    waits = []
    for _ in range(5):
        while (answer := await sign_in(browser, password="guessed it?"))[0] == 429:
            waits.append(int(answer[1]["Retry-After"]))
            scene.clock.at += timedelta(seconds=waits[-1])
        assert answer[0] == 401
    assert waits == [1, 2, 4]
    scene.clock.at += timedelta(seconds=8)
    assert (await sign_in(browser))[0] == 303


@pytest.mark.parametrize(
    "headers", [{}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}]
)
async def test_a_form_of_another_site_signs_nobody_in(browser: Client, headers: dict[str, str]) -> None:
    assert (await sign_in(browser, headers=headers))[0] == 403


async def test_a_browser_that_tells_only_its_origin_is_understood(browser: Client) -> None:
    assert (await sign_in(browser, headers={"Origin": str(browser.make_url("/")).rstrip("/")}))[0] == 303


async def test_the_cookie_is_for_requests_alone_and_goes_with_the_browser(browser: Client) -> None:
    cookie = (await sign_in(browser))[1]["Set-Cookie"]
    assert cookie.startswith("opsmon=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "expires" not in cookie.lower()
    assert "Secure" not in cookie


async def test_one_that_stays_is_kept_for_thirty_days(scene: WebScene, browser: Client) -> None:
    assert "expires=Sun, 20 Dec 2026" in (await sign_in(browser, stay="1"))[1]["Set-Cookie"]
    scene.clock.at += timedelta(days=29)
    assert (await browser.get("/api/v1/devices")).status == 200
    scene.clock.at += timedelta(days=2)
    assert (await browser.get("/api/v1/devices")).status == 401


@pytest.mark.parametrize(("pause", "times", "status"), [(11, 10, 200), (13, 1, 401), (11, 16, 401)])
async def test_a_session_ends_after_twelve_idle_hours_and_after_seven_days(
    scene: WebScene, browser: Client, pause: int, times: int, status: int
) -> None:
    await sign_in(browser)
    for _ in range(times):
        scene.clock.at += timedelta(hours=pause)
        answer = await browser.get("/api/v1/devices")
    assert answer.status == status


async def test_behind_a_proxy_with_tls_the_cookie_is_bound_to_the_host(tmp_path: Path) -> None:
    settings = PortSettings(proxies=(ip_network("127.0.0.1"),), public_url="https://monitor.example/opsmon")
    scene = WebScene(tmp_path, settings)
    everything_answers(scene)
    add_account(scene)
    proxied = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https", "Host": "127.0.0.1:9876"}
    async with TestClient(TestServer(make_application(scene.parts))) as client:
        answer = await client.get("/", headers=proxied, allow_redirects=False)
        assert answer.headers["Location"] == "/opsmon/login?next=/"
        assert 'action="/opsmon/login"' in await (await client.get("/login", headers=proxied)).text()
        status, headers = await sign_in(client, headers=proxied | {"Origin": "https://monitor.example"})
        assert (status, headers["Location"]) == (303, "/opsmon/")
        assert headers["Set-Cookie"].startswith("__Host-opsmon=")
        assert "Secure" in headers["Set-Cookie"].split("; ")
        assert "Domain" not in headers["Set-Cookie"]
        word = headers["Set-Cookie"].partition(";")[0]
        answer = await client.get("/me", headers=proxied | {"Cookie": word})
        assert "203.0.113.9" in await answer.text()
        assert 'action="/opsmon/logout"' in await answer.text()


async def test_nobody_reads_through_a_trusted_proxy_without_signing_in(tmp_path: Path) -> None:
    scene = WebScene(tmp_path, PortSettings(proxies=(ip_network("127.0.0.1"),)))
    async with TestClient(TestServer(make_application(scene.parts))) as client:
        assert (await client.get("/api/v1/devices")).status == 200
        assert (await client.get("/api/v1/devices", headers={"X-Forwarded-For": "203.0.113.9"})).status == 403


async def test_signing_out_needs_the_field_of_the_session_and_ends_it_for_good(browser: Client) -> None:
    cookie = (await sign_in(browser))[1]["Set-Cookie"].partition(";")[0]
    field = await csrf_of(browser)
    for data, headers in (
        ({}, FROM_HERE),
        ({"csrf": "0" * 64}, FROM_HERE),
        ({"csrf": field}, {}),
        ({"csrf": field}, {"Sec-Fetch-Site": "same-site"}),
        ({"csrf": field}, {"Origin": "https://evil.example"}),
    ):
        assert (await browser.post("/logout", data=data, headers=headers, allow_redirects=False)).status == 403
    answer = await browser.post("/logout", data={"csrf": field}, headers=FROM_HERE, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/login?out=1")
    assert (await browser.get("/me", headers={"Cookie": cookie}, allow_redirects=False)).status == 303
    assert (await browser.get("/me", allow_redirects=False)).status == 303


async def test_a_new_sign_in_gets_a_new_session_and_ends_the_one_before(scene: WebScene, browser: Client) -> None:
    before = (await sign_in(browser))[1]["Set-Cookie"].partition(";")[0]
    after = (await sign_in(browser))[1]["Set-Cookie"].partition(";")[0]
    assert before != after
    assert len(scene.store.access.sessions_of("wang")) == 1


async def test_one_lists_ones_sessions_and_ends_another_but_nobody_elses(scene: WebScene, browser: Client) -> None:
    add_account(scene, "li")
    other = (await sign_in(browser, "li"))[1]["Set-Cookie"].partition(";")[0]
    browser.session.cookie_jar.clear()
    phone = (await sign_in(browser))[1]["Set-Cookie"].partition(";")[0]
    browser.session.cookie_jar.clear()
    await sign_in(browser)
    field = await csrf_of(browser)
    (lis,) = scene.store.access.sessions_of("li")
    answer = await browser.post("/me/sessions", data={"csrf": field, "session": lis.id}, headers=FROM_HERE)
    assert answer.status == 404
    page = await (await browser.get("/me")).text()
    (phones,) = re.findall(r'name="session" value="([0-9a-f]{64})"', page)
    await browser.post("/me/sessions", data={"csrf": field, "session": phones}, headers=FROM_HERE)
    assert len(scene.store.access.sessions_of("wang")) == 1
    browser.session.cookie_jar.clear()
    assert (await browser.get("/api/v1/devices", headers={"Cookie": phone})).status == 401
    assert (await browser.get("/api/v1/devices", headers={"Cookie": other})).status == 200


async def test_a_disabled_account_is_out_within_moments(scene: WebScene, browser: Client) -> None:
    await sign_in(browser)
    assert (await browser.get("/api/v1/devices")).status == 200
    owner = scene.store.access.account("wang")
    assert owner is not None
    scene.store.access.put_account(replace(owner, disabled=True), (), ends_sessions=True)
    add_account(scene, "li")
    scene.clock.at += timedelta(seconds=3)
    assert (await browser.get("/api/v1/devices")).status == 401


async def test_the_store_holds_no_word_that_opens_anything(scene: WebScene, browser: Client) -> None:
    cookie = (await sign_in(browser))[1]["Set-Cookie"].partition(";")[0]
    field = await csrf_of(browser)
    written = b"".join(
        path.read_bytes() for path in Path(str(scene.store._engine.url.database)).parent.glob("opsmon.db*")
    )
    for secret in (PASSWORD, cookie.partition("=")[2], field):
        assert secret.encode() not in written
    assert b"$argon2id$v=19$m=65536,t=3,p=4$" in written


@pytest.mark.parametrize("path", ["/login", "/me", "/"])
async def test_every_page_lets_nothing_run_that_is_not_ours(browser: Client, path: str) -> None:
    await sign_in(browser)
    answer = await browser.get(path)
    assert answer.status == 200
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin" or path == "/"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(("language", "word"), [("zh-CN,zh;q=0.9", "用户名"), ("en-GB", "Name"), ("fr", "用户名")])
async def test_the_form_speaks_the_readers_language(browser: Client, language: str, word: str) -> None:
    page = await (await browser.get("/login", headers={"Accept-Language": language})).text()
    assert word in page
