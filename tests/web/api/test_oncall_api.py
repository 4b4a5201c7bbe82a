"""Rotas over HTTP: who is on duty, swaps that are journaled before they are answered, and the calendar of a phone."""

import json
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import icalendar
import pytest

from opsmon.access.calendar_link import calendar_key, load_calendar_secret
from opsmon.engine.input import Reloaded
from opsmon.model.account import Account, Grant, Role
from opsmon.model.roster import DutyChanged, OverrideEnded, OverrideSet
from tests.support.oncall.roster_scene import rules_with
from tests.support.oncall.rotas import VC
from tests.support.web.scene import TOKEN, Client, WebScene

RIGHT = {"Authorization": f"Bearer {TOKEN}"}
SWAP = {
    "rota": "vc",
    "shift": "day",
    "day": "2026-11-20",
    "person_out": "a",
    "person_in": "h",
    "by": "lead",
    "reason": "ill",
}


@pytest.fixture(autouse=True)
def rota(scene: WebScene) -> None:
    """It is a Friday, 10:00 in Beijing: a, b and c are on duty."""
    rules = replace(scene.daemon.world.rules, oncall=rules_with(VC).oncall)
    scene.daemon.take(Reloaded(rules))


async def get(client: Client, path: str, status: int = 200) -> Any:
    answer = await client.get(path)
    assert answer.status == status, await answer.text()
    return await answer.json()


async def post(client: Client, path: str, body: object, status: int) -> Any:
    answer = await client.post(path, data=json.dumps(body), headers=RIGHT)
    assert answer.status == status, await answer.text()
    return await answer.json()


async def test_who_is_on_duty_now(client: Client) -> None:
    (duty,) = await get(client, "/api/v1/oncall")
    assert (duty["rota"], duty["shift"], duty["since"], duty["until"]) == (
        "vc",
        "day",
        "2026-11-20T01:00:00Z",
        "2026-11-20T10:00:00Z",
    )
    assert [person["id"] for person in duty["people"]] == ["a", "b", "c"]


async def test_who_is_on_duty_then_and_for_days(client: Client) -> None:
    (duty,) = await get(client, "/api/v1/oncall?at=2026-11-20T20:00:00%2B08:00&rota=vc")
    assert duty["shift"] == "night"
    listed = await get(client, "/api/v1/oncall?days=3")
    assert [one["shift"] for one in listed] == ["day", "night", "rest", "rest", "day"]


async def test_a_rota_that_is_not_there(client: Client) -> None:
    told = await get(client, "/api/v1/oncall?rota=vcc", 404)
    assert (told["error"], told["hint"]) == ("no rota vcc", "did you mean `vc`?")
    assert (await get(client, "/oncall/vcc.ics", 404))["error"] == "no rota vcc"


async def test_a_swap_is_in_the_journal_when_it_is_answered(scene: WebScene, client: Client) -> None:
    swap = await post(client, "/api/v1/oncall/overrides", SWAP, 201)
    assert (swap["person_out"], swap["person_in"], swap["by"], swap["reason"]) == ("a", "h", "lead", "ill")
    events = [entry.event for entry in scene.store.read()]
    (held,) = [event for event in events if isinstance(event, OverrideSet)]
    assert held.override == swap["id"]
    assert held.via != ""
    last = [event for event in events if isinstance(event, DutyChanged)][-1]
    assert last.people == ("h", "b", "c")
    (duty,) = await get(client, "/api/v1/oncall")
    assert ([person["id"] for person in duty["people"]], duty["overrides"]) == (["h", "b", "c"], [swap["id"]])
    assert await get(client, "/api/v1/oncall/overrides") == [swap]


async def test_a_swap_is_taken_back(scene: WebScene, client: Client) -> None:
    swap = await post(client, "/api/v1/oncall/overrides", SWAP, 201)
    ended = await post(
        client, f"/api/v1/oncall/overrides/{swap['id']}/end", {"by": "lead", "reason": "well again"}, 200
    )
    assert ended["id"] == swap["id"]
    assert await get(client, "/api/v1/oncall/overrides") == []
    assert any(isinstance(entry.event, OverrideEnded) for entry in scene.store.read())
    told = await post(client, f"/api/v1/oncall/overrides/{swap['id']}/end", {"by": "lead"}, 404)
    assert told["hint"] == "GET /api/v1/oncall/overrides lists them"


async def test_what_cannot_be_is_refused_in_words(client: Client) -> None:
    told = await post(client, "/api/v1/oncall/overrides", SWAP | {"person_out": "h"}, 422)
    assert told["error"] == "h is not there; there are a, b, c"
    told = await post(client, "/api/v1/oncall/overrides", SWAP | {"day": "Friday"}, 422)
    assert told["error"].startswith("day: ")


async def test_a_swap_needs_the_token(client: Client) -> None:
    answer = await client.post("/api/v1/oncall/overrides", data=json.dumps(SWAP))
    assert answer.status == 401


async def test_a_phone_reads_the_calendar(client: Client) -> None:
    await post(client, "/api/v1/oncall/overrides", SWAP, 201)
    answer = await client.get("/oncall/vc.ics")
    assert answer.content_type == "text/calendar"
    calendar = icalendar.Calendar.from_ical(await answer.text())
    events: list[Any] = calendar.walk("VEVENT")
    assert len(events) > 60
    assert len({str(event["UID"]) for event in events}) == len(events)
    first = events[0]
    assert first["DTSTART"].dt.isoformat() == "2026-11-20T01:00:00+00:00"
    assert str(first["SUMMARY"]) == "day h、b、c"
    bounds = [(event["DTSTART"].dt, event["DTEND"].dt) for event in events]
    assert all(end == begin for (_, end), (begin, _) in pairwise(bounds))


async def test_a_calendars_link_opens_that_calendar_and_nothing_else(scene: WebScene, client: Client) -> None:
    scene.store.access.put_account(Account("boss", Grant(Role.ADMIN)), ())
    scene.clock.at += timedelta(seconds=3)
    key = calendar_key(scene.parts.calendar_secret, "vc")
    assert (await client.get("/oncall/vc.ics")).status == 401
    answer = await client.get(f"/oncall/vc.ics?k={key}")
    assert (answer.status, answer.content_type) == (200, "text/calendar")
    for path in (f"/oncall/vc.ics?k={key[:-1]}", f"/oncall/lan.ics?k={key}", f"/api/v1/oncall?k={key}", f"/?k={key}"):
        assert (await client.get(path, allow_redirects=False)).status in (303, 401), path


def test_the_secret_of_calendars_is_kept_where_only_we_read_it(tmp_path: Path) -> None:
    path = tmp_path / "calendar.key"
    made = load_calendar_secret(path)
    assert load_calendar_secret(path) == made
    assert path.stat().st_mode & 0o777 == 0o600
    assert calendar_key(made, "vc") != calendar_key(made, "lan")
