"""Who was let in is in the journal, beside who people say that they are: for every command, and through proxies."""

import json
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from opsmon.model.secret import Secret
from opsmon.store.codec import encode_event
from opsmon.web.auth import Access
from opsmon.web.routes import ROUTES
from opsmon.web.server import make_application
from opsmon.web.settings import NamedToken, PortSettings
from tests.support.web.commands import COMMANDS, UNTIL, address_of_command, has_a_rota
from tests.support.web.scene import TOKEN, Client, WebScene, everything_answers

TOKENS = (NamedToken("wang", Secret("wang's word")), NamedToken("li", Secret("李的口令")))
SETTINGS = PortSettings(token=Secret(TOKEN), tokens=TOKENS)
WANG = {"Authorization": "Bearer wang's word"}


def origins(scene: WebScene, after: int = 0) -> list[str]:
    """What the journal says of who was let in, entry by entry, since then."""
    found = [encode_event(entry.event)[1] for entry in scene.store.read() if entry.seq > after]
    return [fields.get("via", fields.get("fact", {}).get("via", "")) for fields in found]


def test_every_address_that_commands_is_here() -> None:
    assert {(route.method, route.path) for route in ROUTES if route.access in (Access.COMMAND, Access.MANAGE)} == set(
        COMMANDS
    )


async def test_every_command_is_journaled_with_the_token_and_the_peer(tmp_path: Path) -> None:
    scene = WebScene(tmp_path, SETTINGS)
    everything_answers(scene)
    name = scene.dies("mcu-1")
    has_a_rota(scene)
    async with TestClient(TestServer(make_application(scene.parts))) as client:
        for (method, path), (place, body) in COMMANDS.items():
            before = scene.store.head.seq
            scene.daemon.wait(1)
            asked = address_of_command(scene, path, place, name)
            answer = await client.request(method, asked, data=json.dumps({**body, "by": "王"}), headers=WANG)
            assert answer.status in (200, 201), (asked, await answer.text())
            assert "token:wang@127.0.0.1" in origins(scene, before), asked


async def test_a_command_that_is_refused_says_who_gave_it(tmp_path: Path) -> None:
    scene = WebScene(tmp_path, SETTINGS)
    async with TestClient(TestServer(make_application(scene.parts))) as client:
        body = json.dumps({"by": "王", "until": None})
        assert (await client.put("/api/v1/devices/ups-1/maintenance", data=body, headers=WANG)).status == 409
    assert origins(scene)[-1] == "token:wang@127.0.0.1"


@pytest.mark.parametrize(
    ("word", "name"), [(TOKEN, "token"), ("wang's word", "wang"), ("李的口令", "li"), ("wang's wor", ""), ("", "")]
)
async def test_each_token_opens_under_its_name_and_nothing_else_does(tmp_path: Path, word: str, name: str) -> None:
    scene = WebScene(tmp_path, SETTINGS)
    everything_answers(scene)
    path = f"/api/v1/incidents/{scene.dies('mcu-1')}/ack"
    async with TestClient(TestServer(make_application(scene.parts))) as client:
        headers = {"Authorization": f"Bearer {word}"}
        answer = await client.post(path, data='{"by": "王"}', headers=headers)
        assert answer.status == (201 if name else 401)
        document: Any = await answer.json()
        if name:
            assert document["facts"][-1]["via"] == f"token:{name}@127.0.0.1"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "told"),
    [
        ("", ["203.0.113.9"], "127.0.0.1"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.9"], "203.0.113.9 through 127.0.0.1"),
        ("127.0.0.1", ["198.51.100.1, 203.0.113.9"], "203.0.113.9 through 127.0.0.1"),
        ("127.0.0.1", ["198.51.100.1", "2001:DB8::9"], "2001:db8::9 through 127.0.0.1"),
        ("127.0.0.0/8 10.0.0.0/8", ["203.0.113.9, 10.1.1.1"], "203.0.113.9 through 127.0.0.1"),
        ("127.0.0.1", ["203.0.113.9, none of yours\x1b"], "127.0.0.1"),
        ("127.0.0.1", [", ,"], "127.0.0.1"),
        ("192.0.2.1", ["203.0.113.9"], "127.0.0.1"),
        ("0.0.0.0/0", ["10.0.0.1" + ", 10.0.0.1" * 400], "127.0.0.1"),
    ],
)
async def test_a_proxy_is_believed_where_it_is_trusted(
    tmp_path: Path, proxies: str, forwarded: list[str], told: str
) -> None:
    networks = tuple(ip_network(word) for word in proxies.split())
    scene = WebScene(tmp_path, PortSettings(tokens=TOKENS, proxies=networks))
    headers = [*WANG.items(), *(("X-Forwarded-For", word.replace("\x1b", "?")) for word in forwarded)]
    async with TestClient(TestServer(make_application(scene.parts))) as client:
        body = json.dumps({"by": "王", "until": UNTIL})
        assert (await client.put("/api/v1/devices/ups-1/maintenance", data=body, headers=headers)).status == 200
    assert origins(scene)[0] == f"token:wang@{told}"


async def test_a_time_that_is_past_stands_beside_the_one_of_its_recording(scene: WebScene, client: Client) -> None:
    name = scene.dies("mcu-1")
    told_at = scene.clock.now()
    scene.daemon.wait(3_600)
    body = json.dumps({"type": "on_site", "at": told_at.isoformat(), "by": "王"})
    answer = await client.post(
        f"/api/v1/incidents/{name}/events", data=body, headers={"Authorization": f"Bearer {TOKEN}"}
    )
    fact = (await answer.json())["facts"][-1]
    times = [fact["at"], fact["recorded_at"]]
    assert times == [moment.isoformat().replace("+00:00", "Z") for moment in (told_at, scene.clock.now())]
