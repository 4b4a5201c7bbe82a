"""`channels:` of `rules/oncall.yaml`: the ways to people, each with the fields of its kind."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from opsmon.config.oncall.names import OnCallNames
from opsmon.config.oncall.people import PersonSpec, text_if_open
from opsmon.model.name import ChannelName, PersonId
from opsmon.model.secret import Secret
from opsmon.notify.channel import ChannelKind, MailServer, MailTls, PageChannel, Reaches
from opsmon.notify.spec import UrlField
from opsmon.oncall.oncall_rules import Reach, ReachOf
from opsmon.spec import OrOne, Seconds, SecretField, Spec, seconds_schema, text_schema, wrong
from opsmon.text.bilingual import Sentence

MAX_TIMEOUT_S = 60.0
_SUBMISSION = (
    587  # RFC 6409 §3.1: in clear at first, then STARTTLS; other ports speak TLS from the start (RFC 8314 §3.3)
)


@dataclass(frozen=True, slots=True)
class KindFields:
    """The fields that a kind takes beside those that all have; one of each group of `needs` has to be there."""

    takes: tuple[str, ...]
    needs: tuple[tuple[str, ...], ...]
    reaches: Reaches = Reaches.GROUP
    counts: bool = True


KINDS: Mapping[ChannelKind, KindFields] = {
    ChannelKind.WECOM: KindFields(("url", "key", "members"), (("key", "url"),)),
    ChannelKind.DINGTALK: KindFields(("url", "token", "secret", "members"), (("token", "url"),)),
    ChannelKind.FEISHU: KindFields(("url", "token", "secret", "members"), (("token", "url"),)),
    ChannelKind.MAIL: KindFields(
        ("server", "from", "username", "password", "tls"), (("server",), ("from",)), Reaches.PERSON
    ),
    ChannelKind.JSON: KindFields(("url", "secret", "members"), (("url",),), Reaches.PERSON),
    ChannelKind.ALERTMANAGER_V4: KindFields(("url", "secret", "members"), (("url",),), counts=False),
    ChannelKind.ALERTMANAGER_V2: KindFields(("url", "members"), (("url",),), counts=False),
}
MACHINES = frozenset({ChannelKind.ALERTMANAGER_V4, ChannelKind.ALERTMANAGER_V2})  # they hear of alerts and call nobody


def _check_server(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not host or not (port.isascii() and port.isdecimal() and 0 < int(port) < 65_536) or "/" in host:
        raise wrong(
            Sentence("not a mail server", "不是邮件服务器"),
            Sentence("its name and port, such as `smtp.example.org:465`", "名称与端口，例如 `smtp.example.org:465`"),
        )
    return text


def _check_timeout(seconds: float) -> float:
    if not 0 < seconds <= MAX_TIMEOUT_S:
        raise wrong(
            Sentence("not a time that one message may take", "一条消息不能用这么长时间"),
            Sentence("more than nothing and at most `60s`", "大于零，最多 `60s`"),
        )
    return seconds


def _as_list(written: object) -> object:
    return written if isinstance(written, list) else [written]


Server = Annotated[
    str,
    AfterValidator(_check_server),
    text_schema(r"^[^/]+:[0-9]{1,5}$", Sentence("not a mail server", "不是邮件服务器"), "smtp.example.org:465"),
]
Timeout = Annotated[Seconds, AfterValidator(_check_timeout), seconds_schema(above=0, most=MAX_TIMEOUT_S)]


class ChannelSpec(Spec):
    """A way to people. Beside `kind`, each kind takes fields of its own."""

    kind: Annotated[ChannelKind, Field(strict=False)]
    """What is spoken there · 通道类型"""
    url: Annotated[list[UrlField], BeforeValidator(_as_list), OrOne()] = Field(default=[])
    """A relay in place of the robot's public address; the gateway of json; all members of Alertmanager · 地址"""
    key: SecretField | None = None
    """Of a WeCom robot: what its address has after `key=` · 企业微信机器人 key"""
    token: SecretField | None = None
    """Of a DingTalk or Feishu robot: what its address carries · 钉钉、飞书机器人令牌"""
    secret: SecretField | None = None
    """The key of the signature · 签名密钥"""
    server: Server | None = None
    """The mail server with its port · 邮件服务器"""
    from_: str | None = Field(default=None, alias="from", pattern=r"^[^@\s]+@[^@\s]+$")
    """The sender's mail address · 发件人"""
    username: str = ""
    """The account at the mail server; none, no login · 邮箱账号"""
    password: SecretField | None = None
    """The password of that account · 邮箱密码"""
    tls: Annotated[MailTls, Field(strict=False)] | None = None
    """How mail is kept from others on the way; `starttls` on port 587, else `tls`, unless told · 加密方式"""
    reaches: Annotated[Reaches, Field(strict=False)] | None = None
    """Everybody in a group, or the person whose address it was sent to; by the kind unless told · 送达范围"""
    members: list[str] | None = None
    """Who is in the group; everybody of people.yaml unless told · 群成员"""
    timeout: Timeout = 10.0
    """How long one message may take, at most 60s · 单次发送时长"""
    counts: bool | None = None
    """Whether an accepted message is the contract's notice; no for the Alertmanager kinds · 送达是否算通知"""
    per_month: Annotated[int, Field(ge=1)] | None = None
    """How many messages a calendar month may have, where the provider has such a limit · 每月条数上限"""

    def resolve(self, name: str, people: Mapping[str, PersonSpec], names: OnCallNames) -> PageChannel:
        """The channel as senders want it; what is wrong goes to `names`."""
        self._check_fields(f"channels.{name}", names)
        for number, person in enumerate(self.members or ()):
            names.check_person(person, f"channels.{name}.members.{number}")
        kind = KINDS[self.kind]
        return PageChannel(
            name=name,
            kind=self.kind,
            reaches=self.reaches or kind.reaches,
            urls=tuple(self.url),
            token=self.key or self.token,
            secret=self.secret,
            timeout_s=self.timeout,
            counts=kind.counts if self.counts is None else self.counts,
            per_month=self.per_month,
            mail=self._mail_server(),
        )

    def reach(self, channel: PageChannel, people: Mapping[str, PersonSpec]) -> Reach:
        """Whom the channel reaches."""
        if self.members is not None:
            reached: Iterator[str] = iter(self.members)
        elif channel.reaches is Reaches.GROUP:
            reached = iter(people)
        else:
            reached = (name for name, person in people.items() if address_for(self.kind, person) is not None)
        found = frozenset(PersonId(name) for name in reached)
        return Reach(ChannelName(channel.name), self.kind.value, ReachOf(channel.reaches), found, channel.counts)

    def _given(self) -> set[str]:
        names = {field.alias or name for name, field in type(self).model_fields.items()}
        return {name for name in names if name.replace("from", "from_") in self.model_fields_set}

    def _check_fields(self, key: str, names: OnCallNames) -> None:
        kind = KINDS[self.kind]
        own = {name for each in KINDS.values() for name in each.takes}
        for field in sorted((self._given() & own) - set(kind.takes)):
            names.refuse(f"{key}.{field}", f"{self.kind} has no `{field}`", f"it takes {', '.join(kind.takes)}")
        for group in kind.needs:
            if not set(group) & self._given():
                names.refuse(key, f"{' or '.join(f'`{one}`' for one in group)} is missing", f"{self.kind} needs it")
        for field, token in (("key", self.key), ("token", self.token)):
            if token is not None and "://" in text_if_open(token):
                hint = "only what the platform made up for the robot; the whole address is a `url`"
                names.refuse(f"{key}.{field}", "a whole address", hint)
            if token is not None and self.url:
                names.refuse(f"{key}.{field}", f"`{field}` beside `url`", "give one: a `url` is the whole address")
        if self.reaches is not None and self.reaches is not kind.reaches and self.kind is not ChannelKind.JSON:
            names.refuse(f"{key}.reaches", f"{self.kind} reaches a {kind.reaches}", "leave it out")
        if len(self.url) > 1 and self.kind is not ChannelKind.ALERTMANAGER_V2:
            names.refuse(f"{key}.url", "more than one address", "only alertmanager-v2 is sent to several members")

    def _mail_server(self) -> MailServer | None:
        if self.server is None or self.from_ is None:
            return None
        host, _, port = self.server.rpartition(":")
        usual = MailTls.STARTTLS if int(port) == _SUBMISSION else MailTls.TLS
        return MailServer(host.strip("[]"), int(port), self.from_, self.tls or usual, self.username, self.password)


def address_for(kind: ChannelKind, person: PersonSpec) -> Secret | None:
    """What a channel that writes to single people needs of one: mail its mail, a gateway the number."""
    return person.mail if kind is ChannelKind.MAIL else person.phone
