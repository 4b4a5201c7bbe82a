"""What every kind of channel for people has: bounds, escapes, a form, a signature, and a verdict on answers."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from opsmon.notify.channel import PageChannel, PersonAddress

Escape = Callable[[str], str]  # from words that are not ours to text that means nothing to a channel


@dataclass(frozen=True, slots=True)
class ChannelLimits:
    """What a channel takes: at most `requests` in any `span_s` seconds, of which `kept` are for what is urgent, and at
    most `per_second` in any second; a text of at most `max_bytes`, counted as JSON. None: no bound.

    `crowded_s`: so many seconds around each full and half hour the platform throttles everybody.
    """

    max_bytes: int
    requests: int | None = None
    span_s: float = 60.0
    kept: int = 0
    per_second: int | None = None
    crowded_s: float = 0.0


class VerdictKind(StrEnum):
    """What an answer means for the message and for the channel."""

    TAKEN = "taken"
    LATER = "later"  # the same message, after a wait
    TOO_LONG = "too_long"  # in smaller parts
    REFUSED = "refused"  # this message, never
    CHANNEL_DOWN = "channel_down"  # no message, until a person mends something


@dataclass(frozen=True, slots=True)
class Verdict:
    """`wait_s` is how long the channel asks us to leave it alone, `longest_s` how long we do where it asks again and
    again; `reason` is for the log and holds no key."""

    kind: VerdictKind
    reason: str = ""
    wait_s: float = 0.0
    longest_s: float = 60.0


TAKEN = Verdict(VerdictKind.TAKEN)


@dataclass(frozen=True, slots=True)
class ChannelAnswer:
    """`status` is HTTP's or SMTP's, `body` the beginning of what came; `quoted` is what of it may be shown."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    quoted: str = ""


@dataclass(frozen=True, slots=True)
class HttpMessage:
    """One POST. `url` holds a key, so nobody prints this."""

    url: str = field(repr=False)
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class MailMessage:
    """One mail to one person; `message_id` is the same on every attempt."""

    to: str = field(repr=False)
    subject: str
    text: str
    message_id: str


Outgoing = HttpMessage | MailMessage
Form = Mapping[str, object]  # the stored body of a parcel, before time and signature


@dataclass(frozen=True, slots=True)
class MessageKind:
    """The pure part of a kind of channel.

    `render(text, people)` gives the body that is stored: `people` are those whom it is for, who are mentioned where the
    kind can. `calls(people)` is a second body, or None: of those whom the first cannot mention. `sign(channel, form,
    parcel, now)` makes it ready to send, on every attempt anew. `judge` reads the answer.
    `mention_text(people)` is what is written into the text so that people are mentioned. `address(person)` is where the
    one person is reached, put into the form at each attempt and not stored; empty where there is nothing.
    """

    limits: ChannelLimits
    escape: Escape
    render: Callable[[str, Sequence[PersonAddress]], Form]
    sign: Callable[[PageChannel, Form, str, datetime], Outgoing]
    judge: Callable[[ChannelAnswer, datetime], Verdict]
    mention_text: Callable[[Sequence[PersonAddress]], str]
    calls: Callable[[Sequence[PersonAddress]], Form | None] = lambda _people: None
    address: Callable[[PersonAddress], Form] = lambda _person: {}


def encoded_size(text: str) -> int:
    """Bytes of the text inside a JSON document, without the quotes."""
    return len(json.dumps(text, ensure_ascii=False).encode("utf-8", "replace")) - 2


def json_bytes(form: Form) -> bytes:
    return json.dumps(form, ensure_ascii=False).encode("utf-8", "replace")


JSON_HEADERS: Mapping[str, str] = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "opsmon"}
