"""A run: many devices in a bounded pool of threads, what failed again in rounds, good copies committed as they come.

Locked, so that a timer and a person do not collide. Killed at any moment it leaves the repository whole, every last
good copy where it was, and no lock. `resume` goes on with what an interrupted run had not done.
"""

import json
import os
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from opsmon.backup.archiver import Archiver, RunContext
from opsmon.backup.change.order import OrderBook
from opsmon.backup.lock import run_lock
from opsmon.backup.outcome import FailedCapture, Result, Taken
from opsmon.backup.recipe import RecipeBook
from opsmon.backup.repository.repository import HeadOfJournal, Repository, no_journal
from opsmon.backup.secrecy.scrub import Scrubber
from opsmon.backup.secrecy.scrub_key import load_scrub_key
from opsmon.backup.secrecy.sealing import Sealer
from opsmon.backup.status import BackupStatuses
from opsmon.backup.text_work import WORK_S
from opsmon.backup.worker import Worker, path_of
from opsmon.clock import Clock
from opsmon.errors import BackupError
from opsmon.layout import BACKUP_RUN, KNOWN_HOSTS
from opsmon.model.device import Device
from opsmon.process_pool import BoundedPool
from opsmon.protocol.host_keys import HostKeyPins
from opsmon.text.bilingual import Sentence

BATCH = 50
BATCH_S = 1.0
PLACE_S = 0.5
Tell = Callable[[Result], None]


@dataclass(frozen=True, slots=True)
class BackupConfig:
    """What a root gives to every run."""

    root: Path
    repository: Path
    threads: int
    recipes: RecipeBook
    recipients: tuple[str, ...] = ()
    head_of_journal: HeadOfJournal = no_journal
    work_s: float = WORK_S  # for the text of one device


@dataclass(frozen=True, slots=True)
class RetryRounds:
    """How often failed devices are tried again: so many rounds, and not after `until`."""

    rounds: int = 1
    pause_s: float = 0.0
    until: datetime | None = None

    def again(self, round_: int, now: datetime) -> bool:
        """Whether there is a next round: with `until` alone, as many as there is time for."""
        if self.until is not None and now.timestamp() + self.pause_s >= self.until.timestamp():
            return False
        return round_ < self.rounds or (self.until is not None and self.rounds == 0)


class Run:
    """One run on a root. `tell` is called for each device as soon as it is known what became of it, and again in later
    rounds."""

    def __init__(self, room: BackupConfig, circumstance: RunContext, clock: Clock, *, accept: bool = False) -> None:
        self._room, self._clock = room, clock
        self._repository = Repository(room.repository, room.head_of_journal)
        self._standings = BackupStatuses(room.root)
        self._circumstance, self._accept = circumstance, accept
        self._pool = BoundedPool(os.cpu_count() or 1)
        self.stopping = threading.Event()

    def run(self, devices: Sequence[Device], tell: Tell, retries: RetryRounds, *, resume: bool = False) -> list[Result]:
        """The last result of each device. Raises BackupError where nothing can be done at all."""
        with run_lock(self._room.root):
            return self.run_locked(devices, tell, retries, resume=resume)

    def run_locked(
        self, devices: Sequence[Device], tell: Tell, retries: RetryRounds, *, resume: bool = False
    ) -> list[Result]:
        """The same for a caller that holds the lock."""
        self._repository.prepare()
        note = RunNote(self._room.root)
        began = note.begin(self._clock.now(), resume=resume)
        left = [device for device in devices if not (resume and self._done_since(device, began))]
        given = replace(self._circumstance, orders=OrderBook(self._repository).open_orders())
        taken_paths = frozenset(path_of(device) for device in devices)
        keeper = Archiver(self._room.root, self._repository, self._standings, given, taken_paths)
        results: dict[str, Result] = {}
        try:
            self._rounds(keeper, left, tell, retries, results)
            note.end()
        finally:
            self._pool.close()
            self._repository.finish()
            self._repository.close()
        return list(results.values())

    def _done_since(self, device: Device, began: datetime) -> bool:
        good_at = self._standings.load(device.name, device.site).good_at
        return good_at is not None and good_at >= began

    def _rounds(
        self, keeper: Archiver, left: list[Device], tell: Tell, retries: RetryRounds, results: dict[str, Result]
    ) -> None:
        round_ = 1
        while left:
            failed = set()
            for result in self._one_round(keeper, left, round_, tell):
                results[result.device] = result
                if not result.ok:
                    failed.add(result.device)
            left = [device for device in left if device.name in failed]
            if not left or not retries.again(round_, self._clock.now()):
                return
            self.stopping.wait(retries.pause_s)
            if self.stopping.is_set():
                return
            round_ += 1

    def _one_round(self, keeper: Archiver, devices: list[Device], round_: int, tell: Tell) -> list[Result]:
        """Outcomes wait in a short queue: texts never pile up when the repository is slower than the devices."""
        outcomes: queue.Queue[Taken | FailedCapture] = queue.Queue(maxsize=BATCH)
        worker = self._worker()
        results: list[Result] = []
        pool = ThreadPoolExecutor(self._room.threads, thread_name_prefix="backup")
        try:
            for device in devices:
                pool.submit(self._work, worker, device, outcomes)
            while len(results) < len(devices):
                for result in keeper.keep(_batch(outcomes, len(devices) - len(results)), round_):
                    results.append(result)
                    tell(result)
        except BaseException:
            self.stopping.set()  # threads that wait for a place in the queue give up
            raise
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        return results

    def _work(self, worker: Worker, device: Device, outcomes: "queue.Queue[Taken | FailedCapture]") -> None:
        outcome = worker.take(device)
        while not self.stopping.is_set():
            with suppress(queue.Full):
                outcomes.put(outcome, timeout=PLACE_S)
                return

    def _worker(self) -> Worker:
        return Worker(
            recipes=self._room.recipes,
            repository=self._repository,
            standings=self._standings,
            scrubber=Scrubber(load_scrub_key(self._room.root)),
            sealer=Sealer(self._room.recipients),
            pins=HostKeyPins(self._room.root / KNOWN_HOSTS),
            clock=self._clock,
            pool=self._pool,
            work_s=self._room.work_s,
            accept=self._accept,
        )


def _batch(outcomes: "queue.Queue[Taken | FailedCapture]", most: int) -> list[Taken | FailedCapture]:
    """Waits for one outcome, then a little for more of them: a commit of many costs hardly more than one of one."""
    found = [outcomes.get()]
    until_s = time.monotonic() + BATCH_S
    while len(found) < min(BATCH, most) and (left := until_s - time.monotonic()) > 0:
        with suppress(queue.Empty):
            found.append(outcomes.get(timeout=left))
    return found


class RunNote:
    """What is written down while a run goes on, so that an interrupted one can be resumed."""

    def __init__(self, root: Path) -> None:
        self._path = root / BACKUP_RUN

    def interrupted_at(self) -> datetime | None:
        """When the run began that did not come to its end; None where the last one did."""
        try:
            return datetime.fromisoformat(json.loads(self._path.read_text("utf-8"))["began_at"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def begin(self, now: datetime, *, resume: bool) -> datetime:
        """When the run began: now, or when the one began that is resumed."""
        began = (self.interrupted_at() if resume else None) or now
        beside = self._path.with_suffix(".new")
        try:
            beside.write_text(json.dumps({"began_at": began.isoformat()}), encoding="utf-8")
            beside.replace(self._path)
        except OSError as error:
            raise BackupError(
                Sentence(
                    f"{self._path} cannot be written: {error.strerror}", f"无法写入 {self._path}：{error.strerror}"
                )
            ) from error
        return began

    def end(self) -> None:
        """The run came to its end. Raises BackupError."""
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            raise BackupError(
                Sentence(
                    f"{self._path} cannot be removed: {error.strerror}", f"无法删除 {self._path}：{error.strerror}"
                )
            ) from error
