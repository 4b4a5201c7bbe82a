"""Processor time is seen where it is spent: the kind of check of a task, the part that a callback belongs to."""

import asyncio
import signal
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence

import pytest

from opsmon.clock import WallClock
from opsmon.daemon.load.cpu_sampler import EVERY_S, OTHER, PARTS, CpuSampler
from opsmon.model.device import Check, Device, Kind
from opsmon.model.name import CheckName, DeviceName, SiteName
from opsmon.model.sample import Sample
from opsmon.probe.context import CheckResult, ProbeContext
from opsmon.probe.kind.icmp import IcmpSpec
from opsmon.probe.kind.spec import CheckSpec
from opsmon.probe.registry import ProbeKind
from opsmon.probe.schedule.scheduler import Scheduler
from opsmon.protocol.icmp.echo import Echo, Settle
from opsmon.protocol.resolver import Resolver
from opsmon.protocol.snmp.codec.ber import MalformedBerError
from opsmon.protocol.snmp.codec.message import decode_head
from tests.support.probe.context import NoDriver
from tests.support.probe.scripted_pinger import ScriptedPinger

MAX_CPU_S = 30.0  # spent at most until the sampler has seen it
PATIENCE_S = 100.0


@pytest.fixture
async def sampler() -> AsyncIterator[CpuSampler]:
    made = CpuSampler()
    made.start()
    yield made
    made.stop()


def work_until(seen: Callable[[], bool], once: Callable[[], object]) -> None:
    began_s = time.process_time()
    while not seen() and time.process_time() - began_s < MAX_CPU_S:
        once()


def read_garbage() -> None:
    for _ in range(100):
        try:
            decode_head(b"\x30\x03\x02\x01\x07")
        except MalformedBerError:
            continue


async def test_a_callback_of_ours_is_seen_by_its_part(sampler: CpuSampler) -> None:
    def part() -> bool:
        return sampler.seen().get("snmp", 0) >= 3

    asyncio.get_running_loop().call_soon(work_until, part, read_garbage)
    await asyncio.sleep(0)
    assert part()
    assert sampler.seconds()["snmp"] == sampler.seen()["snmp"] * EVERY_S
    assert sampler.seconds().keys() >= set(PARTS)


async def test_a_check_is_seen_by_its_kind_whatever_it_is_called(sampler: CpuSampler) -> None:
    done = asyncio.get_running_loop().create_future()

    async def find(device: Device, check: Check, settings: None, context: ProbeContext) -> CheckResult:
        work_until(lambda: sampler.seen().get("loud", 0) >= 2, lambda: sum(range(1000)))
        return CheckResult()

    def deliver(samples: Sequence[Sample]) -> None:
        if not done.done():
            done.set_result(samples[0])

    clock = WallClock()
    kinds = {"loud": ProbeKind(CheckSpec, type(None), find, "", heavy=False)}
    scheduler = Scheduler(ProbeContext(clock, NoDriver(), NoDriver(), Resolver(clock)), deliver, kinds=kinds)
    check = Check(CheckName("front-door"), "loud", 1.0, 90.0)
    scheduler.load([Device(DeviceName("a"), SiteName("hall"), "127.0.0.1", Kind.SWITCH, checks=(check,))])
    running = asyncio.create_task(scheduler.run())
    async with asyncio.timeout(PATIENCE_S):
        await done
    await scheduler.drain(1.0)
    await running
    assert sampler.seen()["loud"] >= 2
    assert "front-door" not in sampler.seen()


async def test_pings_that_have_no_task_are_seen_as_pings(sampler: CpuSampler) -> None:
    """When they are sent, and when they have come home."""
    done = asyncio.get_running_loop().create_future()

    def work() -> None:
        began = sampler.seen().get("icmp", 0)
        work_until(lambda: sampler.seen().get("icmp", 0) >= began + 2, lambda: sum(range(1000)))
        seen.append(sampler.seen().get("icmp", 0) - began)

    class WorkingPinger(ScriptedPinger):
        def send(self, address: str, timeout_s: float, size_bytes: int, settle: Settle) -> None:
            work()
            super().send(address, timeout_s, size_bytes, settle)

    def deliver(samples: Sequence[Sample]) -> None:
        work()
        if not done.done():
            done.set_result(None)

    seen, clock, pinger = list[int](), WallClock(), WorkingPinger(*[Echo(0.001, 64)] * 9)
    scheduler = Scheduler(ProbeContext(clock, pinger, NoDriver(), Resolver(clock)), deliver)
    check = Check(CheckName("icmp"), "icmp", 60.0, 90.0, IcmpSpec().resolve())
    scheduler.load([Device(DeviceName("a"), SiteName("hall"), "127.0.0.1", Kind.SWITCH, checks=(check,))])
    running = asyncio.create_task(scheduler.run())
    async with asyncio.timeout(PATIENCE_S):
        await done
    await scheduler.drain(1.0)
    await running
    assert min(seen) >= 2
    assert len(seen) == 2


async def test_what_another_thread_spends_is_no_part_of_the_loops(sampler: CpuSampler) -> None:
    def threads() -> bool:
        return sampler.seen().get("threads", 0) >= 2

    async with asyncio.timeout(PATIENCE_S):
        await asyncio.to_thread(work_until, threads, lambda: sum(range(1000)))
    assert threads()


async def test_after_its_end_nothing_is_seen_and_no_timer_goes_on() -> None:
    made = CpuSampler()
    made.start()
    assert signal.getitimer(signal.ITIMER_PROF)[1] == pytest.approx(EVERY_S, abs=0.01)
    made.stop()
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)
    signal.raise_signal(signal.SIGPROF)  # one that was under way
    assert made.seen().get(OTHER, 0) == 0


async def test_where_the_signal_cannot_be_had_nothing_is_seen_and_nothing_breaks() -> None:
    made = CpuSampler()

    def elsewhere() -> None:
        made.start()
        made.stop()

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)
    assert made.seen() == {}
