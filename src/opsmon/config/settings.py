"""`opsmon.yaml`: how the daemon itself runs. Every key is optional; no file is the same as an empty one."""

from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from opsmon.backup.secrecy.sealing import parse_recipient
from opsmon.config.netbox.settings import NetboxSettings, NetboxSpec
from opsmon.errors import BackupError
from opsmon.model.store_address import StoreAddress
from opsmon.notify.channel import Channel, Heartbeat
from opsmon.notify.spec import HeartbeatSpec, WebhookSpec
from opsmon.spec import Seconds, Spec, text_schema, wrong
from opsmon.store.settings import StoreField, StoreSpec
from opsmon.text.bilingual import Sentence
from opsmon.text.near_miss import shown
from opsmon.web.frame.links import ConsoleLinks, LinksSpec
from opsmon.web.settings import PortSettings, PortSpec


class Language(StrEnum):
    """Of messages and sheets; logs and `--json` are English."""

    ZH = "zh"
    EN = "en"


@dataclass(frozen=True, slots=True)
class BackupSettings:
    """Where configurations are kept (a git repository) and how many devices are read at a time.

    `recipients` are the public keys that originals are sealed to. `schedule` is when the daemon begins a run each day,
    None where cron or a timer does; until `until` failed devices are tried again every `pause_s` seconds.
    """

    repository: Path
    threads: int = 20
    recipients: tuple[str, ...] = ()
    schedule: time | None = None
    until: time = time(6)
    pause_s: float = 1200.0
    overdue_nights: int = 2


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole of `opsmon.yaml`, paths absolute."""

    http: PortSettings
    store: StoreAddress
    language: Language
    timezone: ZoneInfo
    webhooks: tuple[Channel, ...]
    backup: BackupSettings
    hold_down_s: float = 30.0
    heartbeat: Heartbeat | None = None
    links: ConsoleLinks = field(default_factory=ConsoleLinks)
    netbox: NetboxSettings | None = None


def check_timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        raise wrong(
            Sentence("not a time zone", "不是时区"),
            Sentence("a name of the IANA list, such as `Asia/Shanghai`", "IANA 时区名，例如 `Asia/Shanghai`"),
        ) from None
    return name


def _check_names(webhooks: list[WebhookSpec]) -> list[WebhookSpec]:
    names = [webhook.name for webhook in webhooks]
    for name in names:
        if names.count(name) > 1:
            raise wrong(
                Sentence(f"two webhooks are named {shown(name)}", f"有两个 webhook 都叫 {shown(name)}"),
                Sentence("the outbox tells them apart by their names", "发件箱按名称区分它们"),
            )
    return webhooks


def _check_recipient(text: str) -> str:
    try:
        parse_recipient(text)
    except BackupError as error:
        raise wrong(str(error), Sentence("a public key of age, such as `age1…`", "age 公钥，例如 `age1…`")) from None
    return text


def _check_hour(text: str) -> str:
    try:
        found = time.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is not None:
        raise wrong(
            Sentence("not a time of the day", "不是一天中的时刻"),
            Sentence("such as `02:30`, in the root's time zone", "例如 `02:30`，按本目录的时区"),
        )
    return text


Hour = Annotated[
    str,
    AfterValidator(_check_hour),
    text_schema(
        r"^T?([01][0-9]|2[0-3])(:?[0-5][0-9](:?[0-5][0-9]([.,][0-9]+)?)?)?$",
        Sentence("not a time of the day, such as 02:30", "不是一天中的时刻"),
        "02:30",
    ),
]
_RECIPIENT = text_schema(r"^age1[a-z0-9]+$", "not a public key of age, such as age1…")
Timezone = Annotated[str, AfterValidator(check_timezone)]


class BackupSpec(Spec):
    """`backup:`"""

    repository: Annotated[str, Field(min_length=1)] = "backups"
    """The folder of the backups' git repository, relative to this file · 备份仓库目录"""
    threads: Annotated[int, Field(ge=1, le=200)] = 20
    """How many devices are read at a time · 同时备份台数"""
    recipients: list[Annotated[str, AfterValidator(_check_recipient), _RECIPIENT]] = Field(default_factory=list)
    """Public keys of age that originals are sealed to · 原始配置加密的公钥"""
    schedule: Hour | None = None
    """When the daemon begins a run each day; without it cron or a timer does · 每天备份的时间"""
    until: Hour = "06:00"
    """Until when failed devices are tried again · 重试截止时间"""
    pause: Seconds = 1200.0
    """The time between two tries · 重试间隔"""
    overdue_nights: Annotated[int, Field(ge=1, le=60)] = 2
    """After how many nights without a copy a device is overdue · 几夜没有备份算逾期"""

    def resolve(self, root: Path) -> BackupSettings:
        """The settings of the root that the file stands in."""
        schedule = time.fromisoformat(self.schedule) if self.schedule else None
        until, recipients = time.fromisoformat(self.until), tuple(self.recipients)
        repository = root / self.repository
        return BackupSettings(
            repository, self.threads, recipients, schedule, until, self.pause, self.overdue_nights
        )  # fmt: skip


class SettingsSpec(Spec):
    """`opsmon.yaml`"""

    http: PortSpec = PortSpec()
    """The daemon's one port · 守护进程的端口"""
    store: StoreField = StoreSpec()
    """Where the journal is: a SQLite file, relative to this one, or PostgreSQL · 日志库"""
    language: Annotated[Language, Field(strict=False)] = Language.ZH
    """Of messages and sheets · 通知和表单的语言"""
    timezone: Timezone = "Asia/Shanghai"
    """In which days and hours are counted and shown · 时区"""
    webhooks: Annotated[list[WebhookSpec], AfterValidator(_check_names)] = Field(default_factory=list)
    """Receivers of notifications over HTTP · 通知的接收方"""
    backup: BackupSpec = BackupSpec()
    """Backups of configurations · 配置备份"""
    hold_down: Seconds = 30.0  # how long a recovery must last before it is believed
    """How long a recovery must last before it is believed · 恢复保持多久才算恢复"""
    links: LinksSpec = LinksSpec()
    """Where the console leads to for older data · 更早数据的链接"""
    heartbeat: HeartbeatSpec | None = None
    """A sign of life to a watcher outside, while people could be told of a fault · 对外心跳"""
    netbox: NetboxSpec | None = None
    """Where `opsmon netbox` reads the list of devices · 从 NetBox 读取设备清单"""

    def resolve(self, root: Path) -> Settings:
        """The settings of the root that the file stands in."""
        return Settings(
            http=self.http.resolve(root),
            store=self.store.resolve(root),
            language=self.language,
            timezone=ZoneInfo(self.timezone),
            webhooks=tuple(webhook.resolve() for webhook in self.webhooks),
            backup=self.backup.resolve(root),
            hold_down_s=self.hold_down,
            heartbeat=None if self.heartbeat is None else self.heartbeat.resolve(),
            links=self.links.resolve(),
            netbox=None if self.netbox is None else self.netbox.resolve(),
        )
