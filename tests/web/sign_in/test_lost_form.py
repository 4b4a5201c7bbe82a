"""A form that was sent after the session had ended: what was typed is there again for who signs in, and nothing was
done."""

import re
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from html import unescape

import pytest
from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer

from opsmon.access.password import hash_password
from opsmon.model.account import Account, Grant, Role
from opsmon.web.server import make_application
from tests.support.web.scene import Client, WebScene

PASSWORD = "four words nobody says"
FROM_HERE = {"Sec-Fetch-Site": "same-origin", "Accept-Language": "zh"}
TYPED = {"type": "on_site", "note": '到场，"已断电" <b>'}
_KEPT = hash_password(PASSWORD)


class Night:
    """A person at the page of a fault, whose session ends while he writes."""

    def __init__(self, scene: WebScene, browser: Client) -> None:
        self.scene, self.browser = scene, browser
        self.incident = scene.dies("mcu-1")
        self.form = f"/i/{self.incident}/facts"

    async def sign_in(self, name: str = "wang") -> None:
        fields = {"name": name, "password": PASSWORD}
        answer = await self.browser.post("/login", data=fields, headers=FROM_HERE, allow_redirects=False)
        assert answer.status == 303

    def session_ends(self) -> None:
        self.scene.clock.at += timedelta(hours=13)

    async def send(self, fields: Mapping[str, str], headers: Mapping[str, str] = FROM_HERE) -> tuple[int, str]:
        answer = await self.browser.post(self.form, data=fields, headers=headers, allow_redirects=False)
        return answer.status, await answer.text()

    def sign_in_with(self, page: str, name: str = "wang", password: str = PASSWORD) -> dict[str, str]:
        """What the browser sends of the form that it got."""
        hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
        carried = {unescape(field): unescape(value) for field, value in hidden}
        return {**carried, "sign-in-name": name, "sign-in-password": password}

    @property
    def facts(self) -> list[str]:
        return [str(fact.type) for fact in self.scene.daemon.world.incidents.by_id[self.incident].facts]  # type: ignore[index]


@pytest.fixture
async def night(scene: WebScene) -> AsyncIterator[Night]:
    for name, role in (("wang", Role.RESPONDER), ("li", Role.VIEWER)):
        scene.store.access.put_account(Account(name, Grant(role), title=name, password=_KEPT), ())
    async with TestClient(TestServer(make_application(scene.parts)), cookie_jar=CookieJar(unsafe=True)) as browser:
        made = Night(scene, browser)
        await made.sign_in()
        made.session_ends()
        yield made


async def test_what_was_typed_is_there_after_signing_in_again_and_can_be_sent(night: Night) -> None:
    status, page = await night.send({**TYPED, "csrf": "0" * 64})
    assert status == 401
    assert "已填写的内容会保留" in page
    assert f'action="{night.form}"' in page
    assert 'name="csrf"' not in page
    status, page = await night.send(night.sign_in_with(page))
    assert status == 200
    assert "已重新登录；内容尚未提交" in page
    assert "到场，&#34;已断电&#34; &lt;b&gt;" in page or "到场，&quot;已断电&quot; &lt;b&gt;" in page
    assert "on_site" not in night.facts
    csrf = re.search(r'name="csrf" value="([0-9a-f]{64})"', page)
    assert csrf is not None
    status, _ = await night.send({**TYPED, "csrf": csrf[1]})
    assert (status, night.facts[-1]) == (303, "on_site")


async def test_a_wrong_password_loses_nothing(night: Night) -> None:
    _, page = await night.send(TYPED)
    status, page = await night.send(night.sign_in_with(page, password="not this one"))
    assert (status, "用户名或密码不正确" in page) == (401, True)
    status, page = await night.send(night.sign_in_with(page))
    assert (status, "已断电" in page) == (200, True)
    assert "not this one" not in page


async def test_a_form_of_the_session_before_is_shown_to_who_signed_in_in_another_window(night: Night) -> None:
    await night.sign_in()
    status, page = await night.send({**TYPED, "csrf": "0" * 64, "sign-in-name": ""})
    assert (status, "表单属于另一次登录" in page, "已断电" in page) == (403, True, True)
    assert "on_site" not in night.facts


async def test_another_site_can_plant_nothing(night: Night) -> None:
    elsewhere = {**FROM_HERE, "Sec-Fetch-Site": "cross-site"}
    status, page = await night.send(TYPED, elsewhere)
    assert (status, "已断电" in page) == (401, False)
    status, page = await night.send(night.sign_in_with("") | TYPED, elsewhere)
    assert (status, "已断电" in page) == (401, False)
    await night.sign_in()
    status, page = await night.send(TYPED, elsewhere)
    assert (status, "已断电" in page) == (403, False)


async def test_who_may_not_sees_neither_the_page_nor_what_another_typed(night: Night) -> None:
    night.form = "/admin/tokens"
    _, page = await night.send({"name": "grafana", "role": "viewer"})
    status, page = await night.send(night.sign_in_with(page, name="li"))
    assert (status, "grafana" in page, "令牌" in page) == (403, False, False)


async def test_a_password_is_never_carried(night: Night) -> None:
    night.form = "/admin/accounts"
    _, page = await night.send({"account": "zhao", "password": "planted secret 17"})
    assert "zhao" in page
    assert "planted" not in page
