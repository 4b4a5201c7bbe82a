"""A group robot of WeCom (企业微信群机器人): markdown of at most 4,096 bytes, 20 a minute, key in the address.

Markdown mentions people by their user id; who is known by a phone number alone is called by a second, short text.
"""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

from opsmon.notify.channel import PageChannel, PersonAddress
from opsmon.notify.kind.escape import escape_with, table
from opsmon.notify.kind.robot_answer import judge_robot, throttled
from opsmon.notify.message import (
    JSON_HEADERS,
    ChannelAnswer,
    ChannelLimits,
    Form,
    HttpMessage,
    MessageKind,
    Verdict,
    VerdictKind,
    json_bytes,
)

PUBLIC = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key="
LIMITS = ChannelLimits(max_bytes=4_096, requests=18, kept=4)
VERDICTS = {
    45009: throttled("too many messages", 60.0),
    45033: throttled("too many messages at once", 5.0),
    -1: Verdict(VerdictKind.LATER, "the platform is busy", 5.0),
    40058: Verdict(VerdictKind.TOO_LONG, "too long"),
    93000: Verdict(VerdictKind.CHANNEL_DOWN, "the key is not one of a robot, or the robot was removed"),
    93004: Verdict(VerdictKind.CHANNEL_DOWN, "the robot was switched off"),
    93008: Verdict(VerdictKind.CHANNEL_DOWN, "the robot is not in the group any more"),
}
_BY_NAME = str.maketrans("", "", "<>@ ")


def render(text: str, _people: Sequence[PersonAddress]) -> Form:
    """The mentions stand in the text already (`mention_text`)."""
    return {"msgtype": "markdown", "markdown": {"content": text}}


def mention_text(people: Sequence[PersonAddress]) -> str:
    """`<@userid>` of each person who has one."""
    return "".join(f"<@{person.wecom.translate(_BY_NAME)}>" for person in people if person.wecom)


def calls(people: Sequence[PersonAddress]) -> Form | None:
    """A text that calls those who have no user id by their phone number."""
    phones = [person.phone.reveal() for person in people if not person.wecom and person.phone is not None]
    if not phones:
        return None
    return {"msgtype": "text", "text": {"content": "↑ opsmon", "mentioned_mobile_list": phones}}


def sign(channel: PageChannel, form: Form, _parcel: str, _now: datetime) -> HttpMessage:
    """The key in the address is all there is."""
    key = channel.token.reveal() if channel.token is not None else ""
    url = channel.urls[0].reveal() if channel.urls else PUBLIC + quote(key, safe="")
    return HttpMessage(url, json_bytes(form), JSON_HEADERS)


def judge(answer: ChannelAnswer, now: datetime) -> Verdict:
    """By `errcode`, whatever the status."""
    return judge_robot(answer, now, "errcode", VERDICTS)


KIND = MessageKind(LIMITS, escape_with(table("<>@[]*`#~!")), render, sign, judge, mention_text, calls)
