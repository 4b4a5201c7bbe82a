"""Ticking obligations off from outside the daemon: through the daemon where one holds the root, else without it.

Either way the engine decides, and the answer has the same shape.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from opsmon.clock import WallClock
from opsmon.config.rules.contract_files import RootContracts
from opsmon.daemon.lock import RootLock
from opsmon.daemon.sharing.writing_alone import writing_alone
from opsmon.engine.command_text import as_kept, refusal_of_words
from opsmon.engine.input import Excuse, MarkDone, MarkUndone
from opsmon.engine.port import CommandRefusal
from opsmon.errors import ConfigError, OpsmonError, Problem, StoreError
from opsmon.model.duty import ObligationDone, ObligationExcused, ObligationUndone
from opsmon.model.name import ClauseId, ContractId
from opsmon.pipeline.offline import ObligationCommand, issue_offline
from opsmon.web.api.obligation_schemas import ticked_document
from opsmon.web.client import DaemonClient

Spans = tuple[tuple[date, date], ...]
Body = Mapping[str, object]
TICKS = ObligationDone | ObligationUndone | ObligationExcused


@dataclass(frozen=True, slots=True)
class TaskWords:
    """Which tasks somebody means: of an obligation on some days, there one service, part or places."""

    obligation: ClauseId
    spans: Spans
    service: str = ""
    part: str = ""
    places: tuple[str, ...] = ()

    @property
    def are_many(self) -> bool:
        """Whether several days are meant."""
        return len(self.spans) > 1 or self.spans[0][0] != self.spans[0][1]

    @property
    def body(self) -> dict[str, object]:
        """The same for the API."""
        days = [f"{first}..{last}" if last != first else f"{first}" for first, last in self.spans]
        return {"days": days, "service": self.service, "part": self.part, "places": list(self.places)}


class ObligationCommands:
    """Commands about one contract of a root. `via` is the account that gives them.

    Each returns the API's document of what was ticked, and raises ConfigError for words that cannot be kept,
    OpsmonError for what cannot be, StoreError or DaemonUnreachableError where it cannot be written now.
    """

    def __init__(self, rules: RootContracts, root: Path, contract: ContractId, via: str) -> None:
        self._rules, self._root, self._contract, self._via = rules, root, contract, via
        self._now = WallClock().now()

    def mark_done(
        self, meant: TaskWords, by: str, *, note: str, file: Path | None, done_at: datetime | None
    ) -> dict[str, object]:
        """A named human ticks tasks off; done now, or on their days where they are several, unless told when."""
        name, sha256 = _evidence(file)
        command = MarkDone(
            contract=self._contract, obligation=meant.obligation, day=meant.spans[0][0], done_at=done_at or self._now,
            by=by, note=note, service=meant.service, part=meant.part, file=name, file_sha256=sha256,
            places=meant.places, spans=meant.spans if meant.are_many else (),
            on_the_day=meant.are_many and done_at is None, via=self._via,
        )  # fmt: skip
        at = {} if done_at is None else {"done_at": done_at.isoformat()}
        body = meant.body | {"by": by, "note": note, "file": name, "file_sha256": sha256} | at
        return self._issue(command, "done", body)

    def mark_undone(self, meant: TaskWords, by: str, reason: str, *, again: bool) -> dict[str, object]:
        """A named human withdraws ticks, or (`again`) their withdrawal."""
        command = MarkUndone(
            self._contract, meant.obligation, meant.spans, by, reason, meant.service, meant.part, meant.places, again,
            self._via,
        )  # fmt: skip
        return self._issue(command, "undone", meant.body | {"by": by, "reason": reason, "again": again})

    def excuse(
        self, meant: TaskWords, by: str, approved_by: str, reason: str, *, file: Path | None, withdrawn: bool
    ) -> dict[str, object]:
        """A named human records why a task on the first of the days was late, or (`withdrawn`) takes that back."""
        name, sha256 = _evidence(file)
        command = Excuse(
            self._contract, meant.obligation, meant.spans[0][0], by, approved_by, reason, meant.service, meant.part,
            name, sha256, withdrawn, self._via,
        )  # fmt: skip
        body = {
            "day": meant.spans[0][0].isoformat(), "by": by, "approved_by": approved_by, "reason": reason,
            "service": meant.service, "part": meant.part, "paper": name, "paper_sha256": sha256, "withdrawn": withdrawn,
        }  # fmt: skip
        return self._issue(command, "excused", body)

    def _issue(self, command: ObligationCommand, what: str, body: Body) -> dict[str, object]:
        kept = _fit(command)
        try:
            lock = RootLock(self._root)
        except StoreError:
            address = f"/api/v1/contracts/{command.contract}/obligations/{command.obligation}/{what}"
            told: dict[str, object] = DaemonClient(self._rules.settings.http).send("POST", address, body)
            return told
        try:
            return self._write(kept)
        finally:
            lock.release()

    def _write(self, command: ObligationCommand) -> dict[str, object]:
        settings = self._rules.settings
        with writing_alone(settings.store, self._root, self._now) as store:
            store.open()
            answer = issue_offline(store, self._rules.contracts, settings.timezone, command, self._now)
        if isinstance(answer, CommandRefusal):
            raise OpsmonError(answer.reason)
        ticks = [event for event in answer.events if isinstance(event, TICKS)]
        return ticked_document(ticks).model_dump(mode="json")


def _evidence(file: Path | None) -> tuple[str, str]:
    """The name of a paper and its digest."""
    return ("", "") if file is None else (file.name, hashlib.sha256(file.read_bytes()).hexdigest())


def _fit(command: ObligationCommand) -> ObligationCommand:
    """As it is kept; the daemon makes the same of it. Raises ConfigError."""
    kept = as_kept(command)
    refusal = refusal_of_words(kept)
    if refusal:
        raise ConfigError((Problem("--by" if not kept.by else "", 0, 0, refusal),))
    return kept
