"""The first command of the README, in its shortest form: the real daemon finds what the simulated fleet suffers."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from tests.support.places import REPOSITORY
from tests.support.programs import require, way_to
from tests.support.real.dashboards import questions
from tests.support.real.prometheus import is_answered, prometheus

pytestmark = pytest.mark.usefixtures("demo_addresses")
SOURCE = REPOSITORY / "src"
STORY_S, START_AND_STOP_S = 40, 70
# What a person would have chosen at the head of the dashboards.
CHOSEN = {"site": "main-hall", "device": "core-1", "contract": ".*", "__rate_interval": "20s"}


@dataclass(frozen=True)
class Evening:
    """What one demo ended with, printed, and which panels of the dashboards had no data in all its time."""

    code: int
    err: str
    out: str
    unanswered: tuple[str, ...]


def written_root(folder: Path) -> Path | None:
    """The root that a demo has written in the folder."""
    return next((found.parent for found in folder.glob("opsmon-demo-*/prometheus.yml")), None)


async def unanswered(prometheus_url: str, since_s: float) -> AsyncIterator[str]:
    async with aiohttp.ClientSession() as http:
        for where, query in questions(CHOSEN):
            if not await is_answered(http, prometheus_url, query, since_s, time.time()):
                yield f"{where}: {query}"


async def watched(demo: asyncio.subprocess.Process, folder: Path) -> Evening:
    """The demo to its end, with a Prometheus beside it where there is one, started as the demo says."""
    began_s, story = time.time(), asyncio.ensure_future(demo.communicate())
    async with AsyncExitStack() as stack:
        url = ""
        if way_to("prometheus") is not None:
            while (root := written_root(folder)) is None and not story.done():  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.1)
            if root is not None:
                url = await stack.enter_async_context(prometheus(root / "prometheus.yml", folder / "tsdb"))
        out, err = await story
        lost = [one async for one in unanswered(url, began_s)] if url else ()
    assert demo.returncode is not None
    return Evening(demo.returncode, err.decode(), out.decode(), tuple(lost))


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Evening:
    """One demo in its shortest form."""
    folder = tmp_path_factory.mktemp("demo")

    async def play() -> Evening:
        environment = {**os.environ, "PYTHONPATH": str(SOURCE), "TMPDIR": str(folder)}
        words = ["demo", "--no-namespace", "--seconds", str(STORY_S), "--json"]
        pipe = asyncio.subprocess.PIPE
        demo = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "opsmon", *words, stdout=pipe, stderr=pipe, env=environment
        )
        async with asyncio.timeout(STORY_S + START_AND_STOP_S):
            return await watched(demo, folder)

    return asyncio.run(play())


@pytest.mark.timeout(STORY_S + START_AND_STOP_S + 10)
def test_the_demo_tells_its_story_on_plain_loopback(evening: Evening) -> None:
    assert evening.code == 0, evening.err
    seen = json.loads(evening.out)
    found = {incident["device"]: incident for incident in seen["incidents"]}
    assert set(found) == {"access-3", "mcu-1", "ups-1"}
    assert found["access-3"]["affected"] == 40  # the cameras behind it, in one incident
    late = {clock["clause"]: clock["state"] for clock in found["mcu-1"]["clocks"]}
    assert (late["E1"], late["E2"]) == ("met_late", "met_late")
    assert {one["clause"] for one in seen["cost"]["breaches"]} == {"E1", "E2"}
    assert seen["cost"]["sum"]["cny_max"] > seen["cost"]["sum"]["cny_min"] == 0
    assert seen["notifications"]["DeviceDown firing"] == 4  # two faults, and each told again with who took it on
    assert seen["notifications"]["TargetBreached firing"] == 2
    assert seen["notifications"]["UpsOnBattery firing"] == 1
    assert seen["calls"] >= 4  # the robot of the group: three faults, and what is due
    assert seen["forged"] == 0


@pytest.mark.real
@pytest.mark.timeout(STORY_S + START_AND_STOP_S + 10)
def test_every_panel_of_the_dashboards_shows_the_demo(evening: Evening) -> None:
    require("prometheus")
    assert evening.unanswered == ()


async def listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionError:
        return False
    writer.close()
    return True


async def test_a_demo_that_is_told_to_stop_leaves_no_process_behind() -> None:
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    demo = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "opsmon", "demo", "--no-namespace",
        stdout=asyncio.subprocess.PIPE, env=environment, start_new_session=True,
    )  # fmt: skip
    assert demo.stdout is not None
    async with asyncio.timeout(START_AND_STOP_S):
        assert b"opsmon demo" in await demo.stdout.readline()
        assert b"Open" in await demo.stdout.readline()
        port = int((await demo.stdout.readline()).decode().split("http://127.0.0.1:")[1].split("/")[0])
        while not await listens(port):  # noqa: ASYNC110 - another process: until its daemon, started last, listens
            await asyncio.sleep(0.1)
        demo.terminate()
        await demo.communicate()  # ends when nobody holds the pipe any more
    assert demo.returncode == 128 + signal.SIGTERM
    with pytest.raises(ProcessLookupError):
        os.killpg(demo.pid, 0)
