"""What is done with outcomes: good copies become commits, in batches; failures are kept aside; standings are written.

A batch is committed as a whole before any standing says so. Killed between the two, the next run finds the text in the
repository already and writes the standing then.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from opsmon.backup.outcome import Occasion, Refused, Result, Taken
from opsmon.backup.repository import Change, Repository
from opsmon.backup.standing import Standing, Standings, Unannounced, file_stem
from opsmon.backup.worker import path_of
from opsmon.errors import BackupError
from opsmon.model.name import DeviceName

ASIDE_FOLDER = "var/backup/aside"
LONGEST_DIFF_CHARS = 8_000
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Circumstance:
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


class Keeper:
    """Used by one thread. Nothing is kept in memory after `keep`."""

    def __init__(self, root: Path, repository: Repository, standings: Standings, circumstance: Circumstance) -> None:
        self._aside = root / ASIDE_FOLDER
        self._repository, self._standings, self._circumstance = repository, standings, circumstance

    def keep(self, outcomes: Sequence[Taken | Refused], round_: int) -> list[Result]:
        """The results, in the same order; a good copy that cannot be stored is a failure too."""
        taken = [outcome for outcome in outcomes if isinstance(outcome, Taken)]
        commits, fault = self._commit([outcome for outcome in taken if outcome.changed])
        return [replace(self._settle(outcome, commits, fault), round=round_) for outcome in outcomes]

    def _settle(self, outcome: Taken | Refused, commits: Mapping[DeviceName, str], fault: str) -> Result:
        if isinstance(outcome, Refused):
            return self._bad(outcome)
        if outcome.changed and fault:
            reason = f"it could not be stored: {fault}"
            return self._bad(Refused(outcome.device, outcome.at, reason, "", outcome.took_s))
        return self._good(outcome, commits.get(outcome.device.name, ""))

    def _commit(self, changed: Sequence[Taken]) -> tuple[dict[DeviceName, str], str]:
        try:
            commits = self._repository.commit([self._change(taken) for taken in changed])
        except BackupError as error:
            return {}, str(error)
        return {taken.device.name: commit for taken, commit in zip(changed, commits, strict=True)}, ""

    def _change(self, taken: Taken) -> Change:
        path, device = path_of(taken.device), taken.device
        files: dict[str, bytes | None] = {path: taken.text.encode("utf-8", "replace")}
        if taken.sealed is not None:
            files[f"{path}.age"] = taken.sealed
        standing = self._standings.load(device.name, device.site)
        if standing.path and standing.path != path:  # the device moved to another site
            files |= {standing.path: None}
            if self._repository.read_bytes(f"{standing.path}.age") is not None:
                files |= {f"{standing.path}.age": None}
        return Change(files, taken.at, self._message(taken))

    def _message(self, taken: Taken) -> str:
        given = self._circumstance
        order = given.order_of(taken.device.name)
        lines = {
            "Device": taken.device.name,
            "Site": taken.device.site,
            "Time": taken.at.isoformat(timespec="seconds"),
            "Reason": given.reason,
            "Change": order,
            "By": given.by,
            "Encoding": taken.encoding if taken.encoding != "utf-8" else "",
            "Users": "; ".join(taken.users.splitlines()),
        }
        told = [f"{key}: {' '.join(value.split())}" for key, value in lines.items() if value]
        return f"{taken.device.name}: {given.reason}{f' ({order})' if order else ''}\n\n" + "\n".join(told) + "\n"

    def _good(self, taken: Taken, commit: str) -> Result:
        device = taken.device
        before = self._standings.load(device.name, device.site)
        first = before.good_at is None
        unannounced = self._unannounced(taken, before, commit)
        after = replace(
            before,
            site=device.site,
            path=path_of(device) if commit or not before.path else before.path,
            tried_at=taken.at,
            reason="",
            failures=0,
            good_at=taken.at,
            changed_at=taken.at if commit else before.changed_at,
            commit=commit or before.commit or self._found(device.name, taken),
            hostname=taken.hostname,
            chars=taken.chars,
            lines=taken.text.count("\n"),
            encoding=taken.encoding,
            recipe=taken.recipe,
            order=self._circumstance.order_of(device.name),
            unannounced=unannounced,
        )
        self._standings.write(after)
        self._forget_aside(device.name)
        return self._result(taken, after, changed=bool(commit) and not first, first=first)

    def _found(self, device: DeviceName, taken: Taken) -> str:
        """The commit of a text that a killed run had stored already."""
        versions = self._repository.versions(path_of(taken.device), most=1)
        return versions[0].commit if versions else ""

    def _unannounced(self, taken: Taken, before: Standing, commit: str) -> Unannounced | None:
        known = before.unannounced
        if self._circumstance.occasion is Occasion.AFTER:
            return None  # an order has taken it in
        if not commit or not before.commit:
            return known
        if self._circumstance.covers(taken.device.name):
            return None
        origin = known.before if known else before.commit
        path = path_of(taken.device)
        if self._repository.read(before.path, origin) == taken.text:
            return None  # it is again as it was before
        diff = self._repository.diff(path, origin, commit)[:LONGEST_DIFF_CHARS] if before.path == path else ""
        return Unannounced(taken.at, origin, commit, diff, taken.users)

    def _result(self, taken: Taken, standing: Standing, *, changed: bool, first: bool) -> Result:
        return Result(
            device=taken.device.name,
            site=taken.device.site,
            at=taken.at,
            ok=True,
            changed=changed,
            first=first,
            unannounced=changed and standing.unannounced is not None,
            order=standing.order,
            lines=standing.lines,
            chars=standing.chars,
            commit=standing.commit,
            took_s=round(taken.took_s, 3),
        )

    def _bad(self, refused: Refused) -> Result:
        device = refused.device
        before = self._standings.load(device.name, device.site)
        failures = before.failures + 1
        self._standings.write(replace(before, tried_at=refused.at, reason=refused.reason, failures=failures))
        if refused.aside.strip():
            self._put_aside(device.name, refused)
        return Result(
            device.name, device.site, refused.at, False, refused.reason, took_s=round(refused.took_s, 3)
        )  # fmt: skip

    def _put_aside(self, device: DeviceName, refused: Refused) -> None:
        """What came, for a person to look at. A disk that does not take it must not lose the reason."""
        path = self._aside / f"{file_stem(device)}.txt"
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.touch(mode=0o600)
            path.write_text(f"# {refused.at.isoformat()} {refused.reason}\n{refused.aside}", "utf-8", "replace")
        except OSError as error:
            log.warning("what came of %s cannot be kept aside: %s", device, error.strerror)

    def _forget_aside(self, device: DeviceName) -> None:
        (self._aside / f"{file_stem(device)}.txt").unlink(missing_ok=True)
