"""What the tests of single checks share: a context with no driver, and a device with one check."""

from collections.abc import Iterator
from contextlib import contextmanager

from opsmon.clock import WallClock
from opsmon.errors import ProbeError
from opsmon.model.device import Check, Device, Kind
from opsmon.model.name import CheckName, DeviceName, SiteName
from opsmon.model.sample import Outcome
from opsmon.probe.context import ProbeContext
from opsmon.probe.kind.spec import CheckSpec
from opsmon.probe.registry import KINDS
from opsmon.protocol.icmp.echo import Echo, Settle
from opsmon.protocol.resolver import Resolver
from opsmon.protocol.snmp.pace import Terms
from opsmon.protocol.snmp.session import SnmpSession
from opsmon.protocol.snmp.traffic import Trace


class NoDriver:
    """Stands where a driver would, for tests of checks that must not use it."""

    async def ping(self, address: str, timeout_s: float, size_bytes: int = 56) -> Echo:
        raise ProbeError(Outcome.LOCAL_FAULT, f"nothing pings {address} here")

    def send(self, address: str, timeout_s: float, size_bytes: int, settle: Settle) -> None:
        settle(ProbeError(Outcome.LOCAL_FAULT, f"nothing pings {address} here"))

    def session(self, device: Device, trace: Trace | None = None, terms: Terms | None = None) -> SnmpSession:
        raise ProbeError(Outcome.LOCAL_FAULT, f"nothing asks {device.name} here")


def device_with(kind: str, spec: CheckSpec, *, address: str = "127.0.0.1", timeout_s: float = 2.0) -> Device:
    """A device with one check, as config would make it from `spec`."""
    assert isinstance(spec, KINDS[kind].spec)
    check = Check(CheckName(kind), kind, 60.0, timeout_s, spec.resolve())
    return Device(DeviceName("device-1"), SiteName("site-1"), address, Kind.OTHER, checks=(check,))


@contextmanager
def probe_context() -> Iterator[ProbeContext]:
    clock = WallClock()
    made = ProbeContext(clock=clock, pinger=NoDriver(), snmp=NoDriver(), resolver=Resolver(clock))
    yield made
    made.searches.close()
