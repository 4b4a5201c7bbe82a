"""One device polled once, outside of the daemon: for `opsmon probe`."""

from collections.abc import Sequence
from dataclasses import dataclass

from opsmon.clock import WallClock
from opsmon.errors import ProbeError
from opsmon.model.device import Check, Device
from opsmon.model.sample import Outcome, Sample
from opsmon.probe.context import ProbeContext
from opsmon.probe.profile.choose import ProfileSet
from opsmon.probe.profile.pollers import DevicePollers
from opsmon.probe.profile.record import RECORDED
from opsmon.probe.schedule.run_check import run_check
from opsmon.protocol.host_keys import HostKeyPins
from opsmon.protocol.icmp.pinger import FleetPinger
from opsmon.protocol.resolver import Resolver
from opsmon.protocol.snmp.engine import SnmpEngine
from opsmon.protocol.snmp.pace import Terms
from opsmon.protocol.snmp.session import Oid, SnmpSession, SnmpValue
from opsmon.protocol.snmp.traffic import Exchanged, Trace


@dataclass(frozen=True, slots=True)
class TracedEngine:
    """The SNMP engine, with somebody watching every exchange."""

    engine: SnmpEngine
    trace: Trace | None

    def session(self, device: Device, trace: Trace | None = None, terms: Terms | None = None) -> SnmpSession:
        watchers = [watcher for watcher in (self.trace, trace) if watcher is not None]

        def tell(exchanged: Exchanged) -> None:
            for watcher in watchers:
                watcher(exchanged)

        return self.engine.session(device, tell if watchers else None, terms)


async def probe_once(
    device: Device, checks: Sequence[Check], profiles: ProfileSet, host_keys: HostKeyPins, trace: Trace | None = None
) -> tuple[Sample, ...]:
    """The sample of each check, in order; a check that fails is a sample too."""
    clock = WallClock()
    resolver = Resolver(clock)
    pinger, engine = FleetPinger(clock), SnmpEngine(resolver)
    await engine.start()
    context = ProbeContext(clock, pinger, TracedEngine(engine, trace), resolver, DevicePollers(profiles), host_keys)
    try:
        return tuple([await run_check(device, check, context) for check in checks])
    finally:
        context.searches.close()
        await engine.stop()
        pinger.close()


async def record_agent(device: Device, trace: Trace | None = None) -> tuple[dict[Oid, SnmpValue], tuple[str, ...]]:
    """Everything that a device's agent says, and what was cut short. Raises ProbeError when it says nothing."""
    engine = SnmpEngine(Resolver(WallClock()))
    await engine.start()
    try:
        walked = await engine.session(device, trace).walk(RECORDED)
    finally:
        await engine.stop()
    values = {
        tree + index: value
        for tree, rows in zip(RECORDED, walked.columns, strict=True)
        for index, value in rows.items()
    }
    if not values:
        raise ProbeError(Outcome.PROTOCOL, "the agent has nothing to record")
    return values, walked.problems
