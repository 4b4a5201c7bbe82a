"""What it costs to judge a sample: states, confirmations and conditions, with the stock rules.

python -m benchmarks.judge

Cases: a ping that came home; 48 interfaces × 15 columns that no rule watches; the same with two links that the stock
rules watch; a shape seen for the first time; and a site of 2,000 devices in which the core dies. The peer of the second
case is the plain way, every rule compared with every series of every sample.
"""

import sys
from array import array
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from heapq import heapify, heappop, heappush
from pathlib import Path
from time import perf_counter
from tracemalloc import get_traced_memory, start, stop

from opsmon.config.rules.conditions import load_conditions
from opsmon.config.yaml.problem import Problems
from opsmon.model.device import Check, Device, Inventory, Kind, Site
from opsmon.model.name import CheckName, DeviceName, SiteName
from opsmon.model.sample import Outcome, Reading, Sample, SeriesBlock, SeriesKey
from opsmon.state.api import advance, apply_sample, next_deadline, start_fleet
from opsmon.state.condition.rules import Rulebook
from opsmon.state.fleet import FleetState, ReprobeRequest

ROOT = Path(__file__).parents[1]
START = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
SITE = SiteName("bench")
COLUMNS = (
    "ifMtu", "ifSpeed", "ifHighSpeed", "ifAdminStatus", "ifOperStatus", "ifInErrors", "ifOutErrors", "ifInDiscards",
    "ifOutDiscards", "ifHCInOctets", "ifHCOutOctets", "ifHCInUcastPkts", "ifHCOutUcastPkts", "ifHCInMulticastPkts",
    "ifHCOutMulticastPkts",
)  # fmt: skip
ROUNDS = 3000


def stock_rules() -> Rulebook:
    problems = Problems()
    rulebook = load_conditions(ROOT, problems)
    problems.raise_if_any()
    return rulebook


def make_device(name: str, parents: tuple[str, ...] = (), important: tuple[str, ...] = ()) -> Device:
    checks = tuple(Check(CheckName(kind), kind, 60.0, 2.0) for kind in ("icmp", "snmp"))
    return Device(
        DeviceName(name), SITE, "192.0.2.1", Kind.SWITCH, parents=tuple(map(DeviceName, parents)), checks=checks,
        important=frozenset(important),
    )  # fmt: skip


def make_fleet(devices: list[Device], rulebook: Rulebook) -> FleetState:
    return start_fleet(Inventory({SITE: Site(SITE)}, {device.name: device for device in devices}), rulebook, START)


def interface_block() -> SeriesBlock:
    labels = [
        (("ifAlias", ""), ("ifDescr", f"GigabitEthernet0/0/{n}"), ("ifIndex", str(n)), ("ifName", f"GE0/0/{n}"))
        for n in range(48)
    ]
    return SeriesBlock(tuple(SeriesKey(column, label) for column in COLUMNS for label in labels))


def make_sample(device: str, check: str, at: datetime, readings: tuple[Reading, ...] = ()) -> Sample:
    return Sample(DeviceName(device), CheckName(check), Outcome.OK, at, at, 0.01, readings=readings)


def best_of(run: Callable[[], None], times: int = 5) -> float:
    """Seconds of the quickest run."""
    best = float("inf")
    for _ in range(times):
        began = perf_counter()
        run()
        best = min(best, perf_counter() - began)
    return best


def judging_s(device: Device, rulebook: Rulebook, check: str, blocks: tuple[SeriesBlock, ...]) -> float:
    """Seconds a sample, each with fresh numbers in the same shape."""
    arrays = [[array("d", range(shift, shift + len(block))) for shift in range(8)] for block in blocks]

    def run() -> None:
        fleet = make_fleet([device], rulebook)
        for number in range(ROUNDS):
            at = START + timedelta(seconds=number)
            readings = tuple(Reading(block, kept[number % 8]) for block, kept in zip(blocks, arrays, strict=True))
            fleet = apply_sample(fleet, make_sample("sw", check, at, readings), at).fleet

    return best_of(run) / ROUNDS


def plain_s(rulebook: Rulebook, block: SeriesBlock) -> float:
    """Seconds a sample when every rule looks at every series anew."""
    names = [rule.metrics for rule in rulebook.rules]

    def run() -> None:
        for _ in range(20):
            for key in block.keys:
                for metrics in names:
                    if key.metric in metrics:
                        dict(key.labels)

    return best_of(run) / 20


def first_shape_s(device: Device, rulebook: Rulebook) -> float:
    blocks = [interface_block() for _ in range(20)]

    def run() -> None:
        fleet = make_fleet([device], rulebook)
        for number, block in enumerate(blocks):
            at = START + timedelta(seconds=number)
            reading = Reading(block, array("d", bytes(8 * len(block))))
            fleet = apply_sample(fleet, make_sample("sw", "snmp", at, (reading,)), at).fleet

    return best_of(run) / len(blocks)


def core_dies(rulebook: Rulebook) -> tuple[float, int, float]:
    """The CPU seconds from the first missed check to the last verdict, the inputs that took, and kB a device."""
    access = [make_device(f"access-{n}", ("core",)) for n in range(40)]
    leaves = [make_device(f"cam-{n}", (f"access-{n % 40}",)) for n in range(1959)]
    devices = [make_device("core"), *access, *leaves]
    start()
    fleet = make_fleet(devices, rulebook)
    before = get_traced_memory()[0]
    for device in devices:
        fleet = apply_sample(fleet, make_sample(device.name, "icmp", START), START).fleet
    kilobytes = (get_traced_memory()[0] - before) / 1000 / len(devices)
    stop()
    began = perf_counter()
    inputs = _play_death(fleet, devices)
    return perf_counter() - began, inputs, kilobytes


def _play_death(fleet: FleetState, devices: list[Device]) -> int:
    """Every check of every device fails, at its own second of a minute; re-probes fail as they are asked for."""
    agenda: list[tuple[datetime, DeviceName, CheckName]] = []
    for number, device in enumerate(devices):
        at = START + timedelta(seconds=60 + number % 60)
        agenda.extend((at, device.name, check.name) for check in device.checks)
    heapify(agenda)
    inputs, now, end = 0, START, START + timedelta(seconds=150)
    while now < end:
        deadline = next_deadline(fleet)
        now = min(agenda[0][0] if agenda else end, deadline or end)
        asked: tuple[ReprobeRequest, ...]
        if agenda and agenda[0][0] <= now:
            _, name, check = heappop(agenda)
            sample = Sample(name, check, Outcome.TIMEOUT, now - timedelta(seconds=1), now, 1.0)
            fleet, _, asked = apply_sample(fleet, sample, now)
        else:
            fleet, _, asked = advance(fleet, now)
        inputs += 1
        for request in asked:
            home = now + timedelta(seconds=request.after_s + request.timeout_s)
            heappush(agenda, (home, request.device, request.check))
    return inputs


def main() -> int:
    rulebook, block = stock_rules(), interface_block()
    idle, busy = make_device("sw"), make_device("sw", important=("GE0/0/1", "GE0/0/2"))
    ping = SeriesBlock((SeriesKey("probe_success", (("check", "icmp"),)), SeriesKey("probe_duration_seconds")))
    unwatched = judging_s(idle, rulebook, "snmp", (block, ping))
    plain = plain_s(rulebook, block)
    print(f"a ping that came home:               {judging_s(idle, rulebook, 'icmp', (ping,)) * 1e6:7.1f} µs")
    print(f"720 values that nothing watches:     {unwatched * 1e6:7.1f} µs (the state machine included)")
    print(f"  every rule against every series:   {plain * 1e6:7.1f} µs, ratio {unwatched / plain:.3f}")
    print(f"720 values, 2 links watched:         {judging_s(busy, rulebook, 'snmp', (block, ping)) * 1e6:7.1f} µs")
    print(f"720 values in a new shape:           {first_shape_s(busy, rulebook) * 1e6:7.1f} µs, once a shape")
    seconds, inputs, kilobytes = core_dies(rulebook)
    print(f"a core with 2,000 devices dies:      {seconds:7.2f} s of CPU for {inputs} inputs in 90 s of life")
    print(f"memory of a device's state:          {kilobytes:7.1f} kB")
    return 0 if unwatched < plain else 1


if __name__ == "__main__":
    sys.exit(main())
