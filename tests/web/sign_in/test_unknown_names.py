"""A name that nobody has is answered as one that somebody has: no status, word, header or wait tells them apart."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import DummyCookieJar
from aiohttp.test_utils import TestClient, TestServer

from opsmon.access.password import hash_password
from opsmon.model.account import Account, Grant, Role
from opsmon.web.server import make_application
from tests.support.web.scene import Client, WebScene

FROM_HERE = {"Sec-Fetch-Site": "same-origin"}
NAMES = ("wang", "shut", "elsewhere", "nobody")  # one with a password, disabled, of a provider, of nobody


@pytest.fixture
async def door(scene: WebScene) -> AsyncIterator[Client]:
    kept = hash_password("four words nobody says")
    for account in (
        Account("wang", Grant(Role.VIEWER), password=kept),
        Account("shut", Grant(Role.VIEWER), password=kept, disabled=True),
        Account("elsewhere", Grant(Role.VIEWER), issuer="https://id.example", subject="u-17"),
    ):
        scene.store.access.put_account(account, ())
    async with TestClient(TestServer(make_application(scene.parts)), cookie_jar=DummyCookieJar()) as made:
        yield made


async def knock(door: Client, name: str) -> tuple[int, str, dict[str, str]]:
    """The answer, with the name that was typed taken out of it."""
    fields = {"name": name, "password": "a wrong password"}
    answer = await door.post("/login", data=fields, headers=FROM_HERE, allow_redirects=False)
    headers = {key: value for key, value in answer.headers.items() if key not in ("Date", "Content-Length")}
    text = re.sub(r'data-now="\d+"', "", await answer.text())
    return answer.status, text.replace(f'value="{name}"', ""), headers


async def test_each_is_answered_alike_and_waits_alike(scene: WebScene, door: Client) -> None:
    stories = []
    for name in NAMES:
        scene.clock.at += timedelta(days=1)  # what failed before is forgiven
        stories.append([await knock(door, name) for _ in range(4)])
    assert [status for status, _, _ in stories[0]] == [401, 401, 429, 429]
    assert [name for name, story in zip(NAMES, stories, strict=True) if story != stories[0]] == []
