"""What the API tells, over HTTP, of a world that the real engine made."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from opsmon.engine.input import AddFact
from opsmon.model.incident import Fact, FactType
from opsmon.model.name import IncidentId
from tests.support.web.scene import START, Client, WebScene


async def get(client: Client, path: str, status: int = 200) -> Any:
    answer = await client.get(path)
    assert answer.status == status, await answer.text()
    assert answer.content_type == "application/json"
    return await answer.json()


async def test_with_nothing_wrong_there_are_no_incidents(client: Client) -> None:
    assert await get(client, "/api/v1/incidents") == []
    assert await get(client, "/api/v1/clocks") == []


async def test_an_incident_is_listed_with_its_clocks_and_what_is_left_of_them(scene: WebScene, client: Client) -> None:
    name = scene.dies("mcu-1")
    (incident,) = await get(client, "/api/v1/incidents")
    assert (incident["id"], incident["condition"], incident["device"]) == (name, "DeviceDown", "mcu-1")
    assert (incident["site"], incident["contract"], incident["phase"]) == ("erlong-hall", "xicheng-vc-2025", "open")
    (clock,) = [clock for clock in incident["clocks"] if clock["clause"] == "E2"]
    due_at = datetime.fromisoformat(clock["due_at"])
    assert due_at == datetime.fromisoformat(incident["starts_at"]) + timedelta(minutes=3)
    assert clock["remaining_s"] == (due_at - scene.clock.now()).total_seconds()
    scene.daemon.wait(300)
    (late,) = await get(client, "/api/v1/clocks?clause=E2&state=breached")
    assert late["remaining_s"] < 0
    assert late["incident"] == name


async def test_an_incident_is_shown_with_its_facts_and_its_journal(scene: WebScene, client: Client) -> None:
    incident = await get(client, f"/api/v1/incidents/{scene.dies('mcu-1')}")
    assert [fact["type"] for fact in incident["facts"]] == ["detected"]
    assert [entry["type"] for entry in incident["journal"]][:2] == ["incident_opened", "fact_added"]
    assert [entry["seq"] for entry in incident["journal"]] == sorted(entry["seq"] for entry in incident["journal"])


async def test_a_store_that_cannot_be_read_takes_away_the_journal_alone(
    scene: WebScene, client: Client, tmp_path: Path
) -> None:
    name = scene.dies("mcu-1")
    scene.store.close()
    (tmp_path / "opsmon.db").write_bytes(b"no database" * 1000)
    incident = await get(client, f"/api/v1/incidents/{name}")
    assert incident["journal"] is None
    assert [fact["type"] for fact in incident["facts"]] == ["detected"]
    assert (await client.get("/metrics")).status == 200


async def test_one_root_cause_is_one_incident_with_its_children(scene: WebScene, client: Client) -> None:
    scene.miss("core-1", "mcu-1", "会议终端-1")
    (incident,) = await get(client, "/api/v1/incidents")
    assert incident["device"] == "core-1"
    devices = {device["id"]: device for device in await get(client, "/api/v1/devices?site=erlong-hall")}
    assert devices["core-1"]["state"] == "down"
    assert devices["core-1"]["incidents"] == [incident["id"]]
    assert devices["core-1"]["since"] == incident["starts_at"]
    assert incident["children"] == ["mcu-1", "会议终端-1"]
    assert [devices[name]["state"] for name in incident["children"]] == ["unreachable", "unreachable"]
    assert devices["mcu-1"]["incidents"] == [incident["id"]]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ("", 2), ("?state=open", 1), ("?state=all", 2), ("?state=closed", 1), ("?site=lab&state=open", 0),
        ("?site=lab", 1),
        ("?device=mcu-1", 1), ("?contract=xicheng-vc-2025", 1), ("?severity=emergency", 0), ("?state=all&limit=1", 1),
        ("?state=all&since=2026-11-20T10:00:00%2B08:00", 2), ("?state=all&since=2026-11-21T00:00:00Z", 0),
        ("?condition=DeviceDown&state=open", 1), ("?condition=UpsOnBattery", 0),
    ],
)  # fmt: skip
async def test_incidents_can_be_filtered(scene: WebScene, client: Client, filters: str, found: int) -> None:
    scene.dies("ups-1")
    scene.answers("ups-1")
    scene.daemon.wait(120)
    scene.dies("mcu-1")
    assert len(await get(client, f"/api/v1/incidents{filters}")) == found


async def test_faults_use_up_the_budget_of_the_month(scene: WebScene, client: Client) -> None:
    (before,) = [
        use for use in await get(client, "/api/v1/budgets?contract=xicheng-vc-2025") if use["subject"] == "all"
    ]
    assert (before["clause"], before["used"], before["limit"], before["month"]) == ("E10", 0, 5, "2026-11-01")
    name = scene.dies("mcu-1")
    (after,) = [use for use in await get(client, "/api/v1/budgets?contract=xicheng-vc-2025") if use["subject"] == "all"]
    assert (after["used"], after["incidents"], after["state"]) == (1, [name], "in_hand")
    page = await (await client.get("/metrics")).text()
    assert 'opsmon_fault_budget_used{clause="E10",contract="xicheng-vc-2025"} 1.0\n' in page
    assert 'opsmon_fault_budget_limit{clause="E10",contract="xicheng-vc-2025"} 5.0\n' in page


async def test_devices_tell_how_their_checks_went(client: Client) -> None:
    devices = await get(client, "/api/v1/devices")
    assert [device["id"] for device in devices] == ["core-1", "mcu-1", "会议终端-1", "ups-1"]
    assert {device["state"] for device in devices} == {"up"}
    (check,) = devices[0]["checks"]
    assert (check["name"], check["outcome"], check["period_s"]) == ("icmp", "ok", 60.0)
    assert datetime.fromisoformat(check["at"]) == START + timedelta(seconds=60)
    assert [device["id"] for device in await get(client, "/api/v1/devices?kind=ups&state=up")] == ["ups-1"]
    assert await get(client, "/api/v1/devices?state=down") == []


async def test_a_device_is_found_by_its_encoded_name_with_who_it_says_it_is(client: Client) -> None:
    device = await get(client, "/api/v1/devices/%E4%BC%9A%E8%AE%AE%E7%BB%88%E7%AB%AF-1")
    assert device["id"] == "会议终端-1"
    assert device["identity"]["vendor"] == "Example"


async def test_sites_count_their_devices(scene: WebScene, client: Client) -> None:
    name = scene.dies("mcu-1")
    hall, lab = await get(client, "/api/v1/sites")
    assert (hall["id"], hall["devices"], hall["incidents"]) == ("erlong-hall", 3, [name])
    assert hall["states"] == {"up": 2, "down": 1}
    assert (lab["id"], lab["states"]) == ("lab", {"up": 1})


@pytest.mark.parametrize(
    ("path", "status", "error", "hint"),
    [
        ("/api/v1/incidents/20261120-9", 404, "no incident '20261120-9'", "lists them"),
        ("/api/v1/devices/mcu-2", 404, "no device 'mcu-2'", "did you mean 'mcu-1'?"),
        ("/metrics/site/erlong", 404, "no site 'erlong'", "did you mean 'erlong-hall'?"),
        ("/metrics/device/nobody", 404, "no device 'nobody'", "lists them"),
        ("/api/v1/nothing", 404, "Not Found", "openapi.json"),
        ("/api/v1/incidents?colour=red", 422, "colour: Extra inputs", "filters: state, site"),
        ("/api/v1/incidents?state=bad", 422, "state: Input should be", "filters:"),
        ("/api/v1/incidents?since=2026-11-20T10:00:00", 422, "timezone", "filters:"),
        ("/api/v1/incidents?site=a&site=b", 422, "site: given twice", "once"),
        ("/api/v1/incidents?limit=0", 422, "limit", "filters:"),
        ("/api/v1/incidents?condition=DeviceDwon", 422, "no condition `DeviceDwon`", "did you mean `DeviceDown`?"),
    ],
)
async def test_a_wrong_question_is_told_what_is_wrong(
    scene: WebScene, client: Client, path: str, status: int, error: str, hint: str
) -> None:
    scene.dies("mcu-1")
    failure = await get(client, path, status)
    assert error in failure["error"]
    assert hint in failure["hint"]


async def test_the_board_shows_what_is_wrong_and_escapes_it(scene: WebScene, client: Client) -> None:
    assert "目前没有故障" in await (await client.get("/")).text()
    scene.dies("mcu-1")
    scene.daemon.not_ready = "<script>"
    page = await client.get("/")
    text = await page.text()
    assert page.content_type == "text/html"
    assert "mcu-1 无响应" in text
    assert "<b>E2</b> 到场" in text
    assert "待确认" in text
    assert "&lt;script&gt;" in text
    assert "<script>" not in text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


async def test_answers_name_no_library_and_are_what_they_say(client: Client) -> None:
    for path in ("/", "/metrics", "/metrics/site/lab", "/api/v1/devices", "/nowhere"):
        answer = await client.get(path)
        assert answer.headers["Server"] == "opsmon"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_health_and_readiness(scene: WebScene, client: Client) -> None:
    assert (await client.get("/healthz")).status == 200
    assert (await client.get("/readyz")).status == 200
    scene.daemon.not_ready = "the store cannot be written: disk full"
    unready = await client.get("/readyz")
    assert unready.status == 503
    assert "disk full" in (await unready.json())["error"]
    assert (await client.get("/healthz")).status == 200


async def test_a_closed_fault_whose_report_is_owed_stays_in_sight(scene: WebScene, client: Client) -> None:
    name = scene.dies("mcu-1")
    scene.answers("mcu-1")
    scene.daemon.wait(120)
    assert await get(client, "/api/v1/incidents?state=open") == []
    (owed,) = await get(client, "/api/v1/incidents?state=active")
    assert (owed["id"], owed["phase"]) == (name, "closed")
    assert "report" in [clock["target"] for clock in owed["clocks"] if clock["remaining_s"] is not None]
    page = await (await client.get("/")).text()
    assert name in page
    assert "目前没有故障" not in page
    filed = Fact(FactType.REPORT_FILED, scene.clock.now(), "值班员")
    scene.daemon.take(AddFact(IncidentId(name), filed))
    assert await get(client, "/api/v1/incidents?state=active") == []
    assert "目前没有故障" in await (await client.get("/")).text()
