"""A way out to people: where it leads, in which format, and how long we wait there."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from opsmon.model.secret import Secret
from opsmon.text.bilingual import NO_WORDS, Text


@dataclass(frozen=True, slots=True)
class Channel:
    """`url` may hold a key, so it does not show itself; `secret` signs what is sent; `timeout_s` bounds one attempt,
    from the look-up of the name to the status of the answer. `counts`: what it accepts is a notice of the fault."""

    name: str
    url: Secret
    format: str = "alertmanager"
    secret: Secret | None = None
    timeout_s: float = 10.0
    counts: bool = False


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A sign of life is asked for at `url` every `every_s` seconds, by GET."""

    url: Secret
    every_s: float = 30.0


class ChannelKind(StrEnum):
    """What a channel of `rules/oncall.yaml` speaks."""

    WECOM = "wecom"
    DINGTALK = "dingtalk"
    FEISHU = "feishu"
    MAIL = "mail"
    JSON = "json"
    ALERTMANAGER_V4 = "alertmanager-v4"
    ALERTMANAGER_V2 = "alertmanager-v2"


class Reaches(StrEnum):
    """Whether one message goes to everybody in a group, or each person gets one."""

    GROUP = "group"
    PERSON = "person"


class MailTls(StrEnum):
    """`tls` from the first octet (port 465), `starttls` after the greeting (587), `none` in clear."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in, and in whose name. No login without `username`."""

    host: str
    port: int
    sender: str
    tls: MailTls = MailTls.TLS
    username: str = ""
    password: Secret | None = None


@dataclass(frozen=True, slots=True)
class PageChannel:
    """A channel of `rules/oncall.yaml`.

    `urls` stand in for the public endpoint of the kind (`alertmanager-v2` has one for each member); `token` is what a
    robot's address carries (WeCom's `key`, DingTalk's `access_token`, the end of Feishu's address), `secret` signs.
    `per_month` bounds what is sent in a calendar month (None: no bound). `counts`: its acceptance is a notice of the
    fault, where the plan says so too.
    """

    name: str
    kind: ChannelKind
    reaches: Reaches
    urls: tuple[Secret, ...] = ()
    token: Secret | None = None
    secret: Secret | None = None
    timeout_s: float = 10.0
    counts: bool = True
    per_month: int | None = None
    mail: MailServer | None = None


@dataclass(frozen=True, slots=True)
class PersonAddress:
    """How a person is reached, by what `people.yaml` says; it stays in `notify` and never enters the journal.

    `title` is what colleagues call them; `wecom`, `dingtalk` and `feishu` are user ids of the company there, by which a
    robot can mention somebody.
    """

    person: str
    title: Text = NO_WORDS
    language: str = "zh"
    wecom: str = ""
    dingtalk: str = ""
    feishu: str = ""
    mail: Secret | None = None
    phone: Secret | None = None


Directory = Mapping[str, PersonAddress]
