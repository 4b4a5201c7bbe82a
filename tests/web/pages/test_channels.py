"""How channels stand on pages, and how an admin tries them: a test message and a dead letter, journaled before sent."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer

from opsmon.access.password import hash_password
from opsmon.daemon.paging.channel_tests import ChannelTests
from opsmon.model.access_event import OperationRequested
from opsmon.model.account import Account, Grant, Role, Scope
from opsmon.model.name import ContractId
from opsmon.model.secret import Secret
from opsmon.notify.channel import ChannelKind, PageChannel, Reaches
from opsmon.store.outbox import NewDelivery
from opsmon.web.context import ChannelUse
from opsmon.web.server import make_application
from tests.support.web.scene import START, Client, WebScene, loaded_root

PASSWORD = "four words of nobody"
KEPT = hash_password(PASSWORD)
FROM_HERE = {"Sec-Fetch-Site": "same-origin", "Accept-Language": "zh"}
ROBOT = PageChannel("vc-robot", ChannelKind.WECOM, Reaches.GROUP, token=Secret("key"))
LETTERS = PageChannel("letters", ChannelKind.DINGTALK, Reaches.PERSON, token=Secret("key"))
USES = (
    ChannelUse("vc-robot", "wecom", is_up=True, used=3, limit=18, blocked_s=0.0, taken_at=START),
    ChannelUse("vc-ding", "dingtalk", is_up=True, used=0, limit=18, blocked_s=540.0, taken_at=None),
    ChannelUse("letters", "mail", is_up=False, used=0, limit=0, blocked_s=0.0, taken_at=None),
)


@pytest.fixture
async def browser(scene: WebScene) -> AsyncIterator[Client]:
    for name, grant in (
        ("chief", Grant(Role.ADMIN)),
        ("boss", Grant(Role.MANAGER)),
        ("local", Grant(Role.ADMIN, Scope(contracts=frozenset({ContractId("xicheng-vc-2025")})))),
    ):
        scene.store.access.put_account(Account(name, grant, password=KEPT), ())
    known = loaded_root()
    root = replace(known, oncall=replace(known.oncall, channels=(ROBOT, LETTERS)))
    scene.parts = replace(
        scene.parts,
        channels=lambda: (ROBOT.name, LETTERS.name),
        channel_port=ChannelTests(lambda: root, scene.store, lambda: None, scene.clock),
        channel_uses=lambda: USES,
    )
    jar = CookieJar(unsafe=True)  # of an address without a name
    async with TestClient(TestServer(make_application(scene.parts)), cookie_jar=jar) as made:
        yield made


async def sign_in(browser: Client, name: str) -> None:
    fields = {"name": name, "password": PASSWORD}
    answer = await browser.post("/login", data=fields, headers=FROM_HERE, allow_redirects=False)
    assert answer.status == 303


async def show(browser: Client, path: str) -> str:
    return await (await browser.get(path, headers=FROM_HERE)).text()


async def send(browser: Client, path: str, status: int, **fields: str) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', await show(browser, "/me"))
    assert found is not None
    answer = await browser.post(path, data={**fields, "csrf": found[1]}, headers=FROM_HERE, allow_redirects=False)
    text = await answer.text()
    assert answer.status == status, text
    return text


def tried(scene: WebScene) -> list[tuple[str, str, str]]:
    events = (entry.event for entry in scene.store.read())
    return [(one.operation, one.subject, one.account) for one in events if isinstance(one, OperationRequested)]


def dead_letter(scene: WebScene) -> None:
    scene.store.commit([], [NewDelivery("d-1", "vc-robot", "20261120-1", "{}")], scene.clock.now())
    scene.store.give_up("d-1", scene.clock.now(), "refused")


async def test_an_admin_sends_a_test_message_and_the_journal_says_so(scene: WebScene, browser: Client) -> None:
    await sign_in(browser, "chief")
    assert 'action="/admin/channels/vc-robot/test"' in await show(browser, "/admin")
    await send(browser, "/admin/channels/vc-robot/test", 303)
    (waiting,) = scene.store.unfinished(("waiting",), 10)
    assert waiting.channel == "vc-robot"
    assert tried(scene) == [("channel_test", "vc-robot", "chief")]
    assert "1 条等待" in await show(browser, "/admin")


async def test_a_dead_letter_is_sent_again_and_the_journal_says_so(scene: WebScene, browser: Client) -> None:
    dead_letter(scene)
    await sign_in(browser, "chief")
    assert 'action="/admin/deliveries/d-1/again"' in await show(browser, "/admin")
    await send(browser, "/admin/deliveries/d-1/again", 303)
    assert [(one.id, one.state) for one in scene.store.unfinished(("waiting", "dead"), 10)] == [("d-1", "waiting")]
    assert tried(scene) == [("delivery_retry", "d-1", "chief")]
    assert "没有未送达的通知“d-1”" in await send(browser, "/admin/deliveries/d-1/again", 404)


@pytest.mark.parametrize("name", ["boss", "local"])
async def test_nobody_else_sends_anything_nor_is_it_noted(scene: WebScene, browser: Client, name: str) -> None:
    dead_letter(scene)
    await sign_in(browser, name)
    await send(browser, "/admin/channels/vc-robot/test", 403)
    await send(browser, "/admin/deliveries/d-1/again", 403)
    assert [(one.id, one.state) for one in scene.store.unfinished(("waiting", "dead"), 10)] == [("d-1", "dead")]
    assert tried(scene) == []


async def test_a_test_of_what_reaches_nobody_is_refused_beside_its_button(scene: WebScene, browser: Client) -> None:
    await sign_in(browser, "chief")
    page = await send(browser, "/admin/channels/letters/test", 422)
    assert "letters：该渠道发给个人，请选择人员" in page
    assert page.index('/admin/channels/letters/test" data-typed') < page.index("该渠道发给个人")
    assert "没有通知渠道“none”" in await send(browser, "/admin/channels/none/test", 404)
    assert scene.store.unfinished(("waiting",), 10) == ()


async def test_nothing_is_sent_while_the_journal_cannot_be_written(scene: WebScene, browser: Client) -> None:
    await sign_in(browser, "chief")
    scene.daemon.store_is_full = True
    await send(browser, "/admin/channels/vc-robot/test", 503)
    assert scene.store.unfinished(("waiting",), 10) == ()


@pytest.mark.parametrize("path", ["/", "/wall/all"])
async def test_the_board_and_the_wall_tell_how_channels_stand(browser: Client, path: str) -> None:
    await sign_in(browser, "boss")
    page = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", await show(browser, path)))
    assert "通知渠道: ✔ 正常 企微 vc-robot 3/18" in page
    assert "▲ 受限 钉钉 vc-ding 0/18 · 至 10:10:00" in page
    assert "✖ 不通 邮件 letters" in page


async def test_who_sees_one_contract_is_not_told_of_channels(browser: Client) -> None:
    await sign_in(browser, "local")
    assert "vc-robot" not in await show(browser, "/")
