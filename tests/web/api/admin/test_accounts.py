"""Accounts, sessions and tokens over HTTP: for admins of everything, at once, and told to the journal."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from opsmon.access.directory import AccountDirectory, Changer
from opsmon.model.access_event import AccountChanged
from opsmon.model.account import EVERYTHING, LOCAL, Grant, Role, Scope
from opsmon.model.name import ContractId
from opsmon.web.api.admin.admin_routes import ADMIN_ROUTES
from opsmon.web.server import make_application
from tests.support.web.scene import Client, WebScene, everything_answers

PASSWORD = "four words nobody says"
HALL = "xicheng-vc-2025"
LI = {"name": "li", "password": PASSWORD, "role": "responder", "contracts": [HALL]}


@dataclass
class Port:
    """What is asked as this role and scope."""

    scene: WebScene
    client: Client
    made: int = 0

    @property
    def directory(self) -> AccountDirectory:
        return AccountDirectory(self.scene.store.access, self.scene.clock.now, Changer("test", "local:test"))

    def headers(self, role: Role = Role.ADMIN, scope: Scope = EVERYTHING) -> dict[str, str]:
        self.made += 1
        word = self.directory.add_token(f"made-{self.made}", Grant(role, scope), timedelta(days=1))
        return {"Authorization": f"Bearer {word}"}

    async def ask(self, method: str, path: str, body: object = None, *, status: int = 200, **who: Any) -> Any:
        data = None if body is None else json.dumps(body)
        answer = await self.client.request(method, f"/api/v1/{path}", data=data, headers=self.headers(**who))
        assert answer.status == status, await answer.text()
        return await answer.json()


@pytest.fixture
async def port(tmp_path: Path) -> AsyncIterator[Port]:
    scene = WebScene(tmp_path)
    everything_answers(scene)
    async with TestClient(TestServer(make_application(scene.parts))) as client:
        yield Port(scene, client)


async def test_an_account_is_added_changed_and_kept_out(port: Port) -> None:
    added = await port.ask("POST", "accounts", LI, status=201)
    assert (added["name"], added["role"], added["contracts"], added["money"]) == ("li", "responder", [HALL], False)
    assert await port.ask("GET", "accounts") == [added]
    assert (await port.ask("PUT", "accounts/li/grant", {"role": "manager"}))["contracts"] == []
    assert (await port.ask("PUT", "accounts/li/title", {"title": "李工", "language": "zh"}))["title"] == "李工"
    assert (await port.ask("PUT", "accounts/li/disabled", {"disabled": True}))["disabled"]
    notes = [note for _, note in port.scene.store.access.notes()]
    mine = [note for note in notes if isinstance(note, AccountChanged) and note.account == "li"]
    assert [note.change for note in mine] == ["added", "granted", "titled", "disabled"]
    assert {re.sub(r"\d", "N", f"{note.by} {note.via}") for note in mine} == {"made-N token:made-N@NNN.N.N.N"}


async def test_who_is_disabled_or_gets_another_password_is_out_at_once(port: Port) -> None:
    port.directory.add("boss", Grant(Role.ADMIN), PASSWORD)
    await port.ask("POST", "accounts", LI, status=201)
    for path, body in (("disabled", {"disabled": True}), ("password", {"password": f"{PASSWORD} now"})):
        await port.ask("PUT", "accounts/li/disabled", {"disabled": False})
        account = port.directory.account("li")
        word, _ = await port.scene.parts.access.sessions.begin(account, LOCAL, "192.0.2.7", "", (), stays=False)
        cookie = {"Cookie": f"opsmon={word}"}
        assert (await port.client.get("/api/v1/sites", headers=cookie)).status == 200
        (session,) = await port.ask("GET", "accounts/li/sessions")
        assert (session["address"], "id" in session) == ("192.0.2.7", False)
        await port.ask("PUT", f"accounts/li/{path}", body)
        assert (await port.client.get("/api/v1/sites", headers=cookie)).status == 401


async def test_every_session_of_an_account_is_ended(port: Port) -> None:
    await port.ask("POST", "accounts", LI, status=201)
    account, sessions = port.directory.account("li"), port.scene.parts.access.sessions
    word, _ = await sessions.begin(account, LOCAL, "192.0.2.7", "", (), stays=False)
    assert await sessions.find(word)
    assert await port.ask("POST", "accounts/li/sessions/end", {}) == {"ended": 1}
    assert await sessions.find(word) is None


async def test_a_token_is_shown_once_opens_and_is_taken_away(port: Port) -> None:
    made = await port.ask("POST", "tokens", {"name": "grafana", "days": 3, "sites": ["lab"]}, status=201)
    shown = {"Authorization": f"Bearer {made['token']}"}
    rows = await (await port.client.get("/api/v1/sites", headers=shown)).json()
    assert [row["id"] for row in rows] == ["lab"]
    listed = await port.ask("GET", "tokens")
    assert made["token"] not in json.dumps(listed)
    assert next(one for one in listed if one["name"] == "grafana")["sites"] == ["lab"]
    await port.ask("POST", "tokens/grafana/revoke", {})
    await port.ask("POST", "accounts", LI, status=201)  # from now on reading takes a sign-in
    assert (await port.client.get("/api/v1/sites", headers=shown)).status == 401
    await port.ask("POST", "tokens/grafana/revoke", {}, status=404)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "told"),
    [
        ("POST", "accounts", LI | {"contracts": ["xicheng-vc-2052"]}, 422, "no contract"),
        ("POST", "accounts", LI | {"password": "short"}, 422, "characters"),
        ("POST", "accounts", LI | {"name": "Li Gong"}, 422, "no name for an account"),
        ("POST", "accounts", LI | {"role": "king"}, 422, "role"),
        ("POST", "tokens", {"name": "x", "days": 400}, 422, "days"),
        ("POST", "tokens", {"name": "token"}, 422, "already"),
        ("POST", "tokens", {"name": "x", "sites": ["lba"]}, 422, "no site"),
        ("PUT", "accounts/nobody/disabled", {"disabled": True}, 404, "no account"),
        ("PUT", "accounts/boss/disabled", {"disabled": True}, 422, "last admin"),
        ("PUT", "accounts/boss/grant", {"role": "viewer"}, 422, "last admin"),
    ],
)
async def test_what_cannot_be_is_refused_in_words(
    port: Port, method: str, path: str, body: object, status: int, told: str
) -> None:
    port.directory.add("boss", Grant(Role.ADMIN), PASSWORD)
    assert told in (await port.ask(method, path, body, status=status))["error"]


@pytest.mark.parametrize("route", ADMIN_ROUTES, ids=lambda route: f"{route.method} {route.path}")
async def test_only_admins_of_everything_come_near(port: Port, route: Any) -> None:
    port.directory.add("li", Grant(Role.VIEWER), PASSWORD)
    path = re.sub(r"\{\w+\}", "li", route.path).removeprefix("/api/v1/")
    bodies = {"NewAccountBody": LI | {"name": "x"}, "NewTokenBody": {"name": "x"}, "DisabledBody": {"disabled": True}}
    name = "" if route.body is None else route.body.__name__
    body = None if route.body is None else bodies.get(name, {"password": PASSWORD} if "Password" in name else {})
    before = port.scene.store.access.accounts()
    for role in (Role.VIEWER, Role.RESPONDER, Role.MANAGER):
        await port.ask(route.method, path, body, status=403, role=role)
    hall = Scope(contracts=frozenset({ContractId(HALL)}))
    await port.ask(route.method, path, body, status=403, scope=hall)
    assert port.scene.store.access.accounts() == before


async def test_no_answer_tells_what_a_password_is_checked_by(port: Port) -> None:
    await port.ask("POST", "accounts", LI, status=201)
    for path in ("accounts", "accounts/li/sessions", "tokens"):
        assert "argon2" not in json.dumps(await port.ask("GET", path))
