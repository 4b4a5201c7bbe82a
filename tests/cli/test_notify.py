"""`opsmon notify list` against a console that is served over TCP."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from opsmon.cli.main import run
from opsmon.store.outbox import NewDelivery
from opsmon.web.server import make_application
from tests.support.cli.said import Said
from tests.support.web.scene import TOKEN, WebScene


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[WebScene]:
    made = WebScene(tmp_path)
    async with TestServer(make_application(made.parts)) as server:
        settings = f'http: {{listen: "127.0.0.1:{server.port}", token: {TOKEN}}}\nlanguage: en\n'
        (tmp_path / "opsmon.yaml").write_text(settings)
        yield made


async def ask(root: Path, capsys: pytest.CaptureFixture[str], *words: str) -> Said:
    code = await asyncio.to_thread(run, ["--root", str(root), "notify", "list", *words])
    captured = capsys.readouterr()
    return Said(code, captured.out, captured.err)


async def test_what_nobody_took_is_listed_with_its_reason(
    scene: WebScene, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (await ask(tmp_path, capsys)).out == "every notification was taken\n"
    now = scene.clock.now()
    rows = [NewDelivery(f"i{number}-1-oncall", "oncall", f"i{number}", "{}") for number in (1, 2, 3)]
    scene.store.commit([], rows, now)
    scene.store.retry("i1-1-oncall", now + timedelta(minutes=8), "HTTP 500: no such group")
    scene.store.give_up("i2-1-oncall", now, "HTTP 422")
    scene.store.delivered("i3-1-oncall", now)
    said = await ask(tmp_path, capsys)
    assert said.code == 0
    assert [line.split()[0] for line in said.out.splitlines()] == ["delivery", "i1-1-oncall", "i2-1-oncall"]
    assert "HTTP 500: no such group" in said.out
    (dead,) = (await ask(tmp_path, capsys, "--state", "dead", "--json")).json
    assert dead["error"] == "HTTP 422"
    assert dead["next_attempt_at"] is None
    assert (await ask(tmp_path, capsys, "--channel", "board", "--json")).json == []
    assert (await ask(tmp_path, capsys, "--state", "lost")).code == 2
