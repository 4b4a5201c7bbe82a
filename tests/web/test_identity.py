"""A daemon says whose it is, to who was let in; and does nothing for somebody who means another."""

from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from opsmon.web.identity import as_header, from_header
from opsmon.web.server import make_application
from tests.support.web.scene import TOKEN, WebScene

ROOT = Path("/srv/监控 一")
COMMAND = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def scene(tmp_path: Path) -> WebScene:
    made = WebScene(tmp_path)
    made.parts = replace(made.parts, settings=replace(made.parts.settings, root=ROOT))
    return made


def test_a_path_in_any_script_comes_back() -> None:
    assert as_header(ROOT).isascii()
    assert from_header(as_header(ROOT)) == str(ROOT)


async def test_who_is_let_in_learns_root_and_instance(scene: WebScene) -> None:
    async with TestClient(TestServer(make_application(scene.parts))) as client:
        for path in ("/api/v1/incidents", "/metrics", "/api/v1/incidents/nothing"):
            answer = await client.get(path)
            assert from_header(answer.headers["X-Opsmon-Root"]) == str(ROOT)
            assert answer.headers["X-Opsmon-Instance"] == scene.parts.instance
        for told in (await client.get("/healthz"), await client.get("/metrics", headers={"Host": "elsewhere"})):
            assert "X-Opsmon-Root" not in told.headers


async def test_a_command_that_is_meant_for_another_root_does_nothing(scene: WebScene) -> None:
    name = scene.dies("mcu-1")
    before = len(list(scene.store.read()))
    async with TestClient(TestServer(make_application(scene.parts))) as client:
        path, body = f"/api/v1/incidents/{name}/ack", {"by": "值班员"}
        answer = await client.post(path, json=body, headers={**COMMAND, "X-Opsmon-Root": as_header("/srv/other")})
        assert answer.status == 421
        assert str(ROOT) in (await answer.json())["error"]
        assert len(list(scene.store.read())) == before
        meant = await client.post(path, json=body, headers={**COMMAND, "X-Opsmon-Root": as_header(ROOT)})
        assert meant.status == 201
