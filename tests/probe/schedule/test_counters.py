"""What the scheduler counts by kind of check and by site: how runs ended, what they took, how late they began."""

import asyncio

import pytest

from opsmon.model.device import Check, Device, Kind
from opsmon.model.name import CheckName, DeviceName, SiteName
from opsmon.model.sample import Outcome
from opsmon.probe.context import CheckResult
from tests.support.probe.schedule_bench import Bench, check, never, schedule, taking


def at(site: str, name: str, *checks: Check) -> Device:
    return Device(DeviceName(name), SiteName(site), "192.0.2.1", Kind.SWITCH, checks=checks or (check(),))


def test_runs_are_counted_by_kind_and_by_site() -> None:
    async def story(bench: Bench) -> None:
        bench.scheduler.load([at("hall", "a"), at("hall", "b", check("heavy")), at("lab", "c")])
        await bench.go_on(200)

    async def fails_in_the_lab(device: Device, check: Check) -> CheckResult:
        await asyncio.sleep(0.3)
        return CheckResult(Outcome.REFUSED if device.site == "lab" else Outcome.OK)

    tally = schedule(story, quick=fails_in_the_lab, heavy=taking(3.0)).scheduler.tally
    kinds, sites = tally.by_kind(), tally.by_site()
    assert kinds.keys() == {"quick", "heavy"}
    assert sites.keys() == {"hall", "lab"}
    assert sites["lab"].outcomes[Outcome.REFUSED] == sites["lab"].runs == kinds["quick"].outcomes[Outcome.REFUSED] >= 3
    assert sites["hall"].outcomes[Outcome.OK] == sites["hall"].runs
    assert kinds["heavy"].mean_duration_s == pytest.approx(3.0)
    assert kinds["quick"].duration_s(0.99) == pytest.approx(0.5, abs=0.01)  # the bound of the bucket that holds 0.3
    assert sum(one.runs for one in kinds.values()) == sum(one.runs for one in sites.values())


def test_what_waits_for_a_place_begins_late_and_what_is_skipped_is_counted() -> None:
    async def story(bench: Bench) -> None:
        bench.scheduler.load([at("hall", f"d{n}", check("heavy", 60.0, 100.0)) for n in range(4)])
        await bench.go_on(30)
        assert (bench.scheduler.running, bench.scheduler.waiting) == (1, 3)
        stages = sorted(bench.scheduler.stage_of(DeviceName(f"d{n}"), CheckName("heavy")) for n in range(4))
        assert stages == ["running", "waiting", "waiting", "waiting"]
        assert bench.scheduler.stage_of(DeviceName("nobody"), CheckName("heavy")) == "due"
        await bench.go_on(170)

    counts = schedule(story, heavy=taking(50.0), heavy_places=1).scheduler.tally.by_kind()["heavy"]
    assert counts.skipped >= 3
    worst_s = counts.lateness_s(1.0)
    assert worst_s is not None
    assert worst_s > 40.0


def test_the_sums_of_a_kind_do_not_shrink_when_its_site_leaves() -> None:
    async def story(bench: Bench) -> None:
        bench.scheduler.load([at("hall", "a"), at("lab", "b")])
        await bench.go_on(100)
        before = bench.scheduler.tally.by_kind()["quick"].runs
        bench.scheduler.load([at("hall", "a")])
        await bench.go_on(100)
        assert bench.scheduler.tally.by_site().keys() == {"hall"}
        assert bench.scheduler.tally.by_kind()["quick"].runs > before >= 3

    schedule(story)


def test_a_device_that_moves_is_counted_where_it_is() -> None:
    async def story(bench: Bench) -> None:
        bench.scheduler.load([at("hall", "a")])
        await bench.go_on(100)
        bench.scheduler.load([at("lab", "a")])
        await bench.go_on(130)
        assert bench.scheduler.tally.by_site()["lab"].runs >= 2

    schedule(story)


def test_a_run_that_timed_out_is_counted_with_the_time_it_took() -> None:
    async def story(bench: Bench) -> None:
        bench.scheduler.load([at("hall", "a", check(timeout_s=5.0))])
        await bench.go_on(20)

    counts = schedule(story, quick=never).scheduler.tally.by_site()["hall"]
    assert counts.outcomes[Outcome.TIMEOUT] == 1
    assert counts.duration_sum_s == pytest.approx(5.0)
