"""The daemon: every room of a root, started in order, run in one TaskGroup, taken down in order.

A reload does all the work that can fail first and swaps afterwards, so that a mistake in a file changes nothing. On the
way down no check begins, what was seen is decided and written, what can be delivered at once is delivered; each step
is bounded in time, and what it leaves is in the store for the next start.
"""

import asyncio
import gc
import logging
from collections.abc import Sequence
from pathlib import Path

from opsmon.access.audit import AccessAudit
from opsmon.clock import Clock
from opsmon.config.root import Root, load_root
from opsmon.config.watched import load_watched, places_of, write_watched
from opsmon.daemon.backups import DaemonBackups
from opsmon.daemon.clock_check import wait_for_right_clock
from opsmon.daemon.console.backups import ConsoleBackups
from opsmon.daemon.counters import loop_tallies, tallies_of
from opsmon.daemon.engine_rules import rules_of
from opsmon.daemon.host_keys import HostKeyNews
from opsmon.daemon.http import HttpPort, ShownBeside, refuse_open_network
from opsmon.daemon.inventory_change import tell_changes
from opsmon.daemon.load.cpu_sampler import CpuSampler
from opsmon.daemon.load.figures import LoadSources, load_port, load_tallies
from opsmon.daemon.load.meter import LoadMeter
from opsmon.daemon.load.spare_memory import keep_giving_back
from opsmon.daemon.lock import RootLock
from opsmon.daemon.loop_watch import LoopWatch
from opsmon.daemon.notifications import EnginePort, Notifications
from opsmon.daemon.probes import Probes
from opsmon.daemon.self_watch import SelfWatch
from opsmon.daemon.sharing.standby import Standby, held
from opsmon.daemon.systemd import ServiceManager
from opsmon.engine.effect import Diagnose
from opsmon.engine.input import Command
from opsmon.engine.port import Accepted, Answer
from opsmon.engine.world import World
from opsmon.errors import ConfigError, StoreTakenError, first_of
from opsmon.layout import VAR, WATCHED_FILE
from opsmon.metrics.backups import Backups
from opsmon.model.sample import Sample
from opsmon.notify.lane.heartbeat import HeartbeatSender
from opsmon.pipeline.loop import Pipeline
from opsmon.pipeline.number_mark import NumberMark
from opsmon.pipeline.recovery import load_world
from opsmon.private_file import mend_modes
from opsmon.state.fleet import ReprobeRequest
from opsmon.store.parcel import ParcelReceipt
from opsmon.store.store import Store, make_store
from opsmon.store.writer import WriterLock
from opsmon.text.count import counted

PIPELINE_DRAIN_S = 5.0
SNAPSHOT_EVERY_S = 6 * 3_600.0
# The world changes by replacing frozen objects, which count their references and make no cycles. A full collection
# finds nothing and stops the loop for 0.1 s at 10,000 devices, so it may be rare.
GC_THRESHOLD = (50_000, 20, 100)
log = logging.getLogger(__name__)


async def run_daemon(
    root: Root, clock: Clock, stop: asyncio.Event, reload: asyncio.Event, *, trust_clock: bool = False
) -> None:
    """Runs until `stop`; each `reload` loads the root again. Raises StoreError, or OSError where it cannot listen.

    Nothing begins while the clock is before the last entry of the store, unless `trust_clock` says that it is right.
    """
    lock = RootLock(root.path)
    try:
        if mended := await asyncio.to_thread(mend_modes, root.path / VAR):
            log.warning(
                "%s under %s/ were readable by other accounts; permissions corrected", counted(mended, "paths"), VAR
            )
        life = Life(root, clock, trust_clock=trust_clock)
        while await life.live(stop, reload):
            log.error("this daemon stops and waits for the store; another may act by now")
    finally:
        lock.release()


class Life:
    """Runs the daemon on a store, and again where another daemon had it meanwhile."""

    def __init__(self, root: Root, clock: Clock, *, trust_clock: bool) -> None:
        self._root, self._clock, self._trust_clock = root, clock, trust_clock
        self._is_first = True

    async def live(self, stop: asyncio.Event, reload: asyncio.Event) -> bool:
        """Returns False when `stop` came, True when the store was lost to another daemon, or may have been."""
        store = await asyncio.to_thread(make_store, self._root.settings.store, self._root.path)
        right = store.claim(self._clock.monotonic)
        try:
            if right is None:
                await self._act(store, stop, reload)
                return False
            standby = Standby(right, self._clock, self._root.settings.http, patient=not self._is_first)
            self._is_first = False
            if not await standby.wait(stop):
                return False
            return await self._act_while_held(right, store, stop, reload)
        finally:
            await asyncio.to_thread(store.close)

    async def _act_while_held(
        self, right: WriterLock, store: Store, stop: asyncio.Event, reload: asyncio.Event
    ) -> bool:
        was_lost = False
        try:
            async with held(right):
                await self._act(store, stop, reload)
        except* StoreTakenError as errors:
            was_lost = True
            log.error("%s", first_of(errors))
        return was_lost

    async def _act(self, store: Store, stop: asyncio.Event, reload: asyncio.Event) -> None:
        root, clock = self._root, self._clock
        await asyncio.to_thread(store.open)
        refuse_open_network(root.settings.http, store.access, clock.now())
        log.info("journal of %s, head %s", counted(store.head.seq, "entries"), store.head.hash)
        if not self._trust_clock and not await wait_for_right_clock(store, clock, stop, ServiceManager()):
            return
        await asyncio.to_thread(store.begin_watch, clock.now())
        numbers = NumberMark(root.path).load()
        world = await asyncio.to_thread(load_world, store, rules_of(root), clock.now(), numbers)
        daemon = Daemon(root, clock, store, world)
        try:
            await daemon.run(stop, reload)
        finally:
            self._root = daemon.root


class Daemon:
    """The rooms, made and not yet started: nothing is sent before `run`, which is called once."""

    def __init__(self, root: Root, clock: Clock, store: Store, world: World) -> None:
        self._root, self._clock, self._store = root, clock, store
        self._manager = ServiceManager()
        self._loop_watch, self._sampler = LoopWatch(), CpuSampler()
        self._probing = Probes(root, clock, self._deliver)
        self._telling = Notifications(
            root, store, clock, EnginePort(self._issue, self._settle, lambda: self._pipeline.world)
        )
        self._pipeline = Pipeline(
            world,
            store,
            clock,
            render=self._telling.render,
            perform=self._perform,
            wake_outbox=self._telling.outbox.wake,
            mark=NumberMark(root.path),
        )
        self._heartbeat = HeartbeatSender(
            root.settings.heartbeat,
            clock,
            lambda: self._pipeline.turns,
            lambda: self._pipeline.not_ready,
            lambda: self._pipeline.world,
        )
        self._self_watch = SelfWatch(clock, self._telling.tell_operators, str(root.settings.language))
        self._self_watch.load(root.inventory)
        self._backing = DaemonBackups(root, clock, self._pipeline.issue, lambda: self._pipeline.world)
        self._kept = ConsoleBackups(root, clock, lambda: self._backing.known)
        self._host_keys = HostKeyNews(
            self._probing.host_keys,
            self._pipeline.issue,
            lambda: self._pipeline.world.rules.inventory.devices,
            lambda: self._pipeline.world.rules.contracts,
        )
        self._load = LoadMeter(clock, self._probing.scheduler.tally, self._loop_watch, self._sampler.seen)
        self._showing = HttpPort(
            root, clock, store, self._pipeline, self._probing, self._telling, self._shown_beside(store)
        )
        self._access_audit = AccessAudit(self._showing.access, self._issue)

    def _shown_beside(self, store: Store) -> ShownBeside:
        load = LoadSources(
            self._pipeline, self._probing, store, lambda: self._backing.running, lambda: self._showing.streams
        )
        return ShownBeside(
            (
                tallies_of(self._pipeline, self._probing, self._self_watch), Backups(self._backing.good_at),
                loop_tallies(self._loop_watch),
                load_tallies(load, self._sampler),
            ),
            self._kept,
            load_port(self._load, load),
        )  # fmt: skip

    @property
    def root(self) -> Root:
        """As it was loaded last."""
        return self._root

    async def _issue(self, command: Command) -> Answer:
        return await self._pipeline.issue(command)

    async def _settle(self, commands: Sequence[Command], receipt: ParcelReceipt) -> Answer:
        return await self._pipeline.settle(commands, receipt)

    def _deliver(self, samples: Sequence[Sample]) -> None:
        judged = [self._self_watch.judge(sample) for sample in samples]
        self._showing.take(judged)
        self._pipeline.submit(judged)

    def _perform(self, effect: ReprobeRequest | Diagnose) -> None:
        if isinstance(effect, ReprobeRequest):
            self._probing.reprobe(effect)
            return
        device = self._pipeline.world.rules.inventory.devices.get(effect.device)
        if device is not None:
            self._probing.diagnose(effect, device.address, self._pipeline.issue)

    async def run(self, stop: asyncio.Event, reload: asyncio.Event) -> None:
        """From the first check to the last delivery."""
        self._loop_watch.start()
        self._sampler.start()
        try:
            await self._show_and_probe(stop, reload)
        finally:
            self._sampler.stop()
            self._loop_watch.stop()

    async def _show_and_probe(self, stop: asyncio.Event, reload: asyncio.Event) -> None:
        await self._showing.start()
        try:
            await self._probing.start(self._root.inventory)
            try:
                async with asyncio.TaskGroup() as group:
                    await self._run_rooms(group, stop, reload)
            finally:
                await self._probing.stop()
        finally:
            await self._showing.stop()

    async def _run_rooms(self, group: asyncio.TaskGroup, stop: asyncio.Event, reload: asyncio.Event) -> None:
        deciding = group.create_task(self._pipeline.run())
        group.create_task(self._catch_up())
        delivering = group.create_task(self._telling.run())
        others = [
            group.create_task(self._probing.scheduler.run()),
            group.create_task(self._feed_watchdog()),
            group.create_task(self._keep_snapshots()),
            group.create_task(self._self_watch.run()),
            group.create_task(self._load.run()),
            group.create_task(self._follow_reloads(reload)),
            group.create_task(self._backing.follow()),
            group.create_task(self._backing.keep_schedule()),
            group.create_task(self._host_keys.run()),
            group.create_task(self._heartbeat.run()),
            group.create_task(self._access_audit.run()),
            group.create_task(keep_giving_back()),
        ]
        gc.collect()
        gc.freeze()  # what is here now stays: no use in looking at it again and again
        gc.set_threshold(*GC_THRESHOLD)
        self._pipeline.starting = ""
        self._tell_ready()
        await stop.wait()
        self._manager.stopping()
        await self._drain(deciding)
        for task in (delivering, *others):
            task.cancel()

    async def _catch_up(self) -> None:
        """What changed in the files while nothing ran: a start does what a reload does."""
        answer = await self._pipeline.reload(rules_of(self._root))
        if isinstance(answer, Accepted):
            tell_changes(answer.events, self._pipeline.world, await asyncio.to_thread(load_watched, self._root.path))
        await self._keep_watched()

    async def _keep_watched(self) -> None:
        try:
            await asyncio.to_thread(write_watched, self._root.path, places_of(self._root.inventory))
        except OSError as error:
            log.warning("%s cannot be written: %s", WATCHED_FILE, error.strerror)

    async def _drain(self, deciding: "asyncio.Task[None]") -> None:
        log.info("stopping: no new checks; writing what is left")
        await self._probing.stop_checks()
        await self._telling.drain()  # while what is taken can still be journaled
        self._pipeline.stop()
        try:
            async with asyncio.timeout(PIPELINE_DRAIN_S):
                await asyncio.shield(deciding)
            await self._pipeline.snapshot()
        except TimeoutError:
            waiting = counted(len(self._pipeline.inputs), "inputs")
            log.error("could not write everything at shutdown: %s left undecided; nothing of it took effect", waiting)
            deciding.cancel()
        if not await self._telling.drain():
            log.info("some notifications stay queued for the next start")
        log.info("stopped; the journal ends at entry %d, head %s", self._store.head.seq, self._store.head.hash)

    def _tell_ready(self) -> None:
        inventory = self._root.inventory
        devices, sites = counted(len(inventory.devices), "devices"), counted(len(inventory.sites), "sites")
        self._manager.ready(f"watching {devices} at {sites}")

    async def _feed_watchdog(self) -> None:
        interval_s, fed_at = self._manager.watchdog_s, -1
        while interval_s is not None:
            progress = self._probing.scheduler.progress
            if progress != fed_at:
                self._manager.alive()
            fed_at = progress
            await asyncio.sleep(interval_s / 2)

    async def _keep_snapshots(self) -> None:
        while True:
            await asyncio.sleep(SNAPSHOT_EVERY_S)
            await self._pipeline.snapshot()

    async def _follow_reloads(self, reload: asyncio.Event) -> None:
        while True:
            await reload.wait()
            reload.clear()
            self._manager.reloading()
            self._showing.record.succeeded = await self._reload(self._root.path)
            if self._showing.record.succeeded:
                self._showing.record.succeeded_at_s = self._clock.now().timestamp()
            self._tell_ready()

    async def _reload(self, path: Path) -> bool:
        """Whether the root was taken. One with a mistake changes nothing."""
        try:
            root = await asyncio.to_thread(lambda: load_root(path, require_secrets=True))
        except ConfigError as error:
            for problem in error.problems:
                if not problem.warning:
                    log.error("reload refused: %s", problem)
            return False
        if self._root.inventory.devices and not root.inventory.devices:
            log.error("reload refused: no device is left in inventories/ (if that is intended, restart the daemon)")
            return False
        self._telling.prepare(root)
        answer = await self._pipeline.reload(rules_of(root))
        if not isinstance(answer, Accepted):
            self._telling.load(self._root)
            log.error("reload refused: %s", answer.reason)
            return False
        tell_changes(answer.events, self._pipeline.world, places_of(self._root.inventory))
        self._probing.load(root)
        self._self_watch.load(root.inventory)
        self._telling.load(root)
        self._heartbeat.load(root.settings.heartbeat)
        self._showing.load(root)
        self._backing.load(root)
        self._kept.load(root)
        self._root = root
        await self._keep_watched()
        for warning in root.warnings:
            log.warning("%s", warning)
        devices, sites = root.inventory.devices, root.inventory.sites
        log.info("reloaded: %s at %s", counted(len(devices), "devices"), counted(len(sites), "sites"))
        return True
