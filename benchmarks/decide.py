"""What a decision costs: `python -m benchmarks.decide`.

A quiet sample of a fleet of 10,000 devices through `decide`, as a share of one core at one sample a device and minute;
the memory that the believed world takes of a device; a Tick while 100,000 contract clocks are open; and an outage that
takes 1,000 devices with it, from the last confirmation to the journal's text.
"""

import gc
import resource
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks.clocks import book
from opsmon.engine.decide import decide
from opsmon.engine.input import Tick
from opsmon.engine.rules import Rules
from opsmon.engine.world import World, next_deadline, start_world
from opsmon.model.device import Check, Device, Inventory, Kind, Site
from opsmon.model.event import DeviceState, Event
from opsmon.model.incident import Severity
from opsmon.model.name import CheckName, ContractId, DeviceName, SiteName
from opsmon.model.sample import Outcome, Sample
from opsmon.state.condition.rules import Grade, Rulebook, StateRule, Wording
from opsmon.store.chain import ChainHead, forge_link
from opsmon.store.codec import encode_event

DEVICES = 10_000
DYING = 1_000
CLOCKS = 100_000
START = datetime(2026, 11, 20, 2, tzinfo=UTC)
SITE, ICMP, CONTRACT = SiteName("hall"), CheckName("icmp"), ContractId("xicheng-vc-2025")
DOWN = StateRule("DeviceDown", frozenset({DeviceState.DOWN}), Grade(Severity.ORDINARY), Wording("{device}", "{device}"))


def rules() -> Rules:
    """A fleet of cameras at main halls, each pinged once a minute, all under the contract with the most clocks."""
    check = (Check(ICMP, "icmp", 60.0, 2.0),)
    devices = (
        Device(
            DeviceName(f"cam-{number}"), SITE, "192.0.2.1", Kind.CAMERA, contract=CONTRACT, service="vc",
            labels={"venue": "main-hall"}, checks=check,
        )
        for number in range(DEVICES)
    )  # fmt: skip
    inventory = Inventory({SITE: Site(SITE)}, {one.name: one for one in devices})
    return Rules(inventory, Rulebook(states=(DOWN,)), {CONTRACT: book()}, ZoneInfo("Asia/Shanghai"))


def sample(name: DeviceName, outcome: Outcome, at: datetime) -> Sample:
    return Sample(name, ICMP, outcome, at, at, 0.001, confirms=outcome is not Outcome.OK)


def sweep(world: World, outcome: Outcome, at: datetime, names: list[DeviceName]) -> tuple[World, float, list[Event]]:
    """One sample of each device; the CPU seconds that the decisions took."""
    samples = [sample(name, outcome, at) for name in names]
    events: list[Event] = []
    began_s = time.process_time()
    for one in samples:
        step = decide(world, one, at)
        world = step.world
        events += step.events
    return world, time.process_time() - began_s, events


def resident_kb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1024


def quiet(world: World, names: list[DeviceName]) -> World:
    before_kb = resident_kb()
    world, first_s, _ = sweep(world, Outcome.OK, START, names)
    gc.collect()
    grown_kb = resident_kb() - before_kb
    costs = []
    for minute in range(1, 4):
        world, cost_s, _ = sweep(world, Outcome.OK, START + timedelta(minutes=minute), names)
        costs.append(cost_s)
    best_s = min(costs)
    print(
        f"first sample of a device: {first_s / DEVICES * 1e6:.1f} µs; "
        f"the world grew by {grown_kb / DEVICES:.2f} kB a device"
    )
    print(f"quiet sample: {best_s / DEVICES * 1e6:.1f} µs; {DEVICES:,} a minute are {best_s / 60:.2%} of a core")
    return world


def outage(world: World, names: list[DeviceName]) -> tuple[World, datetime]:
    """The devices fail in the rhythm of the confirmations; the last of them opens the incidents."""
    at, dying, events, cost_s = START + timedelta(minutes=4), names[:DYING], [], 0.0
    for pause_s in (0.0, 1.1, 1.1, 2.1):
        at += timedelta(seconds=pause_s)
        world, decided_s, told = sweep(world, Outcome.TIMEOUT, at, dying)
        events += told
        cost_s += decided_s
        world = decide(world, Tick(), at).world
    began_s, head = time.process_time(), ChainHead()
    for event in events:
        name, payload = encode_event(event)
        link = forge_link(head, name, 1, payload)
        head = ChainHead(link.seq, link.hash)
    written_s = time.process_time() - began_s
    found = len(world.incidents.open_incidents())
    print(
        f"{DYING:,} devices die at once: {found:,} incidents, {len(events):,} events decided in {cost_s:.2f} s, "
        f"encoded and chained in {written_s:.2f} s"
    )
    return world, at


def ticks(world: World, at: datetime) -> None:
    """Copies of one incident's clocks stand for a year of them."""
    each = next(iter(world.clocks.values()))
    names = list(world.clocks)
    clocks, agenda = world.clocks, world.agenda
    with clocks.mutate() as many:
        for number in range(CLOCKS // len(each)):
            many[type(names[0])(f"copy-{number}")] = each
        clocks = many.finish()
    for name in clocks:
        agenda = agenda.set(name, at + timedelta(days=1))
    world = decide(replace(world, clocks=clocks, agenda=agenda), Tick(), at).world
    began_s = time.process_time()
    rounds = 1_000
    for _ in range(rounds):
        next_deadline(world)
    look_s = (time.process_time() - began_s) / rounds
    began_s = time.process_time()
    for _ in range(rounds):
        world = decide(world, Tick(), at).world
    tick_s = (time.process_time() - began_s) / rounds
    print(
        f"{sum(map(len, clocks.values())):,} open clocks: the next deadline is known in {look_s * 1e6:.1f} µs, "
        f"a Tick that changes nothing takes {tick_s * 1e6:.0f} µs"
    )


def main() -> None:
    fleet = rules()
    names = list(fleet.inventory.devices)
    world = quiet(start_world(fleet, START), names)
    ticks(*outage(world, names))


if __name__ == "__main__":
    main()
