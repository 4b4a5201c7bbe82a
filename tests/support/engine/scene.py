"""The engine in a virtual hall: devices that live or die, probes, re-probes, time. No clock, no I/O."""

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from zoneinfo import ZoneInfo

from opsmon.contract.contract_rules import ContractRules
from opsmon.engine.decide import decide
from opsmon.engine.effect import Diagnose, Effect, Notify
from opsmon.engine.fold import restore
from opsmon.engine.input import AddFact, Input, Reloaded, Tick
from opsmon.engine.rules import Rules
from opsmon.engine.step import EngineStep
from opsmon.engine.world import World, next_deadline, start_world
from opsmon.incident.incident import Incident
from opsmon.model.device import Check, Device, Inventory, Kind, Site
from opsmon.model.event import ClockChanged, Event
from opsmon.model.incident import Fact, FactType, Severity
from opsmon.model.name import CheckName, ContractId, DeviceName, IncidentId, SiteName
from opsmon.model.sample import Outcome, Reading, Sample, SeriesBlock, SeriesKey
from opsmon.state.condition.rules import Bounds, Comparator, Grade, Rule, Threshold
from opsmon.state.fleet import ReprobeRequest
from opsmon.store.codec import decode_event, encode_event
from tests.support.contract.rulebook import stock_books
from tests.support.incident.scene import RULEBOOK, WORDS

# A Friday morning in Peking, well inside the term of the contract.
START = datetime(2026, 3, 20, 2, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
SITE = SiteName("hall")
CONTRACT = ContractId("xicheng-vc-2025")
ICMP = CheckName("icmp")


def contracts() -> Mapping[ContractId, ContractRules]:
    """The stock contracts, as the daemon loads them."""
    return stock_books()


def device(name: str, *parents: str, kind: Kind = Kind.SWITCH, contract: ContractId | None = CONTRACT) -> Device:
    return Device(
        name=DeviceName(name),
        site=SITE,
        address="192.0.2.1",
        kind=kind,
        contract=contract,
        service="vc",
        parents=tuple(DeviceName(parent) for parent in parents),
        labels={"venue": "main-hall"},
        checks=(Check(ICMP, "icmp", 60.0, 2.0),),
    )


HALL = (
    device("core"),
    device("access", "core"),
    device("mcu", "core", kind=Kind.MCU),
    *(device(f"cam-{number}", "access", kind=Kind.CAMERA) for number in range(1, 6)),
)


HEAT = SeriesBlock((SeriesKey("device_temperature_celsius", (("sensor", "board"),)),))
HOT = Rule(
    "Hot",
    frozenset({"device_temperature_celsius"}),
    Bounds(Comparator.ABOVE, at=Threshold(60.0), clear=Threshold(50.0)),
    Grade(Severity.MAJOR),
    WORDS,
)


def rules_of(devices: Iterable[Device] = HALL, books: Mapping[ContractId, ContractRules] | None = None) -> Rules:
    inventory = Inventory({SITE: Site(SITE)}, {one.name: one for one in devices})
    return Rules(inventory, replace(RULEBOOK, rules=(HOT,)), contracts() if books is None else books, ZONE)


def sample(
    name: str, outcome: Outcome, at: datetime, *, confirms: bool = False, celsius: float | None = None
) -> Sample:
    duration_s = 0.01 if outcome is Outcome.OK else 1.0
    started_at = at - timedelta(seconds=duration_s)
    readings = () if celsius is None else (Reading(HEAT, array("d", [celsius])),)
    return Sample(DeviceName(name), ICMP, outcome, started_at, at, duration_s, "", readings, confirms=confirms)


class Town:
    """Feeds the engine as a network and a loop would. `journal` is every event in order."""

    def __init__(self, rules: Rules, now: datetime = START) -> None:
        self.world: World = start_world(rules, now)
        self.now = now
        self.dead: set[str] = set()
        self.special: dict[str, Outcome] = {}
        self.journal: list[Event] = []
        self.effects: list[Effect] = []
        self._order = count()
        self._probes: list[tuple[datetime, int, str, bool]] = []
        for number, name in enumerate(rules.inventory.devices):
            self._plan(now + timedelta(seconds=number), name, confirms=False)

    def _plan(self, at: datetime, name: str, *, confirms: bool) -> None:
        heappush(self._probes, (at, next(self._order), name, confirms))

    def give(self, given: Input) -> EngineStep:
        if isinstance(given, Reloaded):
            for name in given.rules.inventory.devices.keys() - {probe[2] for probe in self._probes}:
                self._plan(self.now + timedelta(seconds=5), name, confirms=False)
        step = decide(self.world, given, self.now)
        self.world = step.world
        self.journal += step.events
        self.effects += step.effects
        for effect in step.effects:
            if isinstance(effect, ReprobeRequest):
                self._plan(self.now + timedelta(seconds=effect.after_s), effect.device, confirms=True)
        return step

    def run(self, seconds: float) -> "Town":
        """Lets so much time pass, with everything that happens in it."""
        end = self.now + timedelta(seconds=seconds)
        while True:
            deadline, probe_at = next_deadline(self.world), self._probes[0][0]
            if min(deadline or end, probe_at) >= end:
                self.now = end
                return self
            if deadline is not None and deadline <= probe_at:
                self.now = max(self.now, deadline)
                self.give(Tick())
            else:
                self._probe()

    def _probe(self) -> None:
        self.now, _, name, confirms = heappop(self._probes)
        outcome = self.special.get(name, Outcome.TIMEOUT if name in self.dead else Outcome.OK)
        if name in self.world.rules.inventory.devices:
            self.give(sample(name, outcome, self.now, confirms=confirms))
        if not confirms:
            self._plan(self.now + timedelta(seconds=60), name, confirms=False)

    def restart(self, rules: Rules | None = None) -> "Town":
        """The daemon dies and comes back, perhaps with other files: nothing is left but the journal as it is stored."""
        rules = rules or self.world.rules
        stored = [decode_event(*encode_event(event)) for event in self.journal]
        self.world = restore(rules, stored, self.now)
        self.give(Reloaded(rules))
        self.give(Tick())
        return self

    def tell(self, type_: FactType, by: str = "值班员", note: str = "") -> EngineStep:
        return self.give(AddFact(self.the_open().id, Fact(type_, self.now, by, note)))

    def the_open(self) -> Incident:
        (incident,) = self.world.incidents.open_incidents()
        return incident

    def incident(self, number: int = 1) -> Incident:
        return self.world.incidents.by_id[IncidentId(f"20260320-{number}")]

    def alerts(self) -> list[Notify]:
        return [effect for effect in self.effects if isinstance(effect, Notify)]

    def diagnoses(self) -> list[Diagnose]:
        return [effect for effect in self.effects if isinstance(effect, Diagnose)]

    def clock_story(self, clause: str) -> list[str]:
        """The states that a clause's clock went through, as the journal tells."""
        return [
            str(event.after) for event in self.journal if isinstance(event, ClockChanged) and event.clause == clause
        ]
