"""A pipeline over a real store in a folder, with a clock turned by hand: what the tests of the loop live in."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from opsmon.engine.effect import Diagnose, Message, Notify
from opsmon.engine.world import World
from opsmon.model.name import IncidentId
from opsmon.model.sample import Outcome
from opsmon.pipeline.loop import Pipeline
from opsmon.pipeline.recovery import load_world
from opsmon.state.fleet import ReprobeRequest
from opsmon.store.outbox import NewDelivery, delivery_id
from opsmon.store.store import Store, open_store
from tests.support.clock import HandClock
from tests.support.engine.scene import rules_of, sample

URL = "sqlite:///var/opsmon.db"
RULES = rules_of()


def render(notify: Message) -> tuple[NewDelivery, ...]:
    assert isinstance(notify, Notify)
    identity = delivery_id(notify.incident.id, notify.sequence, "oncall")
    return (NewDelivery(identity, "oncall", notify.incident.id, f"{notify.alert} {notify.status}"),)


class PipelineHouse:
    """A pipeline over a store in a folder, with a clock turned by hand."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.clock = HandClock()
        self.performed: list[ReprobeRequest | Diagnose] = []
        self.woken = 0
        self.patience_s = 0.5
        self.store: Store
        self.pipeline: Pipeline

    def start(self) -> None:
        self.store = open_store(URL, self.root)
        self.pipeline = Pipeline(
            load_world(self.store, RULES, self.clock.now()),
            self.store,
            self.clock,
            render=render,
            perform=self.perform,
            wake_outbox=self.wake,
            command_patience_s=self.patience_s,
        )
        self.pipeline.starting = ""

    def perform(self, effect: ReprobeRequest | Diagnose) -> None:
        if isinstance(effect, Diagnose):  # what caused it is on the disk already
            assert any(True for _ in self.store.read(incident=effect.incident))
        self.performed.append(effect)

    def wake(self) -> None:
        self.woken += 1

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Pipeline]:
        self.start()
        async with asyncio.TaskGroup() as group:
            running = group.create_task(self.pipeline.run())
            try:
                yield self.pipeline
            finally:
                self.pipeline.stop()
                async with asyncio.timeout(60):
                    await running
        self.store.close()

    async def until(self, ready: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not ready():  # noqa: ASYNC110 - what is waited for is in the world, not in an event
                await asyncio.sleep(0.001)

    async def idle(self) -> None:
        """Until everything that was submitted is decided."""
        await self.until(lambda: len(self.pipeline.inputs) == 0)
        for _ in range(2):  # the turn that is under way began before, and may not have seen the clock move
            turn = self.pipeline.turns
            self.pipeline.inputs.wake()
            await self.until(lambda before=turn: self.pipeline.turns > before)  # type: ignore[misc]

    async def kill_mcu(self) -> IncidentId:
        """Four failures in a row, as the re-probes of a dead device give them."""
        before = set(self.world.incidents.by_id)
        for pause_s in (1, 1, 2, 4):
            self.pipeline.submit([sample("mcu", Outcome.TIMEOUT, self.clock.now(), confirms=pause_s > 1)])
            await self.idle()
            self.clock.move(pause_s)
        await self.until(lambda: set(self.world.incidents.by_id) > before)
        (fresh,) = set(self.world.incidents.by_id) - before
        return fresh

    async def heal_mcu(self) -> None:
        self.pipeline.submit([sample("mcu", Outcome.OK, self.clock.now())])
        await self.idle()
        self.clock.move(31)
        await self.idle()

    @property
    def world(self) -> World:
        return self.pipeline.world

    @asynccontextmanager
    async def locked(self) -> AsyncIterator[None]:
        """Another program holds the database's lock: every write fails for as long."""
        with self.store._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout = 20")
            connection.rollback()
        locker = sqlite3.connect(self.root / "var" / "opsmon.db", isolation_level=None)
        locker.execute("BEGIN IMMEDIATE")
        yield
        locker.execute("ROLLBACK")
        locker.close()
