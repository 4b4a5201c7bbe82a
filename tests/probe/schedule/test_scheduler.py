"""The scheduler in virtual time: periods, jitter, re-probes, places, reload, lateness, drain."""

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest

from opsmon.errors import ProbeError
from opsmon.model.device import Check, Device
from opsmon.model.name import CheckName, DeviceName
from opsmon.model.sample import Outcome, Sample
from opsmon.probe.context import CheckResult, ProbeContext
from opsmon.probe.schedule.due import SPREAD_PER_CHECK_S
from opsmon.probe.schedule.scheduler import Scheduler
from opsmon.protocol.liveness import note_contact
from opsmon.protocol.resolver import Resolver
from tests.support.probe.context import NoDriver
from tests.support.probe.schedule_bench import STEP_S, Bench, at_once, check, device, never, schedule, taking
from tests.support.virtual_time import VirtualClock, run_virtually


def test_each_check_runs_on_its_own_period() -> None:
    async def story(bench: Bench) -> None:
        bench.scheduler.load([device("a", check("quick", 30.0), check("heavy", 45.0))])
        await bench.go_on(600)

    bench = schedule(story)
    for key, period_s in (("a/quick", 30.0), ("a/heavy", 45.0)):
        gaps = [after - before for before, after in pairwise(bench.began_s[key][1:])]
        assert len(gaps) >= 600 / period_s - 3
        assert all(abs(gap - period_s) <= STEP_S for gap in gaps)


def test_the_first_sweep_of_a_small_fleet_comes_soon_and_of_a_large_one_fills_the_period() -> None:
    async def small(bench: Bench) -> None:
        bench.scheduler.load([device(f"d{n}") for n in range(20)])
        await bench.go_on(1.0 + STEP_S)
        assert len(bench.began_s) == 20

    async def large(bench: Bench) -> None:
        bench.scheduler.load([device(f"d{n}") for n in range(4000)])
        await bench.go_on(60.0 + STEP_S)

    schedule(small)
    bench = schedule(large)
    assert len(bench.began_s) == 4000
    per_second = Counter(int(times[0]) for times in bench.began_s.values())
    assert max(per_second.values()) < 2 * 4000 / 60
    assert 4000 * SPREAD_PER_CHECK_S > 60


def test_the_jitter_of_a_check_is_the_same_after_a_restart() -> None:
    async def story(bench: Bench) -> None:
        bench.scheduler.load([device("a"), device("b")])
        await bench.go_on(300)

    first, second = schedule(story), schedule(story)
    assert first.began_s == second.began_s
    assert first.began_s["a/quick"] != first.began_s["b/quick"]


def test_a_reprobe_comes_ahead_of_the_schedule_and_does_not_move_it() -> None:
    async def story(bench: Bench) -> None:
        bench.scheduler.load([device("a")])
        await bench.go_on(150)
        assert bench.scheduler.reprobe(DeviceName("a"), CheckName("quick"), 2.0)
        bench.asked_s = bench.clock.monotonic()  # type: ignore[attr-defined]
        await bench.go_on(300)

    bench = schedule(story)
    confirming = [sample for sample in bench.samples if sample.confirms]
    assert len(confirming) == 1
    times = bench.began_s["a/quick"]
    reprobed_s = next(time for time in times if -1e-6 <= time - bench.asked_s - 2.0 <= STEP_S)  # type: ignore[attr-defined]
    times.remove(reprobed_s)
    assert all(abs(after - before - 60.0) <= STEP_S for before, after in pairwise(times[1:]))


def test_the_earliest_of_several_reprobe_requests_counts_and_only_once() -> None:
    async def story(bench: Bench) -> None:
        bench.scheduler.load([device("a", check(period_s=3600.0))])
        await bench.go_on(5)
        for after_s in (4.0, 1.0, 2.0):
            bench.scheduler.reprobe(DeviceName("a"), CheckName("quick"), after_s)
        await bench.go_on(1.0 + STEP_S)
        assert sum(sample.confirms for sample in bench.samples) == 1
        await bench.go_on(30)

    assert sum(sample.confirms for sample in schedule(story).samples) == 1


def test_a_reprobe_asked_for_during_a_run_follows_it() -> None:
    async def story(bench: Bench) -> None:
        bench.scheduler.load([device("a", check(period_s=3600.0))])
        await bench.go_on(1.5)
        bench.scheduler.reprobe(DeviceName("a"), CheckName("quick"), 0.1)
        await bench.go_on(30)

    bench = schedule(story, quick=taking(4.0))
    assert [sample.confirms for sample in bench.samples] == [False, True]
    assert bench.most_at_once["a/quick"] == 1


def test_a_reprobe_is_over_within_the_time_it_was_given() -> None:
    async def story(bench: Bench) -> None:
        bench.scheduler.load([device("a", check(period_s=3600.0, timeout_s=30.0))])
        await bench.go_on(40)
        bench.scheduler.reprobe(DeviceName("a"), CheckName("quick"), 1.0, timeout_s=2.0)
        await bench.go_on(60)

    samples = schedule(story, quick=never).samples
    assert [(sample.confirms, round(sample.duration_s)) for sample in samples] == [(False, 30), (True, 2)]


def test_progress_stands_still_when_what_is_due_is_left_lying() -> None:
    async def story(bench: Bench) -> None:
        bench.scheduler.load([device("a")])
        await bench.go_on(30)
        before = bench.scheduler.progress
        assert bench.scheduler.progress > before
        bench.clock.loop.block(100.0)
        stuck = bench.scheduler.progress
        assert bench.scheduler.progress == stuck
        await bench.go_on(1)
        assert bench.scheduler.progress > stuck

    schedule(story)


def test_a_reprobe_of_what_is_not_there_is_refused() -> None:
    async def story(bench: Bench) -> None:
        assert not bench.scheduler.reprobe(DeviceName("a"), CheckName("quick"), 1.0)

    schedule(story)


def test_heavy_checks_share_the_places_and_quick_ones_do_not_wait_for_them() -> None:
    async def story(bench: Bench) -> None:
        bench.scheduler.load([device(f"d{n}", check("quick"), check("heavy")) for n in range(40)])
        await bench.go_on(200)

    bench = schedule(story, heavy=taking(3.0), heavy_places=4)
    assert bench.most_at_once["heavy"] == 4
    assert all(len(bench.began_s[f"d{n}/heavy"]) >= 3 for n in range(40))
    assert all(sample.outcome is Outcome.OK for sample in bench.samples if sample.check == "quick")
    assert bench.scheduler.tally.lag_s() > 1.0


def test_a_reprobe_goes_ahead_of_those_who_wait_for_a_place() -> None:
    async def story(bench: Bench) -> None:
        checks = [device(f"d{n}", check("heavy", 3600.0, 30.0)) for n in range(30)]
        bench.scheduler.load(checks)
        while not bench.samples:
            await bench.go_on(1)
        first = bench.samples[0].device
        bench.scheduler.reprobe(first, CheckName("heavy"), 0.5)
        await bench.go_on(15)
        assert any(sample.confirms and sample.device == first for sample in bench.samples)

    bench = schedule(story, heavy=taking(5.0), heavy_places=1)
    assert bench.most_at_once["heavy"] == 1


def test_a_check_that_gets_no_place_for_a_whole_period_says_that_we_are_late() -> None:
    async def story(bench: Bench) -> None:
        bench.scheduler.load([device(f"d{n}", check("heavy", 10.0, 100.0)) for n in range(4)])
        await bench.go_on(60)

    bench = schedule(story, heavy=taking(50.0), heavy_places=1)
    late = [sample for sample in bench.samples if sample.outcome is Outcome.LOCAL_FAULT]
    assert late
    assert all("we are late" in sample.detail for sample in late)
    assert bench.scheduler.tally.skipped >= len(late)
    assert bench.most_at_once["heavy"] == 1


def test_a_run_that_is_not_over_speaks_for_the_one_that_is_left_out() -> None:
    async def story(bench: Bench) -> None:
        bench.scheduler.load([device("d", check("heavy", 10.0, 100.0))])
        await bench.go_on(100)

    bench = schedule(story, heavy=taking(35.0))
    assert bench.scheduler.tally.skipped >= 3
    assert [sample for sample in bench.samples if sample.outcome is Outcome.LOCAL_FAULT] == []


def test_a_check_that_hangs_is_ended_at_its_timeout() -> None:
    async def story(bench: Bench) -> None:
        bench.scheduler.load([device("a", check(period_s=60.0, timeout_s=5.0))])
        await bench.go_on(20)

    bench = schedule(story, quick=never)
    assert [sample.outcome for sample in bench.samples] == [Outcome.TIMEOUT]
    assert bench.samples[0].duration_s == pytest.approx(5.0)


def test_a_timeout_while_the_loop_was_blocked_is_our_own_fault() -> None:
    async def story(bench: Bench) -> None:
        bench.scheduler.load([device("a", check(period_s=60.0))])
        await bench.go_on(2)
        bench.clock.loop.block(4.0)
        await bench.go_on(20)

    bench = schedule(story, quick=never)
    assert [sample.outcome for sample in bench.samples] == [Outcome.LOCAL_FAULT]
    assert "held up for" in bench.samples[0].detail
    assert bench.scheduler.tally.excused == 1


def test_a_timeout_while_the_machine_slept_is_our_own_fault() -> None:
    async def story(bench: Bench) -> None:
        bench.scheduler.load([device("a", check(period_s=60.0))])
        await bench.go_on(2)
        bench.clock.step(3600.0)  # the wall clock went on, the monotonic one did not
        await bench.go_on(20)

    assert [sample.outcome for sample in schedule(story, quick=never).samples] == [Outcome.LOCAL_FAULT]


def test_slowness_while_the_loop_was_blocked_is_our_own_fault() -> None:
    async def answers_and_hangs(device: Device, check: Check) -> CheckResult:
        note_contact()
        return await never(device, check)

    async def story(bench: Bench) -> None:
        bench.scheduler.load([device("a", check(period_s=60.0))])
        await bench.go_on(2)
        bench.clock.loop.block(4.0)
        await bench.go_on(100)

    bench = schedule(story, quick=answers_and_hangs)
    assert [sample.outcome for sample in bench.samples][:2] == [Outcome.LOCAL_FAULT, Outcome.DEGRADED]


def test_a_refusal_while_the_loop_was_blocked_stays_a_refusal() -> None:
    async def refused(device: Device, check: Check) -> CheckResult:
        await asyncio.sleep(3.0)
        raise ProbeError(Outcome.REFUSED, "port closed")

    async def story(bench: Bench) -> None:
        bench.scheduler.load([device("a", check(period_s=60.0))])
        await bench.go_on(2)
        bench.clock.loop.block(1.9)
        await bench.go_on(20)

    assert [sample.outcome for sample in schedule(story, quick=refused).samples] == [Outcome.REFUSED]


def test_a_hold_up_before_the_run_excuses_nothing() -> None:
    async def story(bench: Bench) -> None:
        bench.clock.loop.block(30.0)
        await bench.go_on(1)
        bench.scheduler.load([device("a", check(period_s=60.0))])
        await bench.go_on(20)

    assert [sample.outcome for sample in schedule(story, quick=never).samples] == [Outcome.TIMEOUT]


def test_a_blocked_loop_does_not_make_a_check_run_several_times_to_catch_up() -> None:
    async def story(bench: Bench) -> None:
        bench.scheduler.load([device("a", check(period_s=10.0))])
        await bench.go_on(35)
        bench.before = len(bench.samples)  # type: ignore[attr-defined]
        bench.clock.loop.block(100.0)
        await bench.go_on(1)
        assert len(bench.samples) - bench.before <= 1  # type: ignore[attr-defined]
        await bench.go_on(10)

    assert schedule(story).scheduler.tally.lag_s() > 80.0


def test_a_check_that_breaks_is_logged_and_blamed_on_nobody(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(device: Device, check: Check) -> CheckResult:
        raise ZeroDivisionError("a bug of ours, with a password in it")

    async def story(bench: Bench) -> None:
        bench.scheduler.load([device("a")])
        await bench.go_on(3)

    with caplog.at_level(logging.ERROR):
        bench = schedule(story, quick=broken)
    assert bench.samples[0].outcome is Outcome.LOCAL_FAULT
    assert "password" not in bench.samples[0].detail
    assert caplog.records[0].exc_info
    assert bench.scheduler.tally.runs["quick", Outcome.LOCAL_FAULT] == 1


def test_a_reload_keeps_the_phase_of_what_stays() -> None:
    async def story(bench: Bench) -> None:
        bench.scheduler.load([device("a"), device("b")])
        for _ in range(10):
            await bench.go_on(17)
            bench.scheduler.load([device("a"), device("c", address="192.0.2.9")])

    bench = schedule(story)
    times = bench.began_s["a/quick"]
    assert len(times) >= 3
    assert all(abs(after - before - 60.0) <= STEP_S for before, after in pairwise(times[1:]))
    assert len(bench.began_s["b/quick"]) == 1
    assert bench.began_s["c/quick"]


def test_a_new_period_holds_from_the_reload_on() -> None:
    async def story(bench: Bench) -> None:
        bench.scheduler.load([device("a", check(period_s=3600.0))])
        await bench.go_on(10)
        bench.scheduler.load([device("a", check(period_s=10.0))])
        await bench.go_on(60)

    assert 6 <= len(schedule(story).began_s["a/quick"]) <= 8


@pytest.mark.parametrize("change", ["address", "gone", "settings"])
def test_a_sample_of_what_a_reload_changed_meanwhile_is_not_delivered(change: str) -> None:
    before = device("a", check(period_s=3600.0))
    after = {
        "address": [replace(before, address="192.0.2.77")],
        "gone": [],
        "settings": [device("a", replace(check(period_s=3600.0), settings="other"))],
    }[change]

    async def story(bench: Bench) -> None:
        bench.scheduler.load([before])
        await bench.go_on(2)
        bench.scheduler.load(after)
        await bench.go_on(20)

    bench = schedule(story, quick=taking(4.0))
    assert bench.samples == []
    assert bench.scheduler.tally.unwanted == 1


def test_a_device_that_leaves_and_comes_back_while_its_check_runs_is_not_checked_twice_at_once() -> None:
    async def story(bench: Bench) -> None:
        bench.scheduler.load([device("a", check(period_s=8.0))])
        await bench.go_on(2)
        bench.scheduler.load([])
        bench.scheduler.load([device("a", check(period_s=8.0))])
        await bench.go_on(30)

    bench = schedule(story, quick=taking(4.0))
    assert bench.most_at_once["a/quick"] == 1
    assert len(bench.began_s["a/quick"]) >= 3


def test_stopping_lets_what_runs_finish_and_ends_the_rest_after_the_grace() -> None:
    async def story(bench: Bench) -> None:
        bench.scheduler.load([device("a", check("quick", 3600.0, 900.0), check("heavy", 3600.0, 900.0))])
        await bench.go_on(1.5)
        assert await bench.scheduler.drain(10.0) == 1

    bench = schedule(story, quick=taking(5.0), heavy=taking(500.0))
    assert [sample.check for sample in bench.samples] == ["quick"]


def test_what_deliver_raises_ends_the_run() -> None:
    async def whole(clock: VirtualClock) -> None:
        bench = Bench(clock, at_once, at_once)

        def refuse(samples: Sequence[Sample]) -> None:
            raise RuntimeError("the pipeline is gone")

        scheduler = Scheduler(ProbeContext(clock, NoDriver(), NoDriver(), Resolver(clock)), refuse, kinds=bench.kinds())
        scheduler.load([device("a")])
        with pytest.raises(RuntimeError, match="pipeline is gone"):
            await scheduler.run()

    run_virtually(whole)
