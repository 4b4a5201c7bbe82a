"""Role × scope × every address: what each visitor may, and that nothing of another contract reaches a limited one."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from opsmon.access.directory import AccountDirectory, Changer
from opsmon.access.view import CUTS, view_of_world
from opsmon.access.visitor import Visitor, VisitorKind
from opsmon.engine.world import World
from opsmon.model.account import EVERYTHING, Grant, Role, Scope
from opsmon.model.name import ContractId, SiteName
from opsmon.web.auth import Access
from opsmon.web.routes import ALL_ROUTES, ROUTES
from opsmon.web.server import make_application
from tests.support.browser.story import silence
from tests.support.web.commands import COMMANDS, address_of_command, has_a_rota
from tests.support.web.scene import Client, WebScene, everything_answers

HALL, LAB = Scope(contracts=frozenset({ContractId("xicheng-vc-2025")})), Scope(sites=frozenset({SiteName("lab")}))
SCOPES = {"everything": EVERYTHING, "hall": HALL, "lab": LAB}
OTHERS = {
    "hall": ("ups-1", "192.0.2.20", '"lab"'),
    "lab": ("mcu-1", "core-1", "会议终端-1", "xicheng", "erlong-hall", '"E1"'),
}
READING = [route for route in ALL_ROUTES if route.method == "GET" and route.path != "/stream"]  # it never ends


class Fleet:
    """Both sites have a fault; `headers` show a token of this role and scope."""

    def __init__(self, folder: Path) -> None:
        self.scene = WebScene(folder)
        everything_answers(self.scene)
        self.of_hall = self.scene.dies("core-1")
        self.of_lab = self.scene.dies("ups-1")
        has_a_rota(self.scene)
        self._made = 0

    def headers(self, role: Role, scope: Scope = EVERYTHING, *, money: bool = False) -> dict[str, str]:
        self._made += 1
        directory = AccountDirectory(self.scene.store.access, self.scene.clock.now, Changer("test", "local:test"))
        word = directory.add_token(f"made-{self._made}", Grant(role, scope, money), timedelta(days=1))
        return {"Authorization": f"Bearer {word}"}


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    return Fleet(tmp_path)


@pytest.fixture
async def port(fleet: Fleet) -> AsyncIterator[Client]:
    async with TestClient(TestServer(make_application(fleet.scene.parts))) as made:
        yield made


def addresses(path: str, fleet: Fleet) -> Iterator[str]:
    """The address for everything that there is, of both contracts."""
    names = {
        "incident": (fleet.of_hall, fleet.of_lab), "device": ("core-1", "ups-1"), "site": ("erlong-hall", "lab"),
        "contract": ("xicheng-vc-2025",), "obligation": ("E13",),
    }  # fmt: skip
    found = re.search(r"\{(\w+)\}", path)
    if found is None:
        yield path
        return
    for name in names.get(found[1], ("x",)):
        yield from addresses(path.replace(found[0], name, 1), fleet)


@pytest.mark.parametrize("scope", ["hall", "lab"])
async def test_no_address_tells_a_limited_visitor_of_another_contract(fleet: Fleet, port: Client, scope: str) -> None:
    headers = fleet.headers(Role.ADMIN, SCOPES[scope])
    for site in ("erlong-hall", "lab"):
        silence(fleet.scene, site=site)
    told = 0
    for route in READING:
        for address in addresses(route.path, fleet):
            if route.access is Access.OPEN or "openapi" in address:
                continue
            answer = await port.get(address, headers=headers)
            text = await answer.text()
            told += answer.status == 200
            repeated = address if answer.status in (403, 404) else ""  # it may say what was asked for
            assert answer.status != 500, address
            assert [word for word in OTHERS[scope] if word in text and word not in repeated] == [], (address, text)
    assert told > 8


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


OF_EVERY_CONTRACT = {"/api/v1/oncall/overrides", "/api/v1/silences"}
ROLES_OF_COMMANDS = {(route.method, route.path): route.access.role for route in ROUTES}


@pytest.mark.parametrize("role", list(Role))
async def test_each_command_takes_its_role(fleet: Fleet, port: Client, role: Role) -> None:
    headers = fleet.headers(role)
    for (method, path), (place, body) in COMMANDS.items():
        fleet.scene.daemon.wait(1)
        asked = address_of_command(fleet.scene, path, place, fleet.of_hall)
        answer = await port.request(method, asked, data=json.dumps(body), headers=headers)
        may = role.covers(ROLES_OF_COMMANDS[method, path])
        assert may or answer.status == 403
        assert (answer.status == 403) is not may, (asked, await answer.text())


@pytest.mark.parametrize("type_", ["excluded", "included"])
async def test_an_exclusion_cannot_be_told_as_a_mere_event(fleet: Fleet, port: Client, type_: str) -> None:
    path = f"/api/v1/incidents/{fleet.of_hall}/events"
    body = json.dumps({"type": type_, "note": "power cut"})
    assert (await port.post(path, data=body, headers=fleet.headers(Role.RESPONDER))).status == 403


async def test_a_limited_visitor_commands_nothing_outside(fleet: Fleet, port: Client) -> None:
    headers, before = fleet.headers(Role.ADMIN, LAB), fleet.scene.store.head.seq
    for (method, path), (place, body) in COMMANDS.items():
        asked = address_of_command(fleet.scene, path, place, fleet.of_hall)
        if "ups-1" in asked or body.get("site") == "lab":
            continue
        answer = await port.request(method, asked, data=json.dumps(body), headers=headers)
        assert answer.status == (403 if path in OF_EVERY_CONTRACT else 404), (asked, await answer.text())
    body = {"site": "erlong-hall", "condition": "smoke", "device": "mcu-1"}
    assert (await port.post("/api/v1/incidents", data=json.dumps(body), headers=headers)).status == 404
    assert fleet.scene.store.head.seq == before
    own = json.dumps(body | {"site": "lab", "device": "ups-1"})
    assert (await port.post("/api/v1/incidents", data=own, headers=headers)).status == 201


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


@pytest.mark.parametrize(("role", "status"), [(Role.VIEWER, 403), (Role.MANAGER, 403), (Role.ADMIN, 200)])
async def test_what_no_receiver_took_is_for_admins(fleet: Fleet, port: Client, role: Role, status: int) -> None:
    assert (await port.get("/api/v1/deliveries", headers=fleet.headers(role))).status == status


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
