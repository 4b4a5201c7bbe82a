"""What the console shows of backups: how each device's copies stand, from the files that runs leave, and changes from
git."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from opsmon.backup.inspection import Archive
from opsmon.backup.repository.history import Version
from opsmon.backup.repository.repository import Repository
from opsmon.backup.status import BackupStatus, BackupStatuses
from opsmon.clock import Clock
from opsmon.config.root import Root
from opsmon.errors import BackupError
from opsmon.model.device import Device
from opsmon.model.name import DeviceName
from opsmon.text.bilingual import Sentence
from opsmon.web.device_backup import BackupVersion, DeviceBackup

MAX_VERSIONS = 50


class ConsoleBackups:
    """`known` gives the standings as they were last read; a page waits for no file."""

    def __init__(self, root: Root, clock: Clock, known: Callable[[], Mapping[DeviceName, BackupStatus]]) -> None:
        self._clock, self._known = clock, known
        self.load(root)

    def load(self, root: Root) -> None:
        """Another root."""
        self._root = root
        self._archive = Archive(Repository(root.settings.backup.repository), BackupStatuses(root.path), root.recipes)

    def of(self, device: DeviceName) -> DeviceBackup | None:
        """None where the device has no recipe and was never captured."""
        known, described = self._known().get(device), self._device(device)
        if known is not None:
            return self._seen(known)
        if described is None or self._root.recipes.recipe_for(described) is None:
            return None
        return self._seen(BackupStatus(device, described.site))

    def all(self) -> Sequence[DeviceBackup]:
        """Of every device of the inventory that is backed up."""
        found = (self.of(name) for name in self._root.inventory.devices)
        return [one for one in found if one is not None]

    def _seen(self, status: BackupStatus) -> DeviceBackup:
        overdue = timedelta(days=self._root.settings.backup.overdue_nights)
        is_overdue = status.good_at is not None and self._clock.now() - status.good_at > overdue
        return DeviceBackup(
            status.device, status.good_at, status.changed_at, status.tried_at, status.reason, status.lines, is_overdue,
            status.unannounced is not None,
        )  # fmt: skip

    def versions(self, device: DeviceName) -> Sequence[BackupVersion]:
        """The latest first. Asks git; raises BackupError."""
        found = self._versions(device, None)
        return [BackupVersion(one.commit, one.at, one.subject) for one in found]

    def _versions(self, device: DeviceName, until: datetime | None) -> list[Version]:
        described = self._device(device)
        if described is None or not self._archive.repository.git.inside.exists():
            return []
        return self._archive.versions(self._archive.places(described), until, MAX_VERSIONS)

    def _device(self, device: DeviceName) -> Device | None:
        return self._root.inventory.devices.get(device)

    def change(self, device: DeviceName, commit: str) -> str | None:
        """The difference to the copy before it; "" of the first. Asks git; raises BackupError."""
        described = self._device(device)
        chosen = next((one for one in self._versions(device, None) if one.commit.startswith(commit)), None)
        if described is None or chosen is None:
            return None
        text, _, after = self._archive.diff(device, self._archive.places(described), None, chosen.at)
        if not after.startswith(chosen.commit):
            raise BackupError(
                Sentence(f"another copy of {device} is of the same second", f"{device} 在同一秒还有另一份备份")
            )
        return text
