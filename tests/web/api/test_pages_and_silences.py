"""On call over HTTP: who was told of an incident and what comes next, taking over, and silences."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from opsmon.engine.input import RecordAccepted, Reloaded
from opsmon.model.event import IncidentOpened
from opsmon.model.name import ChannelName
from opsmon.model.page import PageStepTaken, SilenceEnded, SilenceSet
from tests.support.engine.paged import on_call
from tests.support.web.scene import TOKEN, Client, WebScene

RIGHT = {"Authorization": f"Bearer {TOKEN}"}
FAULT = {"site": "erlong-hall", "condition": "no picture", "by": "duty desk"}
SILENCE = {
    "match": {"site": "erlong-hall"},
    "until": "2026-11-20T12:00:00+08:00",
    "by": "manager",
    "reason": "a board is changed",
}


@pytest.fixture(autouse=True)
def plan(scene: WebScene) -> None:
    scene.daemon.take(Reloaded(replace(scene.daemon.world.rules, oncall=on_call())))


async def get(client: Client, path: str, status: int = 200) -> Any:
    answer = await client.get(path)
    assert answer.status == status, await answer.text()
    return await answer.json()


async def post(client: Client, path: str, body: object, status: int = 201) -> Any:
    answer = await client.post(path, data=json.dumps(body), headers=RIGHT)
    assert answer.status == status, await answer.text()
    return await answer.json()


async def test_an_incident_shows_its_page(scene: WebScene, client: Client) -> None:
    incident = await post(client, "/api/v1/incidents", FAULT)
    page = incident["page"]
    assert (page["state"], page["untold"], page["step"], page["steps"]) == ("calling", True, 1, 3)
    assert [(call["reason"], call["people"]) for call in page["calls"]] == [("opened", ["p-li", "p-wang"])]
    assert page["next"]["step"] == 2
    assert page["next"]["people"] == ["p-li", "p-wang", "p-lead"]
    assert incident["untold"]
    (call,) = page["calls"]
    name, at = incident["id"], scene.clock.now()
    scene.daemon.take(RecordAccepted(name, call["sequence"], ChannelName("vc-robot"), "d-1", (), at, at))
    known = await get(client, f"/api/v1/incidents/{name}")
    assert known["page"]["calls"][0]["accepted"][0]["channel"] == "vc-robot"
    assert not known["untold"]


async def test_who_nobody_could_be_told_of_stands_first(scene: WebScene, client: Client) -> None:
    first = await post(client, "/api/v1/incidents", FAULT)
    second = await post(client, "/api/v1/incidents", FAULT | {"condition": "no sound"})
    at, call = scene.clock.now(), second["page"]["calls"][0]
    scene.daemon.take(RecordAccepted(second["id"], call["sequence"], ChannelName("vc-robot"), "d-1", (), at, at))
    assert [one["id"] for one in await get(client, "/api/v1/incidents")] == [first["id"], second["id"]]


async def test_an_incident_is_taken_over(scene: WebScene, client: Client) -> None:
    name = (await post(client, "/api/v1/incidents", FAULT))["id"]
    await post(client, f"/api/v1/incidents/{name}/ack", {"by": "p-li"})
    scene.clock.at += timedelta(seconds=5)
    refused = await post(client, f"/api/v1/incidents/{name}/ack", {"by": "p-wang"}, 409)
    assert refused["error"].startswith("held by p-li since")
    taken = await post(client, f"/api/v1/incidents/{name}/takeover", {"by": "p-wang"})
    assert (taken["page"]["state"], taken["page"]["holder"]) == ("held", "p-wang")
    assert [fact["takes_over"] for fact in taken["facts"] if fact["type"] == "acknowledged"] == [False, True]


async def test_a_silence_is_journaled_listed_and_ended(scene: WebScene, client: Client) -> None:
    silence = await post(client, "/api/v1/silences", SILENCE)
    assert (silence["owner"], silence["remaining_s"], silence["covers"]) == ("manager", 7140.0, [])
    incident = await post(client, "/api/v1/incidents", FAULT)
    assert incident["page"]["state"] == "paused"
    (listed,) = await get(client, "/api/v1/silences")
    assert listed["covers"] == [incident["id"]]
    ended = await post(client, f"/api/v1/silences/{silence['id']}/end", {"by": "manager", "reason": "done"}, 200)
    assert ended["id"] == silence["id"]
    assert await get(client, "/api/v1/silences") == []
    kinds = [type(entry.event) for entry in scene.store.read()]
    told = [kind for kind in kinds if kind in (SilenceSet, IncidentOpened, SilenceEnded, PageStepTaken)]
    assert told == [SilenceSet, IncidentOpened, SilenceEnded, PageStepTaken]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"until": "2026-12-20T12:00:00+08:00"}, "more than 7 days"),
        ({"match": {"site": "erlong-hal"}}, "did you mean `erlong-hall`?"),
        ({"match": {}}, "name at least one field"),
    ],
)
async def test_what_cannot_be_silenced_is_refused_in_words(
    client: Client, change: dict[str, object], words: str
) -> None:
    told = await post(client, "/api/v1/silences", SILENCE | change, 422)
    assert words in told["error"]
    assert await get(client, "/api/v1/silences") == []


async def test_a_silence_that_is_not_there(client: Client) -> None:
    await post(client, "/api/v1/silences/s-1/end", {"by": "manager", "reason": "done"}, 404)
