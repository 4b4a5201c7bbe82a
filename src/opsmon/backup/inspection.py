"""Looking at what is kept: each device's last good copy, an older one, a difference, and the restore drill."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from opsmon.backup.configuration import hostname_of
from opsmon.backup.recipe import Recipe, RecipeBook
from opsmon.backup.repository import Repository, Version
from opsmon.backup.sections import IncompleteError, join_sections, parse_sections
from opsmon.backup.standing import Standing, Standings
from opsmon.backup.worker import path_of
from opsmon.errors import BackupError
from opsmon.model.device import Device
from opsmon.model.name import DeviceName


@dataclass(frozen=True, slots=True)
class Drill:
    """A device's copy, judged as if it were wanted now. `faults` is empty where it could be restored from."""

    device: DeviceName
    standing: Standing
    age: timedelta | None
    sections: int
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shelf:
    """The copies of a root, to look at."""

    repository: Repository
    standings: Standings
    recipes: RecipeBook

    def standing(self, device: Device) -> Standing:
        return self.standings.load(device.name, device.site)

    def path(self, device: Device) -> str:
        return self.standing(device).path or path_of(device)

    def versions(self, device: Device, until: datetime | None = None, most: int | None = None) -> list[Version]:
        return self.repository.versions(self.path(device), until=until, most=most)

    def text(self, device: Device, at: datetime | None = None) -> tuple[str, Version]:
        """The copy as of a time. Raises BackupError where there was none."""
        versions = self.versions(device, at, 1)
        text = self.repository.read(self.path(device), versions[0].commit) if versions else None
        if text is None:
            when = f" at {at.isoformat(timespec='minutes')}" if at else ""
            raise BackupError(f"there is no good copy of {device.name}{when}")
        return text, versions[0]

    def diff(self, device: Device, since: datetime | None, until: datetime | None) -> tuple[str, str, str]:
        """The difference and its two commits: by default between the last copy and the one before it."""
        versions = self.versions(device, until)
        if not versions:
            raise BackupError(f"there is no good copy of {device.name}")
        after = versions[0]
        older = [v for v in versions[1:] if since is None or v.at <= since]
        if since is not None and after.at <= since:
            return "", after.commit, after.commit
        if not older:
            return "", after.commit, after.commit
        return self.repository.diff(self.path(device), older[0].commit, after.commit), older[0].commit, after.commit

    def drill(self, devices: Sequence[Device], now: datetime, overdue: timedelta) -> list[Drill]:
        """Every device's copy, parsed back into its sections and put together again."""
        return [self._drill(device, now, overdue) for device in devices]

    def _drill(self, device: Device, now: datetime, overdue: timedelta) -> Drill:
        standing = self.standing(device)
        if standing.good_at is None:
            return Drill(device.name, standing, None, 0, (standing.reason or "it was never captured",))
        age = now - standing.good_at
        faults = [f"the last attempt failed: {standing.reason}"] if standing.reason else []
        if age > overdue:
            faults.append(f"the last good copy is {age.days} days old")
        text = self.repository.read(self.path(device))
        recipe = self.recipes.recipe_for(device)
        sections, broken = restorable(text, recipe, standing) if recipe else (0, "no profile knows the platform")
        return Drill(device.name, standing, age, sections, tuple(faults + ([broken] if broken else [])))


def restorable(text: str | None, recipe: Recipe, standing: Standing) -> tuple[int, str]:
    """How many sections a stored text has, and what is wrong with it: nothing where it parses back whole."""
    if text is None:
        return 0, "its text is not in the repository"
    try:
        sections = parse_sections(text, recipe.structure)
    except IncompleteError as error:
        return 0, f"the stored text is not whole: {error}"
    if join_sections(sections, recipe.structure) != text:
        return len(sections), "the stored text does not parse back to itself"
    if recipe.end is not None and not recipe.end.search(text):
        return len(sections), "the stored text has no end mark"
    named = hostname_of(text, recipe)
    if named and standing.hostname and named != standing.hostname:
        return len(sections), f"the stored text is of `{named}`, and not of `{standing.hostname}`"
    return len(sections), ""
