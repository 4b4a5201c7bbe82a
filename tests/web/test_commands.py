"""Commands over HTTP: who may, what is refused, and that an answer means that it is in the journal."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from opsmon.engine.fold import evict
from opsmon.model.secret import Secret
from opsmon.web.server import make_application
from opsmon.web.settings import PortSettings
from tests.support.web.scene import START, TOKEN, Client, WebScene, everything_answers

RIGHT = {"Authorization": f"Bearer {TOKEN}"}


async def send(client: Client, path: str, body: object, status: int, method: str = "POST") -> Any:
    answer = await client.request(method, path, data=json.dumps(body), headers=RIGHT)
    assert answer.status == status, await answer.text()
    return await answer.json()


async def test_an_event_is_in_the_journal_when_it_is_answered(scene: WebScene, client: Client) -> None:
    name = scene.dies("mcu-1")
    at = (scene.clock.now() - timedelta(seconds=5)).isoformat()
    body = {"type": "on_site", "at": at, "by": "驻场员", "note": "到场"}
    incident = await send(client, f"/api/v1/incidents/{name}/events", body, 201)
    told = {
        "number": 2,
        "type": "on_site",
        "at": at.replace("+00:00", "Z"),
        "by": "驻场员",
        "note": "到场",
        "stands": True,
    }
    assert incident["facts"][-1].items() >= told.items()
    (clock,) = [clock for clock in incident["clocks"] if clock["clause"] == "E2"]
    assert (clock["state"], clock["met_at"], clock["remaining_s"]) == ("met", at.replace("+00:00", "Z"), None)
    journaled = [type(entry.event).__name__ for entry in scene.store.read()]
    assert journaled[-2:] == ["FactAdded", "ClockChanged"]


async def test_an_incident_is_acknowledged_by_a_named_human(scene: WebScene, client: Client) -> None:
    name = scene.dies("mcu-1")
    assert "by" in (await send(client, f"/api/v1/incidents/{name}/ack", {}, 422))["error"]
    incident = await send(client, f"/api/v1/incidents/{name}/ack", {"by": "值班员"}, 201)
    assert incident["phase"] == "acknowledged"
    assert incident["facts"][-1]["by"] == "值班员"


async def test_severity_is_judged_and_the_clocks_follow(scene: WebScene, client: Client) -> None:
    name = scene.dies("mcu-1")
    path = f"/api/v1/incidents/{name}/severity"
    body = {"severity": "emergency", "by": "值班员"}
    assert (await send(client, path, body, 200, "PUT"))["severity"] == "emergency"
    assert "already" in (await send(client, path, body, 409, "PUT"))["error"]


async def test_maintenance_begins_and_ends(scene: WebScene, client: Client) -> None:
    path = "/api/v1/devices/mcu-1/maintenance"
    until = (scene.clock.now() + timedelta(hours=1)).isoformat()
    assert (await send(client, path, {"until": until, "by": "值班员"}, 200, "PUT"))["state"] == "maintenance"
    scene.answers("mcu-1")
    assert (await send(client, path, {"until": None, "by": "值班员"}, 200, "PUT"))["state"] != "maintenance"
    past = {"until": START.isoformat(), "by": "值班员"}
    assert "not in the future" in (await send(client, path, past, 422, "PUT"))["error"]


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"type": "resolvd"}, 422, "type: Input should be"),
        ({}, 422, "type: Field required"),
        ({"type": "on_site", "at": "2026-11-20T10:01:30"}, 422, "at: Input should have timezone"),
        ({"type": "on_site", "at": 1795140060}, 422, "at: "),
        ({"type": "on_site", "who": "me"}, 422, "who: Extra inputs"),
        ({"type": "on_site", "by": ""}, 422, "by: "),
        ({"type": "on_site", "at": "2030-01-01T00:00:00Z"}, 409, "in the future"),
        ({"type": "on_site", "at": "2020-01-01T00:00:00Z"}, 409, "before the incident began"),
        ({"type": "excluded"}, 409, "needs a reason"),
        ({"type": "on_site", "note": "x" * 5000}, 422, "note: "),
    ],
)
async def test_what_cannot_be_is_refused_in_words(
    scene: WebScene, client: Client, body: dict[str, object], status: int, error: str
) -> None:
    name = scene.dies("mcu-1")
    facts = len(scene.daemon.world.incidents.open_incidents()[0].facts)
    failure = await send(client, f"/api/v1/incidents/{name}/events", body, status)
    assert error in failure["error"]
    assert failure["hint"]
    assert len(scene.daemon.world.incidents.open_incidents()[0].facts) == facts


async def test_what_is_no_json_or_much_too_long(scene: WebScene, client: Client) -> None:
    path = f"/api/v1/incidents/{scene.dies('mcu-1')}/events"
    broken = await client.post(path, data=b"{not json", headers=RIGHT)
    assert (broken.status, (await broken.json())["error"]) == (400, "the body is no JSON")
    long = await client.post(path, data=b" " * 100_000, headers=RIGHT)
    assert long.status == 413
    assert "hundred bytes" in (await long.json())["hint"]


async def test_a_store_that_is_full_is_told_and_nothing_is_believed(scene: WebScene, client: Client) -> None:
    name = scene.dies("mcu-1")
    scene.daemon.store_is_full = True
    failure = await send(client, f"/api/v1/incidents/{name}/ack", {"by": "值班员"}, 503)
    assert "full" in failure["error"]
    assert "look before you repeat" in failure["hint"]


async def test_methods_that_an_address_does_not_take(client: Client) -> None:
    answer = await client.delete("/api/v1/incidents", headers=RIGHT)
    assert answer.status == 405
    assert "GET" in answer.headers["Allow"]
    assert (await answer.json())["hint"]


@pytest.mark.parametrize("header", [None, "", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer é"])
async def test_commands_need_the_token_and_reading_does_not(
    scene: WebScene, client: Client, header: str | None
) -> None:
    path = f"/api/v1/incidents/{scene.dies('mcu-1')}/ack"
    headers = {} if header is None else {"Authorization": header}
    answer = await client.post(path, json={"by": "值班员"}, headers=headers)
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert TOKEN not in await answer.text()
    assert (await client.get("/api/v1/incidents", headers=headers)).status == 200


async def test_without_a_token_in_the_settings_there_are_no_commands(tmp_path: Path) -> None:
    scene = WebScene(tmp_path, PortSettings())
    everything_answers(scene)
    name = scene.dies("mcu-1")
    async with TestClient(TestServer(make_application(scene.parts))) as client:
        answer = await client.post(f"/api/v1/incidents/{name}/ack", json={"by": "值班员"}, headers=RIGHT)
        assert answer.status == 403
        assert "opsmon.yaml" in (await answer.json())["hint"]


@pytest.mark.parametrize("host", ["localhost:9876", "127.0.0.1", "127.8.8.8:80", "[::1]:9876"])
async def test_on_loopback_whoever_asks_for_this_machine_may_read(client: Client, host: str) -> None:
    assert (await client.get("/api/v1/devices", headers={"Host": host})).status == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:9876", "192.0.2.1", "127.0.0.1.evil.example", ""])
async def test_a_name_that_was_pointed_at_us_may_not_read(client: Client, host: str) -> None:
    answer = await client.get("/api/v1/devices", headers={"Host": host})
    assert answer.status == 401
    assert (await client.get("/api/v1/devices", headers={"Host": host} | RIGHT)).status == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "monitor.example"])
async def test_beyond_loopback_reading_needs_the_token_too(tmp_path: Path, host: str) -> None:
    scene = WebScene(tmp_path, PortSettings(host=host, token=Secret(TOKEN)))
    async with TestClient(TestServer(make_application(scene.parts))) as client:
        for path in ("/", "/metrics", "/metrics/site/lab", "/sd/sites", "/api/v1/devices", "/api/v1/openapi.json"):
            assert (await client.get(path)).status == 401, path
            assert (await client.get(path, headers=RIGHT)).status == 200, path
        assert (await client.get("/healthz")).status == 200
        assert (await client.get("/readyz")).status == 200


async def test_an_obligation_is_ticked_off_by_a_named_human(scene: WebScene, client: Client) -> None:
    path = "/api/v1/contracts/xicheng-vc-2025/obligations"
    body = {"day": "2026-03-19", "by": "值班员", "done_at": (scene.clock.now() - timedelta(minutes=1)).isoformat()}
    done = await send(client, f"{path}/E18/done", body, 201)
    assert (done["obligation"], done["due_at"], done["day"]) == ("E18", None, "2026-03-19")
    told = [type(entry.event).__name__ for entry in scene.store.read()]
    assert told[-1] == "ObligationDone"
    assert "no obligation E99" in (await send(client, f"{path}/E99/done", body, 409))["error"]
    await send(client, "/api/v1/contracts/nobody/obligations/E18/done", body, 404)
    await send(client, f"{path}/E18/done", {"day": "2026-03-19"}, 422)


async def test_ticks_of_several_days_are_listed_withdrawn_and_brought_back(scene: WebScene, client: Client) -> None:
    path = "/api/v1/contracts/xicheng-vc-2025/obligations"
    words = {"by": "值班员"}
    body = {**words, "days": ["2026-03-16..2026-03-18"], "places": ["bureau:1..3"]}
    assert "is not owed at several places" in (await send(client, f"{path}/E13/done", body, 409))["error"]
    done = await send(client, f"{path}/E15/done", body, 201)
    assert [one["place"] for one in done["ticked"]] == ["bureau:1", "bureau:2", "bureau:3"]
    undone = {**words, "day": "2026-03-18", "places": ["bureau:2"], "reason": "another bureau"}
    assert (await send(client, f"{path}/E15/undone", undone, 201))["place"] == "bureau:2"
    await send(client, f"{path}/E15/undone", undone, 409)

    async def places() -> list[str]:
        answer = await client.get(f"{path}?from=2026-03-31&to=2026-03-31", headers=RIGHT)
        (task,) = [one for one in await answer.json() if one["obligation"] == "E15"]
        (bureaus,) = [one for one in task["places"] if one["group"] == "bureau"]
        assert (bureaus["done"], bureaus["of"]) == (len(bureaus["ticked"]), 52)
        return list(bureaus["ticked"])

    assert await places() == ["bureau:1", "bureau:3"]
    await send(client, f"{path}/E15/undone", {**undone, "again": True}, 201)
    assert await places() == ["bureau:1", "bureau:2", "bureau:3"]
    for wrong in ({"day": "2026-03-18", "days": ["2026-03-18"]}, {"days": ["2026-03-18..2026-03-16"]}, {"days": ["x"]}):
        await send(client, f"{path}/E13/done", {**words, **wrong}, 422)
    assert (await client.get(f"{path}?from=2026-03-31&to=2026-03-01", headers=RIGHT)).status == 422


OPEN = {"site": "erlong-hall", "condition": "no picture", "by": "用户"}


async def test_a_person_opens_an_incident(scene: WebScene, client: Client) -> None:
    at = (scene.clock.now() - timedelta(minutes=10)).isoformat()
    body = {**OPEN, "reported_at": at, "kind": "display", "labels": {"cause": "external"}, "severity": "major"}
    incident = await send(client, "/api/v1/incidents", body, 201)
    assert (incident["reported_by"], incident["starts_at"]) == ("用户", at.replace("+00:00", "Z"))
    assert incident["clocks"]
    assert (await (await client.get(f"/api/v1/incidents/{incident['id']}")).json())["id"] == incident["id"]
    (hall,) = [one for one in await (await client.get("/api/v1/sites")).json() if one["id"] == "erlong-hall"]
    assert hall["incidents"] == [incident["id"]]
    assert "no picture" in await (await client.get("/")).text()
    again = await send(client, "/api/v1/incidents", body, 409)  # sent twice: the answer names the incident
    assert incident["id"] in again["error"]
    wrong = await send(client, "/api/v1/incidents", {**OPEN, "site": "erlonghall"}, 422)
    assert "did you mean `erlong-hall`?" in wrong["error"]


async def test_a_fact_is_withdrawn_and_that_too(scene: WebScene, client: Client) -> None:
    path = f"/api/v1/incidents/{scene.dies('mcu-1')}"
    await send(client, f"{path}/events", {"type": "on_site", "by": "值班员"}, 201)
    body = {"fact": 2, "by": "班长", "reason": "the wrong venue"}
    facts = (await send(client, f"{path}/withdrawals", body, 201))["facts"]
    assert [(fact["number"], fact["stands"], fact["withdraws"]) for fact in facts] == [
        (1, True, None),
        (2, False, None),
        (3, True, 2),
    ]
    facts = (await send(client, f"{path}/withdrawals", {**body, "fact": 3}, 201))["facts"]
    assert [fact["stands"] for fact in facts] == [True, True, False, True]
    none = await send(client, f"{path}/events", {"type": "withdrawn", "by": "班长", "note": "oh"}, 409)
    assert "names the number of a fact" in none["error"]


@pytest.mark.parametrize(
    ("what", "paper"),
    [
        ("letter.pdf", ("letter.pdf", "")),
        ({"name": "letter.pdf", "sha256": "a" * 64}, ("letter.pdf", "a" * 64)),
        (None, ("", "")),
    ],
)
async def test_an_exclusion_keeps_approver_paper_and_reason(
    scene: WebScene, client: Client, what: object, paper: tuple[str, str]
) -> None:
    path = f"/api/v1/incidents/{scene.dies('mcu-1')}/exclusions"
    body = {"approved_by": "科长", "paper": what, "by": "值班员", "note": "a power cut"}
    incident = await send(client, path, body, 201)
    assert incident["excluded"]
    fact = incident["facts"][-1]
    assert ((fact["paper"], fact["paper_sha256"]), fact["approved_by"], fact["note"]) == (paper, "科长", "a power cut")
    assert "already excluded" in (await send(client, path, body, 409))["error"]
    assert "approved_by" in (await send(client, path, {"by": "a", "note": "b"}, 422))["error"]


async def test_two_people_who_judge_at_once_are_both_in_the_journal_and_each_sees_the_other(
    scene: WebScene, client: Client
) -> None:
    path = f"/api/v1/incidents/{scene.dies('mcu-1')}/scope"
    one = {"severity": "emergency", "by": "甲", "reason": "a meeting is on"}
    two = {"severity": "ordinary", "by": "乙", "reason": "nobody is there"}
    await asyncio.gather(send(client, path, one, 200, "PUT"), send(client, path, two, 200, "PUT"))
    incident = await (await client.get(path.removesuffix("/scope"))).json()
    assert {judged["by"] for judged in incident["judgements"]} == {"甲", "乙"}
    late = await send(client, path, {**one, "by": "丙", "seen": 1}, 409, "PUT")
    assert "judged it at" in late["error"]
    assert "judge again if you still find otherwise" in late["error"]


@pytest.mark.parametrize("name", ["20261120-99", "x" * 65, "%00", "%E6%95%85%E9%9A%9C"])
async def test_an_incident_that_nobody_knows_is_not_found(scene: WebScene, client: Client, name: str) -> None:
    path = f"/api/v1/incidents/{name}"
    await send(client, f"{path}/ack", {"by": "值班员"}, 404)
    await send(client, f"{path}/withdrawals", {"fact": 1, "by": "a", "reason": "b"}, 404)
    await send(client, f"{path}/scope", {"severity": "major", "by": "a", "reason": "b"}, 404, "PUT")
    assert (await client.get(path)).status == 404


async def test_an_incident_that_left_memory_is_shown_from_the_journal(scene: WebScene, client: Client) -> None:
    name = scene.dies("mcu-1")
    await send(client, f"/api/v1/incidents/{name}/events", {"type": "on_site", "by": "值班员"}, 201)
    scene.answers("mcu-1")
    scene.daemon.wait(60)
    await send(client, f"/api/v1/incidents/{name}/events", {"type": "report_filed", "by": "值班员"}, 201)
    before = await (await client.get(f"/api/v1/incidents/{name}")).json()
    scene.daemon.world = evict(scene.daemon.world, scene.clock.now() + timedelta(days=1))
    assert len(scene.daemon.world.incidents.by_id) == 0
    after = await (await client.get(f"/api/v1/incidents/{name}")).json()
    assert after == before


async def test_a_late_task_is_excused_and_that_is_taken_back(scene: WebScene, client: Client) -> None:
    path = "/api/v1/contracts/xicheng-vc-2025/obligations/E12/excused"
    body = {"day": "2026-03-13", "by": "组长", "approved_by": "客户负责人", "reason": "office closed"}
    assert (await send(client, path, {**body, "approved_by": ""}, 409))["error"]
    assert (await send(client, path, body, 201))["obligation"] == "E12"
    assert "is excused already" in (await send(client, path, body, 409))["error"]
    await send(client, path, {**body, "withdrawn": True}, 201)
    assert "is not excused" in (await send(client, path, {**body, "withdrawn": True}, 409))["error"]
