"""One item of `webhooks:` in `opsmon.yaml`."""

import ipaddress
import re
from contextlib import suppress
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, PlainSerializer, PlainValidator, ValidationInfo, WithJsonSchema

from opsmon.errors import ConfigError
from opsmon.model.secret import Secret
from opsmon.notify.channel import Channel, Heartbeat
from opsmon.notify.registry import FORMATS
from opsmon.spec import (
    SECRET_RESOLVER,
    Seconds,
    SecretField,
    Spec,
    read_secret,
    reference_schema,
    seconds_schema,
    text_schema,
    wrong,
)
from opsmon.text.bilingual import Sentence

_MAX_TIMEOUT_S = 60.0
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")


def _check_name(text: str) -> str:
    """It travels in a header, as a part of the delivery's id."""
    if not _NAME.fullmatch(text):
        raise wrong(
            Sentence("not a name for a receiver", "不能作接收方名称"),
            Sentence(
                "up to 60 ASCII letters, digits, `.`, `_` and `-`, a letter or digit first",
                "最多 60 个 ASCII 字母、数字、`.`、`_`、`-`，以字母或数字开头",
            ),
        )
    return text


def _check_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        good = False
    if not good:
        raise wrong(Sentence("not an http or https address", "不是 http 或 https 地址"))
    return text


# Robots whose address is the key: WeCom, DingTalk, Feishu and Lark, Slack, Teams, Discord, Telegram.
_CHAT_HOSTS = (
    "qyapi.weixin.qq.com", "oapi.dingtalk.com", "open.feishu.cn", "open.larksuite.com", "hooks.slack.com",
    "webhook.office.com", "logic.azure.com", "discord.com", "discordapp.com", "api.telegram.org",
)  # fmt: skip


def holds_key(url: str) -> bool:
    """Whether an address is a secret by itself: it names a user, has a query, or is one of a chat robot."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    return bool(parts.username or parts.password or parts.query) or any(
        host == known or host.endswith(f".{known}") for known in _CHAT_HOSTS
    )


def goes_in_clear(url: str) -> bool:
    """Whether deliveries go to another machine without TLS."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    try:
        here = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        here = False
    return parts.scheme == "http" and not here


def _read_url(written: object, info: ValidationInfo) -> Secret:
    """A literal is taken as it is, and as a plain secret where it holds a key; a reference is opened."""
    if isinstance(written, str):
        literal = _check_url(written)
        known = (info.context or {}).get(SECRET_RESOLVER) if holds_key(literal) else None
        return read_secret(literal, info) if known else Secret(literal)
    found = read_secret(written, info)
    with suppress(ConfigError):  # a reference that led nowhere is told of by the loader
        _check_url(found.reveal())
    return found


def _check_format(text: str) -> str:
    if text not in FORMATS:
        raise wrong(
            Sentence("no such format", "没有该格式"),
            Sentence(f"one of: {', '.join(FORMATS)}", f"可选：{'、'.join(FORMATS)}"),
        )
    return text


def _check_timeout(seconds: float) -> float:
    if not 0 < seconds <= _MAX_TIMEOUT_S:
        raise wrong(
            Sentence("not a time that one delivery may take", "一次投递不能用这么长时间"),
            Sentence("more than nothing and at most `60s`", "大于零，最多 `60s`"),
        )
    return seconds


UrlField = Annotated[
    Secret,
    PlainValidator(_read_url),
    PlainSerializer(lambda _: "***"),
    WithJsonSchema(
        {
            "description": "An http or https address; one with a key as a reference, {env: NAME} or {file: path}.",
            "anyOf": [{"type": "string", "pattern": "^https?://"}, reference_schema("env"), reference_schema("file")],
        }
    ),
]


_EVERY = seconds_schema(above=0, most=3_600.0)


def _check_every(seconds: float) -> float:
    if not 1 <= seconds <= 3_600:
        raise wrong(
            Sentence("not a time between two signs of life", "不是合适的心跳间隔"),
            Sentence("from `1s` to `1h`", "`1s` 至 `1h`"),
        )
    return seconds


class HeartbeatSpec(Spec):
    """A sign of life to a watcher outside, sent only while people could be told of a fault."""

    url: UrlField
    """An address to ask for by GET; one that holds a key as a reference · 地址（带密钥的写引用）"""
    every: Annotated[Seconds, AfterValidator(_check_every), _EVERY] = 30.0
    """How often · 间隔"""

    def resolve(self) -> Heartbeat:
        """What the item describes."""
        return Heartbeat(self.url, self.every)


_NAME_FORM = text_schema(
    r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$",
    Sentence(
        "up to 60 ASCII letters, digits, `.`, `_` and `-`",
        "最多 60 个 ASCII 字母、数字、`.`、`_`、`-`，以字母或数字开头",
    ),
)


class WebhookSpec(Spec):
    """A receiver of notifications over HTTP."""

    name: Annotated[str, AfterValidator(_check_name), _NAME_FORM]
    """What the outbox and the metrics call it · 名称"""
    url: UrlField
    """An http or https address; one that holds a key as a reference · 地址（带密钥的写引用）"""
    format: Annotated[str, AfterValidator(_check_format), WithJsonSchema({"enum": list(FORMATS)})] = "alertmanager"
    """The form of the messages · 消息格式"""
    secret: SecretField | None = None
    """The key of the signature, as a reference · 签名密钥（写引用）"""
    timeout: Annotated[Seconds, AfterValidator(_check_timeout), seconds_schema(above=0, most=_MAX_TIMEOUT_S)] = 10.0
    """How long one delivery may take, at most 60s · 单次投递时长"""
    counts: bool = False
    """Whether an accepted message counts as the contract's notice · 送达是否算合同的通知"""

    def resolve(self) -> Channel:
        """The channel that the item describes."""
        return Channel(self.name, self.url, self.format, self.secret, self.timeout, self.counts)
