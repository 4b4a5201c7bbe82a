"""The only loop: take what waits, decide, write, swap the world, let the effects go.

One writer, so no locks. What was decided becomes the world that readers see, and its effects leave the process, only
after its events and deliveries are on the disk. Samples that bring no news are not written and swap the world at once.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo

from opsmon.clock import Clock
from opsmon.clock_watch import WallWatch
from opsmon.engine.decide import decide, decide_samples
from opsmon.engine.effect import Diagnose, Effect, Message
from opsmon.engine.fold import evict, reload
from opsmon.engine.input import AddFact, ClockStepped, Command, Input, JudgeScope, Reloaded, TakeOver, Tick
from opsmon.engine.port import Accepted, Answer, CommandRefusal, Hear, Unavailable
from opsmon.engine.rules import Rules
from opsmon.engine.step import EngineStep
from opsmon.engine.world import World, next_deadline
from opsmon.errors import StoreError, StoreGoneError, StoreRefusedError
from opsmon.model.event import Event
from opsmon.model.name import CheckName, DeviceName, IncidentId
from opsmon.model.sample import Sample
from opsmon.pipeline.event_log import narrate
from opsmon.pipeline.input_queue import InputQueue, QueuedCommand
from opsmon.pipeline.journal_writer import JournalWriter
from opsmon.pipeline.number_mark import NumberMark
from opsmon.pipeline.recovery import REMEMBERED
from opsmon.state.fleet import ReprobeRequest
from opsmon.store.outbox import NewDelivery
from opsmon.store.parcel import ParcelReceipt
from opsmon.store.store import Store
from opsmon.text.bilingual import Sentence

BATCH = 500  # samples decided in one go: a few ten milliseconds, then others have the loop
MAX_SLEEP_S = 5.0  # so that a clock that was set is noticed
COMMAND_PATIENCE_S = 10.0
STORE_CHECK_S = 10.0
_STOPPING = Sentence("the daemon is stopping", "守护进程正在停止")
_STORE_SILENT = Sentence("the store does not answer", "存储没有响应")
log = logging.getLogger(__name__)

Perform = Callable[[ReprobeRequest | Diagnose], None]
Render = Callable[[Message], tuple[NewDelivery, ...]]


class Pipeline:
    """Owns the world. `render` makes the deliveries of an alert, `perform` lets other effects go, `wake_outbox` tells
    the outbox that there is something to deliver; none of them may block or raise."""

    def __init__(
        self,
        world: World,
        store: Store,
        clock: Clock,
        *,
        render: Render,
        perform: Perform,
        wake_outbox: Callable[[], None] = lambda: None,
        command_patience_s: float = COMMAND_PATIENCE_S,
        mark: NumberMark | None = None,
    ) -> None:
        self._world = world
        self._clock = clock
        self._render, self._perform, self._wake_outbox = render, perform, wake_outbox
        self._patience_s, self._mark = command_patience_s, mark
        self._latest: dict[DeviceName, dict[CheckName, Sample]] = {}
        self._wall = WallWatch(clock)
        self._stopping = False
        self._forget_before: datetime | None = None
        self._touched_at = clock.monotonic()
        self._head = store.head
        self._hearers: list[Hear] = []
        self.inputs = InputQueue()
        self.journal = JournalWriter(store, clock)
        self.starting = "the first checks are not being sent yet"
        self.turns = 0  # grows while the loop turns
        self.decided = 0

    @property
    def world(self) -> World:
        """The last world that is on the disk."""
        return self._world

    @property
    def seq(self) -> int:
        """The number of the last event of the journal that the world holds."""
        return self._head.seq

    @property
    def latest(self) -> Mapping[DeviceName, Mapping[CheckName, Sample]]:
        """The last sample of every check of every device, decided or not."""
        return self._latest

    @property
    def clock_jumps(self) -> int:
        return self._wall.jumps

    @property
    def not_ready(self) -> str:
        """Why the daemon is not ready, in words; empty when it is."""
        return self.starting or self.journal.trouble

    def submit(self, samples: Sequence[Sample]) -> None:
        """Takes samples in, the oldest first. Never blocks and never refuses."""
        for sample in samples:
            self._latest.setdefault(sample.device, {})[sample.check] = sample
        self.inputs.put_samples(samples)

    def subscribe(self, hear: Hear) -> Callable[[], None]:
        """`hear` is told of each change of the world, after it was swapped; returns how to stop that."""
        self._hearers.append(hear)
        return lambda: self._hearers.remove(hear)

    async def issue(self, command: Command) -> Answer:
        """Waits until the command is journaled or refused, or until patience ends because the store fails."""
        return await self._ask(QueuedCommand(command), self._patience_s)

    async def settle(self, commands: Sequence[Command], receipt: ParcelReceipt) -> Answer:
        """Journals what a taken parcel means for its incidents, and marks the parcel taken, in one commit."""
        first, *others = commands
        return await self._ask(QueuedCommand(first, tuple(others), receipt), self._patience_s)

    async def world_with(self, incident: IncidentId) -> World:
        """As DaemonPort says: what a reader asks before it says that there is no such incident."""
        if incident in self._world.incidents.by_id:
            return self._world
        told = await self.journal.history(incident)
        return self._world if incident in self._world.incidents.by_id else reload(self._world, told)

    async def reload(self, rules: Rules) -> Answer:
        """Swaps the rules, however long the store takes to hear of it; what can fail about them was done before."""
        for name in [name for name in self._latest if name not in rules.inventory.devices]:
            del self._latest[name]
        return await self._ask(QueuedCommand(Reloaded(rules)), None)

    async def _ask(self, request: QueuedCommand, patience_s: float | None) -> Answer:
        if self._stopping:
            return Unavailable(_STOPPING)
        self.inputs.put_request(request)
        try:
            async with asyncio.timeout(patience_s):
                return await asyncio.shield(request.answer)
        except TimeoutError:
            request.answer.cancel()
            return Unavailable(self.journal.trouble or _STORE_SILENT)

    async def run(self) -> None:
        """Turns until `stop`, and decides what waits by then."""
        try:
            while not self._stopping or len(self.inputs):
                await self._turn()
                self.turns += 1
        except (StoreGoneError, StoreRefusedError):
            await self._save_mark(self._world)  # it may be gone with the store
            raise

    async def snapshot(self) -> None:
        """Writes a short cut for the next start, and lets old incidents go."""
        world, head = self._world, self._head
        await self.journal.save(world, head)
        self._forget_before = self._clock.now() - REMEMBERED

    def stop(self) -> None:
        """Ends `run` when everything that waits is written."""
        self._stopping = True
        self.inputs.wake()

    async def _turn(self) -> None:
        await self.inputs.wait(0 if self._stopping else self._sleep_s())
        requests, samples = self.inputs.take(BATCH)
        world, requests = await self._remember(requests)
        batch = Batch(world)
        self._decide(batch, requests, samples)
        if batch.events or batch.receipts:
            deliveries = [row for effect in batch.messages() for row in self._render(effect)]
            await self.journal.write(batch.events, deliveries, batch.receipts)
            if batch.world.incidents.numbers is not self._world.incidents.numbers:
                await self._save_mark(batch.world)
            _tell(batch.events, batch.world.rules.zone)
            self._touched_at = self._clock.monotonic()
            if deliveries:
                self._wake_outbox()
        elif self._clock.monotonic() - self._touched_at > STORE_CHECK_S:
            await self.journal.check()
            self._touched_at = self._clock.monotonic()
        self._world, self._head = batch.world, self.journal.head
        self._let_go(batch.effects)
        if batch.events:
            for hear in self._hearers:
                hear(self._head.seq, batch.events)
        batch.answer()
        await asyncio.sleep(0)

    async def _save_mark(self, world: World) -> None:
        if self._mark is not None:
            await asyncio.to_thread(self._mark.save, dict(world.incidents.numbers.items()))

    async def _remember(self, requests: Sequence[QueuedCommand]) -> tuple[World, list[QueuedCommand]]:
        """The world, without the incidents that are to be forgotten and with those that a command is about; and the
        requests, without those whose incident cannot be looked up now: nobody is told that there is none."""
        world, kept = self._world, []
        if self._forget_before is not None:
            world, self._forget_before = evict(world, self._forget_before), None
        for request in requests:
            given = request.given
            try:
                if isinstance(given, AddFact | JudgeScope | TakeOver) and given.incident not in world.incidents.by_id:
                    world = reload(world, await self.journal.history(given.incident))
                kept.append(request)
            except StoreError as error:
                request.refuse_for_now(
                    Sentence(f"the incident cannot be looked up: {error}", f"暂时无法查到该事件：{error}")
                )
        return world, kept

    def _sleep_s(self) -> float:
        deadline = next_deadline(self._world)
        if deadline is None:
            return MAX_SLEEP_S
        return min(max((deadline - self._clock.now()).total_seconds(), 0.0), MAX_SLEEP_S)

    def _decide(self, batch: "Batch", requests: Iterable[QueuedCommand], samples: Sequence[Sample]) -> None:
        jump = self._wall.look()
        if jump is not None:
            self._tell_jump(jump)
            self.journal.break_off_watch()
            batch.take(decide(batch.world, ClockStepped(jump), self._clock.now()))
        for request in requests:
            batch.take(self._decide_one(batch.world, request.given), request)
            for command in request.also:
                batch.take(self._decide_one(batch.world, command))
        if samples:
            self.decided += len(samples)
            batch.take(decide_samples(batch.world, samples, self._clock.now()))
        deadline = next_deadline(batch.world)
        if deadline is not None and deadline <= self._clock.now():
            batch.take(self._decide_one(batch.world, Tick()))

    def _decide_one(self, world: World, given: Input) -> EngineStep:
        self.decided += 1
        return decide(world, given, self._clock.now())

    def _tell_jump(self, jump: timedelta) -> None:
        direction = "ahead" if jump > timedelta(0) else "back"
        log.warning(
            "the system clock was set %s by %.1f s; running durations are not affected",
            direction,
            abs(jump.total_seconds()),
        )

    def _let_go(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            if not isinstance(effect, Message):
                self._perform(effect)


def _tell(events: Iterable[Event], zone: tzinfo) -> None:
    for event in events:
        line = narrate(event, zone)
        if line:
            log.info("%s", line)


class Batch:
    """What several inputs led to, one after the other, before any of it is written."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.events: list[Event] = []
        self.effects: list[Effect] = []
        self.receipts: list[ParcelReceipt] = []
        self._answers: list[tuple[QueuedCommand, Answer]] = []

    def take(self, step: EngineStep, request: QueuedCommand | None = None) -> None:
        self.world = step.world
        self.events += step.events
        self.effects += step.effects
        if request is not None:
            if request.receipt is not None:
                self.receipts.append(request.receipt)
            self._answers.append((request, CommandRefusal(step.refusal) if step.refusal else Accepted(step.events)))

    def messages(self) -> list[Message]:
        return [effect for effect in self.effects if isinstance(effect, Message)]

    def answer(self) -> None:
        """Tells those who still wait."""
        for request, answer in self._answers:
            if request.is_wanted:
                request.answer.set_result(answer)
