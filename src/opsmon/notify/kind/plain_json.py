"""Plain JSON for a gateway (SMS, voice): one POST a person, signed as webhooks are.

`{"delivery", "text", "person", "phone"}`; the phone number is looked up when it is sent, and is not stored.
"""

from collections.abc import Sequence
from datetime import datetime

from opsmon.notify.channel import PageChannel, PersonAddress
from opsmon.notify.kind.escape import plain
from opsmon.notify.kind.robot_answer import judge_http
from opsmon.notify.message import (
    JSON_HEADERS,
    TAKEN,
    ChannelAnswer,
    ChannelLimits,
    Form,
    HttpMessage,
    MessageKind,
    Verdict,
    VerdictKind,
    json_bytes,
)
from opsmon.notify.wire.signature import sign_body, sign_delivery

LIMITS = ChannelLimits(max_bytes=8_000)


def render(text: str, people: Sequence[PersonAddress]) -> Form:
    return {"text": text, "person": people[0].person if people else ""}


def sign(channel: PageChannel, form: Form, parcel: str, now: datetime) -> HttpMessage:
    """HMAC-SHA256 in the headers that webhooks have; the parcel is the delivery."""
    raw, timestamp = json_bytes({"delivery": parcel, **form}), str(int(now.timestamp()))
    headers = {**JSON_HEADERS, "X-Opsmon-Delivery": parcel, "X-Opsmon-Timestamp": timestamp}
    if channel.secret is not None:
        headers["X-Opsmon-Signature"] = sign_body(channel.secret, raw)
        headers["X-Opsmon-Signature-V2"] = sign_delivery(channel.secret, timestamp, parcel, raw)
    return HttpMessage(channel.urls[0].reveal() if channel.urls else "", raw, headers)


def judge(answer: ChannelAnswer, now: datetime) -> Verdict:
    """By the status: gateways have no common body."""
    if 200 <= answer.status < 300:
        return TAKEN
    by_status = judge_http(answer, now)
    reason = f"HTTP {answer.status}{': ' + answer.quoted if answer.quoted else ''}"
    return by_status or Verdict(VerdictKind.REFUSED, reason)


def mention_text(_people: Sequence[PersonAddress]) -> str:
    """Nobody: it goes to the one person anyway."""
    return ""


def address(person: PersonAddress) -> Form:
    return {} if person.phone is None else {"phone": person.phone.reveal()}


KIND = MessageKind(LIMITS, plain, render, sign, judge, mention_text, address=address)
