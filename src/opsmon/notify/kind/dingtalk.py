"""A custom robot of DingTalk (钉钉自定义机器人): text of at most 20,000 bytes, 20 messages a minute (a 21st: ten off).

Signed in the address: HMAC-SHA256 with the secret as key over `timestamp\\nsecret`, the timestamp in milliseconds. A
phone number mentions its owner only where it stands in `at` and in the text.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote, quote_plus

from opsmon.notify.channel import PageChannel, PersonAddress
from opsmon.notify.kind.escape import escape_with, table
from opsmon.notify.kind.robot_answer import code_of, judge_robot, throttled, with_clock
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

PUBLIC = "https://oapi.dingtalk.com/robot/send?access_token="
# The whole body may have 20,000 bytes; what is not the text (mentions, keys) has the rest.
LIMITS = ChannelLimits(max_bytes=18_000, requests=18, kept=4)
_NOT_LET_IN = 310_000
_NO_ROBOT = Verdict(VerdictKind.CHANNEL_DOWN, "the token is not one of a robot, or the robot was removed")
VERDICTS = {
    130101: throttled("too many messages, blocked for ten minutes", 600.0),
    410100: throttled("too many messages", 60.0),
    -1: Verdict(VerdictKind.LATER, "the platform is busy", 5.0),
    460101: Verdict(VerdictKind.TOO_LONG, "too long"),
    _NOT_LET_IN: Verdict(VerdictKind.CHANNEL_DOWN, "keyword, signature or address is not what the robot wants"),
    300001: _NO_ROBOT,
    300005: _NO_ROBOT,
    400101: _NO_ROBOT,
    400106: _NO_ROBOT,
    400102: Verdict(VerdictKind.CHANNEL_DOWN, "the robot was switched off"),
    400013: Verdict(VerdictKind.CHANNEL_DOWN, "the group was dissolved"),
}


def render(text: str, people: Sequence[PersonAddress]) -> Form:
    return {
        "msgtype": "text",
        "text": {"content": text},
        "at": {
            "atMobiles": [person.phone.reveal() for person in people if person.phone is not None],
            "atUserIds": [person.dingtalk for person in people if person.phone is None and person.dingtalk],
            "isAtAll": False,
        },
    }


def mention_text(people: Sequence[PersonAddress]) -> str:
    """`@number` (or `@userid`) of each: without it the robot mentions nobody."""
    names = [person.phone.reveal() if person.phone is not None else person.dingtalk for person in people]
    return " ".join(f"@{name}" for name in names if name)


def signature_of(secret: str, milliseconds: int) -> str:
    """Base64 of HMAC-SHA256(key=secret, message=`milliseconds\\nsecret`), as it stands in the address."""
    message = f"{milliseconds}\n{secret}".encode()
    return quote_plus(base64.b64encode(hmac.new(secret.encode(), message, hashlib.sha256).digest()))


def sign(channel: PageChannel, form: Form, _parcel: str, now: datetime) -> HttpMessage:
    token = channel.token.reveal() if channel.token is not None else ""
    url = channel.urls[0].reveal() if channel.urls else PUBLIC + quote(token, safe="")
    if channel.secret is not None:
        milliseconds = int(now.timestamp() * 1000)
        joint = "&" if "?" in url else "?"
        url += f"{joint}timestamp={milliseconds}&sign={signature_of(channel.secret.reveal(), milliseconds)}"
    return HttpMessage(url, json_bytes(form), JSON_HEADERS)


def judge(answer: ChannelAnswer, now: datetime) -> Verdict:
    """By `errcode`; of a refused signature also how far our clock is off."""
    verdict = judge_robot(answer, now, "errcode", VERDICTS)
    return with_clock(verdict, answer, now) if code_of(answer.body, "errcode") == _NOT_LET_IN else verdict


KIND = MessageKind(LIMITS, escape_with(table("<>@[]")), render, sign, judge, mention_text)
