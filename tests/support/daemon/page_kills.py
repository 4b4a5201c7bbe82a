"""A daemon that is killed again and again between a page and its acknowledgement, and what must be true all the same.

The far end is a robot, the daemon a process; it is killed at points of the way of a message, or at a random moment.
"""

import asyncio
import random
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from opsmon.model.event import Event
from opsmon.model.name import IncidentId
from opsmon.model.page import NoticeAccepted, PageEnded, PageStepTaken
from opsmon.store.parcel_store import ParcelStore
from opsmon.store.store import Store, open_existing_store
from tests.support.daemon.house import Daemon, DaemonHouse
from tests.support.notify.fake_robots import FakeRobot

OWN_STORE = "sqlite:///var/opsmon.db"
LATE = timedelta(seconds=2)
CHANNEL = "robot"
DEVICE = "mcu"
KILLS_A_STEP = 5
_LONGEST_RANDOM_S = 2.0
_LOOK_S = 0.01
_PATIENCE_S = 90.0
PEOPLE = "people:\n  p-a: {name: {zh: 甲工, en: A}, wecom: jia}\n"
ONCALL = """\
channels:
  robot: {kind: wecom, url: "URL", members: [p-a]}
rotas:
  vc:
    calendar: xicheng-vc-2025
    shifts:
      - {name: day, on: daily, from: "00:00", to: "00:00+1", crews: [[p-a]]}
plans:
  all:
    steps: [{tell: "rota:vc", by: robot, wait: 10s}, {tell: "rota:vc", by: robot, wait: 10s}]
    rounds: 9
"""


class KillPoint(StrEnum):
    """Where on its way a message is when the daemon dies."""

    NOTICE_WRITTEN = "notice written"
    PARCEL_WRITTEN = "parcel written"
    SENT = "sent, not taken"
    TAKEN = "taken, not answered"
    ANSWERED = "answered, not committed"
    RANDOM = "at any moment"
    ACKNOWLEDGED = "between acknowledgement and withdrawal"


ON_THE_WAY = tuple(point for point in KillPoint if point is not KillPoint.ACKNOWLEDGED)


@dataclass
class PageKills:
    """`killed` counts kills by point, `up_at` holds when a daemon was up again, `after_ack` what the robot was sent of
    a fault between its acknowledgement and its end. `store` is the address of another store than the root's own, `late`
    what is too late for a step: `LATE` where the machine has nothing else to do."""

    house: DaemonHouse
    robot: FakeRobot
    seed: int
    store: str = OWN_STORE
    late: timedelta = LATE
    daemon: Daemon = field(init=False)
    _parcels: ParcelStore = field(init=False)
    killed: Counter[KillPoint] = field(default_factory=Counter)
    down: list[tuple[datetime, datetime]] = field(default_factory=list)  # killed, up again
    after_ack: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        if self.store != OWN_STORE:
            with (self.house.root / "opsmon.yaml").open("a", encoding="utf-8") as settings:
                settings.write(f"store: '{self.store}'\n")
        (self.house.root / "people.yaml").write_text(PEOPLE, encoding="utf-8")
        plan = ONCALL.replace("URL", self.robot.url)
        (self.house.root / "rules" / "oncall.yaml").write_text(plan, encoding="utf-8")

    async def run(self, kills: int) -> None:
        """Faults one after another, until the daemon was killed so often at least."""
        self.daemon = await self._started()
        self._parcels = ParcelStore(self._store())
        while self.killed.total() < kills:
            await self._one_fault(kills)
        assert await self.daemon.end(signal.SIGTERM) == 0

    async def _started(self) -> Daemon:
        """One that acts: while the lock of the one before is still held, it waits as standby at another port."""
        daemon = await self.house.start()
        await daemon.until_logged("opsmon.daemon.http: listening on")
        daemon.follow_port()
        return daemon

    def _store(self) -> Store:
        return open_existing_store(self.store, self.house.root)

    async def _one_fault(self, kills: int) -> None:
        before = len(self._told())
        await self.house.mcu.die()
        await self._until(lambda: bool(self._waiting() or self._under_way()))
        points = [*ON_THE_WAY]
        self._random.shuffle(points)
        for point in points[: min(KILLS_A_STEP, kills - 1 - self.killed.total())]:
            await self._kill_at(point)
        # Not the end of the fault before, which comes again where its answer was lost.
        await self._until(lambda: any("over" not in text for text in self._told()[before:]) and not self._under_way())
        await self._acknowledge_and_kill()
        told = len(self._told())
        await self.house.mcu.live()
        await self._until(lambda: any("over" in text for text in self._told()[told:]))
        await self._until(lambda: not self._under_way())
        self.after_ack += [text for text in self._told()[told:] if "over" not in text]

    async def _kill_at(self, point: KillPoint) -> None:
        """Lets the way of the message come to the point, and kills."""
        sent, taken = len(self.robot.bodies), len(self.robot.texts)
        if point is KillPoint.SENT:
            self.robot.stuck_on = "slow"
        elif point is KillPoint.TAKEN:
            self.robot.stuck_on = "mute"
        ready: dict[KillPoint, Callable[[], bool]] = {
            KillPoint.NOTICE_WRITTEN: lambda: bool(self._waiting()),
            KillPoint.PARCEL_WRITTEN: lambda: bool(self._under_way()),
            KillPoint.SENT: lambda: len(self.robot.bodies) > sent,
            KillPoint.TAKEN: lambda: len(self.robot.texts) > taken,
            KillPoint.ANSWERED: lambda: len(self.robot.texts) > taken,
        }
        if point is KillPoint.RANDOM:
            await asyncio.sleep(self._random.uniform(0, _LONGEST_RANDOM_S))
        else:
            await self._until(ready[point])
        await self._kill(point)
        self.robot.stuck_on = ""

    async def _kill(self, point: KillPoint) -> None:
        at = datetime.now(UTC)
        await self.daemon.end(signal.SIGKILL)
        self.daemon = await self._started()
        self.down.append((at, datetime.now(UTC)))
        self.killed[point] += 1

    async def _acknowledge_and_kill(self) -> None:
        """When the next step's message is written down and has not left."""
        incident = ""

        def has_one() -> bool:
            nonlocal incident
            incident = next(iter(self._waiting()), "")
            return bool(incident)

        await self._until(has_one)
        status, said = await self.daemon.post(f"/api/v1/incidents/{incident}/ack", {"by": "p-a"})
        assert status == 201, said
        await self._kill(KillPoint.ACKNOWLEDGED)
        await self._until(lambda: not (self._waiting() or self._under_way()))

    def _told(self) -> list[str]:
        return [text for text in self.robot.texts if DEVICE in text]

    def _waiting(self) -> list[str]:
        """Of which incident something waits for the robot in no parcel; a hand-over is of none."""
        rows = self._parcels.waiting(CHANNEL, 100)
        return [row.key for row in rows if row.key[:1].isdigit()]

    def _under_way(self) -> bool:
        return any(name[:1].isdigit() for one in self._parcels.open_parcels(CHANNEL) for name in one.deliveries)

    async def _until(self, ready: Callable[[], bool]) -> None:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                while not ready():  # noqa: ASYNC110 - the daemon is on the far side of a process
                    await asyncio.sleep(_LOOK_S)
        except TimeoutError:
            told = [*self.robot.texts[-5:], *self.daemon.log[-40:]]
            raise AssertionError(f"in vain after {self.killed.total()} kills:\n" + "\n".join(told)) from None

    def faults_found(self) -> list[str]:
        """What is not as it must be, in words; [] where all is well."""
        journal = [entry.event for entry in self._store().read()]
        steps = [event for event in journal if isinstance(event, PageStepTaken)]
        found = [f"a message after the acknowledgement: {text}" for text in self.after_ack]
        found += _taken_twice(steps)
        found += self._late(journal)
        found += _accepted_twice(journal)
        found += self._changed_repeats()
        return found

    def _late(self, journal: list[Event]) -> Iterator[str]:
        """A step that came too long after it was due, or after the daemon was up again."""
        for name in {event.incident for event in journal if isinstance(event, PageStepTaken)}:
            for before, after in pairwise(_steps_and_end(journal, name)):
                if not isinstance(after, PageStepTaken) or not isinstance(before, PageStepTaken):
                    continue
                late = after.at - self._could_be_taken(before.next_at or after.at)
                if late > self.late:
                    yield f"{name}: step {after.step} of round {after.round} was {late} late"

    def _could_be_taken(self, due: datetime) -> datetime:
        """When there was a daemon again that lived long enough to take it."""
        for killed, up in self.down:
            if killed <= due + LATE and due <= up:
                due = up
        return due

    def _changed_repeats(self) -> Iterator[str]:
        """A message of which nobody knew whether it was taken comes again word for word, and no other does."""
        again = len(self.robot.texts) - len(set(self.robot.texts))
        if again > self.killed.total():
            yield f"{again} messages came again after {self.killed.total()} kills"


def _taken_twice(steps: list[PageStepTaken]) -> Iterator[str]:
    taken = Counter((step.incident, step.round, step.step) for step in steps)
    for (incident, round_, step), times in taken.items():
        if times > 1:
            yield f"{incident}: step {step} of round {round_} was taken {times} times"


def _accepted_twice(journal: list[Event]) -> Iterator[str]:
    accepted = Counter(event.delivery for event in journal if isinstance(event, NoticeAccepted))
    yield from (f"{delivery} was accepted {times} times" for delivery, times in accepted.items() if times > 1)


def _steps_and_end(journal: list[Event], name: IncidentId) -> list[PageStepTaken | PageEnded]:
    return [event for event in journal if isinstance(event, PageStepTaken | PageEnded) and event.incident == name]
