"""People on call, through a real daemon and a fake robot: a dead device is told by the plan, once, and its end too."""

import asyncio
import re
import signal
from collections.abc import Callable
from pathlib import Path

from opsmon.model.incident import FactType
from opsmon.model.page import NoticeAccepted, NoticeFailed
from opsmon.notify.channel import ChannelKind
from opsmon.store.store import Store, open_existing_store
from tests.support.daemon.house import DaemonHouse, house_in
from tests.support.notify.fake_robots import FakeRobot, running

KINDS = {"wecom": ChannelKind.WECOM, "ding": ChannelKind.DINGTALK, "fei": ChannelKind.FEISHU}
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


async def test_a_channel_that_is_taken_out_by_a_reload_leaves_nothing_waiting(tmp_path: Path) -> None:
    robot, hung = FakeRobot(ChannelKind.WECOM, "k"), FakeRobot(ChannelKind.DINGTALK, "k", stuck_on="slow")
    async with running(robot, hung), house_in(tmp_path) as house:
        write_rules(house, ONCALL.replace("secret: SECtest", "secret: SECtest, timeout: 60s"), robot, hung)
        daemon = await house.start()
        await house.mcu.die()
        await daemon.until_logged("is told to p-a by shut or robot")
        write_rules(house, _without("shut", ONCALL), robot, hung)
        daemon.process.send_signal(signal.SIGHUP)
        await until(lambda: len(about_mcu(robot)) == 1)
        assert "shut was taken out" in about_mcu(robot)[0]
        await house.nvr.die()
        await until(lambda: any("nvr" in text for text in robot.texts))
        robot.stuck_on = "slow"
        await house.nvr.live()
        await until(lambda: b"over" in robot.bodies[-1])
        write_rules(house, _without("robot", ONCALL), robot, hung)
        hung.stuck_on = ""
        daemon.process.send_signal(signal.SIGHUP)
        await daemon.until_logged("was not taken by robot: removed")
        await until(lambda: not store_of(house).backlog())
        assert await daemon.end() == 0
        told = [entry.event for entry in store_of(house).read()]
    failed = [event for event in told if isinstance(event, NoticeFailed)]
    assert [(event.channel, event.reason) for event in failed] == [("robot", "removed")]


def _without(channel: str, text: str) -> str:
    """The rules without the channel."""
    kept = "\n".join(line for line in text.splitlines() if not line.startswith(f"  {channel}: "))
    return kept.replace("[shut, robot]", "[robot]" if channel == "shut" else "[shut]")


KEYLESS = """\
channels:
  wecom: {kind: wecom, url: "WECOM", members: [p-a]}
  ding: {kind: dingtalk, url: "DING", secret: SECofDing, members: [p-a]}
  fei: {kind: feishu, url: "FEI", secret: SECofFei, members: [p-a]}
  robot: {kind: wecom, url: "ROBOT", members: [p-a]}
"""
SEEN = ("/", "/oncall", "/admin", "/metrics", "/api/v1/deliveries", "/api/v1/incidents")


async def test_keys_that_open_nothing_are_told_and_stand_nowhere(tmp_path: Path) -> None:
    wrong = {name: FakeRobot(kind, f"{name}-right-key") for name, kind in KINDS.items()}
    robot = FakeRobot(ChannelKind.WECOM, "robot-right-key")
    async with running(robot, *wrong.values()), house_in(tmp_path) as house:
        rules = ONCALL[ONCALL.index("rotas:") :].replace("[shut, robot]", "[wecom, ding, fei, robot]")
        text = KEYLESS.replace("ROBOT", robot.url) + rules
        for name, far in wrong.items():
            text = text.replace(name.upper(), far.url.replace("-right-key", "-77aa-wrong-key"))
        (house.root / "people.yaml").write_text(PEOPLE, encoding="utf-8")
        (house.root / "rules" / "oncall.yaml").write_text(text, encoding="utf-8")
        daemon = await house.start()
        await house.mcu.die()
        await until(lambda: len(about_mcu(robot)) == 1)
        (incident,) = await daemon.read("/api/v1/incidents")
        pages = [(await daemon.get(path))[1] for path in (*SEEN, f"/i/{incident['id']}")]
        assert await daemon.end() == 0
    assert "fei is down" in about_mcu(robot)[0]
    said = "\n".join(daemon.log)
    for name, code in {"wecom": "errcode 93000", "ding": "errcode 300001", "fei": "code 19001"}.items():
        assert re.search(rf"outbox of {name}: .*{code}", said)
    shown = "\n".join((said, *pages, *(str(entry.event) for entry in store_of(house).read())))
    assert not re.search(r"wrong-key|right-key|SECof", shown)
    assert re.search(r'opsmon_channel_up\{channel="ding"\} 0', shown)
