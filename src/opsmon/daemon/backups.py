"""Backups and the daemon: their results into the journal, their ages into the metrics, and runs at an hour of its own.

A run is a process of its own, the same as a person's or cron's: reading a thousand devices must not make the checks
late. Whoever made it, its results stand in files, and the daemon follows those. What was journaled is written down, so
that a restart journals nothing twice but what it was killed over.
"""

import asyncio
import json
import logging
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime, time, timedelta, tzinfo
from pathlib import Path

from opsmon.backup.outcome import HOST_KEY_CHANGED
from opsmon.backup.status import BackupStatus, BackupStatuses, under_present_names
from opsmon.clock import Clock
from opsmon.config.root import Root
from opsmon.contract.contract_rules import ContractRules
from opsmon.daemon.backup_obligations import clauses_of, duties_done, overdue_reports
from opsmon.engine.input import MarkDone, RecordBackup, RecordHostKey, Report
from opsmon.engine.port import Unavailable
from opsmon.engine.world import World
from opsmon.layout import BACKUPS_REPORTED
from opsmon.model.device import Device
from opsmon.model.discovery import Discovery
from opsmon.model.name import ContractId, DeviceName

FOLLOW_EVERY_S = 2.0
STOP_S = 10.0
MARGIN_S = 1_800.0  # a device that is being read at the end of the hours may take its 15 minutes, then be kept
log = logging.getLogger(__name__)

Issue = Callable[[RecordBackup | RecordHostKey | Report | MarkDone], Awaitable[object]]


class DaemonBackups:
    """`good_at` is asked by the metrics; `follow` and `keep_schedule` run until they are cancelled."""

    def __init__(self, root: Root, clock: Clock, issue: Issue, world: Callable[[], World]) -> None:
        self._root, self._clock, self._issue, self._world = root, clock, issue, world
        self._known: Mapping[DeviceName, BackupStatus] = {}
        self._overdue: dict[DeviceName, bool] = {}
        self._standings = BackupStatuses(root.path)
        self._seen: Mapping[str, int] = {}
        self._told = _load_told(root.path / BACKUPS_REPORTED)
        self._good: dict[DeviceName, datetime] = {}
        self.running = 0  # scheduled runs under way

    def load(self, root: Root) -> None:
        """Another root: its inventory and its hours."""
        self._root = root
        self._seen, self._overdue = {}, {}

    @property
    def known(self) -> Mapping[DeviceName, BackupStatus]:
        """How the copies of each device stood when it was last looked."""
        return self._known

    def good_at(self) -> Mapping[DeviceName, datetime]:
        """The last good copy of every device of the inventory that has one."""
        return {name: at for name, at in self._good.items() if name in self._root.inventory.devices}

    async def follow(self) -> None:
        """Journals what runs have left, soon after they have."""
        while True:
            try:
                await self.look()
            except OSError as error:
                log.warning("the results of backups cannot be read: %s", error)
            await asyncio.sleep(FOLLOW_EVERY_S)

    async def look(self) -> None:
        """Takes in every standing that is new."""
        stamps = await asyncio.to_thread(self._standings.stamps)
        if stamps != self._seen:
            await self._take_in(stamps)
        await self._feed_contracts()

    async def _feed_contracts(self) -> None:
        """Copies that are overdue, obligations that are done: both may come about by time alone."""
        now, settings = self._clock.now(), self._root.settings
        for done in list(duties_done(self._world(), self._known, now, settings.timezone)):
            await self._issue(done)
        condition = self._root.conditions.condition_for(Discovery.BACKUP_OVERDUE)
        if condition is None:
            return
        devices, nights = self._root.inventory.devices.values(), settings.backup.overdue_nights
        for report in overdue_reports(devices, self._known, self._root.contracts, now, nights, condition):
            if self._overdue.get(report.device) is not report.holds:
                answer = await self._issue(report)
                if not isinstance(answer, Unavailable):
                    self._overdue[report.device] = report.holds

    async def _take_in(self, stamps: Mapping[str, int]) -> None:
        loaded = await asyncio.to_thread(self._standings.load_all)
        standings = under_present_names(loaded, self._root.inventory.renamed())
        self._known = standings
        for standing in standings.values():
            if standing.good_at is not None:
                self._good[standing.device] = standing.good_at
        try:
            if await self._tell(standings):
                self._seen = stamps
        finally:
            _save_told(self._root.path / BACKUPS_REPORTED, self._told)

    async def _tell(self, standings: Mapping[DeviceName, BackupStatus]) -> bool:
        """Whether the journal took all of it."""
        for name, standing in standings.items():
            device = self._root.inventory.devices.get(name)
            word = _word_of(standing)
            if device is None or standing.tried_at is None or self._told.get(name) == word:
                continue
            answer = await self._issue(command_of(standing, device, self._root.contracts))
            if isinstance(answer, Unavailable):
                return False
            await self._tell_of_key(standing, device)
            self._told[name] = word
        return True

    async def _tell_of_key(self, standing: BackupStatus, device: Device) -> None:
        """What a backup found out of the host key; a new one is seen in the file of the pins."""
        if device.ssh is None:
            return
        if standing.is_good:
            await self._issue(RecordHostKey(device.name, device.ssh.port, "", trusted=True, again=True))
        elif standing.reason.startswith(HOST_KEY_CHANGED):
            under = clauses_of(device, self._root.contracts, Discovery.HOST_KEY_CHANGED)
            log.warning("host key of %s, port %d: the backup was shown a different key", device.name, device.ssh.port)
            await self._issue(RecordHostKey(device.name, device.ssh.port, "another key", trusted=False, under=under))

    async def keep_schedule(self) -> None:
        """Runs at the hour of the settings, every day; one that was missed is made up for while its night lasts."""
        ran_for: datetime | None = None
        while True:
            due = due_since(self._root, self._clock.now())
            if due is not None and due != ran_for and not await asyncio.to_thread(self._was_run_since, due):
                ran_for = due
                self.running = 1
                try:
                    await self._run()
                except OSError as error:
                    log.error("the scheduled backup cannot be started: %s", error)
                finally:
                    self.running = 0
            await asyncio.sleep(FOLLOW_EVERY_S)

    def _was_run_since(self, moment: datetime) -> bool:
        """Whether most of the devices were tried since; a person who reads one at night makes no run."""
        devices = [device for device in self._root.inventory.devices.values() if device.ssh and device.ssh.platform]
        known = self._standings.load_all()
        tried = [known[d.name].tried_at for d in devices if d.name in known]
        return not devices or 2 * sum(at is not None and at >= moment for at in tried) > len(devices)

    async def _run(self) -> None:
        settings = self._root.settings.backup
        words = ["--root", str(self._root.path), "--until", f"{settings.until:%H:%M}", "--reason", "scheduled"]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "opsmon", "backup", "run", *words,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
            env=os.environ | {"OPSMON_LANG": "en"},  # its last line goes to the log
        )  # fmt: skip
        try:
            async with asyncio.timeout(seconds_left(settings.until, self._root.settings.timezone, self._clock.now())):
                said, _ = await process.communicate()
        except asyncio.CancelledError:
            await _end(process)
            raise
        except TimeoutError:
            log.error("the scheduled backup did not finish by %s and was stopped", f"{settings.until:%H:%M}")
            await _end(process)
            return
        lines = said.decode("utf-8", "replace").strip().splitlines()
        log.log(
            logging.WARNING if process.returncode else logging.INFO, "backup: %s", lines[-1] if lines else "nothing"
        )


def due_since(root: Root, now: datetime) -> datetime | None:
    """When the scheduled run that is to be made now was to begin; None between the end of a night and the next."""
    settings = root.settings.backup
    if settings.schedule is None:
        return None
    local = now.astimezone(root.settings.timezone)
    began = _last(settings.schedule, local)
    return began if _last(settings.until, local) <= began else None


def seconds_left(until: time, zone: tzinfo, now: datetime) -> float:
    """How long a scheduled run that begins now may take: to the end of its hours and a margin."""
    return (_last(until, now.astimezone(zone)) + timedelta(days=1) - now).total_seconds() + MARGIN_S


def _last(hour: time, local: datetime) -> datetime:
    """The last moment at which it was this hour."""
    at = local.replace(hour=hour.hour, minute=hour.minute, second=hour.second, microsecond=0)
    return at if at <= local else at - timedelta(days=1)


def command_of(standing: BackupStatus, device: Device, contracts: Mapping[ContractId, ContractRules]) -> RecordBackup:
    """What the engine is told of a standing."""
    if standing.tried_at is None:
        raise ValueError(f"{standing.device} was never tried")
    return RecordBackup(
        device=standing.device,
        taken_at=standing.tried_at,
        ok=standing.is_good,
        reason=standing.reason,
        commit=standing.commit,
        lines=standing.lines,
        changed=standing.changed_at == standing.tried_at,
        order=standing.order,
        unannounced=_unannounced(standing, device, contracts),
    )


def _unannounced(standing: BackupStatus, device: Device, contracts: Mapping[ContractId, ContractRules]) -> str:
    """The change outside any order, for the incident: the clause, who was there, the difference."""
    found = standing.unannounced
    if found is None:
        return ""
    under = clauses_of(device, contracts, Discovery.UNANNOUNCED_CHANGE)
    who = f"\nlogged in: {found.who}" if found.who else ""
    commits = f"{found.before[:12]}..{found.after[:12]}"
    return f"the configuration changed without a change order{under}, {commits}{who}\n{found.diff}"


def _word_of(standing: BackupStatus) -> str:
    """What tells two standings of a device apart."""
    after = standing.unannounced.after if standing.unannounced else ""
    return f"{standing.tried_at} {standing.good_at} {standing.order} {after}"


async def _end(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(STOP_S):
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()


def _load_told(path: Path) -> dict[str, str]:
    try:
        told = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): str(word) for name, word in told.items()} if isinstance(told, dict) else {}


def _save_told(path: Path, told: Mapping[str, str]) -> None:
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    beside.replace(path)
