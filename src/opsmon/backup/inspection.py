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
from opsmon.text.bilingual import Sentence, filled
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
            if at is None:
                raise BackupError(Sentence(f"there is no good copy of {name}", f"{name} 没有完好的备份"))
            minute = at.isoformat(timespec="minutes")
            raise BackupError(
                Sentence(f"there is no good copy of {name} at {minute}", f"{name} 在 {minute} 没有完好的备份")
            )
        return self._read(name, versions[0]), versions[0]

    def raw(self, name: str, places: Sequence[str], at: datetime | None = None) -> bytes:
        """The same copy in the bytes of the device's own encoding; secrets are placeholders there, too."""
        text, version = self.text(name, places, at)
        encoding, note = self.repository.encoding_of(version.commit)
        return device_bytes(text, encoding, *parse_note(note))

    def _read(self, name: str, version: Version) -> str:
        text = self.repository.read(version.path, version.commit)
        if text is None:
            minute = version.at.isoformat(timespec="minutes")
            raise BackupError(
                Sentence(
                    f"the copy of {name} of {minute} cannot be read: the repository is damaged; "
                    "`opsmon backup run` stores what the device has now anew",
                    f"{name} 在 {minute} 的备份无法读取：仓库已损坏；`opsmon backup run` 会重新保存设备现有配置",
                )
            )
        return stored(text)[0]

    def diff(
        self, name: str, places: Sequence[str], since: datetime | None, until: datetime | None
    ) -> tuple[str, str, str]:
        """The difference and its two commits: by default between the last copy and the one before it."""
        versions = self.versions(places, until)
        if not versions:
            raise BackupError(Sentence(f"there is no good copy of {name}", f"{name} 没有完好的备份"))
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
            return RestoreCheck(
                device.name, standing, None, 0, (standing.reason or Sentence("it was never captured", "从未备份成功"),)
            )
        age = now - standing.good_at
        faults = (
            [filled("the last attempt failed: {}", "最近一次备份失败：{}", standing.reason)] if standing.reason else []
        )
        if age > overdue:
            faults.append(
                Sentence(
                    f"the last good copy is {counted(age.days, 'days')} old", f"最近一次完好备份已有 {age.days} 天"
                )
            )
        text = self.repository.read(standing.path or path_of(device))
        recipe = self.recipes.recipe_for(device)
        sections, broken = (
            restorable(text, recipe, standing)
            if recipe
            else (0, Sentence("no profile knows the platform", "没有模板支持该平台"))
        )
        told = [*doubts, broken] if text is not None else [doubts[0] or broken, doubts[1]]
        return RestoreCheck(device.name, standing, age, sections, tuple(faults + [word for word in told if word]))


def _unowned(path: str, standing: BackupStatus | None, present: Mapping[str, DeviceName]) -> str:
    if standing is None:
        return Sentence(
            f"{path} belongs to no device that was captured under this root", f"{path} 不属于本目录备份过的任何设备"
        )
    named = present.get(standing.hostname)
    hint: str = ""
    if named:
        hint = Sentence(
            f"; if it is named {named} now, give that `formerly: [{standing.device}]`",
            f"；如现名为 {named}，请为其写上 `formerly: [{standing.device}]`",
        )
    return filled(
        "{} is of {}, which is no longer in the inventory{}",
        "{} 属于 {}，该设备已不在清单中{}",
        path,
        standing.device,
        hint,
    )


def _doubt(standing: BackupStatus, files: Mapping[str, str], lost: Mapping[str, str]) -> str:
    if standing.path not in files or standing.path in lost:
        return Sentence("its text is not in the repository", "其文本不在仓库中")
    if standing.blob and files[standing.path] != standing.blob:
        return Sentence("the repository has another text than the one that was proved", "仓库中的文本与验证过的不一致")
    return ""


def _age_of(standing: BackupStatus, commits: frozenset[str]) -> str:
    """A repository that was restored from a backup does not know the commits that came after it."""
    if not standing.commit or standing.commit in commits:
        return ""
    return Sentence(
        f"the repository is older than `var/`, or another: it has no commit {standing.commit[:12]}",
        f"仓库比 `var/` 旧，或是另一个仓库：没有提交 {standing.commit[:12]}",
    )


def restorable(text: str | None, recipe: Recipe, standing: BackupStatus) -> tuple[int, str]:
    """How many sections a stored text has, and what is wrong with it: nothing where it parses back whole."""
    if text is None:
        return 0, Sentence("its text is not in the repository", "其文本不在仓库中")
    try:
        sections = parse_sections(text, recipe.structure)
    except IncompleteTextError as error:
        return 0, filled("the stored text is not whole: {}", "所存文本不完整：{}", error.args[0])
    if join_sections(sections, recipe.structure) != text:
        return len(sections), Sentence("the stored text does not parse back to itself", "所存文本解析后无法还原")
    if recipe.end is not None and not recipe.end.search(text):
        return len(sections), Sentence("the stored text has no end mark", "所存文本没有结束标志")
    named = hostname_of(text, recipe)
    if named and standing.hostname and named != standing.hostname:
        return len(sections), Sentence(
            f"the stored text is of `{named}`, and not of `{standing.hostname}`",
            f"所存文本属于 `{named}`，而不是 `{standing.hostname}`",
        )
    return len(sections), ""
