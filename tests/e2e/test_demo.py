"""The first command of the README, in its shortest form: the real daemon finds what the simulated fleet suffers."""

import asyncio
import json
import os
import signal
import sys

import pytest

from tests.support.places import REPOSITORY

pytestmark = pytest.mark.usefixtures("demo_addresses")
SOURCE = REPOSITORY / "src"
STORY_S, START_AND_STOP_S = 40, 70


@pytest.mark.timeout(STORY_S + START_AND_STOP_S + 10)
async def test_the_demo_tells_its_story_on_plain_loopback() -> None:
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    words = ["demo", "--no-namespace", "--seconds", str(STORY_S), "--json"]
    pipe = asyncio.subprocess.PIPE
    demo = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "opsmon", *words, stdout=pipe, stderr=pipe, env=environment
    )
    async with asyncio.timeout(STORY_S + START_AND_STOP_S):
        out, err = await demo.communicate()
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
    assert seen["forged"] == 0


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
