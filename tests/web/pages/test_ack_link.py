"""The page behind a link of a message: opening it changes nothing, its button once, and it acts as one person only."""

from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer

from opsmon.ack_link import LIFETIME, AckLinks
from opsmon.engine.input import AddFact, Reloaded
from opsmon.model.incident import Fact, FactType
from opsmon.model.name import IncidentId
from opsmon.text.bilingual import Text
from opsmon.web.server import make_application
from tests.support.engine.paged import on_call
from tests.support.web.scene import WebScene

LINKS = AckLinks(["key-of-the-test"])
FROM_HERE = {"Sec-Fetch-Site": "same-origin"}


class Link:
    """A link to an incident of a scene, as a person's telephone opens it."""

    def __init__(self, scene: WebScene, person: str = "p-1") -> None:
        self.scene = scene
        self.incident = IncidentId(scene.dies("mcu-1"))
        self.token = LINKS.token(self.incident, person, scene.clock.now())
        parts = replace(scene.parts, ack_links=LINKS, people=lambda person: Text({"p-1": "甲工"}.get(person, "")))
        self.application = make_application(parts)

    async def open(self, method: str, token: str = "", **headers: str) -> tuple[int, str, ClientResponse]:
        async with TestClient(TestServer(self.application)) as client:
            answer = await client.request(method, f"/a/{token or self.token}", headers=headers or FROM_HERE)
            return answer.status, await answer.text(), answer

    @property
    def acknowledged(self) -> list[tuple[str, str]]:
        facts = self.scene.daemon.world.incidents.by_id[self.incident].facts
        return [(fact.by, fact.via) for fact in facts if fact.type is FactType.ACKNOWLEDGED]


@pytest.fixture
def link(scene: WebScene) -> Link:
    return Link(scene)


async def test_the_page_calls_the_device_by_its_title(link: Link) -> None:
    _, page, _ = await link.open("GET", **{"Accept-Language": "zh"})
    assert "MCU（mcu-1）" in page


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_opening_a_link_changes_nothing_however_often(link: Link, method: str) -> None:
    head = link.scene.store.head
    async with TestClient(TestServer(link.application)) as client:
        for _ in range(100):
            for _ in range(10):
                answer = await client.request(method, f"/a/{link.token}", headers={"Accept-Language": "zh"})
                assert answer.status == 200
            link.scene.clock.at += timedelta(seconds=61)
    assert link.acknowledged == []
    assert link.scene.store.head == head


async def test_the_button_takes_the_incident_on_once(link: Link) -> None:
    _, page, _ = await link.open("GET", **{"Accept-Language": "zh"})
    assert "由 甲工 接单" in page
    status, done, _ = await link.open("POST")
    assert status == 200
    assert "已登记" in done
    status, again, _ = await link.open("POST")
    assert status == 200
    assert "甲工 已于" in again
    assert "<button" not in again
    assert link.acknowledged == [("p-1", "link:p-1@127.0.0.1")]  # the journal holds no name


async def test_what_another_let_slip_is_taken_on_by_the_link(scene: WebScene) -> None:
    scene.daemon.take(Reloaded(replace(scene.daemon.world.rules, oncall=on_call())))
    link = Link(scene)
    taken = Fact(FactType.ACKNOWLEDGED, scene.clock.now(), "p-li")
    assert scene.daemon.take(AddFact(link.incident, taken, takes_on=True)).refusal == ""
    scene.daemon.wait(5)
    assert "<button" not in (await link.open("GET"))[1]
    until = scene.daemon.world.paging.pages[link.incident].until
    assert until is not None
    scene.daemon.wait((until - scene.clock.now()).total_seconds() + 5)
    link.token = LINKS.token(link.incident, "p-1", scene.clock.now())
    _, page, _ = await link.open("GET")
    assert "<button" in page
    assert "p-li" not in page
    assert (await link.open("POST"))[0] == 200
    holder = scene.daemon.world.incidents.by_id[link.incident].holder
    assert holder is not None
    assert holder.by == "p-1"


async def test_what_is_forged_cut_or_old_does_nothing(link: Link) -> None:
    assert (await link.open("POST", link.token[:-1]))[0] == 410
    assert (await link.open("POST", "x" * 3_000))[0] in (410, 414)
    assert (await link.open("POST", AckLinks(["another"]).token(link.incident, "p-1", link.scene.clock.now())))[
        0
    ] == 410
    assert (await link.open("POST", LINKS.token(link.incident, "p-gone", link.scene.clock.now())))[0] == 410
    link.scene.clock.at += LIFETIME
    assert (await link.open("POST"))[0] == 410
    assert link.acknowledged == []


async def test_another_site_cannot_press_the_button(link: Link) -> None:
    assert (await link.open("POST", **{"Sec-Fetch-Site": "cross-site"}))[0] == 403
    assert link.acknowledged == []


async def test_an_address_asks_ten_times_a_minute(link: Link) -> None:
    async with TestClient(TestServer(link.application)) as client:
        statuses = [(await client.get(f"/a/{link.token}")).status for _ in range(11)]
        link.scene.clock.at += timedelta(seconds=61)
        statuses.append((await client.get(f"/a/{link.token}")).status)
    assert statuses == [200] * 10 + [429, 200]


async def test_the_address_leaves_no_trace(link: Link, caplog: pytest.LogCaptureFixture) -> None:
    _, page, answer = await link.open("GET")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    await link.open("POST")
    assert link.token not in caplog.text
    assert page.count(link.token) == 1  # where the button leads
