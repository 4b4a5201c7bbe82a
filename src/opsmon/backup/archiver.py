"""What is done with outcomes: good copies become commits, in batches; failures are kept aside; standings are written.

A batch is committed as a whole before any standing says so. Killed between the two, the next run finds the text in the
repository already and writes the standing then.
"""

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from opsmon.backup.outcome import FailedCapture, Occasion, Result, Taken
from opsmon.backup.proof.encoding import stored
from opsmon.backup.repository.commit_stream import Commit
from opsmon.backup.repository.history import MOVED_FROM
from opsmon.backup.repository.repository import Repository
from opsmon.backup.status import BackupStatus, BackupStatuses, Unannounced, file_stem
from opsmon.backup.worker import path_of
from opsmon.errors import BackupError
from opsmon.layout import BACKUP_QUARANTINE
from opsmon.model.device import Device
from opsmon.model.name import DeviceName
from opsmon.text.bilingual import filled

MAX_DIFF_CHARS = 8_000
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RunContext:
    """Why the run is made, and which devices are under an order at the time."""

    occasion: Occasion = Occasion.ROUTINE
    reason: str = "routine"
    order: str = ""
    by: str = ""
    orders: Mapping[DeviceName, str] = field(default_factory=dict)

    def order_of(self, device: DeviceName) -> str:
        return self.order or self.orders.get(device, "")

    def covers(self, device: DeviceName) -> bool:
        """Whether a change found now is one that was announced: what was there before an order began was not."""
        if self.occasion is Occasion.BEFORE:
            return device in self.orders
        return bool(self.order_of(device))


class Archiver:
    """Used by one thread. Nothing is kept in memory after `keep`. `taken_paths` are those of the run's devices."""

    def __init__(
        self,
        root: Path,
        repository: Repository,
        standings: BackupStatuses,
        circumstance: RunContext,
        taken_paths: frozenset[str] = frozenset(),
    ) -> None:
        self._quarantined = root / BACKUP_QUARANTINE
        self._repository, self._standings, self._circumstance = repository, standings, circumstance
        self._taken_paths = taken_paths

    def keep(self, outcomes: Sequence[Taken | FailedCapture], round_: int) -> list[Result]:
        """The results, in the same order; a good copy that cannot be stored is a failure too."""
        new = [outcome for outcome in outcomes if isinstance(outcome, Taken) and not outcome.stored]
        commits = self._commit(new)
        return [replace(self._settle(outcome, commits), round=round_) for outcome in outcomes]

    def _settle(self, outcome: Taken | FailedCapture, commits: Mapping[DeviceName, str | BackupError]) -> Result:
        """What became of a device: whatever goes wrong here is its own failure, and nobody else's."""
        if isinstance(outcome, FailedCapture):
            return self._bad(outcome)
        commit = commits.get(outcome.device.name, "")
        try:
            if isinstance(commit, BackupError):
                raise commit
            return self._good(outcome, commit)
        except BackupError as error:
            reason = filled("it could not be stored: {}", "未能保存：{}", error.words)
            return self._bad(FailedCapture(outcome.device, outcome.at, reason, "", outcome.took_s))

    def _commit(self, new: Sequence[Taken]) -> dict[DeviceName, str | BackupError]:
        """The commits of a batch; one that cannot be stored is parted from those that can."""
        try:
            commits = self._repository.commit([self._change(taken) for taken in new])
        except BackupError as error:
            if len(new) == 1:
                return {new[0].device.name: error}
            return {name: found for taken in new for name, found in self._commit([taken]).items()}
        return {taken.device.name: commit for taken, commit in zip(new, commits, strict=True)}

    def _change(self, taken: Taken) -> Commit:
        path, before = path_of(taken.device), self._standings.of(taken.device).path
        files: dict[str, bytes | None] = {path: taken.text.encode("utf-8", "surrogateescape")}
        if taken.sealed is not None:
            files[f"{path}.age"] = taken.sealed
        moved = before if before not in ("", path) else ""
        if moved and moved not in self._taken_paths:
            files |= {old: None for old in (moved, f"{moved}.age") if old in self._repository.files()}
        return Commit(files, taken.at, self._message(taken, moved))

    def _message(self, taken: Taken, moved: str) -> str:
        given = self._circumstance
        order = given.order_of(taken.device.name)
        lines = {
            "Device": taken.device.name,
            "Site": taken.device.site,
            "Time": taken.at.isoformat(timespec="seconds"),
            "Reason": given.reason,
            "Change": order,
            "By": given.by,
            "Encoding": taken.encoding if taken.encoding != "utf-8" or taken.encoding_note else "",
            "Encoding-Note": taken.encoding_note,
            "Users": "; ".join(taken.users.splitlines()),
            MOVED_FROM: moved,
        }
        told = [f"{key}: {' '.join(value.split())}" for key, value in lines.items() if value]
        why = "" if taken.changed else f", moved from {moved}" if moved else ", stored anew"
        return f"{taken.device.name}: {given.reason}{f' ({order})' if order else ''}{why}\n\n" + "\n".join(told) + "\n"

    def _good(self, taken: Taken, commit: str) -> Result:
        device, path = taken.device, path_of(taken.device)
        before = self._standings.of(device)
        if not commit and (taken.changed or not before.commit):
            commit = self._found(path)  # a run that was killed had stored it already
        after = replace(
            before,
            device=device.name,
            site=device.site,
            path=path,
            tried_at=taken.at,
            reason="",
            failures=0,
            good_at=taken.at,
            changed_at=taken.at if taken.changed else before.changed_at,
            commit=commit or before.commit,
            hostname=taken.hostname,
            chars=taken.chars,
            lines=taken.text.count("\n"),
            encoding=taken.encoding,
            encoding_note=taken.encoding_note,
            recipe=taken.recipe,
            order=self._circumstance.order_of(device.name),
            digest=taken.digest,
            blob=self._repository.files().get(path, ""),
            unannounced=self._unannounced(taken, before, commit),
        )
        self._write(device, after)
        self._forget_aside(device.name)
        return self._result(taken, after)

    def _write(self, device: Device, standing: BackupStatus) -> None:
        """The standing, and no other under a name that the device had before."""
        self._standings.write(standing)
        self._standings.forget(device.formerly)

    def _found(self, path: str) -> str:
        """The latest commit of a path."""
        versions = self._repository.versions(path, most=1)
        return versions[0].commit if versions else ""

    def _unannounced(self, taken: Taken, before: BackupStatus, commit: str) -> Unannounced | None:
        known, path = before.unannounced, path_of(taken.device)
        if self._circumstance.occasion is Occasion.AFTER:
            return None  # an order has taken it in
        if not taken.changed or taken.first or not commit:
            return known
        if self._circumstance.covers(taken.device.name):
            return None
        origin, place = self._origin(before, path)
        if not origin:
            return known
        if self._repository.read(place, origin) == taken.text:
            return None  # it is again as it was before
        return Unannounced(taken.at, origin, commit, self._diff(path, origin, commit, place), taken.users, place)

    def _origin(self, before: BackupStatus, path: str) -> tuple[str, str]:
        """The commit and the place of the copy that a change is told against: the last one that was announced."""
        if before.unannounced:
            return before.unannounced.before, before.unannounced.path or before.path or path
        if before.commit:
            return before.commit, before.path or path
        versions = self._repository.versions(path, most=2)  # `var/` was lost, and git was not
        return (versions[1].commit, versions[1].path) if len(versions) > 1 else ("", "")

    def _diff(self, path: str, before: str, after: str, path_before: str) -> str:
        try:
            return stored(self._repository.diff(path, before, after, path_before))[0][:MAX_DIFF_CHARS]
        except BackupError:
            return f"the copy of before ({before[:12]}) is not in the repository any more: no difference can be shown\n"

    def _result(self, taken: Taken, standing: BackupStatus) -> Result:
        changed = taken.changed and not taken.first
        return Result(
            device=taken.device.name,
            site=taken.device.site,
            at=taken.at,
            ok=True,
            changed=changed,
            first=taken.first,
            unannounced=changed and standing.unannounced is not None,
            order=standing.order,
            lines=standing.lines,
            chars=standing.chars,
            commit=standing.commit,
            took_s=round(taken.took_s, 3),
            note=taken.encoding_note,
        )

    def _bad(self, refused: FailedCapture) -> Result:
        device = refused.device
        before = self._standings.of(device)
        failures, reason = before.failures + 1, refused.reason
        try:
            self._write(device, replace(before, tried_at=refused.at, reason=reason, failures=failures))
        except BackupError as error:
            reason = reason if str(error) in reason else filled("{}; {}", "{}；{}", reason, error.words)
        if refused.quarantine.strip():
            self._put_aside(device.name, refused)
        return Result(
            device.name, device.site, refused.at, False, reason, took_s=round(refused.took_s, 3)
        )  # fmt: skip

    def _put_aside(self, device: DeviceName, refused: FailedCapture) -> None:
        """What came, for a person to look at. A disk that does not take it must not lose the reason."""
        path = self._quarantined / f"{file_stem(device)}.txt"
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.touch(mode=0o600)
            path.write_text(f"# {refused.at.isoformat()} {refused.reason}\n{refused.quarantine}", "utf-8", "replace")
        except OSError as error:
            log.warning("the refused answer of %s cannot be kept: %s", device, error.strerror)

    def _forget_aside(self, device: DeviceName) -> None:
        with suppress(OSError):
            (self._quarantined / f"{file_stem(device)}.txt").unlink(missing_ok=True)
