"""The last minute of the counters: what a window holds, and how far back it reaches."""

import pytest

from opsmon.daemon.load.meter import KEPT_S, STEP_S, LoadMeter, resident_bytes
from opsmon.daemon.loop_watch import LoopWatch
from opsmon.model.device import Device, Kind
from opsmon.model.name import CheckName, DeviceName, SiteName
from opsmon.model.sample import Outcome, Sample
from opsmon.probe.schedule.counters import ProbeTally
from tests.support.web.scene import StandingClock

A = DeviceName("a")
DEVICE = Device(A, SiteName("hall"), "192.0.2.1", Kind.SWITCH)


class Story:
    """A meter whose snapshots are taken as its task would take them."""

    def __init__(self) -> None:
        self.clock = StandingClock()
        self.tally, self.watch, self.parts = ProbeTally(self.clock), LoopWatch(), dict[str, int]()
        self.tally.follow([DEVICE])
        self.meter = LoadMeter(self.clock, self.tally, self.watch, lambda: self.parts)

    def ran(self, times: int, duration_s: float = 0.01) -> None:
        at = self.clock.now()
        for _ in range(times):
            self.tally.note_lag("icmp", A, 0.03)
            self.tally.note_run("icmp", Sample(A, CheckName("icmp"), Outcome.OK, at, at, duration_s))

    def passes(self, seconds: float, runs_a_step: int = 0) -> None:
        for _ in range(int(seconds / STEP_S)):
            self.ran(runs_a_step)
            self.clock.at += STEP_S * SECOND
            self.meter.note()


SECOND = (StandingClock().now() - StandingClock().now()).resolution * 1_000_000


@pytest.fixture
def story() -> Story:
    return Story()


def test_a_window_reaches_a_minute_back_and_no_further(story: Story) -> None:
    story.passes(300, runs_a_step=10)
    story.passes(KEPT_S, runs_a_step=2)
    minute = story.meter.minute()
    assert minute.lasted_s == KEPT_S
    assert minute.kinds["icmp"].runs == minute.sites["hall"].runs == 2 * KEPT_S / STEP_S


def test_since_a_start_it_reaches_to_the_start(story: Story) -> None:
    story.passes(20, runs_a_step=3)
    assert story.meter.minute().lasted_s == story.meter.uptime_s == 20
    assert story.meter.minute().kinds["icmp"].runs == 12


def test_the_recent_window_tells_of_the_last_seconds_alone(story: Story) -> None:
    story.passes(60, runs_a_step=1)
    story.ran(40)
    story.clock.at += STEP_S * SECOND
    recent = story.meter.recent()
    assert recent.lasted_s == STEP_S
    assert recent.kinds["icmp"].runs == 40


def test_a_kind_and_a_site_that_are_new_count_from_nothing(story: Story) -> None:
    story.passes(30)
    assert story.meter.minute().kinds == {}
    story.ran(5, duration_s=3.0)
    assert story.meter.minute().kinds["icmp"].duration_sum_s == pytest.approx(15.0)


def test_who_held_the_loop_and_what_took_processor_time_is_of_the_window(story: Story) -> None:
    story.watch.holds, story.watch.held_s, story.parts = {"x": 7}, {"x": 9.0}, {"snmp": 900}
    story.passes(KEPT_S + STEP_S)
    story.watch.holds, story.watch.held_s = {"x": 7, "y": 2}, {"x": 9.0, "y": 1.5}
    story.parts = {"snmp": 930, "web": 10}
    minute = story.meter.minute()
    assert (minute.holds, minute.held_s) == (2, {"y": 1.5})
    assert minute.cpu_parts == {"snmp": 0.75, "web": 0.25}


def test_processor_time_grows_with_work(story: Story) -> None:
    before = story.meter.minute().cpu_s
    sum(range(3_000_000))
    assert story.meter.minute().cpu_s > before


def test_the_memory_of_this_process_is_told_in_bytes() -> None:
    assert 10_000_000 < resident_bytes() < 100_000_000_000
