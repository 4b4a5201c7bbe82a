"""No page of another site commands in a person's name: every address that changes something, walked."""

import re
from collections.abc import AsyncIterator

import pytest
from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer

from opsmon.model.account import Account, Grant, Role
from opsmon.web.auth import Access
from opsmon.web.route import Route
from opsmon.web.routes import ALL_ROUTES
from opsmon.web.server import make_application
from tests.support.web.quick_hash import quick_hash
from tests.support.web.scene import Client, WebScene

PASSWORD = "nobody guesses this one"
CHANGING = [route for route in ALL_ROUTES if route.method != "GET"]
FROM_HERE = {"Sec-Fetch-Site": "same-origin"}


def address(route: Route) -> str:
    return re.sub(r"\{\w+\}", "x", route.path)


@pytest.fixture
async def admin(scene: WebScene) -> AsyncIterator[Client]:
    """A browser that an admin signed in with."""
    account = Account("boss", Grant(Role.ADMIN), password=quick_hash(PASSWORD))
    scene.store.access.put_account(account, ())
    async with TestClient(TestServer(make_application(scene.parts)), cookie_jar=CookieJar(unsafe=True)) as made:
        fields = {"name": "boss", "password": PASSWORD}
        answer = await made.post("/login", data=fields, headers=FROM_HERE, allow_redirects=False)
        assert answer.status == 303
        yield made


async def field_of(admin: Client) -> str:
    found = re.search(r'name="csrf" value="(\w+)"', await (await admin.get("/me")).text())
    assert found is not None
    return found[1]


@pytest.mark.parametrize("route", CHANGING, ids=lambda route: f"{route.method} {route.path}")
async def test_every_change_in_a_sessions_name_has_to_prove_that_it_was_meant(admin: Client, route: Route) -> None:
    field = await field_of(admin)
    header = {"X-Opsmon-Csrf": field}
    wrong: list[dict[str, str]] = [
        {},
        header,
        header | {"Sec-Fetch-Site": "cross-site"},
        header | {"Sec-Fetch-Site": "same-site"},
        header | {"Sec-Fetch-Site": "none"},
        header | {"Origin": "https://evil.example"},
        header | {"Origin": "null"},
    ]
    if route.access is not Access.OPEN:  # else it does nothing in the session's name, and there may be none
        wrong += [FROM_HERE, FROM_HERE | {"X-Opsmon-Csrf": "0" * 64}, FROM_HERE | {"X-Opsmon-Csrf": ""}]
    for headers in (one | {"Accept-Language": "en"} for one in wrong):
        answer = await admin.request(route.method, address(route), data="{}", headers=headers, allow_redirects=False)
        assert answer.status == 403, (headers, await answer.text())
        assert "sign-in" in await answer.text() or "not sent by a page" in await answer.text()
    answer = await admin.request(
        route.method, address(route), data="{}", headers=FROM_HERE | header, allow_redirects=False
    )
    assert answer.status != 403, await answer.text()


async def test_the_field_of_one_session_does_not_open_another(scene: WebScene, admin: Client) -> None:
    field = await field_of(admin)
    admin.session.cookie_jar.clear()
    await admin.post("/login", data={"name": "boss", "password": PASSWORD}, headers=FROM_HERE, allow_redirects=False)
    answer = await admin.post("/logout", data={"csrf": field}, headers=FROM_HERE, allow_redirects=False)
    assert answer.status == 403


@pytest.mark.parametrize(
    "route",
    [route for route in ALL_ROUTES if route.method == "GET" and route.path != "/stream"],
    ids=lambda route: route.path,
)
async def test_no_page_or_document_holds_a_secret(scene: WebScene, admin: Client, route: Route) -> None:
    answer = await admin.get(address(route), allow_redirects=False)
    text = await answer.text()
    account = scene.store.access.account("boss")
    assert account is not None
    cookies = [cookie.value for cookie in admin.session.cookie_jar]
    assert [secret for secret in (PASSWORD, account.password, *cookies) if secret in text] == []
