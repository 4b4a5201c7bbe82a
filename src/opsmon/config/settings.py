"""`opsmon.yaml`: how the daemon itself runs. Every key is optional; no file is the same as an empty one."""

from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from opsmon.backup.sealing import parse_recipient
from opsmon.console.settings import HttpSettings, HttpSpec
from opsmon.errors import BackupError
from opsmon.near_miss import shown
from opsmon.notify.channel import Channel
from opsmon.notify.spec import WebhookSpec
from opsmon.spec import Seconds, Spec, wrong

DEFAULT_STORE = "sqlite:///var/opsmon.db"
SQLITE = "sqlite:///"


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

    http: HttpSettings
    store_url: str = field(repr=False)
    language: Language
    timezone: ZoneInfo
    webhooks: tuple[Channel, ...]
    backup: BackupSettings
    hold_down_s: float = 30.0


def _check_store(text: str) -> str:
    if not text.startswith((SQLITE, "postgresql://", "postgresql+")) or len(text) <= len(SQLITE):
        raise wrong("not a store", f"such as `{DEFAULT_STORE}` (relative to the root)")
    return text


def check_timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        raise wrong("not a time zone", "a name of the IANA list, such as `Asia/Shanghai`") from None
    return name


def _check_names(webhooks: list[WebhookSpec]) -> list[WebhookSpec]:
    names = [webhook.name for webhook in webhooks]
    for name in names:
        if names.count(name) > 1:
            raise wrong(f"two webhooks are named {shown(name)}", "the outbox tells them apart by their names")
    return webhooks


def _check_recipient(text: str) -> str:
    try:
        parse_recipient(text)
    except BackupError as error:
        raise wrong(str(error), "a public key of age, such as `age1…`") from None
    return text


def _check_hour(text: str) -> str:
    try:
        found = time.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is not None:
        raise wrong("not a time of the day", "such as `02:30`, in the root's time zone")
    return text


class BackupSpec(Spec):
    """`backup:`"""

    repository: Annotated[str, Field(min_length=1)] = "backups"
    threads: Annotated[int, Field(ge=1, le=200)] = 20
    recipients: list[Annotated[str, AfterValidator(_check_recipient)]] = Field(default_factory=list)
    schedule: Annotated[str, AfterValidator(_check_hour)] | None = None
    until: Annotated[str, AfterValidator(_check_hour)] = "06:00"
    pause: Seconds = 1200.0
    overdue_nights: Annotated[int, Field(ge=1, le=60)] = 2

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

    http: HttpSpec = HttpSpec()
    store: Annotated[str, AfterValidator(_check_store)] = DEFAULT_STORE
    language: Annotated[Language, Field(strict=False)] = Language.ZH
    timezone: Annotated[str, AfterValidator(check_timezone)] = "Asia/Shanghai"
    webhooks: Annotated[list[WebhookSpec], AfterValidator(_check_names)] = Field(default_factory=list)
    backup: BackupSpec = BackupSpec()
    hold_down: Seconds = 30.0  # how long a recovery must last before it is believed

    def resolve(self, root: Path) -> Settings:
        """The settings of the root that the file stands in."""
        return Settings(
            http=self.http.resolve(root),
            store_url=_absolute_store(self.store, root),
            language=self.language,
            timezone=ZoneInfo(self.timezone),
            webhooks=tuple(webhook.resolve() for webhook in self.webhooks),
            backup=self.backup.resolve(root),
            hold_down_s=self.hold_down,
        )


def _absolute_store(url: str, root: Path) -> str:
    """`sqlite:///relative` is relative to the root; `sqlite:////absolute` stays."""
    return SQLITE + str(root / url.removeprefix(SQLITE)) if url.startswith(SQLITE) else url
