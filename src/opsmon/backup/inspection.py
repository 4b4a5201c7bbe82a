"""Looking at what is kept: each device's last good copy, an older one, a difference, and the restore drill.

What `var/` says of a copy is compared with what git has of it wherever either is shown: a copy is good when both agree.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from opsmon.backup.proof.configuration import hostname_of
from opsmon.backup.proof.encoding import device_bytes, parse_note, stored
from opsmon.backup.proof.sections import IncompleteTextError, join_sections, parse_sections
from opsmon.backup.recipe import Recipe, RecipeBook
from opsmon.backup.repository.history import Version
from opsmon.backup.repository.repository import Repository
from opsmon.backup.status import BackupStatus, BackupStatuses
from opsmon.backup.worker import path_of
from opsmon.errors import BackupError
from opsmon.model.device import Device
from opsmon.model.name import DeviceName
from opsmon.text.count import counted


@dataclass(frozen=True, slots=True)
class RestoreCheck:
    """A device's copy, judged as if it were wanted now. `faults` is empty where it could be restored from."""

    device: DeviceName
    standing: BackupStatus
    age: timedelta | None
    sections: int
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Archive:
    """The copies of a root, to look at."""

    repository: Repository
    standings: BackupStatuses
    recipes: RecipeBook

    def standing(self, device: Device) -> BackupStatus:
        return self.standings.of(device)

    def places(self, device: Device) -> tuple[str, ...]:
        """Where its copies are: the file of now first, then those of a time under other names."""
        standing = self.standing(device)
        return (standing.path or path_of(device), *standing.earlier)

    def versions(self, places: Sequence[str], until: datetime | None = None, most: int | None = None) -> list[Version]:
        """The commits of the copies at these places, the latest first."""
        found: list[Version] = []
        for place in places:
            if not most or len(found) < most:
                found += self.repository.versions(place, until=until, most=most)
        return found

    def gone(self, known: Iterable[DeviceName]) -> list[BackupStatus]:
        """What is kept of devices that are not among the known ones any more."""
        names = set(known)
        return [standing for name, standing in self.standings.load_all().items() if name not in names]

    def unowned(self, devices: Sequence[Device]) -> list[str]:
        """In words, each configuration in the repository that belongs to no device of these."""
        standings = {device.name: self.standing(device) for device in devices}
        owned = {place for device in devices for place in self.places(device)}
        left = {standing.path: standing for standing in self.standings.load_all().values()}
        present = {standing.hostname: name for name, standing in standings.items() if standing.hostname}
        return [
            _unowned(path, left.get(path), present)
            for path in self.repository.files()
            if path.endswith(".cfg") and path not in owned
        ]

    def doubts(self, standings: Iterable[BackupStatus]) -> dict[DeviceName, str]:
        """Where git has not the text that `var/` calls good; nothing for those of which both say the same."""
        files, lost = self.repository.files(), self.repository.lost()
        found = {standing.device: _doubt(standing, files, lost) for standing in standings if standing.good_at}
        return {device: doubt for device, doubt in found.items() if doubt}

    def text(self, name: str, places: Sequence[str], at: datetime | None = None) -> tuple[str, Version]:
        """The copy as of a time. Raises BackupError where there was none, or where it cannot be read."""
        versions = self.versions(places, at, 1)
        if not versions:
            when = f" at {at.isoformat(timespec='minutes')}" if at else ""
            raise BackupError(f"there is no good copy of {name}{when}")
        return self._read(name, versions[0]), versions[0]

    def raw(self, name: str, places: Sequence[str], at: datetime | None = None) -> bytes:
        """The same copy in the bytes of the device's own encoding; secrets are placeholders there, too."""
        text, version = self.text(name, places, at)
        encoding, note = self.repository.encoding_of(version.commit)
        return device_bytes(text, encoding, *parse_note(note))

    def _read(self, name: str, version: Version) -> str:
        text = self.repository.read(version.path, version.commit)
        if text is None:
            raise BackupError(
                f"the copy of {name} of {version.at.isoformat(timespec='minutes')} cannot be read: the repository "
                "is damaged; `opsmon backup run` stores what the device has now anew"
            )
        return stored(text)[0]

    def diff(
        self, name: str, places: Sequence[str], since: datetime | None, until: datetime | None
    ) -> tuple[str, str, str]:
        """The difference and its two commits: by default between the last copy and the one before it."""
        versions = self.versions(places, until)
        if not versions:
            raise BackupError(f"there is no good copy of {name}")
        after = versions[0]
        if since is not None and after.at <= since:
            return "", after.commit, after.commit
        before = next((v for v in versions[1:] if v.at <= since), None) if since else self._other(after, versions[1:])
        if before is None:
            return "", after.commit, after.commit
        text = self.repository.diff(after.path, before.commit, after.commit, before.path)
        return stored(text)[0], before.commit, after.commit

    def _other(self, after: Version, older: Sequence[Version]) -> Version | None:
        """The latest of the older copies with another text: a move alone is no difference."""
        text = self.repository.read(after.path, after.commit)
        return next((v for v in older if self.repository.read(v.path, v.commit) != text), None)

    def drill(self, devices: Sequence[Device], now: datetime, overdue: timedelta) -> list[RestoreCheck]:
        """Every device's copy, parsed back into its sections and put together again."""
        standings = [self.standing(device) for device in devices]
        doubts, commits = self.doubts(standings), self.repository.commits()
        return [
            self._drill(device, standing, now, overdue, (doubts.get(standing.device, ""), _age_of(standing, commits)))
            for device, standing in zip(devices, standings, strict=True)
        ]

    def _drill(
        self, device: Device, standing: BackupStatus, now: datetime, overdue: timedelta, doubts: tuple[str, str]
    ) -> RestoreCheck:
        if standing.good_at is None:
            return RestoreCheck(device.name, standing, None, 0, (standing.reason or "it was never captured",))
        age = now - standing.good_at
        faults = [f"the last attempt failed: {standing.reason}"] if standing.reason else []
        if age > overdue:
            faults.append(f"the last good copy is {counted(age.days, 'days')} old")
        text = self.repository.read(standing.path or path_of(device))
        recipe = self.recipes.recipe_for(device)
        sections, broken = restorable(text, recipe, standing) if recipe else (0, "no profile knows the platform")
        told = [*doubts, broken] if text is not None else [doubts[0] or broken, doubts[1]]
        return RestoreCheck(device.name, standing, age, sections, tuple(faults + [word for word in told if word]))


def _unowned(path: str, standing: BackupStatus | None, present: Mapping[str, DeviceName]) -> str:
    if standing is None:
        return f"{path} belongs to no device that was captured under this root"
    named = present.get(standing.hostname)
    hint = f"; if it is named {named} now, give that `formerly: [{standing.device}]`" if named else ""
    return f"{path} is of {standing.device}, which is no longer in the inventory{hint}"


def _doubt(standing: BackupStatus, files: Mapping[str, str], lost: Mapping[str, str]) -> str:
    if standing.path not in files or standing.path in lost:
        return "its text is not in the repository"
    if standing.blob and files[standing.path] != standing.blob:
        return "the repository has another text than the one that was proved"
    return ""


def _age_of(standing: BackupStatus, commits: frozenset[str]) -> str:
    """A repository that was restored from a backup does not know the commits that came after it."""
    if not standing.commit or standing.commit in commits:
        return ""
    return f"the repository is older than `var/`, or another: it has no commit {standing.commit[:12]}"


def restorable(text: str | None, recipe: Recipe, standing: BackupStatus) -> tuple[int, str]:
    """How many sections a stored text has, and what is wrong with it: nothing where it parses back whole."""
    if text is None:
        return 0, "its text is not in the repository"
    try:
        sections = parse_sections(text, recipe.structure)
    except IncompleteTextError as error:
        return 0, f"the stored text is not whole: {error}"
    if join_sections(sections, recipe.structure) != text:
        return len(sections), "the stored text does not parse back to itself"
    if recipe.end is not None and not recipe.end.search(text):
        return len(sections), "the stored text has no end mark"
    named = hostname_of(text, recipe)
    if named and standing.hostname and named != standing.hostname:
        return len(sections), f"the stored text is of `{named}`, and not of `{standing.hostname}`"
    return len(sections), ""
