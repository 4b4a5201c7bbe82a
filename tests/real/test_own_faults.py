"""Every kind of check on a machine whose own network is at fault, in a namespace of its own: no device is blamed."""

import asyncio
import resource
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager

import pytest

from opsmon.clock import WallClock
from opsmon.model.device import Check, Device, Kind, SnmpAccess, SnmpV3Key, SnmpVersion, SshAccess
from opsmon.model.name import CheckName, DeviceName, SiteName
from opsmon.model.sample import LocalCause, Outcome, Sample
from opsmon.model.secret import Secret
from opsmon.probe.context import ProbeContext
from opsmon.probe.profile.choose import ProfileSet
from opsmon.probe.profile.pollers import DevicePollers
from opsmon.probe.registry import KINDS
from opsmon.probe.schedule.run_check import run_check
from opsmon.protocol.icmp.pinger import FleetPinger
from opsmon.protocol.resolver import Resolver
from opsmon.protocol.snmp.engine import SnmpEngine
from tests.support.real.namespace import Namespace, namespace

pytestmark = pytest.mark.real
SETTINGS: dict[str, dict[str, object]] = {"tcp": {"port": 554}, "http": {"scheme": "http"}}
V3 = SnmpAccess(SnmpVersion.V3, user="u", auth=SnmpV3Key("SHA", Secret("long enough")))


@pytest.fixture
def own() -> Iterator[Namespace]:
    with namespace() as made:
        yield made


async def probe(kind: str, address: str, *, v3: bool = False) -> Sample:
    clock = WallClock()
    resolver = Resolver(clock)
    pinger, engine = FleetPinger(clock), SnmpEngine(resolver)
    await engine.start()
    try:
        context = ProbeContext(clock, pinger, engine, resolver, DevicePollers(ProfileSet({})))
        spec = KINDS[kind].spec.model_validate(SETTINGS.get(kind, {}))
        check = Check(CheckName(kind), kind, 60.0, 0.5, spec.resolve())
        access = V3 if v3 else SnmpAccess(community=Secret("public"))
        ssh = SshAccess("u", password=Secret("p"))
        device = Device(
            DeviceName("d"), SiteName("s"), address, Kind.OTHER, checks=(check,), snmp=access, ssh=ssh
        )  # fmt: skip
        return await run_check(device, check, context)
    finally:
        await engine.stop()
        pinger.close()


def inside(own: Namespace, work: Callable[[], Coroutine[None, None, Sample]]) -> Sample:
    with own.entered():
        return asyncio.run(work())


@pytest.mark.parametrize("kind", [*KINDS, "snmp v3"])
@pytest.mark.parametrize(
    ("route", "address"),
    [("", "10.9.0.1"), ("", "2001:db8::1"), ("unreachable", "10.9.0.1"), ("prohibit", "10.9.0.1")],
)
def test_without_a_route_no_check_blames_a_device(own: Namespace, kind: str, route: str, address: str) -> None:
    if route:
        own.ip(f"route add {route} 10.9.0.0/16")
    name, v3 = kind.removesuffix(" v3"), kind.endswith("v3")
    sample = inside(own, lambda: probe(name, address, v3=v3))
    assert (sample.outcome, sample.cause) in {
        (Outcome.LOCAL_FAULT, LocalCause.NETWORK),
        (Outcome.LOCAL_FAULT, LocalCause.PERMISSION),  # what a prohibited route says
    }, sample.detail


@pytest.mark.parametrize("kind", [*KINDS, "snmp v3"])
def test_a_machine_that_is_there_and_answers_nothing_is_blamed(own: Namespace, kind: str) -> None:
    own.ip("route add local 10.9.0.0/16 dev lo")
    name, v3 = kind.removesuffix(" v3"), kind.endswith("v3")
    sample = inside(own, lambda: probe(name, "10.9.0.1", v3=v3))
    assert sample.outcome in ({Outcome.OK} if kind == "icmp" else {Outcome.REFUSED, Outcome.TIMEOUT}), sample.detail


@contextmanager
def few_files(count: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("kind", ["tcp", "http", "ssh", "sip"])
def test_without_files_no_check_blames_a_device(own: Namespace, kind: str) -> None:
    own.ip("route add local 10.9.0.0/16 dev lo")

    async def starved() -> Sample:
        clock = WallClock()
        context = ProbeContext(clock, FleetPinger(clock), SnmpEngine(), Resolver(clock))
        spec = KINDS[kind].spec.model_validate(SETTINGS.get(kind, {}))
        check = Check(CheckName(kind), kind, 60.0, 0.5, spec.resolve())
        ssh = SshAccess("u", password=Secret("p"))
        device = Device(DeviceName("d"), SiteName("s"), "10.9.0.1", Kind.OTHER, checks=(check,), ssh=ssh)
        with few_files(3):
            return await run_check(device, check, context)

    sample = inside(own, starved)
    assert (sample.outcome, sample.cause) == (Outcome.LOCAL_FAULT, LocalCause.RESOURCES), sample.detail
