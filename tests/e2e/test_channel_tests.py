"""An admin tries channels: `opsmon notify test`, `again` and `list`, through a real daemon and fake robots."""

import json
from pathlib import Path

from opsmon.notify.channel import ChannelKind
from tests.support.daemon.house import DaemonHouse, command, house_in
from tests.support.notify.fake_robots import FakeRobot, running
from tests.support.port import free_port

PEOPLE = """\
people:
  p-a: {name: {zh: 甲工, en: A}, wecom: jia}
  p-b: {name: {zh: 乙工, en: B}, phone: "00000000"}
"""
ONCALL = """\
channels:
  robot: {kind: wecom, url: "URL", members: [p-a]}
  shut: {kind: dingtalk, url: "DING", secret: SECtest, members: [p-a]}
  sms: {kind: json, url: "http://127.0.0.1:9/", reaches: person}
"""


def write_channels(house: DaemonHouse, robot: FakeRobot, shut: FakeRobot) -> None:
    house.port = free_port()  # commands have to find it
    house.write_settings()
    (house.root / "people.yaml").write_text(PEOPLE, encoding="utf-8")
    text = ONCALL.replace("URL", robot.url).replace("DING", shut.url)
    (house.root / "rules" / "oncall.yaml").write_text(text, encoding="utf-8")


async def test_a_channel_is_tried_and_a_dead_letter_goes_once_more(tmp_path: Path) -> None:
    robot, shut = FakeRobot(ChannelKind.WECOM, "k"), FakeRobot(ChannelKind.DINGTALK, "k", stuck_on="down")
    async with running(robot, shut), house_in(tmp_path) as house:
        write_channels(house, robot, shut)
        daemon = await house.start()
        code, said = await command(house.root, "notify", "test", "robot", "--person", "p-a")
        assert code == 0, said
        assert "this is a test" in robot.texts[-1]
        assert "<@jia>" in robot.texts[-1]
        robot.script.append("poison")
        code, said = await command(house.root, "notify", "test", "robot", "--json")
        refused = json.loads(said)
        assert (code, refused["state"]) == (1, "dead")
        assert "40008" in refused["error"]
        code, said = await command(house.root, "notify", "again", refused["delivery"], "--json")
        assert (code, json.loads(said)["state"]) == (0, "delivered")
        assert len(robot.texts) == 2
        code, said = await command(house.root, "notify", "again", refused["delivery"])
        assert code == 2
        assert await daemon.end() == 0


async def test_what_a_channel_did_not_take_is_listed_with_its_reason(tmp_path: Path) -> None:
    robot, shut = FakeRobot(ChannelKind.WECOM, "k"), FakeRobot(ChannelKind.DINGTALK, "k", stuck_on="down")
    async with running(robot, shut), house_in(tmp_path) as house:
        write_channels(house, robot, shut)
        daemon = await house.start()
        assert (await command(house.root, "notify", "test", "shut"))[0] == 1
        _, said = await command(house.root, "notify", "list", "--channel", "shut", "--json")
        (waiting,) = json.loads(said)
        assert (waiting["state"], waiting["attempts"]) == ("waiting", 1)
        assert "310000" in waiting["error"]
        code, said = await command(house.root, "notify", "test", "sms")
        assert code == 2
        assert "p-b" in said
        assert (await command(house.root, "notify", "test", "sms", "--person", "p-c"))[0] == 2
        assert (await command(house.root, "notify", "test", "nowhere"))[0] == 2
        code, said = await command(house.root, "notify", "test", "oncall")
        assert code == 0, said
        assert [alert["labels"]["alertname"] for _, alert in house.receiver.seen] == ["OpsmonTest"]
        assert await daemon.end() == 0
