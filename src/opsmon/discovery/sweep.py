"""One look at every SNMP device of an inventory, for what they say about their neighbours."""

import asyncio
from collections.abc import Callable, Iterable

from opsmon.clock import WallClock
from opsmon.discovery.links import Heard
from opsmon.model.device import Check, Device
from opsmon.model.name import CheckName, DeviceName
from opsmon.model.sample import Sample
from opsmon.probe.context import ProbeContext
from opsmon.probe.profile.choose import ProfileSet
from opsmon.probe.profile.pollers import DevicePollers
from opsmon.probe.profile.rows.neighbour import FACT
from opsmon.probe.registry import KINDS
from opsmon.probe.schedule.run_check import run_check
from opsmon.protocol.icmp.pinger import FleetPinger
from opsmon.protocol.resolver import Resolver
from opsmon.protocol.snmp.engine import SnmpEngine

AT_A_TIME = 64
SNMP = "snmp"
Done = Callable[[Sample], None]


async def hear_neighbours(devices: Iterable[Device], profiles: ProfileSet, done: Done) -> dict[DeviceName, Heard]:
    """What each device that answers says; `done` is told of every sample, of those that do not answer too."""
    clock = WallClock()
    resolver, places = Resolver(clock), asyncio.Semaphore(AT_A_TIME)
    engine = SnmpEngine(resolver)
    context = ProbeContext(clock, FleetPinger(clock), engine, resolver, DevicePollers(profiles))
    await engine.start()
    try:
        polls = (_poll(device, context, places, done) for device in devices if device.snmp is not None)
        samples = await asyncio.gather(*polls)
    finally:
        await engine.stop()
    return {sample.device: heard_in(sample) for sample in samples if sample.identity is not None}


async def _poll(device: Device, context: ProbeContext, places: asyncio.Semaphore, done: Done) -> Sample:
    own = next((check for check in device.checks if check.kind == SNMP), None)
    kind = KINDS[SNMP]
    check = own or Check(CheckName(SNMP), SNMP, kind.default_period_s, kind.default_timeout_s, kind.spec().resolve())
    async with places:
        sample = await run_check(device, check, context)
    done(sample)
    return sample


def heard_in(sample: Sample) -> Heard:
    """The words of one poll."""
    links = {name.removeprefix(FACT): text for name, text in sample.facts.items() if name.startswith(FACT)}
    return Heard(sample.identity.system.get("sysName", "") if sample.identity else "", links)
