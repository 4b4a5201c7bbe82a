"""People on call, through a real daemon and a fake robot: a dead device is told by the plan, once, and its end too."""

import asyncio
import re
import signal
from collections.abc import Callable
from pathlib import Path

from opsmon.model.incident import FactType
from opsmon.model.page import NoticeAccepted
from opsmon.notify.channel import ChannelKind
from opsmon.store.store import Store, open_existing_store
from tests.support.daemon.house import DaemonHouse, house_in
from tests.support.notify.fake_robots import FakeRobot, running

PEOPLE = """\
people:
  p-a: {name: {zh: 甲工, en: A}, wecom: jia}
"""
ONCALL = """\
channels:
  shut: {kind: dingtalk, url: "DING", secret: SECtest, members: [p-a]}
  robot: {kind: wecom, url: "URL", members: [p-a]}
rotas:
  vc:
    calendar: xicheng-vc-2025
    shifts:
      - {name: day, on: daily, from: "00:00", to: "00:00+1", crews: [[p-a]]}
plans:
  all: {steps: [{tell: "rota:vc", by: [shut, robot], wait: 5m}]}
"""


def write_rules(house: DaemonHouse, text: str, robot: FakeRobot, shut: FakeRobot) -> None:
    (house.root / "people.yaml").write_text(PEOPLE, encoding="utf-8")
    text = text.replace("URL", robot.url).replace("DING", shut.url)
    (house.root / "rules" / "oncall.yaml").write_text(text, encoding="utf-8")


async def until(ready: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not ready():  # noqa: ASYNC110 - the robot is on the far side of a process
            await asyncio.sleep(0.05)


def about_mcu(robot: FakeRobot) -> list[str]:
    """What was told of the device; a hand-over is told besides."""
    return [text for text in robot.texts if "mcu" in text]


def store_of(house: DaemonHouse) -> Store:
    return open_existing_store("sqlite:///var/opsmon.db", house.root)


async def test_a_dead_device_is_told_to_who_is_on_duty_by_a_way_that_is_open(tmp_path: Path) -> None:
    robot, shut = FakeRobot(ChannelKind.WECOM, "k"), FakeRobot(ChannelKind.DINGTALK, "k", stuck_on="down")
    async with running(robot, shut), house_in(tmp_path) as house:
        (house.root / "people.yaml").write_text(PEOPLE, encoding="utf-8")
        text = ONCALL.replace("URL", robot.url).replace("DING", shut.url)
        (house.root / "rules" / "oncall.yaml").write_text(text, encoding="utf-8")
        daemon = await house.start()
        await house.mcu.die()
        await until(lambda: len(about_mcu(robot)) == 1)
        await house.mcu.live()
        await until(lambda: len(about_mcu(robot)) == 2)
        assert await daemon.end(signal.SIGTERM) == 0
        again = await house.start()
        await again.until_logged("listening on")
        assert await again.end() == 0
        told = [entry.event for entry in store_of(house).read()]
    assert re.search(r"^  telling .*\bshut, robot$", "\n".join(daemon.said), re.M)
    assert any("is told to p-a by shut or robot (opened, step 1 of round 1)" in line for line in daemon.log)
    fault, over = about_mcu(robot)
    assert "<@jia>" in fault
    assert re.search(r"hall .*mcu", fault)
    assert "shut is down" in fault
    assert "over" in over
    accepted = [event for event in told if isinstance(event, NoticeAccepted)]
    assert [event.channel for event in accepted] == ["robot", "robot"]
    notified = [event for event in told if getattr(getattr(event, "fact", None), "type", None) is FactType.NOTIFIED]
    assert len(notified) == 1


async def test_a_plan_that_comes_while_a_device_is_dead_is_followed_at_once(tmp_path: Path) -> None:
    robot, shut = FakeRobot(ChannelKind.WECOM, "k"), FakeRobot(ChannelKind.DINGTALK, "k", stuck_on="down")
    async with running(robot, shut), house_in(tmp_path) as house:
        daemon = await house.start()
        await house.mcu.die()
        await house.receiver.until(lambda: ("mcu", "firing") in house.receiver.story())
        write_rules(house, ONCALL, robot, shut)
        daemon.process.send_signal(signal.SIGHUP)
        await until(lambda: len(about_mcu(robot)) == 1)
        assert await daemon.end() == 0
