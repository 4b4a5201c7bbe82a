"""How the console sees backups: how the copies of each device stand, and what a change was. The daemon gives it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from opsmon.model.name import DeviceName
from opsmon.text.bilingual import Text

GOOD = Text("good", "完好")
FAILED = Text("last attempt failed", "最近一次失败")
OVERDUE = Text("overdue", "超期")
NEVER = Text("never captured", "从未备份")
UNANNOUNCED = Text("changed without a change order", "无变更单的改动")


@dataclass(frozen=True, slots=True)
class DeviceBackup:
    """What is known of the copies of one device. `reason` is why the last attempt failed."""

    device: DeviceName
    good_at: datetime | None
    changed_at: datetime | None
    tried_at: datetime | None
    reason: str
    lines: int
    is_overdue: bool
    is_unannounced: bool

    @property
    def word(self) -> Text:
        if self.is_unannounced:
            return UNANNOUNCED
        if self.good_at is None:
            return NEVER
        if self.is_overdue:
            return OVERDUE
        return FAILED if self.reason else GOOD

    @property
    def tone(self) -> str:
        if self.good_at is None or self.is_overdue:
            return "breached"
        return "at-risk" if self.reason or self.is_unannounced else "met"

    @property
    def sign(self) -> str:
        return {"breached": "✖", "at-risk": "▲", "met": "✔"}[self.tone]


@dataclass(frozen=True, slots=True)
class BackupVersion:
    """One copy that differs from the one before it."""

    commit: str
    at: datetime
    subject: str


class BackupPort(Protocol):
    """What the console asks of backups. `versions` and `change` ask git, may block, and raise BackupError."""

    def of(self, device: DeviceName) -> DeviceBackup | None:
        """None where the device is not backed up."""
        ...

    def all(self) -> Sequence[DeviceBackup]: ...

    def versions(self, device: DeviceName) -> Sequence[BackupVersion]:
        """The latest first."""
        ...

    def change(self, device: DeviceName, commit: str) -> str | None:
        """What the copy of this commit changed, as a unified diff without secrets; None for no such copy."""
        ...


class NoBackups:
    """Of a daemon that keeps none."""

    def of(self, device: DeviceName) -> DeviceBackup | None:
        return None

    def all(self) -> Sequence[DeviceBackup]:
        return ()

    def versions(self, device: DeviceName) -> Sequence[BackupVersion]:
        return ()

    def change(self, device: DeviceName, commit: str) -> str | None:
        return None
