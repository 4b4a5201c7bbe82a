"""What a person changes of his own account: the password and the language."""

import re
from collections.abc import AsyncIterator

import pytest
from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer

from opsmon.model.access_event import AccountChanged
from opsmon.model.account import Account, Grant, Role
from opsmon.web.server import make_application
from tests.support.web.quick_hash import quick_hash
from tests.support.web.scene import Client, WebScene

PASSWORD, NEW = "nobody guesses this one", "nor does anybody this one"
FROM_HERE = {"Sec-Fetch-Site": "same-origin"}


async def sign_in(client: Client, password: str) -> int:
    fields = {"name": "wang", "password": password}
    return (await client.post("/login", data=fields, headers=FROM_HERE, allow_redirects=False)).status


async def send(client: Client, path: str, **fields: str) -> tuple[int, str]:
    page = await (await client.get("/me")).text()
    found = re.search(r'name="csrf" value="(\w+)"', page)
    assert found is not None
    answer = await client.post(path, data={"csrf": found[1], **fields}, headers=FROM_HERE, allow_redirects=False)
    return answer.status, await answer.text()


@pytest.fixture
async def browser(scene: WebScene) -> AsyncIterator[Client]:
    account = Account("wang", Grant(Role.VIEWER), title="甲工", password=quick_hash(PASSWORD))
    scene.store.access.put_account(account, ())
    async with TestClient(TestServer(make_application(scene.parts)), cookie_jar=CookieJar(unsafe=True)) as made:
        assert await sign_in(made, PASSWORD) == 303
        yield made


async def test_another_password_ends_every_other_session(scene: WebScene, browser: Client) -> None:
    owner = scene.store.access.account("wang")
    assert owner is not None
    word, _ = await scene.parts.access.sessions.begin(owner, "password", "192.0.2.9", "", (), stays=True)
    assert (await send(browser, "/me/password", old=PASSWORD, new=NEW))[0] == 303
    assert (await browser.get("/me", allow_redirects=False)).status == 200
    assert await scene.parts.access.sessions.find(word) is None
    browser.session.cookie_jar.clear()
    assert await sign_in(browser, PASSWORD) == 401
    scene.clock.at = scene.clock.at.replace(hour=23)
    assert await sign_in(browser, NEW) == 303
    notes = [note for _, note in scene.store.access.notes() if isinstance(note, AccountChanged)]
    assert [(note.account, note.change, note.by, note.via) for note in notes] == [
        ("wang", "password", "wang", "session:wang@127.0.0.1")
    ]


@pytest.mark.parametrize(
    ("old", "new", "status", "told"),
    [("guessed it?", NEW, 422, "当前密码不正确"), (PASSWORD, "short", 422, "密码须为 10 至 200 个字符")],
)
async def test_a_password_that_is_not_taken_leaves_all_as_it_is(
    scene: WebScene, browser: Client, old: str, new: str, status: int, told: str
) -> None:
    got, text = await send(browser, "/me/password", old=old, new=new)
    assert (got, told in text) == (status, True)
    assert new not in text
    assert (await browser.get("/me", allow_redirects=False)).status == 200


async def test_guessing_at_an_open_browser_has_to_wait_as_at_the_door(browser: Client) -> None:
    for _ in range(2):  # the first is forgiven
        assert (await send(browser, "/me/password", old="guessed it?", new=NEW))[0] == 422
    assert (await send(browser, "/me/password", old=PASSWORD, new=NEW))[0] == 429


@pytest.mark.parametrize(("language", "word"), [("en", "Change the password"), ("zh", "修改密码")])
async def test_the_language_is_the_accounts(scene: WebScene, browser: Client, language: str, word: str) -> None:
    assert (await send(browser, "/me/language", language=language))[0] == 303
    assert word in await (await browser.get("/me", headers={"Accept-Language": "fr"})).text()
    account = scene.store.access.account("wang")
    assert account is not None
    assert (account.title, account.language) == ("甲工", language)


async def test_a_language_that_we_do_not_speak_is_refused(browser: Client) -> None:
    assert (await send(browser, "/me/language", language="fr"))[0] == 422


async def test_who_signs_in_elsewhere_changes_no_password_here(scene: WebScene, browser: Client) -> None:
    owner = scene.store.access.account("wang")
    assert owner is not None
    elsewhere = Account("wang", Grant(Role.VIEWER), issuer="https://id.example", subject="u-17")
    scene.store.access.put_account(elsewhere, ())
    scene.parts.access.forget()
    assert 'action="/me/password"' not in await (await browser.get("/me")).text()
    assert (await send(browser, "/me/password", old="", new=NEW))[0] == 422
