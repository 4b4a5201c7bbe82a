"""The law of rights: every address × stranger and role × scope, against a table written by hand.

Who may not gets 401 or 403 (404 for what lies outside his scope) and changes nothing; who may is let in, and what he
asks for is done, so that no refusal is another one than it seems.
"""

import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from aiohttp import DummyCookieJar
from aiohttp.test_utils import TestClient, TestServer

from opsmon.model.account import EVERYTHING, Role, Scope
from opsmon.model.secret import Secret
from opsmon.web.route import Route
from opsmon.web.routes import ALL_ROUTES
from opsmon.web.server import make_application
from opsmon.web.settings import PortSettings
from tests.support.web.fleet import FROM_HERE, HALL, LAB, Fleet, filled
from tests.support.web.rights import RIGHTS, Reach, Right
from tests.support.web.scene import Client

REFUSED = (401, 403)
# What is of admins alone whatever the port: whoever reads an open one is none.
OF_ACCOUNTS = {key for key in RIGHTS if "/accounts" in key or "/tokens" in key or "/admin" in key}
REFUSALS = {Reach.HIDDEN: (404,), Reach.NEVER: (404,), Reach.WHOLE: (403,), Reach.UNSEEN: (403, 404)}
OF_HALL = ("mcu-1", "core-1", "会议终端-1", "xicheng", "erlong-hall", '"E1"')
OF_LAB = ("ups-1", "192.0.2.20", '"lab"')


def right_of(route: Route) -> Right:
    """That of the table; a route that it forgot is told of by a test of its own."""
    return RIGHTS.get(key(route), Right(None, Reach.ALIKE))


def key(route: Route) -> str:
    return f"{route.method} {route.path}"


class Walk:
    """One address, asked as one visitor after the other; what is not as it should be is kept in `wrong`."""

    def __init__(self, fleet: Fleet, client: Client, route: Route) -> None:
        self.fleet, self.client, self.route, self.right = fleet, client, route, right_of(route)
        self.names, self.wrong = fleet.names(), list[str]()

    def address(self, side: int = 0) -> str:
        return self.right.place or filled(self.route.path, self.names, side)

    async def ask(self, headers: Mapping[str, str], side: int = 0) -> tuple[int, str]:
        """The status and the text; of a stream that never ends only the status."""
        given = None if self.route.method == "GET" else dict(self.right.sent)
        data = given if self.route.page else None if given is None else json.dumps(_of_body(self.route, given))
        answer = await self.client.request(
            self.route.method, self.address(side), data=data, headers=headers, allow_redirects=False
        )
        if answer.content_type == "text/event-stream":
            answer.close()
            return answer.status, ""
        return answer.status, await answer.text()

    async def refuse(
        self, who: str, headers: Mapping[str, str], *statuses: int, side: int = 0, hidden: tuple[str, ...] = ()
    ) -> None:
        before = self.fleet.held()
        status, text = await self.ask(headers, side)
        told = f"{self.route.method} {self.address(side)} as {who}: {status} {text[:300]}"
        if status not in statuses or self.fleet.held() != before:
            self.wrong.append(told)
        said = f"{self.address(side)} {dict(self.right.sent)}"  # a refusal may say again what was asked for
        self.wrong += [f"{told} tells {word}" for word in hidden if word in text and word not in said]


class Crowd:
    """Visitors of every role, each as a programme with a token and as a person with a browser."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._known: dict[tuple[Role, Scope], list[dict[str, str]]] = {}

    async def of(self, role: Role, scope: Scope = EVERYTHING) -> list[dict[str, str]]:
        if (role, scope) not in self._known:
            shown = self._fleet.headers(role, scope, money=role is Role.ADMIN)
            self._known[role, scope] = [shown, await self._fleet.browser(role, scope)]
        return self._known[role, scope]

    async def token(self, role: Role) -> dict[str, str]:
        return (await self.of(role))[0]


def _of_body(route: Route, given: Mapping[str, object]) -> Mapping[str, object]:
    """What the API is sent: it takes no field that it does not know."""
    known = {} if route.body is None else route.body.model_fields
    return {name: value for name, value in given.items() if name in known}


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    made = Fleet(tmp_path)
    made.happens()
    return made


@pytest.fixture
async def port(fleet: Fleet) -> AsyncIterator[Client]:
    async with TestClient(TestServer(make_application(fleet.scene.parts)), cookie_jar=DummyCookieJar()) as made:
        yield made


def test_every_address_is_in_the_table_and_nothing_else() -> None:
    assert {key(route) for route in ALL_ROUTES} == set(RIGHTS)


async def test_who_may_not_is_refused_and_changes_nothing(fleet: Fleet, port: Client) -> None:
    """One fleet for all of them, since nothing is changed."""
    crowd, wrong = Crowd(fleet), list[str]()
    for route in ALL_ROUTES:
        walk = Walk(fleet, port, route)
        if walk.right.least is not None:
            await walk.refuse("a stranger", FROM_HERE, 303 if route.page and route.method == "GET" else 401)
            await refuse_lesser(walk, crowd, walk.right.least)
            await refuse_limited(walk, crowd)
        wrong += walk.wrong
    assert wrong == []


async def refuse_lesser(walk: Walk, crowd: Crowd, least: Role) -> None:
    """Of one's own account a programme has nothing, whatever its role."""
    for role in Role:
        if walk.right.own:
            await walk.refuse(f"token of {role}", await crowd.token(role), 403)
        elif not role.covers(least):
            for headers in await crowd.of(role):
                await walk.refuse(role, headers, 403)


async def refuse_limited(walk: Walk, crowd: Crowd) -> None:
    """An admin of the lab asks for what is the hall's, and whoever is limited for what takes a scope of everything."""
    sides = [(LAB, 0)] if walk.right.reach is Reach.HIDDEN else [(HALL, 0), (LAB, 0), (LAB, 1)]
    for scope, side in sides if walk.right.reach in REFUSALS else ():
        for headers in await crowd.of(Role.ADMIN, scope):
            hidden = OF_LAB if scope is HALL else OF_HALL
            await walk.refuse(f"admin of {scope}", headers, *REFUSALS[walk.right.reach], side=side, hidden=hidden)


@pytest.mark.parametrize("route", ALL_ROUTES, ids=key)
async def test_who_may_is_let_in_and_what_he_asks_for_is_done(fleet: Fleet, port: Client, route: Route) -> None:
    walk = Walk(fleet, port, route)
    right = walk.right
    if right.least is None:
        assert (await walk.ask(FROM_HERE))[0] == right.status
        return
    first = await fleet.browser(right.least) if right.own else fleet.headers(right.least)
    before = fleet.held()
    status, text = await walk.ask(first)
    assert status == right.status, text
    assert fleet.held() != before or route.method == "GET" or status >= 400, "nothing was done"
    for role in Role:
        if role.covers(right.least):
            assert (await walk.ask(await fleet.browser(role)))[0] not in REFUSED
    if right.money:
        assert (await walk.ask(fleet.headers(Role.VIEWER, money=True)))[0] == right.status
    if right.reach in (Reach.HIDDEN, Reach.CUT):
        status, text = await walk.ask(fleet.headers(right.least, HALL, money=right.money))
        assert status not in (*REFUSED, 404), text


@pytest.mark.parametrize(("scope", "hidden"), [(HALL, OF_LAB), (LAB, OF_HALL)], ids=["hall", "lab"])
async def test_no_address_tells_a_limited_visitor_of_another_contract(
    fleet: Fleet, port: Client, scope: Scope, hidden: tuple[str, ...]
) -> None:
    headers, told, wrong = fleet.headers(Role.ADMIN, scope), 0, list[str]()
    for route in ALL_ROUTES:
        if route.method != "GET" or right_of(route).reach is Reach.ALIKE:
            continue
        walk = Walk(fleet, port, route)
        for side in (0, 1):
            status, text = await walk.ask(headers, side)
            asked_for = walk.address(side) if status in (403, 404) else ""  # a refusal may say it again
            told += status == 200
            wrong += [f"{walk.address(side)}: {word}" for word in hidden if word in text and word not in asked_for]
            assert status < 500, walk.address(side)
    assert wrong == []
    assert told > 30


@pytest.mark.parametrize(
    ("settings", "reads"),
    [
        (PortSettings(), True),
        (PortSettings(token=Secret("a word")), True),
        (PortSettings("0.0.0.0"), False),
        (PortSettings("::", token=Secret("a word")), False),
    ],
    ids=["loopback", "loopback with a token", "network", "network with a token"],
)
async def test_without_accounts_a_stranger_reads_on_loopback_and_does_nothing_anywhere(
    tmp_path: Path, settings: PortSettings, reads: bool
) -> None:
    fleet = Fleet(tmp_path, settings)
    async with TestClient(TestServer(make_application(fleet.scene.parts)), cookie_jar=DummyCookieJar()) as client:
        for route in ALL_ROUTES:
            walk = Walk(fleet, client, route)
            if walk.right.least is None:
                continue
            is_reading = route.method == "GET" and not walk.right.own and key(route) not in OF_ACCOUNTS
            if reads and is_reading:
                assert (await walk.ask({}))[0] == walk.right.status, key(route)
            else:
                await walk.refuse("a stranger", FROM_HERE, *REFUSED)
            assert walk.wrong == []
