"""One usual job of the daemon, a batch for every line that comes in: what `benchmarks.against` compares between trees.

python -m benchmarks._usual_job JOB PROBES PORT ROUNDS DEVICES

The tree's `src` stands in PYTHONPATH and its profiles in PROBES; only what both trees have is used here. Prints
`ready`, then for each line the microseconds of processor time that one job of the batch took.
"""

import asyncio
import gc
import random
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import benchmarks._older_names  # noqa: F401 - before anything of opsmon
from benchmarks._decided import outages, quiet_samples, replays
from benchmarks._snmp_poller import COLUMNS
from benchmarks._snmp_responder import COMMUNITY
from benchmarks.exposition import make_block, reports
from opsmon.clock import WallClock
from opsmon.config.profiles import load_profiles
from opsmon.metrics.own import DeviceReport
from opsmon.metrics.page import PageWriter
from opsmon.model.device import Check, Device, Kind, SnmpAccess, SnmpVersion
from opsmon.model.event import DeviceState
from opsmon.model.name import CheckName, DeviceName, SiteName
from opsmon.model.sample import Outcome
from opsmon.model.secret import Secret
from opsmon.probe.context import ProbeContext
from opsmon.probe.kind.icmp import IcmpSpec
from opsmon.probe.kind.snmp import SnmpSpec
from opsmon.probe.profile.pollers import DevicePollers
from opsmon.probe.schedule.run_check import run_check
from opsmon.protocol.icmp.echo import Echo
from opsmon.protocol.icmp.pinger import FleetPinger
from opsmon.protocol.resolver import Resolver
from opsmon.protocol.snmp.engine import SnmpEngine

Batch = Callable[[], Awaitable[int]]
PING = Check(CheckName("icmp"), "icmp", 60.0, 2.0, IcmpSpec().resolve())
POLL = Check(CheckName("snmp"), "snmp", 60.0, 10.0, SnmpSpec().resolve())


def a_device(number: int, port: int) -> Device:
    access = SnmpAccess(SnmpVersion.V2C, port, Secret(COMMUNITY))
    address, name = f"127.1.{number}.1", DeviceName(f"d{number}")  # a neighbourhood each: bursts to one are smoothed
    return Device(name, SiteName("bench"), address, Kind.SWITCH, profile="if-mib", snmp=access, checks=(PING, POLL))


def checks(context: ProbeContext, check: Check, devices: list[Device], rounds: int) -> Batch:
    """The check of every device at once, so many times."""

    async def batch() -> int:
        for _ in range(rounds):
            samples = await asyncio.gather(*(run_check(device, check, context) for device in devices))
            assert all(sample.outcome is Outcome.OK for sample in samples), samples[0]
        return rounds * len(devices)

    return batch


def sweeps(context: ProbeContext, devices: list[Device], rounds: int) -> Batch | None:
    """The pings of every device as the scheduler has them sent; None in a tree that makes a task of each."""
    try:
        from opsmon.probe.registry import KINDS  # noqa: PLC0415 - a tree may have neither
        from opsmon.probe.schedule.ping_sweep import PingSweeper, SweptPing  # noqa: PLC0415
    except ImportError:
        return None
    usual = [KINDS["icmp"].as_usual_ping(device, PING, context.resolver) for device in devices]
    due = [(0, ping) for ping in usual if ping is not None]

    def home(landed: Sequence[SweptPing[int]]) -> None:
        now_s = context.clock.monotonic()
        for swept in landed:
            assert isinstance(swept.verdict, Echo), swept.verdict
            duration_s = now_s - swept.started_s
            swept.ping.sample_of(swept.verdict, swept.started_at, swept.started_at, duration_s)

    sweeper = PingSweeper[int](context.pinger, context.clock, home)

    async def batch() -> int:
        for _ in range(rounds):
            sweeper.send(due)
            await sweeper.wait()
        return rounds * len(due)

    return batch


def walks(engine: SnmpEngine, devices: list[Device], rounds: int) -> Batch:
    """The engine alone: 15 columns of 48 interfaces."""

    async def walk(device: Device) -> None:
        walked = await engine.session(device).walk(COLUMNS)
        assert all(len(column) == 48 for column in walked.columns)

    async def batch() -> int:
        for _ in range(rounds):
            await asyncio.gather(*map(walk, devices))
        return rounds * len(devices)

    return batch


def pages(fleet: list[DeviceReport], rounds: int) -> Batch:
    """The page of a fleet; told for one device."""
    writer = PageWriter()

    async def batch() -> int:
        for _ in range(rounds):
            assert sum(len(piece.encode()) for piece in writer.write(fleet, datetime.now(UTC)))
        return rounds * len(fleet)

    return batch


async def work(batch: Batch) -> None:
    """Twice to begin with, so that what is made once is made; then once for every line that comes in."""
    for _ in range(2):
        await batch()
    gc.collect()
    gc.freeze()  # as the daemon does: what was loaded is no part of the job
    print("ready", flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        before_s = time.process_time()
        jobs = await batch()
        print(1e6 * (time.process_time() - before_s) / jobs, flush=True)


def decided(job: Callable[[], int]) -> Batch:
    """A batch of what needs no wire."""

    async def batch() -> int:
        return job()

    return batch


async def probed(job: str, probes: Path, port: int, rounds: int, count: int) -> None:
    """What is asked of devices, and the pages of what they answered."""
    random.seed(7)  # when a device is surveyed again is drawn
    clock, engine = WallClock(), SnmpEngine()
    await engine.start()
    pinger = FleetPinger(clock)
    context = ProbeContext(clock, pinger, engine, Resolver(clock), DevicePollers(load_profiles(probes)))
    devices = [a_device(number, port) for number in range(count)]
    pinged = await asyncio.gather(*(run_check(device, PING, context) for device in devices))
    batches: dict[str, Callable[[], Batch]] = {
        "ping": lambda: sweeps(context, devices, rounds) or checks(context, PING, devices, rounds),
        "poll": lambda: checks(context, POLL, devices, rounds),
        "walk": lambda: walks(engine, devices, rounds),
        "page": lambda: pages(reports([make_block() for _ in devices]), rounds),
        "pinged": lambda: pages(
            [DeviceReport(device, DeviceState.UP, (sample,)) for device, sample in zip(devices, pinged, strict=True)],
            rounds,
        ),
    }
    await work(batches[job]())
    await engine.stop()
    pinger.close()


async def main(job: str, probes: Path, port: int, rounds: int, count: int) -> None:
    pure = {"decide": quiet_samples, "outage": outages, "replay": replays}
    if job in pure:
        await work(decided(pure[job](probes.parent, rounds, count)))
    else:
        await probed(job, probes, port, rounds, count)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), *map(int, sys.argv[3:6])))
