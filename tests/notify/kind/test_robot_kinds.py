"""Each robot's signature, form and verdicts, as the platforms' own documents and answers have them."""

import json
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from opsmon.model.secret import Secret
from opsmon.notify.channel import ChannelKind, PersonAddress
from opsmon.notify.kind import dingtalk, feishu, mail, wecom
from opsmon.notify.message import ChannelAnswer, HttpMessage, VerdictKind
from opsmon.notify.registry import KINDS
from tests.support.notify.people import FIRST, KEY, SECOND, robot

AT = datetime.fromtimestamp(1_700_000_000, UTC)
ALL_ROBOTS = (ChannelKind.WECOM, ChannelKind.DINGTALK, ChannelKind.FEISHU)


def test_dingtalk_signs_in_the_address() -> None:
    assert dingtalk.signature_of("SECtest", 1_700_000_000_000) == "aZLLrriXgn05YbwaGR7knYsLeJADjr9NwLaNNKpxh4g%3D"
    sent = dingtalk.sign(robot(ChannelKind.DINGTALK), {}, "p1", AT)
    assert sent.url == (
        f"https://oapi.dingtalk.com/robot/send?access_token={KEY}"
        "&timestamp=1700000000000&sign=aZLLrriXgn05YbwaGR7knYsLeJADjr9NwLaNNKpxh4g%3D"
    )


def test_feishu_signs_in_the_body() -> None:
    sent = feishu.sign(robot(ChannelKind.FEISHU), feishu.render("x", ()), "p1", AT)
    assert sent.url == f"https://open.feishu.cn/open-apis/bot/v2/hook/{KEY}"
    body = json.loads(sent.body)
    assert body["sign"] == "G7XpBpG8NgG02fJOAhX6FRAObIljmFoxVReo8I62pEk="
    assert body["timestamp"] == "1700000000"
    assert body["content"] == {"text": "x"}


def test_wecom_has_its_key_in_the_address() -> None:
    sent = wecom.sign(robot(ChannelKind.WECOM), wecom.render("x", ()), "p1", AT)
    assert sent.url == f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"
    assert json.loads(sent.body) == {"msgtype": "markdown", "markdown": {"content": "x"}}


@pytest.mark.parametrize("kind", [*ALL_ROBOTS, ChannelKind.JSON])
def test_another_address_stands_for_the_public_one_and_no_key_shows(kind: ChannelKind) -> None:
    sent = KINDS[kind].sign(robot(kind, "http://127.0.0.1:1/relay"), KINDS[kind].render("x", (FIRST,)), "p1", AT)
    assert isinstance(sent, HttpMessage)
    assert sent.url.startswith("http://127.0.0.1:1/relay")
    assert "relay" not in repr(sent)
    assert KEY not in repr(robot(kind))


ANSWERS = [
    (ChannelKind.WECOM, 200, {"errcode": 0, "errmsg": "ok"}, VerdictKind.TAKEN),
    (ChannelKind.WECOM, 200, {"errcode": 45009, "errmsg": "api freq out of limit"}, VerdictKind.LATER),
    (ChannelKind.WECOM, 200, {"errcode": 40058, "errmsg": "content exceed max length"}, VerdictKind.TOO_LONG),
    (ChannelKind.WECOM, 200, {"errcode": 93000, "errmsg": "invalid webhook url"}, VerdictKind.CHANNEL_DOWN),
    (ChannelKind.WECOM, 200, {"errcode": 40008, "errmsg": "invalid message type"}, VerdictKind.REFUSED),
    (ChannelKind.DINGTALK, 200, {"errcode": 0, "errmsg": "ok"}, VerdictKind.TAKEN),
    (ChannelKind.DINGTALK, 200, {"errcode": 130101, "errmsg": "send too fast"}, VerdictKind.LATER),
    (ChannelKind.DINGTALK, 200, {"errcode": 460101, "errmsg": "message too long"}, VerdictKind.TOO_LONG),
    (ChannelKind.DINGTALK, 200, {"errcode": 310000, "errmsg": "sign not match"}, VerdictKind.CHANNEL_DOWN),
    (ChannelKind.FEISHU, 200, {"code": 0, "msg": "success"}, VerdictKind.TAKEN),
    (ChannelKind.FEISHU, 400, {"code": 9499, "msg": "too many request"}, VerdictKind.LATER),
    (ChannelKind.FEISHU, 200, {"code": 11232, "msg": "frequency limited"}, VerdictKind.LATER),
    (ChannelKind.FEISHU, 200, {"code": 19021, "msg": "sign match fail"}, VerdictKind.CHANNEL_DOWN),
    (ChannelKind.FEISHU, 200, {"code": 19024, "msg": "Key Words Not Found"}, VerdictKind.CHANNEL_DOWN),
    (ChannelKind.FEISHU, 200, {"code": 19036, "msg": "too long"}, VerdictKind.TOO_LONG),
]


@pytest.mark.parametrize(("kind", "status", "body", "meant"), ANSWERS)
def test_an_answer_means(kind: ChannelKind, status: int, body: dict[str, object], meant: VerdictKind) -> None:
    assert KINDS[kind].judge(ChannelAnswer(status, json.dumps(body).encode()), AT).kind is meant


@pytest.mark.parametrize("kind", ALL_ROBOTS)
@pytest.mark.parametrize(
    ("status", "body", "meant"),
    [
        (429, b"", VerdictKind.LATER),
        (502, b"<html>bad gateway</html>", VerdictKind.LATER),
        (200, b"<html>sign in to the network</html>", VerdictKind.CHANNEL_DOWN),
        (200, b"", VerdictKind.CHANNEL_DOWN),
        (200, b"[" * 50_000, VerdictKind.CHANNEL_DOWN),
        (200, b'{"errcode": true, "code": true}', VerdictKind.CHANNEL_DOWN),
        (302, b"", VerdictKind.CHANNEL_DOWN),
        (404, b"not found", VerdictKind.CHANNEL_DOWN),
        (413, b"", VerdictKind.TOO_LONG),
    ],
)
def test_what_no_robot_says_is_never_taken(kind: ChannelKind, status: int, body: bytes, meant: VerdictKind) -> None:
    assert KINDS[kind].judge(ChannelAnswer(status, body), AT).kind is meant


@pytest.mark.parametrize(
    ("kind", "body"),
    [(ChannelKind.DINGTALK, {"errcode": 310000}), (ChannelKind.FEISHU, {"code": 19021})],
)
def test_a_refused_signature_tells_how_far_the_clock_is_off(kind: ChannelKind, body: dict[str, int]) -> None:
    theirs = datetime.fromtimestamp(1_700_000_312, UTC)
    answer = ChannelAnswer(200, json.dumps(body).encode(), {"date": format_datetime(theirs, usegmt=True)})
    assert "our clock is 312 s slow by the answer's Date: set it" in KINDS[kind].judge(answer, AT).reason
    right = ChannelAnswer(200, json.dumps(body).encode(), {"Date": format_datetime(AT, usegmt=True)})
    assert "clock is" not in KINDS[kind].judge(right, AT).reason


def test_people_are_mentioned_as_each_platform_wants_it() -> None:
    assert wecom.mention_text((FIRST, SECOND)) == "<@jia>"
    assert wecom.calls((FIRST,)) is None
    called = wecom.calls((FIRST, SECOND))
    assert called is not None
    assert called["text"] == {"content": "↑ opsmon", "mentioned_mobile_list": ["13800000002"]}
    form = dingtalk.render("x " + dingtalk.mention_text((SECOND,)), (SECOND,))
    assert form["text"] == {"content": "x @13800000002"}
    assert form["at"] == {"atMobiles": ["13800000002"], "atUserIds": [], "isAtAll": False}
    assert feishu.mention_text((PersonAddress("p", feishu='ou"><at all'),)) == '<at user_id="ouatall"></at>'


def test_mail_is_judged_by_the_servers_number() -> None:
    meant = {
        250: VerdictKind.TAKEN, 421: VerdictKind.LATER, 451: VerdictKind.LATER, 535: VerdictKind.CHANNEL_DOWN,
        550: VerdictKind.REFUSED, 552: VerdictKind.TOO_LONG,
    }  # fmt: skip
    assert {status: mail.judge(ChannelAnswer(status), AT).kind for status in meant} == meant


def test_a_person_is_reached_by_what_is_known_of_them() -> None:
    assert KINDS[ChannelKind.MAIL].address(SECOND) == {"to": "b@mail.invalid"}
    assert KINDS[ChannelKind.JSON].address(PersonAddress("p", phone=Secret("1"))) == {"phone": "1"}
    assert KINDS[ChannelKind.MAIL].address(FIRST) == {}
