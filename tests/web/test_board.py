"""The board: what it puts first, what it counts, what its filters leave, and how little it sends twice."""

import re
from datetime import timedelta

from opsmon.model.incident import FactType
from tests.support.browser.story import HOSTILE, everything_happens, tell
from tests.support.web.scene import Client, WebScene

ZH = {"Accept-Language": "zh"}


async def board(client: Client, query: str = "") -> str:
    answer = await client.get(f"/{query}", headers=ZH)
    text = await answer.text()
    assert answer.status == 200, text
    return text


def rows_of(page: str) -> list[str]:
    return re.findall(r'id="row-([^"]+)"', page)


def count_of(page: str, label: str) -> int:
    (found,) = re.findall(rf'class="number">(\d+)</span> <span class="label">(?:<[^>]*>.</span> )?{label}<', page)
    return int(found)


async def test_the_least_time_left_comes_first(scene: WebScene, client: Client) -> None:
    everything_happens(scene)
    page = await board(client)
    by_id = {str(one.id): one for one in scene.daemon.world.incidents.open_incidents()}
    assert [by_id[name].device for name in rows_of(page)] == ["mcu-1", "会议终端-1", "core-1", "ups-1"]
    assert "+00:23:02" in page  # of E2, over
    assert [count_of(page, word) for word in ("已超时", "已接单", "无人接单")] == [1, 1, 3]


async def test_names_of_strangers_are_text(scene: WebScene, client: Client) -> None:
    everything_happens(scene)
    page = await board(client)
    assert HOSTILE not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&#34;&gt;&lt;img src=x" in page


async def test_a_filter_leaves_what_it_names(scene: WebScene, client: Client) -> None:
    everything_happens(scene)
    assert len(rows_of(await board(client, "?site=lab&contract=&severity="))) == 1
    assert len(rows_of(await board(client, "?severity=major"))) == 1
    assert len(rows_of(await board(client, "?nobody=true"))) == 3
    assert "没有符合条件的事件" in await board(client, "?site=lab&severity=major")
    assert (await client.get("/?site=nowhere")).status == 422


async def test_what_recovers_stands_below(scene: WebScene, client: Client) -> None:
    name = scene.dies("mcu-1")
    scene.answers("mcu-1")
    page = await board(client)
    assert "恢复观察中 1" in page
    assert rows_of(page) == [name]


async def test_what_did_not_change_is_not_sent_again(scene: WebScene, client: Client) -> None:
    scene.dies("mcu-1")
    first = await client.get("/?part=live", headers=ZH)
    text = await first.text()
    assert "<html" not in text
    assert "mcu-1" in text
    again = await client.get("/?part=live", headers={**ZH, "If-None-Match": first.headers["ETag"]})
    assert (again.status, await again.text()) == (304, "")
    other = await client.get("/?part=live", headers={"Accept-Language": "en", "If-None-Match": first.headers["ETag"]})
    assert other.status == 200
    scene.dies("ups-1")
    changed = await client.get("/?part=live", headers={**ZH, "If-None-Match": first.headers["ETag"]})
    assert changed.status == 200
    assert int(changed.headers["X-Opsmon-Seq"]) > int(first.headers["X-Opsmon-Seq"])


async def test_a_fault_that_somebody_has_says_who(scene: WebScene, client: Client) -> None:
    name = scene.dies("mcu-1")
    assert "无人接单" in await board(client, "?part=live")
    tell(scene, name, FactType.ACKNOWLEDGED, "甲工", timedelta(0))
    page = await board(client, "?part=live")
    assert "甲工" in page
    assert count_of(page, "无人接单") == 0
