"""Laws of the schedule: whatever is loaded, changed and asked for, in whatever order and however long runs take."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from opsmon.model.device import Check, Device
from opsmon.model.name import CheckName, DeviceName
from opsmon.probe.context import CheckResult
from opsmon.probe.schedule.due import first_due_s, jitter_of, next_due_s
from tests.support.probe.schedule_bench import Bench, check, device, schedule

NAMES = st.text(min_size=1, max_size=20)
JITTERS = st.floats(0, 1, exclude_max=True)
PERIODS = st.floats(1, 86_400)


@given(NAMES, NAMES)
def test_a_jitter_is_a_share_of_the_period_and_depends_on_the_names_alone(name: str, check_name: str) -> None:
    jitter = jitter_of(DeviceName(name), CheckName(check_name))
    assert 0 <= jitter < 1
    assert jitter == jitter_of(DeviceName(name), CheckName(check_name))


@given(st.floats(0, 1e7), JITTERS, PERIODS, st.integers(1, 100_000))
def test_the_first_run_comes_within_one_period(now_s: float, jitter: float, period_s: float, checks: int) -> None:
    assert now_s <= first_due_s(now_s, jitter, period_s, checks) <= now_s + period_s


@given(st.floats(0, 1e6), JITTERS, PERIODS, st.floats(0, 1e6))
def test_the_next_run_is_on_the_grid_and_neither_now_nor_far(
    epoch_s: float, jitter: float, period_s: float, passed_s: float
) -> None:
    after_s = epoch_s + passed_s
    due_s = next_due_s(epoch_s, jitter, period_s, after_s)
    steps = (due_s - epoch_s - jitter * period_s) / period_s
    assert abs(steps - round(steps)) < 1e-5
    assert after_s + period_s * 0.5 - 1e-3 <= due_s <= after_s + period_s * 1.5 + 1e-3 or due_s <= epoch_s + period_s


LOAD, REPROBE, BLOCK = "load", "reprobe", "block"
STEPS = st.lists(
    st.tuples(
        st.sampled_from([LOAD, REPROBE, BLOCK]),
        st.sets(st.integers(0, 3), max_size=4),
        st.sampled_from([5.0, 10.0, 30.0]),
        st.floats(0, 12),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(STEPS, st.lists(st.floats(0, 9), min_size=1, max_size=7), st.integers(1, 3))
def test_no_check_ever_runs_twice_at_once_and_places_are_never_lost(
    steps: list[tuple[str, set[int], float, float]], durations_s: list[float], places: int
) -> None:
    runs = iter(range(1_000_000))

    async def behave(device: Device, check: Check) -> CheckResult:
        await asyncio.sleep(durations_s[next(runs) % len(durations_s)])
        return CheckResult()

    async def story(bench: Bench) -> None:
        for what, numbers, period_s, pause_s in steps:
            if what == LOAD:
                bench.scheduler.load(
                    [device(f"d{n}", check("heavy", period_s), check("quick", period_s)) for n in numbers]
                )
            elif what == REPROBE:
                for number in numbers:
                    bench.scheduler.reprobe(DeviceName(f"d{number}"), CheckName("heavy"), pause_s / 3)
            else:
                bench.clock.loop.block(pause_s)
            await bench.go_on(pause_s)
        bench.scheduler.load([device("last", check("heavy", 5.0))])
        began = len(bench.began_s["last/heavy"])
        await bench.go_on(60)
        assert len(bench.began_s["last/heavy"]) > began + 3

    bench = schedule(story, quick=behave, heavy=behave, heavy_places=places)
    assert bench.most_at_once["heavy"] <= places
    assert all(most == 1 for key, most in bench.most_at_once.items() if "/" in key)
    assert not any(bench.at_once.values())
