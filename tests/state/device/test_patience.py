"""Confirmations are as patient as the check that they confirm, and a death is declared in time all the same."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from opsmon.model.event import DeviceState
from opsmon.model.sample import Outcome
from opsmon.state.api import advance, apply_sample, next_deadline
from tests.support.state.scene import StateScene, make_device, make_sample

KINDS = ("icmp", "tcp", "http", "snmp", "ssh", "sip", "h323", "rtsp", "onvif")


class SlowScene:
    """One device whose answers take their time, each check its own. A re-probe that is given less has none."""

    def __init__(self, takes_s: dict[str, float], *, timeout_s: float = 20.0, period_s: float = 60.0) -> None:
        device = make_device("sw", checks=tuple(takes_s), period_s=period_s)
        checks = tuple(replace(check, timeout_s=timeout_s) for check in device.checks)
        self.scene = StateScene(replace(device, checks=checks))
        self.takes_s, self.deaf = takes_s, False
        self.polls: list[tuple[datetime, str, float, bool]] = []
        self._asked = 0
        self._home: list[tuple[datetime, str, Outcome, float, bool]] = []
        for check in checks:
            self.polls.append((self.scene.now, check.name, timeout_s, False))

    def run(self, seconds: float) -> None:
        end = self.scene.now + timedelta(seconds=seconds)
        while True:
            self._take_requests()
            moments = [one[0] for one in self.polls] + [one[0] for one in self._home]
            deadline = next_deadline(self.scene.fleet)
            at = min(moment for moment in (*moments, deadline) if moment is not None)
            if at > end:
                self.scene.now = end
                return
            self.scene.now = max(self.scene.now, at)
            self._step(at)

    def _step(self, at: datetime) -> None:
        for poll in [one for one in self.polls if one[0] <= at]:
            self.polls.remove(poll)
            self._probe(*poll)
        for home in [one for one in self._home if one[0] <= at]:
            self._home.remove(home)
            _, check, outcome, took_s, confirms = home
            sample = make_sample("sw", check, outcome, self.scene.now, duration_s=took_s, confirms=confirms)
            self.scene.take(apply_sample(self.scene.fleet, sample, self.scene.now))
        deadline = next_deadline(self.scene.fleet)
        if deadline is not None and deadline <= self.scene.now:
            self.scene.take(advance(self.scene.fleet, self.scene.now))

    def _take_requests(self) -> None:
        for at, request in self.scene.requests[self._asked :]:
            self.polls.append((at + timedelta(seconds=request.after_s), request.check, request.timeout_s, True))
        self._asked = len(self.scene.requests)

    def _probe(self, at: datetime, check: str, timeout_s: float, confirms: bool) -> None:
        took_s = self.takes_s[check]
        lost = self.deaf or took_s > timeout_s
        took_s = timeout_s if lost else took_s
        outcome = Outcome.TIMEOUT if lost else Outcome.OK
        self._home.append((at + timedelta(seconds=took_s), check, outcome, took_s, confirms))
        if not confirms:
            self.polls.append((at + timedelta(seconds=60), check, 20.0, False))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("takes_s", [0.02, 0.9, 2.8, 3.0, 6.0, 15.0])
def test_one_missed_answer_of_any_check_declares_nothing_however_slow_it_is(kind: str, takes_s: float) -> None:
    slow = SlowScene({kind: takes_s})
    slow.run(130)
    slow.deaf = True
    slow.run(70)  # one regular check is missed, its time-out and a little more
    slow.deaf = False
    slow.run(300)
    assert slow.scene.path("sw") == ["up"]


def test_a_slow_check_beside_a_quick_one_is_not_degraded_by_one_miss() -> None:
    """The walk of an old switch takes 6 s and its ping 20 ms; one walk is missed."""
    slow = SlowScene({"icmp": 0.02, "snmp": 6.0})
    slow.run(130)
    slow.takes_s["snmp"] = 99.0
    slow.run(70)
    slow.takes_s["snmp"] = 6.0
    slow.run(300)
    assert slow.scene.path("sw") == ["up"]


def test_a_device_whose_pings_are_lost_is_not_dead_before_its_slow_walk_could_come_home() -> None:
    slow = SlowScene({"icmp": 0.02, "snmp": 8.0})
    slow.run(130)
    slow.takes_s["icmp"] = 99.0
    slow.run(200)
    assert slow.scene.path("sw") == ["up", "degraded"]


@pytest.mark.parametrize("takes_s", [0.001, 0.2, 0.7, 0.99])
def test_where_answers_take_less_than_a_second_a_death_is_declared_within_ten_of_the_first_miss(
    takes_s: float,
) -> None:
    slow = SlowScene({"icmp": takes_s, "tcp": takes_s})
    slow.run(130)
    slow.deaf = True
    slow.run(120)
    down = slow.scene.changes("sw")[-1]
    assert down.after is DeviceState.DOWN
    first_miss_home = down.since + timedelta(seconds=20)
    assert down.at - first_miss_home <= timedelta(seconds=10)


def test_a_dead_slow_device_is_declared_all_the_same() -> None:
    slow = SlowScene({"snmp": 6.0})
    slow.run(130)
    slow.deaf = True
    slow.run(200)
    assert slow.scene.path("sw") == ["up", "down"]


def test_after_a_restart_the_last_confirmation_waits_as_long_as_the_check() -> None:
    """Nobody knows yet what an answer takes: 3 s, and the first check after the start is missed."""
    slow = SlowScene({"http": 3.0})
    slow.deaf = True
    slow.run(21.5)
    slow.deaf = False
    slow.run(100)
    assert slow.scene.path("sw") == ["up"]


def test_a_refused_port_is_not_waited_for_as_if_it_were_silent() -> None:
    """A page that takes 3 s; the port is closed. Each refusal is an answer, and the next is asked for at its time."""
    slow = SlowScene({"http": 3.0})
    slow.run(130)
    scene = slow.scene
    at = scene.now
    for pause_s in _pauses():
        at += timedelta(seconds=pause_s)
        while (deadline := next_deadline(scene.fleet)) is not None and deadline <= at:
            scene.now = deadline
            scene.take(advance(scene.fleet, deadline))
        scene.take(apply_sample(scene.fleet, make_sample("sw", "http", Outcome.REFUSED, at), at))
    asked = [when for when, request in scene.requests if request.reason.startswith("confirmation")]
    assert (asked[-1] - asked[0]).total_seconds() <= 4.0


def _pauses() -> Iterator[float]:
    yield 0.0
    yield from (1.01, 1.01, 2.01)


def test_the_other_re_probes_are_as_patient() -> None:
    slow = SlowScene({"http": 3.0, "icmp": 2.8})
    slow.run(130)
    slow.deaf = True
    slow.run(200)
    assert slow.scene.state("sw") is DeviceState.DOWN
    slow.deaf = False
    slow.run(100)
    assert slow.scene.state("sw") is DeviceState.UP
    back = [request for _, request in slow.scene.requests if request.reason == "it is back"]
    assert back
    assert all(request.timeout_s >= 5.6 for request in back)


def test_what_was_missed_before_faults_of_ours_is_no_part_of_a_later_death() -> None:
    """Our own network goes, which looks like a miss at first; when it is back the device is dead: from then on."""
    scene = StateScene(make_device("sw"))
    scene.run(5)
    scene.special["sw", "icmp"] = Outcome.REFUSED
    scene.run(55.5)
    scene.special["sw", "icmp"] = Outcome.LOCAL_FAULT
    scene.run(50)
    scene.special["sw", "icmp"] = Outcome.REFUSED
    back = scene.now
    scene.run(80)
    (down,) = [event for event in scene.changes("sw") if event.after is DeviceState.DOWN]
    assert down.since > back


@pytest.mark.parametrize("fault_s", [1, 3])
def test_faults_of_ours_between_confirmations_hold_up_no_verdict(fault_s: int) -> None:
    scene = StateScene(make_device("sw"))
    scene.run(59)
    scene.dead.add("sw")
    scene.run(2)
    scene.special["sw", "icmp"] = Outcome.LOCAL_FAULT
    scene.run(fault_s)
    del scene.special["sw", "icmp"]
    scene.run(20)
    assert scene.state("sw") is DeviceState.DOWN


def pinged_each_second() -> StateScene:
    device = make_device("gw", checks=("icmp",), period_s=1.0)
    checks = tuple(replace(check, timeout_s=0.9) for check in device.checks)
    return StateScene(replace(device, checks=checks))


def test_a_device_that_is_pinged_each_second_is_down_some_seconds_after_it_fell_silent() -> None:
    scene = pinged_each_second()
    scene.run(30.5)
    assert scene.state("gw") is DeviceState.UP
    scene.dead.add("gw")
    fell = scene.now
    scene.run(10)
    down = scene.changes("gw")[-1]
    assert down.after is DeviceState.DOWN
    assert timedelta(seconds=3) < down.at - fell < timedelta(seconds=6)


def test_it_is_not_unknown_when_we_are_late_for_once() -> None:
    scene = pinged_each_second()
    scene.run(30.5)
    scene.mute.add(("gw", "icmp"))
    scene.run(14)
    assert scene.state("gw") is DeviceState.UP
    scene.run(4)
    assert scene.state("gw") is DeviceState.UNKNOWN
