"""Usual pings go out and come home together, and tell what each would have told alone."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import pairwise

import pytest

from opsmon.clock import WallClock
from opsmon.errors import ProbeError
from opsmon.model.device import Check, Device
from opsmon.model.name import CheckName, DeviceName
from opsmon.model.sample import LocalCause, Outcome, Sample
from opsmon.probe.context import ProbeContext
from opsmon.probe.kind.icmp import IcmpSettings
from opsmon.probe.registry import KINDS
from opsmon.probe.schedule.run_check import run_check
from opsmon.probe.schedule.scheduler import Scheduler
from opsmon.protocol.icmp.echo import Echo, Verdict
from opsmon.protocol.resolver import Resolver
from tests.support.probe.context import NoDriver
from tests.support.probe.held_pinger import HeldPinger
from tests.support.probe.schedule_bench import STEP_S, device
from tests.support.virtual_time import VirtualClock, run_virtually

FIRST_SWEEP_S = 1.0 + STEP_S  # of a small fleet
PING = Check(CheckName("icmp"), "icmp", 60.0, 2.0, IcmpSettings())
ECHO = Echo(0.0123, 57, 0.004)
TIMEOUT = ProbeError(Outcome.TIMEOUT, "no echo reply within 2 s")
VERDICTS: tuple[Echo | ProbeError, ...] = (
    ECHO,
    Echo(0.5, None),
    TIMEOUT,
    ProbeError(Outcome.REFUSED, "192.0.2.9 says: host prohibited"),
    ProbeError(Outcome.LOCAL_FAULT, "pinging is not permitted", LocalCause.PERMISSION),
)


@dataclass
class Sweep:
    """A scheduler whose pings a test holds, and what it delivered, batch by batch."""

    clock: VirtualClock
    pinger: HeldPinger = field(default_factory=HeldPinger)
    batches: list[Sequence[Sample]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context = ProbeContext(self.clock, self.pinger, NoDriver(), Resolver(self.clock))
        self.scheduler = Scheduler(self.context, self.batches.append)

    @property
    def samples(self) -> list[Sample]:
        return [sample for batch in self.batches for sample in batch]

    async def answer(self, verdict: Verdict) -> int:
        """What is out comes home, and has been delivered."""
        answered = self.pinger.answer_all(verdict)
        for _ in range(5):
            await asyncio.sleep(0)
        return answered


def pinged(number: int, check: Check = PING) -> Device:
    return device(f"d{number}", check, address=f"127.0.9.{number + 1}")


def sweep(story: Callable[[Sweep], Awaitable[None]]) -> None:
    """Runs a story beside a running scheduler."""

    async def whole(clock: VirtualClock) -> None:
        scene = Sweep(clock)
        running = asyncio.create_task(scene.scheduler.run())
        await story(scene)
        await scene.scheduler.drain(0.0)
        await running

    run_virtually(whole)


@pytest.mark.parametrize("verdict", VERDICTS, ids=str)
def test_a_swept_ping_tells_what_the_check_alone_tells(verdict: Echo | ProbeError) -> None:
    async def story(scene: Sweep) -> None:
        scene.scheduler.load([pinged(0)])
        await asyncio.sleep(FIRST_SWEEP_S)
        await asyncio.sleep(0.25)
        await scene.answer(verdict)
        alone = asyncio.create_task(run_check(pinged(0), PING, scene.context))
        await asyncio.sleep(scene.samples[0].duration_s)
        await scene.answer(verdict)
        swept, single = scene.samples[0], await alone
        assert single.duration_s == pytest.approx(swept.duration_s)
        same_time = replace(single, started_at=swept.started_at, at=swept.at, duration_s=swept.duration_s)
        assert replace(swept, readings=()) == replace(same_time, readings=())
        assert swept.at - swept.started_at == timedelta(seconds=swept.duration_s)
        for ours, theirs in zip(swept.readings, single.readings, strict=True):
            assert ours.block is theirs.block
            assert list(ours.values) == pytest.approx(list(theirs.values), nan_ok=True)

    sweep(story)


def test_pings_that_are_due_together_go_out_together_and_are_delivered_together() -> None:
    async def story(scene: Sweep) -> None:
        scene.scheduler.load([pinged(n) for n in range(40)])
        await asyncio.sleep(60.0)
        assert len(scene.pinger.held) == 40
        assert await scene.answer(ECHO) == 40
        assert [len(batch) for batch in scene.batches] == [40]
        assert scene.scheduler.running == 0
        assert scene.scheduler.tally.runs["icmp", Outcome.OK] == 40

    sweep(story)


@pytest.mark.parametrize(
    ("check", "address"),
    [
        (replace(PING, settings=IcmpSettings(count=3)), "127.0.9.1"),
        (replace(PING, settings=IcmpSettings(max_rtt_s=0.1)), "127.0.9.1"),
        (replace(PING, family=4), "127.0.9.1"),
        (PING, "localhost"),
    ],
)
def test_a_ping_that_is_more_than_usual_is_made_alone(check: Check, address: str) -> None:
    resolver = Resolver(WallClock())
    assert KINDS["icmp"].as_usual_ping(device("d", PING, address="127.0.9.1"), PING, resolver) is not None
    assert KINDS["icmp"].as_usual_ping(device("d", check, address=address), check, resolver) is None


def test_a_ping_that_is_out_is_not_sent_again_and_the_run_is_told_as_skipped() -> None:
    async def story(scene: Sweep) -> None:
        scene.scheduler.load([pinged(0)])
        await asyncio.sleep(130.0)
        assert len(scene.pinger.held) == 1
        assert scene.scheduler.tally.skipped >= 1

    sweep(story)


def test_a_confirmation_that_is_due_while_a_ping_is_out_follows_it() -> None:
    async def story(scene: Sweep) -> None:
        scene.scheduler.load([pinged(0)])
        await asyncio.sleep(FIRST_SWEEP_S)
        scene.scheduler.reprobe(DeviceName("d0"), CheckName("icmp"), 0.0, 1.0)
        await asyncio.sleep(STEP_S)
        assert len(scene.pinger.held) == 1
        await scene.answer(TIMEOUT)
        await asyncio.sleep(STEP_S)
        assert [one.timeout_s for one in scene.pinger.held] == [1.0]
        await scene.answer(ECHO)
        assert [(one.outcome, one.confirms) for one in scene.samples] == [(Outcome.TIMEOUT, False), (Outcome.OK, True)]

    sweep(story)


@pytest.mark.parametrize("after", [[], [device("d0", PING, address="127.0.9.77")]], ids=["gone", "moved"])
def test_an_answer_of_a_device_that_left_or_moved_meanwhile_is_not_wanted(after: list[Device]) -> None:
    async def story(scene: Sweep) -> None:
        scene.scheduler.load([pinged(0)])
        await asyncio.sleep(FIRST_SWEEP_S)
        scene.scheduler.load(after)
        await scene.answer(ECHO)
        assert scene.samples == []
        assert scene.scheduler.tally.unwanted == 1

    sweep(story)


def test_a_reload_that_leaves_the_check_as_it_is_loses_no_answer() -> None:
    async def story(scene: Sweep) -> None:
        scene.scheduler.load([pinged(0)])
        await asyncio.sleep(FIRST_SWEEP_S)
        scene.scheduler.load([replace(pinged(0), title="another title")])
        await scene.answer(ECHO)
        assert [one.outcome for one in scene.samples] == [Outcome.OK]

    sweep(story)


def test_draining_waits_for_the_pings_that_are_out() -> None:
    async def story(scene: Sweep) -> None:
        scene.scheduler.load([pinged(n) for n in range(3)])
        await asyncio.sleep(FIRST_SWEEP_S)
        draining = asyncio.create_task(scene.scheduler.drain(10.0))
        await asyncio.sleep(1.0)
        assert not draining.done()
        await scene.answer(ECHO)
        assert await draining == 0
        assert len(scene.samples) == 3

    sweep(story)


def test_draining_gives_up_what_stays_out_and_takes_no_answer_after_it() -> None:
    async def story(scene: Sweep) -> None:
        scene.scheduler.load([pinged(n) for n in range(3)])
        await asyncio.sleep(FIRST_SWEEP_S)
        assert await scene.scheduler.drain(1.0) == 3
        await scene.answer(ECHO)
        assert scene.samples == []

    sweep(story)


def test_what_deliver_raises_of_a_sweep_ends_the_run() -> None:
    async def whole(clock: VirtualClock) -> None:
        def refuse(samples: Sequence[Sample]) -> None:
            raise RuntimeError("the pipeline is gone")

        pinger = HeldPinger()
        scheduler = Scheduler(ProbeContext(clock, pinger, NoDriver(), Resolver(clock)), refuse)
        scheduler.load([pinged(0)])
        running = asyncio.create_task(scheduler.run())
        await asyncio.sleep(FIRST_SWEEP_S)
        pinger.answer_all(ECHO)
        with pytest.raises(RuntimeError, match="pipeline is gone"):
            await running

    run_virtually(whole)


def test_a_ping_that_failed_while_we_were_held_up_says_nothing_of_the_device() -> None:
    async def story(scene: Sweep) -> None:
        scene.scheduler.load([pinged(0)])
        await asyncio.sleep(FIRST_SWEEP_S)
        scene.clock.loop.block(2.0)
        await scene.answer(TIMEOUT)
        assert [one.outcome for one in scene.samples] == [Outcome.LOCAL_FAULT]
        assert scene.scheduler.tally.excused == 1

    sweep(story)


FAST = replace(PING, period_s=1.0, timeout_s=0.9)


def counters(sample: Sample) -> dict[str, float]:
    reading = sample.readings[-1]
    return {key.metric: value for key, value in zip(reading.block.keys, reading.values, strict=True)}


def test_a_device_that_is_pinged_each_second_is_pinged_each_second_though_it_is_silent_and_all_pings_count() -> None:
    async def story(scene: Sweep) -> None:
        scene.scheduler.load([pinged(0, FAST)])
        for second in range(20):
            await scene.pinger.sent.wait()
            verdict: Verdict = TIMEOUT if second % 4 else ECHO
            await asyncio.sleep(FAST.timeout_s if second % 4 else 0.001)
            await scene.answer(verdict)
        times = [sample.started_at for sample in scene.samples]
        gaps = [(after - before).total_seconds() for before, after in pairwise(times[1:])]
        assert gaps == pytest.approx([1.0] * 18, abs=STEP_S)
        assert scene.scheduler.tally.skipped == 0
        assert counters(scene.samples[-1]) == {
            "ping_sent_total": 20, "ping_lost_total": 15, "ping_rtt_seconds_total": pytest.approx(5 * ECHO.rtt_s),
        }  # fmt: skip
        scene.scheduler.load([replace(pinged(0, FAST), title="another")])
        await scene.pinger.sent.wait()
        await scene.answer(ProbeError(Outcome.LOCAL_FAULT, "no buffers", LocalCause.RESOURCES))
        assert counters(scene.samples[-1])["ping_sent_total"] == 20

    sweep(story)


def test_a_ping_a_minute_has_no_counters() -> None:
    async def story(scene: Sweep) -> None:
        scene.scheduler.load([pinged(0)])
        await asyncio.sleep(FIRST_SWEEP_S)
        await scene.answer(ECHO)
        assert len(scene.samples[0].readings) == 2

    sweep(story)
