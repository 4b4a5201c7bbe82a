"""Our side of benchmarks.fleet_ping, a process of its own: a fleet pinged, judged, kept and scraped once a period.

python -m benchmarks._ping_fleet --devices 5000 --period 30

Warms up for one period, then counts for one, and prints one JSON object.
"""

import argparse
import asyncio
import gc
import json
import os
import resource

from benchmarks._process import resident_bytes
from opsmon.clock import WallClock
from opsmon.metrics.own import DeviceReport
from opsmon.metrics.page import PageWriter
from opsmon.model.device import Check, Device, Inventory, Kind, Site
from opsmon.model.event import DeviceState
from opsmon.model.name import CheckName, DeviceName, SiteName
from opsmon.model.sample import Outcome, Sample
from opsmon.probe.context import ProbeContext
from opsmon.probe.icmp_pinger import FleetPinger
from opsmon.probe.resolver import Resolver
from opsmon.probe.scheduler import Scheduler
from opsmon.probe.snmp.engine import SnmpEngine
from opsmon.state.advance import apply_sample, start_fleet, state_of
from opsmon.state.rulebook import Rulebook

SITE = SiteName("benchmark")


def fleet_of(count: int, period_s: float) -> Inventory:
    """Devices on loopback, one ping check each."""
    names = [DeviceName(f"device-{number:05}") for number in range(count)]
    devices = {
        name: Device(
            name,
            SITE,
            f"127.{1 + number // 62_500}.{number // 250 % 250}.{1 + number % 250}",
            Kind.CAMERA,
            checks=(Check(CheckName("icmp"), "icmp", period_s, 2.0),),
        )
        for number, name in enumerate(names)
    }
    return Inventory({SITE: Site(SITE)}, devices)


class Daemon:
    """The rooms that a ping goes through: probe, state, metrics."""

    def __init__(self, inventory: Inventory) -> None:
        self.clock = WallClock()
        self.inventory = inventory
        self.pinger = FleetPinger(self.clock)
        context = ProbeContext(self.clock, self.pinger, SnmpEngine(), Resolver(self.clock))
        self.scheduler = Scheduler(context, self.deliver)
        self.fleet = start_fleet(inventory, Rulebook(), self.clock.now())
        self.latest: dict[DeviceName, Sample] = {}
        self.answered = 0
        self.writer = PageWriter()
        self.page_bytes = 0

    def deliver(self, sample: Sample) -> None:
        self.fleet = apply_sample(self.fleet, sample, self.clock.now()).fleet
        self.latest[sample.device] = sample
        self.answered += sample.outcome is Outcome.OK

    async def scrape(self) -> None:
        """The page of the site, as a Prometheus would fetch it."""
        self.page_bytes = 0
        for piece in self.writer.write(map(self.report, self.inventory.devices.values()), self.clock.now()):
            self.page_bytes += len(piece.encode())
            await asyncio.sleep(0)

    def report(self, device: Device) -> DeviceReport:
        sample = self.latest.get(device.name)
        return DeviceReport(device, state_of(self.fleet, device.name), (sample,) if sample else ())


def used_cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


async def measure(devices: int, period_s: float) -> dict[str, float]:
    gc.collect()
    empty_bytes = resident_bytes(os.getpid())
    inventory = fleet_of(devices, period_s)
    daemon = Daemon(inventory)
    daemon.pinger.open()
    daemon.scheduler.load(inventory.devices.values())
    running = asyncio.create_task(daemon.scheduler.run())
    await asyncio.sleep(period_s + 2)
    await daemon.scrape()
    began_cpu_s, began_s, began_answered = used_cpu_s(), daemon.clock.monotonic(), daemon.answered
    await asyncio.sleep(period_s / 2)
    await daemon.scrape()
    await asyncio.sleep(period_s / 2)
    cpu_s, wall_s = used_cpu_s() - began_cpu_s, daemon.clock.monotonic() - began_s
    held_bytes = resident_bytes(os.getpid()) - empty_bytes
    states = [state_of(daemon.fleet, name) for name in inventory.devices]
    await daemon.scheduler.drain(5.0)
    await running
    daemon.pinger.close()
    return {
        "cpu_s": cpu_s,
        "wall_s": wall_s,
        "pings": daemon.answered - began_answered,
        "up": sum(state is DeviceState.UP for state in states),
        "bytes_per_device": held_bytes / devices,
        "lag_s": daemon.scheduler.tally.lag_s(),
        "page_bytes": daemon.page_bytes,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=5000)
    parser.add_argument("--period", type=float, default=30.0)
    options = parser.parse_args()
    print(json.dumps(asyncio.run(measure(options.devices, options.period))), flush=True)


if __name__ == "__main__":
    main()
