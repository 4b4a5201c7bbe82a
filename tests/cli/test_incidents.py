"""`opsmon incidents` against a console that is served over TCP, with the real engine behind it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from opsmon.cli.main import run
from opsmon.console.server import make_console
from tests.cli.said import Said
from tests.console.scene import TOKEN, Scene, everything_answers

Opsmon = Callable[..., Coroutine[Any, Any, Said]]


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    made = Scene(tmp_path)
    everything_answers(made)
    return made


@pytest.fixture
async def port(scene: Scene) -> AsyncIterator[int]:
    async with TestServer(make_console(scene.parts)) as server:
        assert server.port is not None
        yield server.port


@pytest.fixture
def opsmon(tmp_path: Path, port: int, capsys: pytest.CaptureFixture[str]) -> Opsmon:
    (tmp_path / "opsmon.yaml").write_text(f'http: {{listen: "127.0.0.1:{port}", token: {TOKEN}}}\nlanguage: en\n')

    async def call(*words: str) -> Said:
        code = await asyncio.to_thread(run, ["--root", str(tmp_path), *words])
        captured = capsys.readouterr()
        return Said(code, captured.out, captured.err)

    return call


async def test_list_shows_what_is_left_on_the_clocks(scene: Scene, opsmon: Opsmon) -> None:
    assert (await opsmon("incidents", "list")).out == "no incidents\n"
    name = scene.dies("mcu-1")
    said = await opsmon("incidents", "list")
    assert said.code == 0
    assert name in said.out
    assert "DeviceDown" in said.out
    assert "E2 on_site 2m47s left" in said.out
    scene.desk.wait(300)
    assert "!! E2 on_site 2m13s over" in (await opsmon("incidents", "list")).out
    listed = (await opsmon("incidents", "list", "--json")).json
    assert [incident["id"] for incident in listed] == [name]
    assert (await opsmon("incidents", "list", "--site", "lab", "--json")).json == []


async def test_show_tells_everything(scene: Scene, opsmon: Opsmon) -> None:
    name = scene.dies("mcu-1")
    said = await opsmon("incidents", "show", name)
    assert said.code == 0
    for word in ("mcu-1", "erlong-hall", "xicheng-vc-2025", "E2", "detected", "monitoring"):
        assert word in said.out
    assert (await opsmon("incidents", "show", name, "--json")).json["id"] == name


async def test_ack_and_event_are_believed_by_the_engine(scene: Scene, opsmon: Opsmon) -> None:
    name = scene.dies("mcu-1")
    acknowledged = (await opsmon("incidents", "ack", name, "--by", "值班员", "--json")).json
    assert acknowledged["facts"][-1]["by"] == "值班员"
    scene.desk.wait(5)
    at = scene.clock.now().isoformat()
    said = await opsmon("incidents", "event", name, "on_site", "--at", at, "--by", "驻场员", "--note", "到场", "--json")
    assert said.code == 0
    fact = said.json["facts"][-1]
    assert (fact["type"], fact["by"], fact["note"]) == ("on_site", "驻场员", "到场")
    (incident,) = scene.desk.world.incidents.open_incidents()
    assert [fact.type for fact in incident.facts] == ["detected", "acknowledged", "on_site"]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("show", "20261120-99"), 2, "no incident '20261120-99'"),
        (("event", "ID", "arrived"), 2, "arrived"),
        (("event", "ID", "on_site", "--at", "2026-11-20T10:00:00"), 2, "has no offset"),
        (("event", "ID", "on_site", "--at", "yesterday"), 2, "is no time"),
        (("event", "ID", "on_site", "--at", "2030-01-01T00:00:00Z"), 1, "in the future"),
        (("event", "ID", "excluded"), 1, "needs a reason"),
        (("list", "--state", "bad"), 2, "state: Input should be"),
    ],
)
async def test_what_cannot_be_is_told_with_the_right_exit_code(
    scene: Scene, opsmon: Opsmon, words: tuple[str, ...], code: int, told: str
) -> None:
    name = scene.dies("mcu-1")
    said = await opsmon("incidents", *(name if word == "ID" else word for word in words))
    assert said.code == code
    assert told in said.err
    assert "Traceback" not in said.err


async def test_a_wrong_token_is_told(scene: Scene, opsmon: Opsmon, tmp_path: Path, port: int) -> None:
    name = scene.dies("mcu-1")
    (tmp_path / "opsmon.yaml").write_text(f'http: {{listen: "127.0.0.1:{port}", token: wrong}}\n')
    said = await opsmon("incidents", "ack", name)
    assert said.code == 2
    assert "token" in said.err
    assert TOKEN not in said.err
    assert (await opsmon("incidents", "list")).code == 0


async def test_without_a_daemon_the_exit_code_is_3_and_the_way_to_start_it_is_told(
    opsmon: Opsmon, tmp_path: Path, unused_tcp_port: int
) -> None:
    (tmp_path / "opsmon.yaml").write_text(f'http: {{listen: "127.0.0.1:{unused_tcp_port}"}}\n')
    said = await opsmon("incidents", "list", "--json")
    assert said.code == 3
    assert "`opsmon run` starts it" in said.err
    assert said.json["exit_code"] == 3


async def test_something_else_on_the_port_is_no_daemon(opsmon: Opsmon, tmp_path: Path) -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    (tmp_path / "opsmon.yaml").write_text(f'http: {{listen: "127.0.0.1:{port}"}}\n')
    said = await opsmon("incidents", "list")
    server.close()
    assert said.code == 3
    assert "no opsmon daemon" in said.err


async def test_the_rest_of_the_root_may_be_broken(scene: Scene, opsmon: Opsmon, tmp_path: Path) -> None:
    (tmp_path / "inventories").mkdir()
    (tmp_path / "inventories" / "lab.yaml").write_text("{broken")
    name = scene.dies("mcu-1")
    assert (await opsmon("incidents", "ack", name)).code == 0
