"""What a check is handed besides its device: the shared drivers, one of each in the whole daemon."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple, Protocol

from opsmon.clock import Clock
from opsmon.model.device import Device
from opsmon.model.sample import Identity, LocalCause, Outcome, Reading
from opsmon.probe.profile.pollers import DevicePollers
from opsmon.probe.search import Searches
from opsmon.protocol.host_keys import HostKeyPins
from opsmon.protocol.icmp.echo import Pinger
from opsmon.protocol.resolver import Resolver
from opsmon.protocol.snmp.pace import Terms
from opsmon.protocol.snmp.session import SnmpSession
from opsmon.protocol.snmp.traffic import Trace


class SnmpDriver(Protocol):
    def session(self, device: Device, trace: Trace | None = None, terms: Terms | None = None) -> SnmpSession:
        """The agent of a device that has `snmp` access, for one poll by `terms`; `trace` sees every exchange. Cheap.
        Raises ProbeError."""
        ...


@dataclass(frozen=True, slots=True)
class ProbeContext:
    """The shared drivers."""

    clock: Clock
    pinger: Pinger
    snmp: SnmpDriver
    resolver: Resolver
    profiles: DevicePollers | None = None
    host_keys: HostKeyPins = field(default_factory=HostKeyPins)
    searches: Searches = field(default_factory=Searches)


_NO_FACTS: Mapping[str, str] = MappingProxyType({})


class CheckResult(NamedTuple):
    """What a check found, before the worker puts device, time and duration to it: then it is a Sample. A tuple, since
    one is made for every ping."""

    outcome: Outcome = Outcome.OK
    detail: str = ""
    readings: tuple[Reading, ...] = ()
    identity: Identity | None = None
    facts: Mapping[str, str] = _NO_FACTS
    cause: LocalCause | None = None
