"""Mail: one to a person and half a minute, a digest where more happened meanwhile, and one more for what is urgent."""

import re
from collections.abc import Sequence
from datetime import datetime

from opsmon.notify.channel import PageChannel, PersonAddress
from opsmon.notify.kind.escape import plain
from opsmon.notify.message import (
    TAKEN,
    ChannelAnswer,
    ChannelLimits,
    Form,
    MailMessage,
    MessageKind,
    Verdict,
    VerdictKind,
)

LIMITS = ChannelLimits(max_bytes=200_000, requests=2, span_s=30.0, kept=1)
_NOT_LET_IN = frozenset({530, 534, 535, 538})  # RFC 4954, 6
_BUSY_WAIT_S = 60.0
_MAX_SUBJECT = 120
_LINK = re.compile(r"[｜| ]*https?://")  # what others say has no such thing: escape.plain


def render(text: str, people: Sequence[PersonAddress]) -> Form:
    """The first line is the subject too, without its link: mail servers log subjects, and the link acknowledges. The
    address is looked up when it is sent, and is not stored."""
    first = _LINK.split(text, maxsplit=1)[0].splitlines()[0] if text else ""
    subject = first if len(first) <= _MAX_SUBJECT else first[: _MAX_SUBJECT - 1] + "…"
    return {"subject": subject, "text": text, "person": people[0].person if people else ""}


def sign(channel: PageChannel, form: Form, parcel: str, _now: datetime) -> MailMessage:
    """The id of the mail is the parcel's, so that a mail that came twice can be known by it."""
    sender = channel.mail.sender if channel.mail is not None else ""
    domain = sender.rpartition("@")[2] or "opsmon.invalid"
    return MailMessage(str(form.get("to", "")), str(form["subject"]), str(form["text"]), f"<{parcel}@{domain}>")


def judge(answer: ChannelAnswer, _now: datetime) -> Verdict:
    """RFC 5321, 4.2.1: 4yz may be taken later, 5yz will not; without a login nothing will."""
    reason = f"SMTP {answer.status}{': ' + answer.quoted if answer.quoted else ''}"
    if 200 <= answer.status < 300:
        return TAKEN
    if answer.status in _NOT_LET_IN:
        return Verdict(VerdictKind.CHANNEL_DOWN, f"{reason}; see whether user and password are right")
    if answer.status == 552:
        return Verdict(VerdictKind.TOO_LONG, reason)
    if 500 <= answer.status < 600:
        return Verdict(VerdictKind.REFUSED, reason)
    return Verdict(VerdictKind.LATER, reason, _BUSY_WAIT_S)


def mention_text(_people: Sequence[PersonAddress]) -> str:
    """Nobody: it goes to the one person anyway."""
    return ""


def address(person: PersonAddress) -> Form:
    return {} if person.mail is None else {"to": person.mail.reveal()}


KIND = MessageKind(LIMITS, plain, render, sign, judge, mention_text, address=address)
