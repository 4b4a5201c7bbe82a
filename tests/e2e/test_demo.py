"""The first command of the README, in its shortest form: the real daemon finds what the simulated fleet suffers."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from tests.support.places import REPOSITORY
from tests.support.programs import require, way_to
from tests.support.real.dashboards import questions
from tests.support.real.prometheus import is_answered, prometheus

pytestmark = pytest.mark.usefixtures("demo_addresses")
SOURCE = REPOSITORY / "src"
STORY_S, START_AND_STOP_S = 40, 300  # to start and to stop takes 35 s on a machine with nothing else to do
# What a person would have chosen at the head of the dashboards.
CHOSEN = {"site": "main-hall", "device": "core-1", "contract": ".*", "__rate_interval": "20s"}


def written_root(folder: Path) -> Path | None:
    """The root that a demo has written in the folder."""
    return next((found.parent for found in folder.glob("opsmon-demo-*/prometheus.yml")), None)


async def unanswered(prometheus_url: str, since_s: float) -> AsyncIterator[str]:
    async with aiohttp.ClientSession() as http:
        for where, query in questions(CHOSEN):
            if not await is_answered(http, prometheus_url, query, since_s, time.time()):
                yield f"{where}: {query}"


async def watched(demo: asyncio.subprocess.Process, folder: Path) -> tuple[bytes, bytes, list[str]]:
    """What the demo prints to its end, on stdout and stderr, and the panels of the dashboards that had no data in all
    its time: a Prometheus, where there is one, runs beside it, started as the demo says."""
    began_s, story = time.time(), asyncio.ensure_future(demo.communicate())
    if way_to("prometheus") is None:
        return *await story, []
    while (root := written_root(folder)) is None and not story.done():  # noqa: ASYNC110 - another process
        await asyncio.sleep(0.1)
    if root is None:
        return *await story, []
    async with prometheus(root / "prometheus.yml", folder / "tsdb") as url:
        out, err = await story
        return out, err, [one async for one in unanswered(url, began_s)]


@pytest.mark.timeout(STORY_S + START_AND_STOP_S + 10)
async def test_the_demo_tells_its_story_on_plain_loopback_and_every_dashboard_shows_it(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), "TMPDIR": str(tmp_path)}
    words = ["demo", "--no-namespace", "--seconds", str(STORY_S), "--json"]
    pipe = asyncio.subprocess.PIPE
    demo = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "opsmon", *words, stdout=pipe, stderr=pipe, env=environment
    )
    async with asyncio.timeout(STORY_S + START_AND_STOP_S):
        out, err, without_data = await watched(demo, tmp_path)
    assert demo.returncode == 0, err.decode()
    seen = json.loads(out)
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
    require("prometheus")  # the story is right; without it nobody has asked what the dashboards show
    assert without_data == []


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
