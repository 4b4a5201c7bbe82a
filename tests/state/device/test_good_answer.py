"""Up needs an answer that is good: kinds of badness that follow each other are no recovery."""

from datetime import timedelta
from itertools import cycle, islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsmon.model.event import DeviceState
from opsmon.model.sample import Outcome
from opsmon.state.api import advance, apply_sample, next_deadline, start_fleet
from opsmon.state.condition.rules import Rulebook
from opsmon.state.restore import restore
from tests.support.state.scene import StateScene, make_device, make_inventory, make_sample

BAD = [outcome for outcome in Outcome if outcome not in (Outcome.OK, Outcome.LOCAL_FAULT)]
CHECKS = (("http",), ("icmp", "http"), ("icmp", "snmp", "tcp"))


def feed(scene: StateScene, check: str, outcome: Outcome, pause_s: float) -> None:
    """One sample after a pause, with everything that time does in between; nothing is probed but this."""
    at = scene.now + timedelta(seconds=pause_s)
    while (deadline := next_deadline(scene.fleet)) is not None and deadline <= at:
        scene.now = max(scene.now, deadline)
        scene.take(advance(scene.fleet, scene.now))
    scene.now = at
    scene.take(apply_sample(scene.fleet, make_sample("sw", check, outcome, at), at))


def well(*checks: str) -> StateScene:
    scene = StateScene(make_device("sw", checks=checks))
    for check in checks:
        feed(scene, check, Outcome.OK, 0.1)
    return scene


@pytest.mark.parametrize("one", BAD)
@pytest.mark.parametrize("other", BAD)
@pytest.mark.parametrize("pause_s", [1.2, 7.0, 60.0])
def test_two_kinds_of_badness_in_turn_are_one_fault(one: Outcome, other: Outcome, pause_s: float) -> None:
    scene = well("http")
    for outcome in islice(cycle((one, one, other, other, other)), 60):
        feed(scene, "http", outcome, pause_s)
    assert "up" not in scene.path("sw")[1:]
    assert scene.state("sw") in (DeviceState.DEGRADED, DeviceState.DOWN, DeviceState.FLAPPING)
    feed(scene, "http", Outcome.OK, 1.0)
    assert scene.fleet.machines[scene.devices["sw"].name].state is DeviceState.UP


@given(
    st.sampled_from(CHECKS),
    st.lists(
        st.tuples(st.integers(0, 2), st.sampled_from(list(Outcome)), st.sampled_from([0.3, 1.1, 2.1, 61.0, 400.0]))
    ),
)
def test_a_device_becomes_up_with_a_good_answer_alone(
    checks: tuple[str, ...], played: list[tuple[int, Outcome, float]]
) -> None:
    scene = StateScene(make_device("sw", checks=checks))
    name = scene.devices["sw"].name
    for number, outcome, pause_s in played:
        before = scene.fleet.machines.get(name)
        feed(scene, checks[number % len(checks)], outcome, pause_s)
        after = scene.fleet.machines.get(name)
        was_up = before is not None and before.state is DeviceState.UP
        is_new = after is not None and after.state is DeviceState.UP and not was_up
        assert not is_new or outcome is Outcome.OK


@given(
    st.sampled_from(CHECKS),
    st.lists(st.tuples(st.integers(0, 2), st.sampled_from(BAD), st.sampled_from([1.1, 2.1, 61.0])), max_size=30),
    st.lists(st.tuples(st.integers(0, 2), st.sampled_from(BAD), st.sampled_from([0.3, 1.1, 61.0])), max_size=8),
)
def test_a_restart_is_no_recovery(
    checks: tuple[str, ...], before: list[tuple[int, Outcome, float]], after: list[tuple[int, Outcome, float]]
) -> None:
    """Whatever badness came before the restart and comes after it: no good answer, not up."""
    scene = well(*checks)
    for number, outcome, pause_s in before:
        feed(scene, checks[number % len(checks)], outcome, pause_s)
    told = scene.state("sw")
    fresh = start_fleet(make_inventory(*scene.devices.values()), Rulebook(), scene.now)
    scene.fleet = restore(fresh, scene.events, scene.now)
    assert scene.state("sw") is told, "the state at the restart is the state before it"
    known = len(scene.changes("sw"))
    for number, outcome, pause_s in after:
        feed(scene, checks[number % len(checks)], outcome, pause_s)
    assert all(change.after is not DeviceState.UP for change in scene.changes("sw")[known:])


def test_a_check_that_cannot_be_measured_any_more_is_not_taken_for_good() -> None:
    scene = StateScene(make_device("sw", checks=("icmp", "http"))).run(65)
    scene.special["sw", "http"] = Outcome.DEGRADED
    scene.run(120)
    scene.special["sw", "http"] = Outcome.LOCAL_FAULT
    scene.run(3_600)
    assert scene.path("sw") == ["up", "degraded"]
    del scene.special["sw", "http"]
    scene.run(60)
    assert scene.path("sw") == ["up", "degraded", "up"]


def test_a_part_that_failed_before_the_device_died_has_still_failed_when_it_is_back() -> None:
    scene = StateScene(make_device("sw", checks=("icmp", "http"))).run(65)
    scene.special["sw", "http"] = Outcome.DEGRADED
    scene.run(120)
    scene.special["sw", "http"] = scene.special["sw", "icmp"] = Outcome.TIMEOUT
    scene.run(120)
    scene.special["sw", "http"], scene.special["sw", "icmp"] = Outcome.DEGRADED, Outcome.OK
    scene.run(120)
    assert scene.path("sw") == ["up", "degraded", "down", "degraded"]
    assert scene.changes("sw")[-1].failed == ("http",)


def test_what_answers_badly_after_an_outage_tells_when_the_first_good_answer_comes() -> None:
    """The ping is good later than the page is bad: only then is the outage over."""
    scene = well("icmp", "http")
    for pause_s in (1.1, 1.1, 2.1, 4.1, 60.0):
        for check in ("icmp", "http"):
            feed(scene, check, Outcome.TIMEOUT, pause_s)
    assert scene.state("sw") is DeviceState.DOWN
    feed(scene, "http", Outcome.DEGRADED, 60.0)
    assert (scene.changes("sw")[-1].after, scene.changes("sw")[-1].good) == (DeviceState.DEGRADED, False)
    feed(scene, "icmp", Outcome.OK, 10.0)
    assert (scene.changes("sw")[-1].after, scene.changes("sw")[-1].good) == (DeviceState.DEGRADED, True)
