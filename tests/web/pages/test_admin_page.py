"""The page of admins: accounts and tokens change by form, what no channel took is told, and nobody else sees it."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer

from opsmon.model.access_event import AccountChanged
from opsmon.model.account import Account, Grant, Role, Scope
from opsmon.model.name import SiteName
from opsmon.store.outbox import OwedDelivery
from opsmon.web.pages.admin.overview import channel_rows
from opsmon.web.server import make_application
from tests.support.browser.story import everything_happens
from tests.support.web.quick_hash import quick_hash
from tests.support.web.scene import Client, WebScene

PASSWORD = "four words of nobody"
KEPT = quick_hash(PASSWORD)
FROM_HERE = {"Sec-Fetch-Site": "same-origin", "Accept-Language": "en"}


@pytest.fixture
async def browser(scene: WebScene) -> AsyncIterator[Client]:
    for name, role in (("chief", Role.ADMIN), ("wang", Role.RESPONDER), ("boss", Role.MANAGER)):
        scene.store.access.put_account(Account(name, Grant(role), password=KEPT), ())
    jar = CookieJar(unsafe=True)  # of an address without a name
    async with TestClient(TestServer(make_application(scene.parts)), cookie_jar=jar) as made:
        yield made


async def sign_in(browser: Client, name: str) -> None:
    fields = {"name": name, "password": PASSWORD}
    answer = await browser.post("/login", data=fields, headers=FROM_HERE, allow_redirects=False)
    assert answer.status == 303


async def show(browser: Client, path: str = "/admin", status: int = 200) -> str:
    answer = await browser.get(path, headers=FROM_HERE)
    text = await answer.text()
    assert answer.status == status, text
    return text


async def send(browser: Client, path: str, status: int, **fields: str) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', await show(browser, "/me"))
    assert found is not None
    answer = await browser.post(path, data={**fields, "csrf": found[1]}, headers=FROM_HERE, allow_redirects=False)
    text = await answer.text()
    assert answer.status == status, text
    return text


async def test_an_admin_with_a_limited_scope_neither_reads_nor_widens_it(scene: WebScene, browser: Client) -> None:
    grant = Grant(Role.ADMIN, Scope(sites=frozenset({SiteName("lab")})))
    scene.store.access.put_account(Account("local", grant, password=KEPT), ())
    await sign_in(browser, "local")
    await show(browser, status=403)
    await send(browser, "/admin/accounts/local", 403, do="grant", role="admin")
    await send(browser, "/admin/tokens", 403, token="x", role="admin", days="9")
    kept = scene.store.access.account("local")
    assert kept is not None
    assert (kept.grant, scene.store.access.tokens()) == (grant, ())


async def test_an_admin_adds_changes_and_disables_an_account(scene: WebScene, browser: Client) -> None:
    await sign_in(browser, "chief")
    added = {"account": "li", "title": "李工", "password": PASSWORD, "role": "responder", "sites": "lab"}
    await send(browser, "/admin/accounts", 303, **added)
    assert "李工" in await show(browser)
    account = scene.store.access.account("li")
    assert account is not None
    assert (account.grant.role, account.grant.scope.sites) == (Role.RESPONDER, frozenset({"lab"}))
    await send(browser, "/admin/accounts/li", 303, do="grant", role="manager")
    await send(browser, "/admin/accounts/li", 303, do="disable")
    changed = scene.store.access.account("li")
    assert changed is not None
    assert (changed.grant.role, changed.disabled) == (Role.MANAGER, True)
    notes = [
        (note.account, note.change, note.by)
        for _, note in scene.store.access.notes()
        if isinstance(note, AccountChanged)
    ]
    assert [one for one in notes if one[0] == "li"] == [
        ("li", "added", "chief"), ("li", "granted", "chief"), ("li", "disabled", "chief"),
    ]  # fmt: skip


async def test_what_cannot_be_is_refused_and_changes_nothing(scene: WebScene, browser: Client) -> None:
    await sign_in(browser, "chief")
    assert "the last admin" in await send(browser, "/admin/accounts/chief", 422, do="grant", role="viewer")
    short = {"account": "li", "password": "short", "role": "viewer"}
    assert "10 to 200 characters" in await send(browser, "/admin/accounts", 422, **short)
    nowhere = {"account": "li", "password": PASSWORD, "role": "viewer", "sites": "labb"}
    assert "no site" in await send(browser, "/admin/accounts", 422, **nowhere)
    assert scene.store.access.account("li") is None


async def test_a_token_is_shown_once_and_opens_until_it_is_revoked(scene: WebScene, browser: Client) -> None:
    await sign_in(browser, "chief")
    page = await send(browser, "/admin/tokens", 201, token="grafana", days="30", role="viewer")
    found = re.search(r"opsmon_[A-Za-z0-9_-]+", page)
    assert found is not None
    assert found[0] not in await show(browser)
    bearer = {"Authorization": f"Bearer {found[0]}"}
    async with TestClient(TestServer(make_application(scene.parts))) as programme:
        assert (await programme.get("/api/v1/incidents", headers=bearer)).status == 200
        await send(browser, "/admin/tokens/grafana/revoke", 303)
        assert (await programme.get("/api/v1/incidents", headers=bearer)).status == 401


@pytest.mark.parametrize("name", ["wang", "boss"])
async def test_nobody_but_an_admin_sees_it_or_changes_anything(scene: WebScene, browser: Client, name: str) -> None:
    await sign_in(browser, name)
    await show(browser, "/admin", 403)
    assert 'href="/admin"' not in await show(browser, "/")
    await send(browser, "/admin/accounts/wang", 403, do="grant", role="admin")
    await send(browser, "/admin/tokens", 403, token="mine", days="1", role="admin")
    assert not scene.store.access.tokens()


async def test_a_responder_takes_on_from_the_board_and_sees_no_form_of_managers(
    scene: WebScene, browser: Client
) -> None:
    everything_happens(scene)
    await sign_in(browser, "wang")
    (first,) = [one.id for one in scene.daemon.world.incidents.open_incidents() if one.device == "mcu-1"]
    assert f'form="take-on" formaction="/i/{first}/ack"' in await show(browser, "/")
    await send(browser, f"/i/{first}/ack", 303, back="/")
    holder = scene.daemon.world.incidents.by_id[first].holder
    assert holder is not None
    assert holder.by == "wang"
    page = await show(browser, f"/i/{first}")
    assert f'action="/i/{first}/facts"' in page
    assert f'action="/i/{first}/exclusions"' not in page
    assert 'action="/silences"' not in await show(browser, "/silences")


def test_a_channel_is_as_bad_as_its_worst_message() -> None:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    dead = OwedDelivery("d-1", "sms", "20261120-1", "dead", 9, "refused", at, at)
    late = OwedDelivery("d-2", "robot", "20261120-1", "waiting", 1, "", at, at)
    rows = channel_rows((dead, late), ("robot", "mail"))
    assert [(one.name, one.mark.tone, one.waiting, one.dead, one.error) for one in rows] == [
        ("robot", "at-risk", 1, 0, ""), ("mail", "met", 0, 0, ""), ("sms", "breached", 0, 1, "refused"),
    ]  # fmt: skip
