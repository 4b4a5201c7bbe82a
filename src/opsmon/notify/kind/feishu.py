"""A custom bot of Feishu (飞书自定义机器人): text of at most 20,000 bytes, 100 messages a minute and 5 a second.

Signed in the body: HMAC-SHA256 with `timestamp\nsecret` as key over nothing, the timestamp in seconds. Around full and
half hours the platform throttles everybody.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

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

PUBLIC = "https://open.feishu.cn/open-apis/bot/v2/hook/"
LIMITS = ChannelLimits(max_bytes=18_000, requests=90, kept=4, per_second=4, crowded_s=2.0)
_WRONG_SIGNATURE = 19021
VERDICTS = {
    9499: throttled("too many messages", 10.0),  # comes with HTTP 400
    11232: throttled("too many messages", 10.0),
    _WRONG_SIGNATURE: Verdict(VerdictKind.CHANNEL_DOWN, "the signature or its time is not what the robot wants"),
    19022: Verdict(VerdictKind.CHANNEL_DOWN, "our address is not on the robot's list"),
    19024: Verdict(VerdictKind.CHANNEL_DOWN, "the robot wants a keyword in every message"),
    19001: Verdict(VerdictKind.CHANNEL_DOWN, "the address is not one of a robot"),
    19007: Verdict(VerdictKind.CHANNEL_DOWN, "the robot was switched off"),
    19036: Verdict(VerdictKind.TOO_LONG, "too long"),
    230025: Verdict(VerdictKind.TOO_LONG, "too long"),
}
_BY_NAME = str.maketrans("", "", '<>"& ')


def render(text: str, _people: Sequence[PersonAddress]) -> Form:
    return {"msg_type": "text", "content": {"text": text}}


def mention_text(people: Sequence[PersonAddress]) -> str:
    """`<at user_id="…"></at>` of each person who has an id there."""
    ids = [person.feishu.translate(_BY_NAME) for person in people if person.feishu]
    return "".join(f'<at user_id="{name}"></at>' for name in ids)


def signature_of(secret: str, seconds: int) -> str:
    """Base64 of HMAC-SHA256(key=`seconds\\nsecret`, message=nothing)."""
    key = f"{seconds}\n{secret}".encode()
    return base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()


def sign(channel: PageChannel, form: Form, _parcel: str, now: datetime) -> HttpMessage:
    token = channel.token.reveal() if channel.token is not None else ""
    url = channel.urls[0].reveal() if channel.urls else PUBLIC + quote(token, safe="")
    body = dict(form)
    if channel.secret is not None:
        seconds = int(now.timestamp())
        body = {"timestamp": str(seconds), "sign": signature_of(channel.secret.reveal(), seconds), **body}
    return HttpMessage(url, json_bytes(body), JSON_HEADERS)


def judge(answer: ChannelAnswer, now: datetime) -> Verdict:
    """By `code`, which a throttle gives with HTTP 400 as well."""
    verdict = judge_robot(answer, now, "code", VERDICTS)
    return with_clock(verdict, answer, now) if code_of(answer.body, "code") == _WRONG_SIGNATURE else verdict


KIND = MessageKind(LIMITS, escape_with(table("<>@[]*&")), render, sign, judge, mention_text)
