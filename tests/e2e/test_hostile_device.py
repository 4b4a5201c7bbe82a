"""One device that writes marks of direction, control characters and what has no width into every text that it has, all
the way: over SNMP to the pages of metrics, the API, the message, the journal, the log and the terminal."""

import json
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.daemon.house import DaemonHouse, command, house_in
from tests.support.probe.profile.agent import Agent, running_agent

UNSEEN = "\u202e\u2066\u200b\u00ad\ufeff"
MARKS = f"{UNSEEN}\x1b[31m\x07\x85\u2028"
COMMUNITY = "of the test"
TEXTS = {
    "1.3.6.1.2.1.1.1.0": "Example switch{marks} 1.0",
    "1.3.6.1.2.1.1.4.0": "call{marks} me",
    "1.3.6.1.2.1.1.5.0": "core{unseen}-1",
    "1.3.6.1.2.1.1.6.0": "under{marks} the stairs",
    "1.3.6.1.2.1.2.2.1.2.5": "Gi0/1{unseen}",
    "1.3.6.1.2.1.31.1.1.1.1.5": "Gi0/1{unseen}",
    "1.3.6.1.2.1.31.1.1.1.18.5": "to{unseen} the core",
    "1.3.6.1.2.1.47.1.1.1.1.11.1": "SN{marks}1",
    "1.3.6.1.2.1.47.1.1.1.1.13.1": "M{marks}1",
}
NUMBERS = {
    "1.3.6.1.2.1.1.2.0|6": "1.3.6.1.4.1.99999.1",
    "1.3.6.1.2.1.1.3.0|67": "8640000",
    "1.3.6.1.2.1.2.2.1.7.5|2": "1",
    "1.3.6.1.2.1.2.2.1.8.5|2": "2",
    "1.3.6.1.2.1.47.1.1.1.1.5.1|2": "3",
}


def recording() -> str:
    texts = [f"{oid}|4x|{text.format(marks=MARKS, unseen=UNSEEN).encode().hex()}" for oid, text in TEXTS.items()]
    return "\n".join([*texts, *(f"{name}|{value}" for name, value in NUMBERS.items())]) + "\n"


@pytest.fixture
def agent() -> Iterator[Agent]:
    with running_agent(recording(), COMMUNITY) as running:
        yield running


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[DaemonHouse]:
    async with house_in(tmp_path) as made:
        yield made


def hidden(text: str) -> set[str]:
    """What of a text cannot be seen; lines may end."""
    return {char for char in text if not char.isprintable() and char not in "\n\r"}


def texts_in(document: Any) -> Iterator[str]:
    """Every text of a JSON document, keys too."""
    if isinstance(document, dict):
        yield from document
        document = list(document.values())
    if isinstance(document, list):
        for part in document:
            yield from texts_in(part)
    elif isinstance(document, str):
        yield document


async def test_nothing_that_a_device_hides_in_its_texts_reaches_anybody(house: DaemonHouse, agent: Agent) -> None:
    shutil.rmtree(house.root / "probes")  # those that come with the programme
    house.write_inventory(
        f"  - {{name: sw, address: {agent.address}, kind: switch, profile: if-mib, checks: [snmp],"
        f" periods: {{snmp: 1s}}, important: [Gi0/1], snmp: {{community: {COMMUNITY}, port: {agent.port}}}}}\n"
    )
    daemon = await house.start()
    await house.receiver.until(lambda: bool(house.receiver.story("LinkDown")))
    (alert,) = [alert for _, alert in house.receiver.seen if alert["labels"]["alertname"] == "LinkDown"]
    assert alert["labels"]["subject"] == "ifName=Gi0/1"
    incident = alert["labels"]["incident"]
    _, page = await daemon.get("/metrics/device/sw")
    assert 'ifAlias="to the core"' in page
    spoken = [page]
    for path in ("/metrics/site/hall", "/metrics", "/", "/api/v1/devices/sw", f"/api/v1/incidents/{incident}"):
        status, text = await daemon.get(path)
        assert status == 200, path
        spoken.append(text)
    device = json.loads(spoken[-2])
    assert device["identity"]["system"]["sysName"] == "core-1"
    for words in (["probe", "sw"], ["journal", "show"], ["incidents", "show", incident], ["incidents", "list"]):
        spoken.append((await command(house.root, *words))[1])
        spoken.append((await command(house.root, *words, "--json"))[1])
    await daemon.end()
    spoken += daemon.log
    for text in spoken:
        assert hidden(text) == set(), text
    for document in (alert, *(json.loads(text) for text in spoken if text.startswith(("{", "[")))):
        for text in texts_in(document):
            assert not any(char in text for char in MARKS.replace("[31m", "")), text
