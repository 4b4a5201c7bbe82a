"""The pages of the console, each with a scene behind it: what it tells, and what its forms do."""

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest

from opsmon.engine.fold import fold
from opsmon.model.device import Kind
from opsmon.model.event import IncidentOpened
from opsmon.model.incident import Severity
from opsmon.model.name import DeviceName, IncidentId, SiteName
from tests.support.browser.story import HOSTILE, everything_happens
from tests.support.web.scene import TOKEN, Client, WebScene

ZH = {"Accept-Language": "zh", "Authorization": f"Bearer {TOKEN}"}
FORM = {**ZH, "Content-Type": "application/x-www-form-urlencoded"}
PAGES = (
    "/", "/wall/all", "/wall/lab", "/wall/xicheng-vc-2025", "/i", "/i?q=mcu", "/report", "/report?device=mcu-1",
    "/sites", "/s/erlong-hall", "/devices", "/devices?state=down", "/d/mcu-1", "/d/会议终端-1", "/contracts",
    "/c/xicheng-vc-2025",
    "/c/xicheng-vc-2025?month=2026-10", "/backups", "/backups/mcu-1",
)  # fmt: skip


def acting_parts(page: str) -> list[str]:
    """What the policy would have to forbid: styles and scripts in attributes, elements that act."""
    found: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.extend(f"{tag} {name}" for name, _ in attrs if name == "style" or name.startswith("on"))
            found.extend([tag] if tag in ("style", "iframe", "object", "embed", "base") else [])

    Reader().feed(page)
    return found


async def seen(client: Client, path: str, status: int = 200, language: str = "zh") -> str:
    answer = await client.get(path, headers={**ZH, "Accept-Language": language})
    text = await answer.text()
    assert answer.status == status, text
    return text


def incident_of(scene: WebScene, device: str) -> str:
    return next(one.id for one in scene.daemon.world.incidents.open_incidents() if one.device == device)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", PAGES)
async def test_every_page_is_there_in_both_languages(scene: WebScene, client: Client, path: str, language: str) -> None:
    everything_happens(scene)
    page = await seen(client, path, language=language)
    assert "<h1" in page
    assert HOSTILE not in page
    assert acting_parts(page) == []
    part = await seen(client, f"{path}{'&' if '?' in path else '?'}part=live", language=language)
    assert "<html" not in part


@pytest.mark.parametrize(
    "path", ["/i/20261120-99", "/s/nowhere", "/d/nothing", "/c/none", "/wall/none", "/backups/none", "/i/<b>x"]
)
async def test_what_is_not_there_is_told_on_a_page(client: Client, path: str) -> None:
    page = await seen(client, path, 404)
    assert "<html" in page
    assert "<b>x" not in page


async def test_an_incident_tells_its_clocks_and_what_happened(scene: WebScene, client: Client) -> None:
    everything_happens(scene)
    page = await seen(client, f"/i/{incident_of(scene, 'mcu-1')}")
    assert "<b>E2</b> 到场" in page
    assert "附件 5, 2(1)" in page
    assert "报修" in page
    assert "用户" in page
    assert "无人接单" in page


async def test_an_incident_is_taken_on_by_name_and_the_name_is_kept(scene: WebScene, client: Client) -> None:
    name = scene.dies("mcu-1")
    answer = await client.post(f"/i/{name}/ack", data={"by": "甲工"}, headers=FORM, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, f"/i/{name}")
    holder = scene.daemon.world.incidents.by_id[IncidentId(name)].holder
    assert holder is not None
    assert (holder.by, holder.via.partition("@")[0]) == ("甲工", "token:token")
    assert 'value="甲工"' in await seen(client, f"/i/{name}")
    scene.daemon.wait(5)
    again = await client.post(f"/i/{name}/ack", data={"by": "乙工"}, headers=FORM)
    assert again.status == 409
    assert "甲工" in await again.text()


async def test_without_a_name_nothing_is_told(scene: WebScene, client: Client) -> None:
    name = scene.dies("mcu-1")
    assert (await client.post(f"/i/{name}/ack", data={"by": "  "}, headers=FORM)).status == 422
    assert scene.daemon.world.incidents.by_id[IncidentId(name)].holder is None


async def test_a_form_wants_the_key(scene: WebScene, client: Client) -> None:
    name = scene.dies("mcu-1")
    plain = {"Content-Type": FORM["Content-Type"]}
    assert (await client.post(f"/i/{name}/ack", data={"by": "甲工"}, headers=plain)).status == 401


async def test_facts_are_told_with_a_local_time_and_withdrawn(scene: WebScene, client: Client) -> None:
    name = scene.dies("mcu-1")
    scene.daemon.wait(600)
    told = {"by": "甲工", "type": "on_site", "at": "2026-11-20T10:05:00", "note": "带了备件"}
    assert (await client.post(f"/i/{name}/facts", data=told, headers=FORM)).status == 200
    page = await seen(client, f"/i/{name}")
    assert "带了备件" in page
    (fact,) = [one for one in scene.daemon.world.incidents.by_id[IncidentId(name)].facts if one.by == "甲工"]
    assert fact.at == datetime(2026, 11, 20, 2, 5, tzinfo=UTC)
    wrong = {"by": "甲工", "fact": "2", "reason": "填错"}
    assert (await client.post(f"/i/{name}/withdrawals", data=wrong, headers=FORM)).status == 200
    assert "撤回第 2 条" in await seen(client, f"/i/{name}")
    late = {**told, "at": "2026-11-21T10:05:00"}
    assert (await client.post(f"/i/{name}/facts", data=late, headers=FORM)).status == 409
    assert (await client.post(f"/i/{name}/facts", data={**told, "at": "soon"}, headers=FORM)).status == 422


async def test_scope_and_exclusion_are_judged(scene: WebScene, client: Client) -> None:
    name = scene.dies("mcu-1")
    judged = {
        "by": "经理",
        "severity": "major",
        "service": "",
        "labels": "cause=external",
        "reason": "停电",
        "seen": "0",
    }
    assert (await client.post(f"/i/{name}/scope", data=judged, headers=FORM)).status == 200
    assert "cause=external" in await seen(client, f"/i/{name}")
    assert (await client.post(f"/i/{name}/scope", data={**judged, "labels": "x"}, headers=FORM)).status == 422
    stale = await client.post(f"/i/{name}/scope", data=judged, headers=FORM)
    assert stale.status == 409
    free = {"by": "经理", "approved_by": "客户", "clauses": "E2", "note": "市电中断", "paper": "说明.pdf"}
    assert (await client.post(f"/i/{name}/exclusions", data=free, headers=FORM)).status == 200
    assert "客户" in await seen(client, f"/i/{name}")


async def test_a_fault_is_reported_over_the_form(scene: WebScene, client: Client) -> None:
    told = {"site": "erlong-hall", "device": "", "condition": "无图像", "by": "用户", "severity": "", "labels": ""}
    answer = await client.post("/report", data=told, headers=FORM, allow_redirects=False)
    assert answer.status == 303
    page = await seen(client, answer.headers["Location"])
    assert "无图像" in page
    assert "无图像" in await seen(client, "/")
    assert (await client.post("/report", data={**told, "site": "nowhere"}, headers=FORM)).status == 422


async def test_a_search_wants_every_word(scene: WebScene, client: Client) -> None:
    everything_happens(scene)
    assert "找到 1 个" in await seen(client, "/i?q=主会场 mcu")
    assert "没有符合条件的事件" in await seen(client, "/i?q=nothing-like-it")


async def test_a_device_shows_its_day_and_its_checks(scene: WebScene, client: Client) -> None:
    scene.daemon.wait(4 * 3_600)
    scene.dies("mcu-1")
    page = await seen(client, "/d/mcu-1")
    assert 'class="up"' in page
    assert 'class="bad"' in page
    assert "icmp_duration_seconds" in page
    assert "超时无应答" in page
    assert "core-1" in page


async def test_a_device_shows_when_nobody_watched(scene: WebScene, client: Client) -> None:
    told = re.compile('class="strip"[^>]*aria-label="[^"]*未监测')
    assert not told.search(await seen(client, "/d/mcu-1"))
    scene.store.touch(scene.clock.now())
    scene.clock.at += timedelta(hours=3)
    scene.store.begin_watch(scene.clock.now())
    scene.daemon.wait(3_600)
    page = await seen(client, "/d/mcu-1")
    assert told.search(page)
    assert 'class="gone" x="1200.0" y="16" width="180.0"' in page


async def test_maintenance_begins_and_ends(scene: WebScene, client: Client) -> None:
    wanted = {"by": "甲工", "hours": "2", "note": "换板卡"}
    assert (await client.post("/d/mcu-1/maintenance", data=wanted, headers=FORM)).status == 200
    assert "维护中" in await seen(client, "/d/mcu-1")
    assert (await client.post("/d/mcu-1/maintenance", data={**wanted, "hours": "0"}, headers=FORM)).status == 200
    assert (await client.post("/d/mcu-1/maintenance", data={**wanted, "hours": "9"}, headers=FORM)).status == 422
    assert (await client.post("/d/mcu-1/probe", data={"x": "1"}, headers=FORM)).status == 503


async def test_an_obligation_is_ticked_off(scene: WebScene, client: Client) -> None:
    scene.daemon.wait(1)
    page = await seen(client, "/c/xicheng-vc-2025")
    assert "二层会场及设备间巡检" in page
    ticked = {"by": "甲工", "day": "2026-11-20", "note": "完成"}
    path = "/c/xicheng-vc-2025/obligations/E13/done"
    answer = await client.post(path, data=ticked, headers=FORM, allow_redirects=False)
    assert answer.status == 303, await answer.text()
    assert len(scene.daemon.world.duties.ticks) == 1


async def test_a_limit_at_the_end_of_a_day_is_its_own_midnight(scene: WebScene, client: Client) -> None:
    scene.daemon.wait(timedelta(minutes=1).total_seconds())
    assert "11月20日（周五） 24:00" in await seen(client, "/c/xicheng-vc-2025")


async def test_of_one_moment_what_happened_later_stands_above(scene: WebScene, client: Client) -> None:
    """A fault that was reported late is at risk and breached at once."""
    everything_happens(scene)
    page = await seen(client, f"/i/{incident_of(scene, 'mcu-1')}")
    timeline = page[page.index('class="timeline"') :]
    assert 0 < timeline.index("已超时") < timeline.index("即将超时") < timeline.index("事件开始")


async def test_a_browser_that_asks_for_what_is_not_there_gets_a_page_and_a_programme_json(client: Client) -> None:
    answer = await client.get("/nowhere", headers={**ZH, "Accept": "text/html"})
    assert (answer.status, "没有这个页面" in await answer.text()) == (404, True)
    for path, accept in (("/nowhere", "*/*"), ("/api/v1/nowhere", "text/html")):
        answer = await client.get(path, headers={**ZH, "Accept": accept})
        assert (answer.status, answer.content_type) == (404, "application/json")


async def test_what_a_condition_says_in_english_stands_on_no_chinese_page(scene: WebScene, client: Client) -> None:
    now, name = scene.clock.now(), IncidentId("20261120-7")
    opened = IncidentOpened(
        now, name, "UpsOnBattery", "", DeviceName("ups-1"), SiteName("lab"), Kind.UPS, None, None, Severity.MAJOR, now,
        "ups-1 runs on battery", value=1.0,
    )  # fmt: skip
    scene.daemon.world = fold(scene.daemon.world, opened)
    for path in ("/", f"/i/{name}"):
        page = await seen(client, path)
        assert "市电中断" in page
        assert "runs on battery" not in page
        assert "runs on battery" in await seen(client, path, language="en")
