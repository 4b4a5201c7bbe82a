"""A console over the real engine and a real store, with a clock that stands still until it is told to go on.

Only the loop between them is missing: a sample or a command is decided, journaled, and the world swapped, at once.
"""

from array import array
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from aiohttp.test_utils import TestClient
from aiohttp.web import Application, Request

from opsmon.access.control import AccessControl
from opsmon.config.root import Root, load_root
from opsmon.engine.decide import decide
from opsmon.engine.fold import reload
from opsmon.engine.input import Command, Input, Tick
from opsmon.engine.port import Accepted, Answer, CommandRefusal, Hear, Unavailable
from opsmon.engine.rules import Rules
from opsmon.engine.step import EngineStep
from opsmon.engine.world import World, next_deadline, start_world
from opsmon.history.states import StateHistory
from opsmon.metrics.daemon import Counts, DaemonMetrics, ReloadRecord
from opsmon.metrics.pages import MetricPages
from opsmon.model.name import CheckName, DeviceName, IncidentId
from opsmon.model.sample import Identity, Outcome, Reading, Sample, SeriesBlock, SeriesKey
from opsmon.model.secret import Secret
from opsmon.probe.schedule.counters import ProbeTally
from opsmon.store.store import Entry, Store, open_store
from opsmon.text.bilingual import Sentence
from opsmon.web.context import WebContext
from opsmon.web.settings import PortSettings

START = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # a Friday, 10:00 in Beijing
TOKEN = "let me in"
SITES = """\
site: erlong-hall
title: 二龙路主会场
contract: xicheng-vc-2025
service: vc
labels: {venue: main-hall}
devices:
  - {name: core-1, address: 192.0.2.1, kind: switch, checks: [icmp]}
  - {name: mcu-1, address: 192.0.2.11, kind: mcu, title: MCU, parents: [core-1], checks: [icmp]}
  - {name: 会议终端-1, address: 192.0.2.12, kind: vc-terminal, parents: [core-1], checks: [icmp]}
"""
LAB = """\
site: lab
devices:
  - {name: ups-1, address: 192.0.2.20, kind: ups, checks: [icmp]}
"""
PING = SeriesBlock((SeriesKey("probe_success"), SeriesKey("probe_icmp_duration_seconds", (("phase", "rtt"),))), (1,))


class StandingClock:
    """Goes on only when it is told to."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()


class EngineDaemon:
    """The daemon as the pipeline would be it."""

    def __init__(self, rules: Rules, store: Store, clock: StandingClock) -> None:
        self.world = start_world(rules, clock.now())
        self.latest: dict[DeviceName, dict[CheckName, Sample]] = defaultdict(dict)
        self.not_ready = ""
        self.store_is_full = False
        self.store, self.clock = store, clock
        self.hearers: list[Hear] = []
        self.takers: list[Callable[[Sample], None]] = []

    @property
    def seq(self) -> int:
        return self.store.head.seq

    def subscribe(self, hear: Hear) -> Callable[[], None]:
        self.hearers.append(hear)
        return lambda: self.hearers.remove(hear)

    async def issue(self, command: Command) -> Answer:
        if self.store_is_full:
            return Unavailable(Sentence("the store is full", "存储已满"))
        step = self.take(command)
        return CommandRefusal(step.refusal) if step.refusal else Accepted(step.events)

    async def world_with(self, incident: IncidentId) -> World:
        if incident in self.world.incidents.by_id:
            return self.world
        return reload(self.world, [entry.event for entry in self.store.read(incident=incident)])

    def feed(self, sample: Sample) -> None:
        self.latest[sample.device][sample.check] = sample
        for take in self.takers:
            take(sample)
        self.take(sample)

    def wait(self, seconds: float) -> None:
        """Lets time pass, stopping wherever the engine wants to be woken."""
        end = self.clock.at + timedelta(seconds=seconds)
        while (due := next_deadline(self.world)) is not None and due <= end:
            self.clock.at = max(self.clock.at, due)
            self.take(Tick())
        self.clock.at = end
        self.take(Tick())

    def take(self, given: Input) -> EngineStep:
        """Decides, journals, swaps the world."""
        step = decide(self.world, given, self.clock.now())
        self.store.commit(step.events, [], self.clock.now())
        self.world = step.world
        for hear in self.hearers if step.events else ():
            hear(self.seq, step.events)
        return step


@cache
def loaded_root() -> Root:
    """The two sites under the stock rules; frozen, so one is enough for every test."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "inventories").mkdir()
        (Path(folder) / "inventories" / "erlong.yaml").write_text(SITES, encoding="utf-8")
        (Path(folder) / "inventories" / "lab.yaml").write_text(LAB, encoding="utf-8")
        return load_root(Path(folder))


class WebScene:
    """A root of two sites, its daemon, and what the console is made of."""

    def __init__(self, folder: Path, settings: PortSettings | None = None) -> None:
        root = loaded_root()
        self.clock = StandingClock()
        self.store = open_store("sqlite:///opsmon.db", folder)
        self.store.begin_watch(self.clock.now())
        rules = Rules(root.inventory, root.conditions, root.contracts, ZoneInfo("Asia/Shanghai"))
        self.daemon = EngineDaemon(rules, self.store, self.clock)
        self.tally = ProbeTally(self.clock)
        self.notifications = {("oncall", "delivered"): 3, ("oncall", "dead"): 0}
        counts = Counts(self.tally, ReloadRecord(), lambda: self.notifications, self.store.backlog)
        daemon = DaemonMetrics(self.daemon, self.clock, counts)
        self.parts = WebContext(
            daemon=self.daemon,
            pages=MetricPages(self.daemon, self.clock, daemon),
            journal=self._journal,
            clock=self.clock,
            settings=settings or PortSettings(token=Secret(TOKEN)),
            access=AccessControl(self.store.access, self.clock),
            language="zh",
            timezone=ZoneInfo("Asia/Shanghai"),
            deliveries=self.store.unfinished,
            channels=lambda: ("oncall", "board"),
            states=StateHistory(self.store.watch.gaps),
        )
        self.daemon.subscribe(self.parts.states.hear)
        self.daemon.takers.append(self.parts.values.take)

    def _journal(self, incident: IncidentId) -> Sequence[Entry]:
        return tuple(self.store.read(incident=incident))

    def answers(self, *devices: str) -> None:
        """These devices answer their pings."""
        for device in devices:
            self.ping(device, Outcome.OK, Reading(PING, array("d", [1.0, 0.0015])))

    def ping(self, device: str, outcome: Outcome, *readings: Reading, confirms: bool = False) -> None:
        at = self.clock.now()
        started = at - timedelta(seconds=2 if outcome is Outcome.TIMEOUT else 0)
        identity = Identity(vendor="Example", model="M1") if outcome is Outcome.OK else None
        self.daemon.feed(
            Sample(
                DeviceName(device),
                CheckName("icmp"),
                outcome,
                started,
                at,
                (at - started).total_seconds(),
                readings=readings,
                identity=identity,
                confirms=confirms,
            )
        )

    def miss(self, *devices: str) -> None:
        """These devices do not answer, and do not answer whenever they are asked again."""
        for device in devices:
            self.ping(device, Outcome.TIMEOUT)
        for wait_s in (1.0, 2.0, 4.0, 4.0):
            self.daemon.wait(wait_s)
            for device in devices:
                self.ping(device, Outcome.TIMEOUT, confirms=True)

    def dies(self, device: str) -> str:
        """A device that answered goes down: missed, and missed again whenever it is asked; its incident's id."""
        self.miss(device)
        (incident,) = [one for one in self.daemon.world.incidents.open_incidents() if one.device == device]
        return incident.id


def everything_answers(scene: WebScene) -> None:
    scene.answers("core-1", "mcu-1", "会议终端-1", "ups-1")
    scene.daemon.wait(60)
    scene.answers("core-1", "mcu-1", "会议终端-1", "ups-1")


Client = TestClient[Request, Application]
