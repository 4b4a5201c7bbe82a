"""Incidents as people live them, through a real daemon: reported, noticed, corrected, judged, excluded, long gone."""

import asyncio
import hashlib
import json
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from opsmon.model.device import Kind
from opsmon.model.event import Event, FactAdded, IncidentClosed, IncidentOpened
from opsmon.model.incident import MONITORING, Fact, FactType, Severity
from opsmon.model.name import ContractId, DeviceName, IncidentId, SiteName
from opsmon.store.store import open_store
from tests.support.daemon.house import TOKEN, Daemon, DaemonHouse, command, house_in


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[DaemonHouse]:
    async with house_in(tmp_path) as made:
        settings = (made.root / "opsmon.yaml").read_text()
        (made.root / "opsmon.yaml").write_text(settings.replace('/hook"}', '/hook", counts: true}'))
        yield made


async def opsmon(house: DaemonHouse, daemon: Daemon, *words: str) -> Any:
    """A command against the daemon, wherever it listens; its JSON."""
    settings = house.root / "opsmon.yaml"
    settings.write_text(settings.read_text().replace("127.0.0.1:0", daemon.url.removeprefix("http://")))
    code, text = await command(house.root, "incidents", *words, "--json")
    assert code == 0, text
    return json.loads(text)


def facts(incident: Any) -> list[tuple[str, str]]:
    return [(fact["type"], fact["by"]) for fact in incident["facts"]]


async def send(daemon: Daemon, method: str, path: str, **body: object) -> Any:
    """A command over HTTP; the incident that it answers with."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with (
        aiohttp.ClientSession(daemon.url, headers=headers) as client,
        client.request(method, f"/api/v1/incidents/{path}", json=body) as answer,
    ):
        assert answer.status < 300, await answer.text()
        return await answer.json()


async def until_told(daemon: Daemon, name: str, type_: str, by: str) -> Any:
    """The incident as soon as the journal has such a fact of it."""
    async with asyncio.timeout(60):
        while True:
            incident = await daemon.read(f"/api/v1/incidents/{name}")
            if (type_, by) in facts(incident):
                return incident
            await asyncio.sleep(0.05)


async def test_a_call_becomes_one_incident_with_what_monitoring_sees_and_is_put_right(house: DaemonHouse) -> None:
    daemon = await house.start()
    call = ("open", "--site", "hall", "--device", "mcu", "--condition", "no picture", "--by", "caller")
    name = (await opsmon(house, daemon, *call))["id"]
    await house.receiver.until(lambda: house.receiver.story("no picture") == [("mcu", "firing")])
    incident = await until_told(daemon, name, "notified", "opsmon/oncall")
    (notice,) = [fact for fact in incident["facts"] if fact["type"] == "notified"]
    assert notice["delivery"] == f"{name}-1-oncall"

    await house.mcu.die()
    await until_told(daemon, name, "detected", "monitoring")
    (listed,) = await daemon.read("/api/v1/incidents?state=open")
    assert (listed["id"], listed["watched"]) == (name, True)

    rash = await send(daemon, "POST", f"{name}/events", type="resolved", by="duty")
    assert rash["facts"][-1]["contradicted"]
    assert rash["open"]
    number = rash["facts"][-1]["number"]
    mended = await send(daemon, "POST", f"{name}/withdrawals", fact=number, by="lead", reason="still black")
    assert mended["resolved_at"] is None
    found = {"severity": "emergency", "labels": {"cause": "external"}, "reason": "the whole street is dark"}
    judged = await send(daemon, "PUT", f"{name}/scope", by="lead", **found)
    assert (judged["severity"], judged["own_labels"]) == ("emergency", {"cause": "external"})
    paper = house.root / "letter.pdf"
    paper.write_bytes(b"a power cut")
    excluded = await opsmon(
        house, daemon, "exclude", name, "--approved-by", "office", "--file", str(paper), "--by", "lead",
        "--note", "a power cut of the street",
    )  # fmt: skip
    assert excluded["excluded"]
    assert excluded["facts"][-1]["paper_sha256"] == hashlib.sha256(b"a power cut").hexdigest()

    await house.mcu.live()
    await house.receiver.until(lambda: house.receiver.story("no picture")[-1] == ("mcu", "resolved"))
    alerts = [alert for _, alert in house.receiver.seen if alert["labels"]["alertname"] == "no picture"]
    assert alerts[0]["labels"] == alerts[-1]["labels"]
    before = await daemon.read(f"/api/v1/incidents/{name}")
    await daemon.end(signal.SIGKILL)
    again = await house.start()
    after = await again.read(f"/api/v1/incidents/{name}")
    assert {**after, "clocks": []} == {**before, "clocks": []}
    assert await again.end() == 0


async def test_a_message_is_one_notice_over_a_receiver_that_fails_and_a_daemon_that_is_killed(
    house: DaemonHouse,
) -> None:
    house.receiver.answer = 503
    first = await house.start()
    await house.mcu.die()
    await house.receiver.until(lambda: len(house.receiver.seen) >= 1)
    (incident,) = await first.read("/api/v1/incidents")
    assert ("notified", "opsmon/oncall") not in facts(await first.read(f"/api/v1/incidents/{incident['id']}"))
    await first.end(signal.SIGKILL)
    house.receiver.answer = 200
    second = await house.start()
    noticed = await until_told(second, incident["id"], "notified", "opsmon/oncall")
    await second.end(signal.SIGKILL)
    third = await house.start()
    again = await third.read(f"/api/v1/incidents/{incident['id']}")
    assert facts(again).count(("notified", "opsmon/oncall")) == 1
    assert [fact for fact in again["facts"] if fact["type"] == "notified"] == [
        fact for fact in noticed["facts"] if fact["type"] == "notified"
    ]
    assert await third.end() == 0


def long_ago(name: str, began: datetime) -> list[Event]:
    """A fault of months ago, over within the hour, as the journal has it."""
    incident, over = IncidentId(name), began + timedelta(minutes=40)
    opened = IncidentOpened(
        began, incident, "DeviceDown", "", DeviceName("mcu"), SiteName("hall"), Kind.MCU,
        ContractId("xicheng-vc-2025"), "vc", Severity.MAJOR, began, "no answer", {"venue": "main-hall"},
    )  # fmt: skip
    detected = Fact(FactType.DETECTED, began, MONITORING)
    resolved = Fact(FactType.RESOLVED, over, MONITORING, "recovery held")
    filed = Fact(FactType.REPORT_FILED, over + timedelta(hours=1), "duty")
    return [
        opened,
        FactAdded(began, incident, detected),
        FactAdded(over, incident, resolved),
        IncidentClosed(over, incident, "recovered, and stayed so"),
        FactAdded(filed.at, incident, filed),
    ]


async def test_a_word_about_a_fault_of_months_ago_is_taken_shown_and_priced_in_its_month(house: DaemonHouse) -> None:
    began = datetime.now(UTC).replace(microsecond=0) - timedelta(days=100)
    name, month = f"{began:%Y%m%d}-1", f"{began + timedelta(hours=8):%Y-%m}"
    store = open_store("sqlite:///var/opsmon.db", house.root)
    store.commit(long_ago(name, began), [], began)
    store.close()

    async def used() -> int:
        code, text = await command(house.root, "contracts", "assess", "xicheng-vc-2025", "--month", month, "--json")
        assert code == 0, text
        (use,) = [one for one in json.loads(text)["budgets"] if one["clause"] == "E10" and one["subject"] == "all"]
        return int(use["used"])

    assert await used() == 1
    daemon = await house.start()
    assert await daemon.read("/api/v1/incidents?state=all") == []
    assert (await daemon.read(f"/api/v1/incidents/{name}"))["resolved_at"] is not None
    why = {"approved_by": "office", "by": "lead", "note": "a power cut"}
    answer = await send(daemon, "POST", f"{name}/exclusions", **why)
    assert answer["excluded"]
    assert (await daemon.get(f"/api/v1/incidents/{name}-9"))[0] == 404
    assert await daemon.end() == 0
    assert await used() == 0
