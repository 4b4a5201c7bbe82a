"""The fleet pinger against the kernel's own answers: hosts that live, are dead, are cut off; IPv6; no permission."""

import asyncio
import logging
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, nullcontext

import pytest

from opsmon.clock import WallClock
from opsmon.errors import ProbeError
from opsmon.model.sample import Outcome
from opsmon.protocol.icmp.pinger import FleetPinger
from tests.support.programs import require
from tests.support.real.namespace import Namespace, linked_namespaces, without_raw_sockets

pytestmark = pytest.mark.real

Link = tuple[Namespace, Namespace]


@pytest.fixture(scope="module")
def link() -> Iterator[Link]:
    """Near and far, with nets behind the far end that are dead, unreachable and prohibited."""
    with linked_namespaces() as (near, far):
        far.permit("net.ipv4.ip_forward", "1")
        far.permit("net.ipv6.conf.all.forwarding", "1")
        far.permit("net.ipv4.icmp_ratelimit", "0")
        far.permit("net.ipv6.icmp.ratelimit", "0")
        near.permit("net.ipv4.ping_group_range", "0 0")
        near.ip("route add default via 10.77.0.2")
        near.ip("-6 route add default via fd77::2")
        far.ip("route add blackhole 10.78.1.0/24")
        far.ip("route add unreachable 10.78.2.0/24")
        far.ip("route add prohibit 10.78.3.0/24")
        far.ip("-6 route add unreachable fd78:2::/64")
        near.run(require("ping", "iputils-ping"), "-q", "-6", "-c1", "-w10", "fd77::2")  # neighbours know each other
        yield near, far


@pytest.fixture(params=["raw", "datagram"])
async def pinger(link: Link, request: pytest.FixtureRequest) -> AsyncIterator[FleetPinger]:
    """As root has it, and as an ordinary user has it."""
    pinger = FleetPinger(WallClock())
    with link[0].entered(), without_raw_sockets() if request.param == "datagram" else nullcontext():
        assert pinger.open()
    yield pinger
    pinger.close()


async def outcome_of(pinger: FleetPinger, address: str, timeout_s: float) -> tuple[Outcome, str]:
    try:
        await pinger.ping(address, timeout_s)
    except ProbeError as error:
        return error.outcome, error.detail
    return Outcome.OK, ""


@pytest.mark.parametrize("address", ["10.77.0.2", "fd77::2", "127.0.0.9", "::1"])
async def test_a_living_host_answers(pinger: FleetPinger, address: str) -> None:
    echo = await pinger.ping(address, 2.0)
    assert 0 < echo.rtt_s < 0.5
    assert echo.hop_limit == 64


async def test_a_host_behind_a_black_hole_is_a_timeout(pinger: FleetPinger) -> None:
    began_s = time.monotonic()
    assert await outcome_of(pinger, "10.78.1.1", 0.3) == (Outcome.TIMEOUT, "no echo reply within 0.3 s")
    assert 0.3 <= time.monotonic() - began_s < 0.6
    assert pinger.counts()["timed_out"] == 1


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("10.78.2.1", "10.77.0.2 says: host unreachable"),
        ("10.78.3.1", "10.77.0.2 says: prohibited by a filter"),
        ("fd78:2::1", "fd77::2 says: no route"),
    ],
)
async def test_what_a_router_says_is_a_refusal_at_once(pinger: FleetPinger, address: str, words: str) -> None:
    began_s = time.monotonic()
    outcome, detail = await outcome_of(pinger, address, 5.0)
    assert outcome is Outcome.REFUSED
    assert words in detail
    assert time.monotonic() - began_s < 1.0
    assert pinger.counts()["refused"] == 1


async def test_a_dead_neighbour_does_not_spoil_the_pings_of_others(pinger: FleetPinger) -> None:
    """A pending error of one destination fails the next call on a datagram socket, whoever that one is for."""
    dead = [asyncio.create_task(outcome_of(pinger, "fd78:2::1", 2.0)) for _ in range(20)]
    alive = [asyncio.create_task(outcome_of(pinger, "fd77::2", 2.0)) for _ in range(20)]
    assert {outcome for outcome, _ in await asyncio.gather(*alive)} == {Outcome.OK}
    assert {outcome for outcome, _ in await asyncio.gather(*dead)} == {Outcome.REFUSED}


async def test_no_route_of_our_own_is_our_own_fault(pinger: FleetPinger, link: Link) -> None:
    link[0].ip("route del default via 10.77.0.2")
    try:
        outcome, detail = await outcome_of(pinger, "10.78.1.1", 1.0)
    finally:
        link[0].ip("route add default via 10.77.0.2")
    assert outcome is Outcome.LOCAL_FAULT
    assert "could not be sent" in detail


async def test_hundreds_of_hosts_at_once_are_all_answered(pinger: FleetPinger) -> None:
    echoes = await asyncio.gather(*(pinger.ping(f"127.0.{n // 200}.{n % 200 + 1}", 5.0) for n in range(1500)))
    assert len(echoes) == pinger.counts()["answered"] == 1500
    assert pinger.counts()["kernel_drops"] == 0


async def test_a_busy_loop_neither_lengthens_the_round_trip_nor_loses_the_answer(pinger: FleetPinger) -> None:
    waiting = asyncio.create_task(pinger.ping("10.77.0.2", 0.2))
    await asyncio.sleep(0)  # the request is on the wire
    time.sleep(0.5)  # noqa: ASYNC251 - the very thing: somebody hogs the loop for longer than the time-out
    echo = await waiting
    assert echo.rtt_s < 0.1


async def test_a_cancelled_ping_leaves_nothing_behind(pinger: FleetPinger) -> None:
    waiting = asyncio.create_task(pinger.ping("10.78.1.1", 0.1))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await outcome_of(pinger, "10.78.1.1", 0.3) == (Outcome.TIMEOUT, "no echo reply within 0.3 s")


async def test_without_permission_the_log_says_once_how_to_permit_it(
    link: Link, caplog: pytest.LogCaptureFixture
) -> None:
    pinger = FleetPinger(WallClock())
    link[0].permit("net.ipv4.ping_group_range", "1 0")
    try:
        with link[0].entered(), without_raw_sockets(), caplog.at_level(logging.WARNING):
            assert not pinger.open()
            outcomes = {(await outcome_of(pinger, address, 1.0))[0] for address in ("10.77.0.2", "fd77::2", "::1")}
    finally:
        link[0].permit("net.ipv4.ping_group_range", "0 0")
    assert outcomes == {Outcome.LOCAL_FAULT}
    assert len(caplog.records) == 1
    assert "ping_group_range" in caplog.text
    assert "cap_net_raw" in caplog.text


@contextmanager
def lossy(far: Namespace) -> Iterator[None]:
    tc = shutil.which("tc") or "/usr/sbin/tc"
    command = ["ip", "netns", "exec", far.name, tc, "qdisc", "add", "dev", "cable1", "root", "netem"]
    done = subprocess.run([*command, "loss", "30%", "delay", "20ms"], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"this kernel has no netem: {done.stderr.strip()}")
    try:
        yield
    finally:
        far.run(tc, "qdisc", "del", "dev", "cable1", "root")


async def test_a_lossy_path_loses_some_and_shows_its_delay(pinger: FleetPinger, link: Link) -> None:
    with lossy(link[1]):
        results = await asyncio.gather(*(outcome_of(pinger, "10.77.0.2", 1.0) for _ in range(200)))
        echo = await _first_echo(pinger)
    lost = sum(outcome is Outcome.TIMEOUT for outcome, _ in results)
    assert 25 < lost < 100
    assert 0.019 < echo < 0.1


async def _first_echo(pinger: FleetPinger) -> float:
    while True:
        try:
            return (await pinger.ping("10.77.0.2", 1.0)).rtt_s
        except ProbeError:
            continue
