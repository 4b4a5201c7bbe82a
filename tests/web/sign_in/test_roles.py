"""What roles, scopes and money come to where a status alone does not tell; `test_rights` walks every address."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from opsmon.access.directory import AccountDirectory, Changer
from opsmon.access.view import CUTS, view_of_world
from opsmon.access.visitor import Visitor, VisitorKind
from opsmon.engine.world import World
from opsmon.model.account import Grant, Role
from opsmon.web.server import make_application
from tests.support.web.fleet import HALL, Fleet
from tests.support.web.scene import Client


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    return Fleet(tmp_path)


@pytest.fixture
async def port(fleet: Fleet) -> AsyncIterator[Client]:
    async with TestClient(TestServer(make_application(fleet.scene.parts))) as made:
        yield made


async def test_a_visitor_of_everything_is_told_of_both(fleet: Fleet, port: Client) -> None:
    text = await (await port.get("/api/v1/incidents", headers=fleet.headers(Role.VIEWER))).text()
    assert "core-1" in text
    assert "ups-1" in text


async def test_the_faults_of_ones_own_scope_are_told_whole(fleet: Fleet, port: Client) -> None:
    headers = fleet.headers(Role.VIEWER, HALL)
    rows = await (await port.get("/api/v1/incidents", headers=headers)).json()
    assert [row["id"] for row in rows] == [fleet.of_hall]
    assert rows[0]["children"] == []
    detail = await (await port.get(f"/api/v1/incidents/{fleet.of_hall}", headers=headers)).json()
    assert detail["journal"]
    assert (await port.get(f"/api/v1/incidents/{fleet.of_lab}", headers=headers)).status == 404


@pytest.mark.parametrize("type_", ["excluded", "included"])
async def test_an_exclusion_cannot_be_told_as_a_mere_event(fleet: Fleet, port: Client, type_: str) -> None:
    path = f"/api/v1/incidents/{fleet.of_hall}/events"
    body = {"type": type_, "note": "power cut"}
    assert (await port.post(path, data=json.dumps(body), headers=fleet.headers(Role.RESPONDER))).status == 403
    form = await port.post(f"/i/{fleet.of_hall}/facts", data=body, headers=fleet.headers(Role.RESPONDER))
    assert form.status == 403


async def test_who_acts_is_who_came_in(fleet: Fleet, port: Client) -> None:
    path = f"/api/v1/incidents/{fleet.of_hall}/events"
    mine = await port.post(path, data='{"type": "on_site"}', headers=fleet.headers(Role.RESPONDER))
    fact = (await mine.json())["facts"][-1]
    assert (fact["by"], fact["via"], fact["on_behalf_of"]) == ("made-1", "token:made-1@127.0.0.1", "")
    for_others = '{"type": "resolved", "by": "李工"}'
    assert (await port.post(path, data=for_others, headers=fleet.headers(Role.RESPONDER))).status == 403
    answer = await port.post(path, data=for_others, headers=fleet.headers(Role.MANAGER))
    fact = (await answer.json())["facts"][-1]
    assert (fact["by"], fact["via"]) == ("made-3", "token:made-3@127.0.0.1 on behalf of 李工")
    assert fact["on_behalf_of"] == "李工"
    page = await port.get(f"/i/{fleet.of_hall}", headers=fleet.headers(Role.MANAGER) | {"Accept-Language": "zh"})
    told = await page.text()
    assert "made-3（代 李工）" in told
    assert "替谁登记（空为本人）" in told
    page = await port.get(f"/i/{fleet.of_hall}", headers=fleet.headers(Role.RESPONDER) | {"Accept-Language": "zh"})
    assert "替谁登记（空为本人）" not in await page.text()


@pytest.mark.parametrize(
    ("role", "money", "status"),
    [(Role.VIEWER, False, 403), (Role.RESPONDER, False, 403), (Role.VIEWER, True, 200), (Role.MANAGER, False, 200)],
)
async def test_money_is_hidden_unless_allowed(fleet: Fleet, port: Client, role: Role, money: bool, status: int) -> None:
    headers = fleet.headers(role, money=money)
    assert (await port.get("/api/v1/budgets", headers=headers)).status == status
    assert (await port.get("/metrics", headers=headers)).status == status
    world = fleet.scene.daemon.world
    view = view_of_world(world, Visitor(VisitorKind.TOKEN, "x", Grant(role, money=money)))
    shown = [
        book for book in view.rules.contracts.values() if book.penalties or book.budgets or book.contract.amount_cny
    ]
    assert bool(shown) is (status == 200)


async def test_a_token_that_is_over_or_revoked_opens_nothing(fleet: Fleet, port: Client) -> None:
    headers = fleet.headers(Role.ADMIN)
    path = f"/api/v1/incidents/{fleet.of_hall}/ack"
    directory = AccountDirectory(fleet.scene.store.access, fleet.scene.clock.now, Changer("test", "local:test"))
    fleet.scene.clock.at += timedelta(days=2)
    assert (await port.post(path, data="{}", headers=headers)).status == 401
    headers = fleet.headers(Role.ADMIN)
    directory.revoke_token("made-2")
    assert (await port.post(path, data="{}", headers=headers)).status == 401


def test_every_part_of_a_world_is_cut() -> None:
    """Whoever adds a field to World says here what a limited visitor sees of it."""
    assert set(CUTS) == set(World.__dataclass_fields__)
