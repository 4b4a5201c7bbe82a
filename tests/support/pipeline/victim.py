"""A process to be killed: a pipeline over a real store, fed with an endless story of deaths and recoveries.

Run as `python -m tests.support.pipeline.victim ROOT [URL]`. It goes on from where the journal ends, in virtual time.
After every turn that wrote something it prints `seq hash`, which stands for an effect that left; `trouble TEXT` when
the store fails.
"""

import asyncio
import os
import sys
from datetime import timedelta
from itertools import count
from pathlib import Path

from opsmon.engine.effect import Diagnose, Message, Notify
from opsmon.model.sample import Outcome, Sample
from opsmon.pipeline.loop import Pipeline
from opsmon.pipeline.recovery import load_world
from opsmon.state.fleet import ReprobeRequest
from opsmon.store.outbox import NewDelivery, delivery_id
from opsmon.store.store import Store, open_store
from tests.support.clock import HandClock
from tests.support.engine.scene import HALL, START, rules_of, sample

URL = "sqlite:///var/opsmon.db"
CHANNEL = "oncall"


def render(notify: Message) -> tuple[NewDelivery, ...]:
    assert isinstance(notify, Notify)
    identity = delivery_id(notify.incident.id, notify.sequence, CHANNEL)
    return (NewDelivery(identity, CHANNEL, notify.incident.id, f"{notify.alert} {notify.status}"),)


def perform(_effect: ReprobeRequest | Diagnose) -> None:
    """Nobody probes here."""


class Victim:
    def __init__(self, root: Path, url: str) -> None:
        self.store: Store = open_store(url, root)
        last = [entry.event.at for entry in self.store.read(after=max(0, self.store.head.seq - 1))]
        self.clock = HandClock(max(last, default=START) + timedelta(minutes=1))
        world = load_world(self.store, rules_of(), self.clock.now())
        self.pipeline = Pipeline(world, self.store, self.clock, render=render, perform=perform)
        self.told = self.store.head.seq

    async def live(self) -> None:
        print("born", flush=True)
        async with asyncio.TaskGroup() as group:
            group.create_task(self.pipeline.run())
            group.create_task(self.confess())
            for number in count():
                name = HALL[number % len(HALL)].name
                await self.kill(name)
                await self.heal()
                if number % 5 == 4:
                    await self.pipeline.snapshot()

    async def kill(self, name: str) -> None:
        for pause_s in (1, 1, 2, 4):
            await self.give(sample(name, Outcome.TIMEOUT, self.clock.now(), confirms=pause_s > 1), pause_s)

    async def heal(self) -> None:
        for one in HALL:
            self.pipeline.submit([sample(one.name, Outcome.OK, self.clock.now())])
        await self.give(sample(HALL[0].name, Outcome.OK, self.clock.now()), 31)
        await self.give(sample(HALL[0].name, Outcome.OK, self.clock.now()), 1)

    async def give(self, one: Sample, pause_s: float) -> None:
        self.pipeline.submit([one])
        await self.turn()
        self.clock.move(pause_s)
        await self.turn()

    async def turn(self) -> None:
        """Until everything that was given is decided, and what was due by now."""
        turn = self.pipeline.turns
        while len(self.pipeline.inputs) or self.pipeline.turns <= turn:
            self.pipeline.inputs.wake()
            await asyncio.sleep(0)
            self.tell()

    def tell(self) -> None:
        """What is seen from outside only after it is on the disk."""
        head = self.store.head
        if head.seq > self.told and self.pipeline._head == head:
            self.told = head.seq
            print(head.seq, head.hash, flush=True)

    async def confess(self) -> None:
        said, parent = "", os.getppid()
        while os.getppid() == parent:
            trouble = self.pipeline.journal.trouble
            if trouble and trouble != said:
                print("trouble", trouble, flush=True)
            said = trouble
            await asyncio.sleep(0.05)
        os._exit(1)  # the test is gone


if __name__ == "__main__":
    asyncio.run(Victim(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else URL).live())
