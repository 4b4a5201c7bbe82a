"""A form that is refused: its page again, with what was typed and the reason in the reader's language."""

import re
from html.parser import HTMLParser

import pytest

from opsmon.web.auth import Access
from opsmon.web.pages.page_routes import PAGE_ROUTES
from tests.support.browser.story import HOSTILE, everything_happens, people_are_called, swap
from tests.support.web.scene import TOKEN, Client, WebScene

FORM = {
    "Accept-Language": "zh",
    "Authorization": f"Bearer {TOKEN}",
    "Content-Type": "application/x-www-form-urlencoded",
}
UNTIL = "2026-11-20T19:00"
CONTRACT = "/c/xicheng-vc-2025"
# Where a form goes, what is typed into it, and words of the reason. `{mcu-1}` is the incident of that device.
REFUSED: dict[str, tuple[str, dict[str, str], str]] = {
    "a note without a name": ("/i/{mcu-1}/facts", {"type": "on_site", "note": "在路上"}, "姓名：必填"),
    "a time to come": (
        "/i/{mcu-1}/facts",
        {"by": "甲工", "type": "on_site", "note": "到了", "at": "2026-11-20T12:00"},
        "2026-11-20 12:00:00+08:00 是将来的时间",
    ),
    "an entry that is not there": (
        "/i/{mcu-1}/withdrawals",
        {"by": "甲工", "fact": "77", "reason": "写错了"},
        "该事件没有第 77 条：条目编号为 1 至 2",
    ),
    "a severity that it has": (
        "/i/{mcu-1}/scope",
        {"by": "甲工", "severity": "ordinary", "reason": "再看看"},
        "没有变化：已是一般",
    ),
    "a label that is none": (
        "/i/{mcu-1}/scope",
        {"by": "甲工", "labels": "venue", "reason": "会场"},
        "标签写作 key=value",
    ),
    "a clause that is not there": (
        "/i/{mcu-1}/exclusions",
        {"by": "甲工", "approved_by": "科长", "clauses": "E99", "note": "停电"},
        "没有条款 `E99`",
    ),
    "a device that is elsewhere": (
        "/report",
        {"by": "用户", "site": "lab", "device": "mcu-1", "condition": "黑屏", "note": "会前"},
        "设备 `mcu-1` 在站点 `erlong-hall`，不在 `lab`",
    ),
    "a silence too long": (
        "/silences",
        {"by": "经理", "site": "lab", "until": "2026-12-24T10:00", "reason": "搬迁", "stops_clocks": "1"},
        "2026-12-24 10:00:00+08:00 在 7 天以后",
    ),
    "a silence of everything": ("/silences", {"by": "经理", "until": UNTIL, "reason": "搬迁"}, "不能静默全部"),
    "a swap of nobody": (
        "/oncall/overrides",
        {"by": "经理", "rota": "vc", "shift": "day", "day": "2026-11-21", "reason": "培训"},
        "没有换班人员",
    ),
    "hours that are not offered": (
        "/d/ups-1/maintenance",
        {"by": "甲工", "hours": "9", "note": "换电池"},
        "维护多少小时",
    ),
    "an obligation that has not begun": (
        f"{CONTRACT}/obligations/E13/done",
        {"by": "甲工", "day": "2027-02-01", "note": "已发"},
        "E13 在 2027-02-01 尚未开始",
    ),
    "a bad name of an account": (
        "/admin/accounts",
        {"account": "Wang", "title": "王工", "password": "four words of nobody", "role": "manager", "sites": "lab"},
        "`Wang` 不能作用户名",
    ),
    "a token of a site that is not there": (
        "/admin/tokens",
        {"token": "grafana", "days": "30", "role": "viewer", "sites": "labb", "money": "1"},
        "没有站点 `labb`是否为 `lab`？",
    ),
}
UNTYPED = {
    "by",
    "rota",
    "hours",
    "type",
    "password",
    "day",
    "shift",
}  # chosen, hidden, or tried by itself


class Controls(HTMLParser):
    """What a browser would send of the forms of a page, by the form that holds the reason."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.reason = ""
        self._in_form = self._in_reason = False
        self._select = self._text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name, value = found.get("name") or "", found.get("value") or ""
        if tag == "form":
            self._in_form = "data-typed" in found
        self._in_reason |= found.get("role") == "alert" and "hidden" not in found
        if not self._in_form:
            return
        if tag == "input" and (found.get("type") not in ("checkbox", "radio") or "checked" in found):
            self.values[name] = value
        self._select = name if tag == "select" else self._select
        self._text = name if tag == "textarea" else self._text
        if tag == "option" and "selected" in found:
            self.values[self._select] = value

    def handle_endtag(self, tag: str) -> None:
        self._text = "" if tag == "textarea" else self._text
        self._in_reason &= tag != "div"

    def handle_data(self, data: str) -> None:
        if self._text:
            self.values[self._text] = data
        if self._in_reason:
            self.reason += data


def incident_of(scene: WebScene, device: str) -> str:
    return next(one.id for one in scene.daemon.world.incidents.open_incidents() if one.device == device)


async def send(client: Client, path: str, fields: dict[str, str], *, language: str = "zh") -> tuple[int, str]:
    headers = {**FORM, "Accept-Language": language}
    answer = await client.post(path, data=fields, headers=headers, allow_redirects=False)
    return answer.status, await answer.text()


@pytest.mark.parametrize("name", REFUSED)
async def test_a_refused_form_is_there_again_as_it_was_typed_with_the_reason(
    scene: WebScene, client: Client, name: str
) -> None:
    people_are_called(scene)
    everything_happens(scene)
    path, fields, reason = REFUSED[name]
    status, page = await send(client, path.replace("{mcu-1}", incident_of(scene, "mcu-1")), fields)
    assert status in (409, 422), page
    shown = Controls(page)
    assert reason in shown.reason
    assert {key: shown.values.get(key) for key in fields.keys() - UNTYPED} == {
        key: value for key, value in fields.items() if key not in UNTYPED
    }
    assert re.findall("[A-Za-z]{4,}", re.sub("`[^`]*`|key=value|xicheng-vc", "", shown.reason)) == []
    assert "four words" not in page


async def test_the_reason_is_told_in_the_language_of_the_reader(scene: WebScene, client: Client) -> None:
    everything_happens(scene)
    path, fields, _ = REFUSED["an entry that is not there"]
    _, page = await send(client, path.replace("{mcu-1}", incident_of(scene, "mcu-1")), fields, language="en")
    assert "the incident has no fact 77: its facts are numbered 1 to 2" in Controls(page).reason


async def test_what_was_typed_comes_back_as_text(scene: WebScene, client: Client) -> None:
    everything_happens(scene)
    name = incident_of(scene, "mcu-1")
    typed = f"{HOSTILE}</textarea>\n& <b>"
    _, page = await send(client, f"/i/{name}/withdrawals", {"by": HOSTILE, "fact": "77", "reason": typed})
    assert HOSTILE not in page
    assert Controls(page).values["reason"] == typed
    assert Controls(page).values["by"] == HOSTILE


async def test_a_text_whose_form_is_gone_is_shown_beside_the_reason(scene: WebScene, client: Client) -> None:
    everything_happens(scene)
    name = incident_of(scene, "会议终端-1")
    scene.answers("core-1", "mcu-1", "会议终端-1")
    scene.daemon.wait(3_600)
    status, page = await send(client, f"/i/{name}/takeover", {"by": "乙工", "note": "我离得近 <b>"})
    assert status == 409
    assert "事件已关闭，无需接手" in Controls(page).reason
    assert "我离得近 <b>" in Controls(page).reason
    assert Controls(page).values == {}


async def test_who_takes_on_from_the_board_what_another_has_sees_the_board_again(
    scene: WebScene, client: Client
) -> None:
    everything_happens(scene)
    name = incident_of(scene, "会议终端-1")
    back = "/?site=erlong-hall"
    status, page = await send(client, f"/i/{name}/ack", {"by": "乙工", "back": back})
    assert status == 409
    assert "值班员 已于" in Controls(page).reason
    assert 'class="counts"' in page
    assert 'data-path="/?site=erlong-hall"' in page
    assert '<option value="erlong-hall" selected>' in page


async def test_the_page_again_leads_where_it_would_and_not_to_the_form(scene: WebScene, client: Client) -> None:
    everything_happens(scene)
    name = incident_of(scene, "mcu-1")
    _, page = await send(client, f"/i/{name}/withdrawals", {"by": "甲工", "fact": "77", "reason": "写错了"})
    assert f'data-path="/i/{name}"' in page
    assert f'name="back" value="/i/{name}"' in page


async def test_a_swap_is_chosen_again_in_the_form_of_its_rota(scene: WebScene, client: Client) -> None:
    people_are_called(scene)
    swap(scene)
    fields = {"by": "经理", "rota": "vc", "shift": "day", "day": "2026-11-22", "person_out": "zhao", "person_in": "li"}
    rota = next(iter(scene.daemon.world.rules.oncall.rotas.values()))
    out, comes = list(rota.people)[:2]
    fields |= {"person_out": out, "person_in": comes, "shift": rota.shifts[0].name, "rota": rota.name}
    status, page = await send(client, "/oncall/overrides", {**fields, "day": "2026-11-01"})
    assert status in (409, 422)
    shown = Controls(page).values
    assert (shown["person_out"], shown["person_in"], shown["day"]) == (out, comes, "2026-11-01")


@pytest.mark.parametrize("failing", ["the store is full", "the incident is nowhere"])
async def test_what_cannot_be_now_or_at_all_is_told_on_a_page(scene: WebScene, client: Client, failing: str) -> None:
    everything_happens(scene)
    name = incident_of(scene, "mcu-1") if failing == "the store is full" else "20260101-1"
    scene.daemon.store_is_full = failing == "the store is full"
    status, page = await send(client, f"/i/{name}/facts", {"by": "甲工", "type": "on_site", "note": "到了"})
    assert status == (503 if failing == "the store is full" else 409)
    assert "<html" in page
    if status == 503:
        assert Controls(page).values["note"] == "到了"


def test_every_form_of_a_command_says_on_which_page_it_stands() -> None:
    commands = [one for one in PAGE_ROUTES if one.method == "POST" and one.access not in (Access.OPEN, Access.SELF)]
    assert [one.path for one in commands if one.again is None] == []
    assert len(commands) >= 18
