"""Every end of a session is in the journal's notes: left, ended elsewhere, replaced, displaced, expired; each once."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer

from opsmon.access.password import hash_password
from opsmon.access.sessions import MAX_OF_ACCOUNT
from opsmon.model.access_event import SignedOut
from opsmon.model.account import Account, Grant, Role
from opsmon.web.server import make_application
from opsmon.web.sign_in.cookie import PLAIN_NAME, csrf_field_of
from opsmon.web.sign_in.csrf import HEADER
from tests.support.web.scene import Client, WebScene

PASSWORD = "four words nobody says"
FROM_HERE = {"Sec-Fetch-Site": "same-origin"}
WANG = Account("wang", Grant(Role.RESPONDER), password=hash_password(PASSWORD))


class Office:
    """One account, and the browser of a person."""

    def __init__(self, scene: WebScene, browser: Client) -> None:
        self.scene, self.browser = scene, browser

    async def elsewhere(self, *, stays: bool = False) -> str:
        """The cookie of another browser that is signed in."""
        sessions = self.scene.parts.access.sessions
        word, _ = await sessions.begin(WANG, "password", "192.0.2.8", "", (), stays=stays)
        return word

    async def sign_in(self) -> None:
        fields = {"name": "wang", "password": PASSWORD}
        answer = await self.browser.post("/login", data=fields, headers=FROM_HERE, allow_redirects=False)
        assert answer.status == 303

    async def send(self, path: str, **fields: str) -> int:
        word = self.browser.session.cookie_jar.filter_cookies(self.browser.make_url("/"))[PLAIN_NAME].value
        headers = {**FROM_HERE, HEADER: csrf_field_of(word)}
        answer = await self.browser.post(path, data=fields, headers=headers, allow_redirects=False)
        return answer.status

    def told(self) -> list[tuple[str, int, bool]]:
        """How sessions ended, how many at a time, and whether it says by whom."""
        notes = [note for _, note in self.scene.store.access.notes() if isinstance(note, SignedOut)]
        assert {note.account for note in notes} <= {"wang"}
        return [(str(note.how), note.count, note.via.startswith("session:wang@")) for note in notes]


@pytest.fixture
async def office(scene: WebScene) -> AsyncIterator[Office]:
    scene.store.access.put_account(WANG, ())
    async with TestClient(TestServer(make_application(scene.parts)), cookie_jar=CookieJar(unsafe=True)) as browser:
        yield Office(scene, browser)


async def test_who_leaves_is_noted_once(office: Office) -> None:
    await office.sign_in()
    assert office.told() == []
    assert await office.send("/logout") == 303
    assert office.told() == [("left", 1, True)]


async def test_a_session_that_is_ended_from_another_browser_is_noted(office: Office) -> None:
    await office.elsewhere()
    await office.sign_in()
    (other,) = [one for one in await office.scene.parts.access.sessions.of("wang") if one.address == "192.0.2.8"]
    assert await office.send("/me/sessions", session=other.id) == 303
    assert await office.send("/me/sessions", session=other.id) == 404
    for _ in range(3):
        await office.elsewhere()
    assert await office.send("/me/sessions", others="1") == 303
    assert office.told() == [("ended", 1, True), ("ended", 3, True)]


async def test_a_new_sign_in_of_a_browser_replaces_the_one_before(office: Office) -> None:
    for _ in range(2):
        await office.sign_in()
    assert office.told() == [("replaced", 1, True)]


async def test_one_session_too_many_displaces_the_oldest(office: Office) -> None:
    for _ in range(MAX_OF_ACCOUNT + 2):
        await office.elsewhere()
    assert office.told() == [("displaced", 1, False)] * 2


async def test_a_session_that_lies_unused_or_is_old_expires_and_one_that_stays_does_not(office: Office) -> None:
    await office.elsewhere()
    await office.elsewhere(stays=True)
    sessions, clock = office.scene.parts.access.sessions, office.scene.clock
    clock.at += timedelta(hours=11)
    sessions.end_expired()
    assert office.told() == []
    clock.at += timedelta(hours=2)
    for _ in range(2):
        sessions.end_expired()
    assert office.told() == [("expired", 1, False)]
    clock.at += timedelta(days=30)
    sessions.end_expired()
    assert office.told() == [("expired", 1, False)] * 2
