"""On call in the console: who is on duty, swaps, silences, and on an incident who was told and what comes next."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from opsmon.engine.input import Reloaded
from opsmon.model.incident import FactType
from opsmon.model.name import IncidentId
from opsmon.oncall.oncall_rules import OnCallRules
from opsmon.oncall.page import PageState
from tests.support.browser.story import (
    everything_happens,
    message_arrives,
    people_are_called,
    silence,
    swap,
    tell,
)
from tests.support.engine.paged import VC
from tests.support.web.scene import TOKEN, Client, WebScene

ZH = {"Accept-Language": "zh"}
FORM = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(autouse=True)
def on_call_here(scene: WebScene) -> None:
    people_are_called(scene)


async def show(client: Client, path: str, language: str = "zh") -> str:
    answer = await client.get(path, headers={"Accept-Language": language})
    text = await answer.text()
    assert answer.status == 200, text
    return text


async def post(client: Client, path: str, status: int, **fields: str) -> str:
    answer = await client.post(path, data=fields, headers=FORM, allow_redirects=False)
    assert answer.status == status, await answer.text()
    return answer.headers.get("Location", "") if status == 303 else await answer.text()


async def test_the_roster_shows_who_is_on_duty_and_who_swapped(scene: WebScene, client: Client) -> None:
    assert "p-li、p-wang" in await show(client, "/oncall")
    swap(scene)
    page = await show(client, "/oncall", "en")
    assert re.search(r'id="swap-[^"]+">.*<b>p-li</b> → <b>p-pm</b>', page)
    assert "<b>p-pm, p-wang</b> ⇄" in page
    link = re.search(r'href="http[^"]*(/oncall/vc\.ics\?k=[^"]+)"', page)
    assert link is not None
    assert (await client.get(link[1])).content_type == "text/calendar"
    assert "To put right in the next 60 days" in page


async def test_a_swap_is_set_and_taken_back_by_form(scene: WebScene, client: Client) -> None:
    fields = {"rota": VC, "shift": "day", "day": "2026-11-22", "person_out": "p-li", "person_in": "p-pm", "by": "经理"}
    assert await post(client, "/oncall/overrides", 303, **fields) == "/oncall"
    (held,) = scene.daemon.world.roster.overrides.by_id.values()
    assert (held.person_in, held.by) == ("p-pm", "经理")
    assert "p-pm" in await post(
        client, "/oncall/overrides", 422, **(fields | {"person_out": "p-pm", "day": "2026-11-23"})
    )
    await post(client, f"/oncall/overrides/{held.id}/end", 303, by="经理")
    assert not scene.daemon.world.roster.overrides.by_id


async def test_a_silence_is_set_counted_down_and_ended_by_form(scene: WebScene, client: Client) -> None:
    everything_happens(scene)
    fields = {"device": "ups-1", "until": "2026-11-20T12:00", "reason": "更换电池", "by": "经理", "stops_clocks": "1"}
    assert await post(client, "/silences", 303, **fields) == "/silences"
    (held,) = scene.daemon.world.paging.silences.values()
    assert (dict(held.fields), held.reason, held.stops_clocks, held.ends_with_incident) == (
        {"device": "ups-1"}, "更换电池", True, False,
    )  # fmt: skip
    page = await show(client, "/silences")
    (covered,) = scene.daemon.world.paging.covered_by(held.id)
    assert "设备 ups-1" in page
    assert f'href="/i/{covered.incident}"' in page
    assert 'data-due="' in page
    assert 'href="/silences"><span class="mark quiet">' in await show(client, "/")
    await post(client, f"/silences/{held.id}/end", 303, by="经理", reason="完成")
    assert not scene.daemon.world.paging.silences


async def test_a_silence_of_everything_is_refused(scene: WebScene, client: Client) -> None:
    refused = await post(client, "/silences", 422, until="2026-11-20T12:00", reason="x", by="经理")
    assert "不能静默全部" in refused
    assert not scene.daemon.world.paging.silences


async def test_who_nobody_was_told_of_stands_first_until_a_message_arrives(scene: WebScene, client: Client) -> None:
    everything_happens(scene)
    held = {str(one.device): str(one.id) for one in scene.daemon.world.incidents.open_incidents()}
    message_arrives(scene, held["mcu-1"])
    rows = re.findall(r'id="row-([^"]+)"', await show(client, "/"))
    assert set(rows[:2]) == {held["ups-1"], held["core-1"]}
    for name in (held["ups-1"], held["core-1"]):
        message_arrives(scene, name)
    page = await show(client, "/")
    assert re.findall(r'id="row-([^"]+)"', page)[0] == held["mcu-1"]
    assert "无人知晓</span></li>" in page
    assert "✖ 无人知晓" not in page
    assert "p-li、p-wang" in page


async def test_an_incident_shows_who_was_told_and_what_comes_next(scene: WebScene, client: Client) -> None:
    name = scene.dies("mcu-1")
    page = await show(client, f"/i/{name}")
    assert "无人知晓，无人接单" in page or "无人知晓, 无人接单" in page
    assert "发送中" in page
    message_arrives(scene, name)
    page = await show(client, f"/i/{name}")
    assert "已送达" in page
    assert "vc-robot" in page
    assert "第 1/3 步" in page
    assert re.search(r"下一步 <time .*</time> <b>p-li、p-wang、p-lead</b>", page)
    scene.daemon.wait(timedelta(hours=1).total_seconds())
    assert "逾时无人接单" in await show(client, f"/i/{name}")


async def test_another_takes_an_incident_over_by_form(scene: WebScene, client: Client) -> None:
    name = scene.dies("mcu-1")
    tell(scene, name, FactType.ACKNOWLEDGED, "甲工")
    scene.daemon.wait(60)
    assert f'action="/i/{name}/takeover"' in await show(client, f"/i/{name}")
    await post(client, f"/i/{name}/takeover", 303, by="乙工")
    page = scene.daemon.world.paging.pages[IncidentId(name)]
    assert (page.state, page.holder) == (PageState.HELD, "乙工")


async def test_a_hold_that_slipped_is_nobodys_on_the_board_and_on_its_page(scene: WebScene, client: Client) -> None:
    name = scene.dies("mcu-1")
    tell(scene, name, FactType.ACKNOWLEDGED, "甲工")
    assert "甲工" in await show(client, "/")
    assert 'class="nobody"' not in await show(client, "/")
    until = scene.daemon.world.paging.pages[IncidentId(name)].until
    assert until is not None
    scene.daemon.wait((until - scene.daemon.clock.now()).total_seconds() + 5)
    page = await show(client, "/")
    assert 'class="nobody"' in page
    assert "甲工" not in page
    assert "data-take" in await show(client, f"/i/{name}")


async def test_without_rules_of_on_call_the_page_says_where_they_are_written(scene: WebScene, client: Client) -> None:
    silence(scene, device="ups-1")
    scene.daemon.take(Reloaded(replace(scene.daemon.world.rules, oncall=OnCallRules())))
    assert "rules/oncall.yaml" in await show(client, "/oncall")
