"""The ways that docs/architecture.md draws are the ways that things go: followed by `sys.setprofile` in a real daemon.

Each way is a list of functions in the order in which they are first called. What is called between two of them is left
out there; what is written there has to happen, in that order.
"""

import asyncio
import re
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from types import FrameType

import aiohttp
import pytest

import opsmon
from opsmon.clock import WallClock
from opsmon.config.root import load_root
from opsmon.daemon.daemon import run_daemon
from opsmon.notify.channel import ChannelKind
from tests.support.daemon.house import PATIENCE_S, TOKEN, DaemonHouse
from tests.support.notify.fake_robots import FakeRobot, running
from tests.support.places import REPOSITORY
from tests.support.port import free_port

PEOPLE = "people:\n  p-a: {name: {zh: 甲工, en: A}, wecom: jia}\n"
ON_CALL = """\
channels: {robot: {kind: wecom, url: "URL", members: [p-a]}}
plans:
  all: {steps: [{tell: "person:p-a", by: [robot], wait: 5m}]}
"""
SOURCE = Path(opsmon.__file__).parent
WAYS = re.compile(r"^### (?P<title>[^\n]+)\n.*?```\n(?P<lines>.*?)```", re.MULTILINE | re.DOTALL)


def drawn(title: str) -> list[str]:
    """The functions of one way, as the document has them: `room.module: function`."""
    text = (REPOSITORY / "docs" / "architecture.md").read_text(encoding="utf-8")
    (lines,) = (way["lines"] for way in WAYS.finditer(text) if way["title"].strip() == title)
    return [line.split("  ")[0].strip() for line in lines.splitlines() if line.strip()]


class Follower:
    """Which functions of opsmon were called, in order, since `begin`."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self._prefix = f"{SOURCE}/"
        self._follows = False

    def begin(self) -> None:
        self.calls, self._follows = [], True

    def note(self, frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        if self._follows and event == "call" and code.co_filename.startswith(self._prefix):
            place = code.co_filename.removeprefix(self._prefix).removesuffix(".py").replace("/", ".")
            self.calls.append(f"{place}: {code.co_qualname}")

    def went(self, way: list[str]) -> None:
        """Fails where a function of the way was not called after those before it."""
        left: Iterator[str] = iter(self.calls)
        for function in way:
            assert function in left, f"{function} was not called after what comes before it on its way"


@contextmanager
def following() -> Iterator[Follower]:
    follower = Follower()
    threading.setprofile(follower.note)  # for the threads that begin from now on: the store's
    sys.setprofile(follower.note)
    try:
        yield follower
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


@asynccontextmanager
async def daemon_in(root: Path, robot: FakeRobot) -> AsyncIterator[tuple[DaemonHouse, aiohttp.ClientSession]]:
    """A daemon in this process, ready, with a device that answers and a person who is paged by the robot; the session
    asks it with its token."""
    house = DaemonHouse(root)
    await house.receiver.start()
    await house.mcu.live()
    await house.nvr.live()
    house.port = free_port()
    house.write_root()
    (root / "people.yaml").write_text(PEOPLE, encoding="utf-8")
    (root / "rules" / "oncall.yaml").write_text(ON_CALL.replace("URL", robot.url), encoding="utf-8")
    stop = asyncio.Event()
    running = asyncio.create_task(
        run_daemon(load_root(root, environ={"OPSMON_TOKEN": TOKEN}), WallClock(), stop, asyncio.Event())
    )
    headers = {"Authorization": f"Bearer {TOKEN}"}
    try:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{house.port}", headers=headers) as session:
            await ready(session)
            yield house, session
    finally:
        stop.set()
        await running
        await house.mcu.die()
        await house.nvr.die()
        await house.receiver.stop()


async def ready(session: aiohttp.ClientSession) -> None:
    """Until the daemon answers and both devices have been seen."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                async with session.get("/api/v1/devices") as answer:
                    if {device["state"] for device in await answer.json()} == {"up"}:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.05)


async def accepted(session: aiohttp.ClientSession, incident: str) -> None:
    """Until the journal holds that a channel took the first call of the incident."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            async with session.get(f"/api/v1/incidents/{incident}") as answer:
                page = (await answer.json())["page"]
                if page is not None and page["calls"][0]["accepted"]:
                    return
            await asyncio.sleep(0.05)


@pytest.mark.slow
async def test_everything_goes_the_way_that_is_drawn(tmp_path: Path) -> None:
    robot = FakeRobot(ChannelKind.WECOM, "k")
    async with running(robot):
        with following() as follower:
            async with daemon_in(tmp_path, robot) as (house, session):
                follower.begin()
                await house.mcu.die()
                await house.receiver.until(lambda: house.receiver.story() == [("mcu", "firing")])
                follower.went(drawn("A sample, from the wire to the webhook"))
                async with session.get("/api/v1/incidents") as answer:
                    (incident,) = await answer.json()
                await accepted(session, incident["id"])
                follower.went(drawn("A fault, to the people on duty"))

                follower.begin()
                async with session.get("/metrics/device/mcu") as answer:
                    assert 'opsmon_device_up{instance="mcu"} 0' in await answer.text()
                follower.went(drawn("A sample, to `/metrics`"))

                follower.begin()
                body = {"type": "acknowledged", "by": "值班员"}
                async with session.post(f"/api/v1/incidents/{incident['id']}/events", json=body) as answer:
                    assert answer.status == 201
                follower.went(drawn("An acknowledge, from HTTP to the journal"))
