"""The demo's receiver: believes only signed bodies, and tells each delivery once."""

import hashlib
import hmac
import json
from urllib.parse import quote

from aiohttp.test_utils import TestClient, TestServer

from opsmon.demo.receiver import Receiver, Tell

SECRET = "a secret of this test"
ALERT = {
    "status": "firing",
    "labels": {"alertname": "TargetAtRisk", "clause": "E2", "device": "mcu-1"},
    "annotations": {"summary": "[Target at risk] mcu-1 E2: 90 s left"},
}


def receiver_of(tell: Tell) -> Receiver:
    receiver = Receiver(tell)
    receiver.believe(SECRET)
    return receiver


async def post(receiver: Receiver, body: bytes, signature: str, delivery: str) -> int:
    async with TestClient(TestServer(receiver.application())) as client:
        headers = {"X-Opsmon-Signature-V2": signature, "X-Opsmon-Delivery": delivery, "X-Opsmon-Timestamp": "17"}
        return (await client.post("/hook", data=body, headers=headers)).status


def signed(body: bytes, delivery: str = "delivery-1") -> str:
    return "sha256=" + hmac.new(SECRET.encode(), f"17.{delivery}.".encode() + body, hashlib.sha256).hexdigest()


async def test_a_signed_delivery_is_told_once_however_often_it_arrives() -> None:
    told: list[tuple[str, str]] = []
    receiver = receiver_of(lambda kind, line: told.append((kind, line)))
    body = json.dumps({"alerts": [ALERT]}).encode()
    for _ in range(2):
        assert await post(receiver, body, signed(body), "delivery-1") == 200
    assert [kind for kind, _ in told] == ["firing"]
    assert told[0][1] == "[Target at risk] mcu-1 E2: 90 s left"
    assert receiver.arrived["TargetAtRisk", "firing"] == 1


async def test_a_forged_delivery_is_counted_and_not_told() -> None:
    told: list[str] = []
    receiver = receiver_of(lambda _, line: told.append(line))
    body = json.dumps({"alerts": [ALERT]}).encode()
    assert await post(receiver, body, "sha256=" + "0" * 64, "delivery-1") == 401
    assert told == []
    assert receiver.forged == 1


async def test_before_it_knows_the_secret_nothing_is_believed() -> None:
    receiver = Receiver(lambda *_: None)
    body = json.dumps({"alerts": [ALERT]}).encode()
    unsigned = "sha256=" + hmac.new(b"", b"17.delivery-1." + body, hashlib.sha256).hexdigest()
    assert await post(receiver, body, unsigned, "delivery-1") == 401


async def test_the_robot_of_the_group_shows_each_line_without_links_and_refuses_a_wrong_key() -> None:
    told: list[tuple[str, str]] = []
    receiver = receiver_of(lambda kind, line: told.append((kind, line)))
    form = {"msgtype": "markdown", "markdown": {"content": "two messages\n\n● FAULT | [#1](http://ops.invalid/i/1)"}}
    async with TestClient(TestServer(receiver.application())) as client:
        refused = await client.post("/robot/guessed", json=form)
        assert (refused.status, (await refused.json())["errcode"]) == (200, 93000)
        assert (told, receiver.forged, receiver.calls) == ([], 1, 0)
        taken = await client.post(f"/robot/{quote(SECRET)}", json=form)
        assert (taken.status, (await taken.json())["errcode"]) == (200, 0)
    assert told == [("call", "two messages"), ("call", "● FAULT | #1")]
    assert (receiver.forged, receiver.calls) == (1, 1)
