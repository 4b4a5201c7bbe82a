"""Timelines of single devices: what is declared, when, and what is not."""

from dataclasses import replace
from datetime import timedelta

import pytest
from immutables import Map

from opsmon.model.event import DeviceState
from opsmon.model.name import CheckName
from opsmon.model.sample import Outcome
from opsmon.state.api import advance, apply_sample, next_deadline, set_maintenance, standing_of
from opsmon.state.device.policy import Policy
from opsmon.state.fleet import ReprobeRequest, Suspicion
from opsmon.state.steady_time import clock_stepped
from tests.support.state.scene import START, StateScene, make_device, make_sample


def settled(*checks: str, period_s: float = 60.0, policy: Policy | None = None) -> StateScene:
    """One device that has been up for a while."""
    return StateScene(make_device("sw", checks=checks or ("icmp",), period_s=period_s), policy=policy).run(65)


def confirmations(scene: StateScene, check: str) -> list[tuple[float, ReprobeRequest]]:
    return [((at - START).total_seconds(), request) for at, request in scene.requests if request.check == check]


def test_a_device_is_up_with_its_first_answer() -> None:
    scene = settled("icmp", "snmp")
    assert scene.path("sw") == ["up"]
    assert scene.changes("sw")[0].before is DeviceState.UNKNOWN


def test_a_dead_device_is_declared_within_ten_seconds_of_the_first_missed_check() -> None:
    scene = settled("icmp", "snmp")
    scene.dead.add("sw")
    missed_from = START + timedelta(seconds=120)
    scene.run(75)
    assert scene.path("sw") == ["up", "down"]
    down = scene.changes("sw")[1]
    assert down.since == missed_from, "the incident starts at the first failed observation, not at the verdict"
    assert down.at - missed_from <= timedelta(seconds=10)
    assert "icmp timeout ×4" in down.reason


def test_confirmations_go_out_after_one_two_and_four_seconds_and_never_overlap() -> None:
    scene = settled("icmp")
    scene.dead.add("sw")
    scene.run(75)
    asked = confirmations(scene, "icmp")
    first_miss = 120 + 2  # it began at 120 and took its time-out of 2 s
    assert [round(at - first_miss, 3) for at, _ in asked] == [1, 2, 4]
    ends = [at + request.timeout_s for at, request in asked]
    assert all(end <= following for end, (following, _) in zip(ends, asked[1:], strict=False))


def test_one_lost_packet_declares_nothing() -> None:
    scene = settled("icmp")
    scene.dead.add("sw")
    scene.run(57.5)  # the check at 120 s is missed
    scene.dead.clear()
    scene.run(120)
    assert scene.path("sw") == ["up"]
    assert len(confirmations(scene, "icmp")) == 1, "the first confirmation answered, no more were asked"


def test_one_lost_packet_costs_no_walk_and_no_login() -> None:
    scene = settled("icmp", "snmp", "ssh")
    scene.special["sw", "icmp"] = Outcome.TIMEOUT
    scene.run(57.5)
    scene.special.clear()
    scene.run(120)
    assert {request.check for _, request in scene.requests} == {"icmp"}


def test_three_lost_packets_of_four_declare_nothing() -> None:
    scene = settled("icmp")
    scene.dead.add("sw")
    scene.run(60.5)  # two confirmations are lost too
    scene.dead.clear()
    scene.run(120)
    assert scene.path("sw") == ["up"]


def test_a_device_that_answers_anything_is_not_down() -> None:
    for alive in ("icmp", "snmp"):
        silent = "snmp" if alive == "icmp" else "icmp"
        scene = settled("icmp", "snmp")
        scene.special["sw", silent] = Outcome.TIMEOUT
        scene.run(200)
        assert scene.path("sw") == ["up", "degraded"], silent
        assert scene.changes("sw")[1].reason == f"{silent} timeout ×4"
        scene.special.clear()
        scene.run(60)
        assert scene.path("sw") == ["up", "degraded", "up"]


def test_a_degraded_device_that_dies_goes_down() -> None:
    scene = settled("icmp", "snmp")
    scene.special["sw", "snmp"] = Outcome.TIMEOUT
    scene.run(200)
    scene.dead.add("sw")
    scene.run(75)
    assert scene.path("sw") == ["up", "degraded", "down"]


def test_a_refused_password_is_believed_at_once_and_not_tried_again() -> None:
    scene = settled("icmp", "ssh")
    scene.special["sw", "ssh"] = Outcome.AUTH
    scene.run(60)
    assert scene.path("sw") == ["up", "degraded"]
    assert confirmations(scene, "ssh") == [], "three more tries would lock the account"


def test_a_wrong_answer_is_confirmed_before_it_degrades() -> None:
    scene = settled("tcp")
    scene.special["sw", "tcp"] = Outcome.DEGRADED
    scene.run(57)
    assert scene.path("sw") == ["up"]
    scene.run(10)
    assert scene.path("sw") == ["up", "degraded"]


def test_a_closed_port_of_a_device_with_no_other_check_is_down() -> None:
    scene = settled("tcp")
    scene.special["sw", "tcp"] = Outcome.REFUSED
    scene.run(75)
    assert scene.path("sw") == ["up", "down"]


def test_without_permission_to_ping_the_other_checks_judge() -> None:
    scene = StateScene(make_device("sw", checks=("icmp", "tcp", "snmp")))
    scene.special["sw", "icmp"] = Outcome.LOCAL_FAULT
    scene.run(600)
    assert scene.path("sw") == ["up"]
    scene.special["sw", "tcp"] = scene.special["sw", "snmp"] = Outcome.TIMEOUT
    scene.run(75)
    assert scene.path("sw") == ["up", "down"]
    assert scene.changes("sw")[1].at - scene.changes("sw")[1].since <= timedelta(seconds=10)


def test_our_own_faults_never_count_against_a_device() -> None:
    scene = settled("icmp", "snmp")
    for check in ("icmp", "snmp"):
        scene.special["sw", check] = Outcome.LOCAL_FAULT
    scene.run(110)
    assert scene.path("sw") == ["up"], "what was measured a minute ago still counts"
    scene.run(120)
    assert scene.path("sw") == ["up", "unknown"]
    assert scene.changes("sw")[1].at == START + timedelta(seconds=60 + 3 * 60 + 2, milliseconds=0)
    scene.special.clear()
    scene.run(60)
    assert scene.path("sw") == ["up", "unknown", "up"]


def test_local_faults_during_confirmation_are_no_confirmations() -> None:
    scene = settled("icmp")
    scene.dead.add("sw")
    scene.run(58)
    scene.special["sw", "icmp"] = Outcome.LOCAL_FAULT
    scene.run(60)
    assert scene.path("sw") == ["up"]
    asked = len(confirmations(scene, "icmp"))
    assert asked > 3, "it is asked again while it cannot be measured"
    scene.run(20)
    assert len(confirmations(scene, "icmp")) - asked < 4, "and not for ever"


def test_a_verdict_waits_for_every_check_that_may_still_prove_life() -> None:
    scene = settled("icmp", "snmp")
    at = scene.now
    for second in range(5):
        at += timedelta(seconds=1)
        sample = make_sample("sw", "icmp", Outcome.TIMEOUT, at, duration_s=0.9)
        scene.take(apply_sample(scene.fleet, sample, at))
        assert scene.state("sw") is DeviceState.UP, second
    answer = make_sample("sw", "snmp", Outcome.OK, at, duration_s=1.0)
    scene.take(apply_sample(scene.fleet, answer, at))
    assert scene.path("sw") == ["up", "degraded"], "the SNMP answer came home in time"


def test_a_slow_answer_from_before_the_failure_is_no_sign_of_life() -> None:
    scene = settled("icmp", "snmp", period_s=600.0)
    at = scene.now
    scene.take(apply_sample(scene.fleet, make_sample("sw", "icmp", Outcome.TIMEOUT, at, duration_s=2.0), at))
    at += timedelta(seconds=0.5)
    scene.take(apply_sample(scene.fleet, make_sample("sw", "snmp", Outcome.OK, at, duration_s=30.0), at))
    scene.dead.add("sw")
    scene.run(10)
    assert scene.path("sw") == ["up", "down"], "not degraded until the next SNMP poll in ten minutes"


def test_failures_from_long_ago_are_not_added_to_a_new_one() -> None:
    scene = settled("icmp", "snmp")
    at = scene.now
    for outcome, pause in ((Outcome.TIMEOUT, 1), (Outcome.TIMEOUT, 1), (Outcome.TIMEOUT, 1), (Outcome.TIMEOUT, 400)):
        at += timedelta(seconds=pause)
        alive = make_sample("sw", "icmp", Outcome.OK, at)
        scene.take(apply_sample(scene.fleet, alive, at))
        sample = make_sample("sw", "snmp", outcome, at, duration_s=0.5)
        scene.take(apply_sample(scene.fleet, sample, at))
    assert scene.path("sw") == ["up"]


def test_a_check_that_never_comes_home_does_not_hold_the_verdict_up() -> None:
    """The SNMP check hangs in its queue; the pings that came home decide within the ten seconds."""
    scene = settled("icmp", "snmp", period_s=60.0)
    scene.dead.add("sw")
    scene.mute.add(("sw", "snmp"))
    scene.run(75)
    down = scene.changes("sw")[1]
    assert down.after is DeviceState.DOWN
    assert down.at - down.since <= timedelta(seconds=10)
    assert down.reason == "icmp timeout ×4", "only what was missed is said"


def test_a_device_that_is_back_is_up_with_its_first_answer_and_asked_about_the_rest() -> None:
    scene = settled("icmp", "snmp")
    scene.dead.add("sw")
    scene.run(75)
    scene.dead.clear()
    scene.run(60)
    assert scene.path("sw") == ["up", "down", "up"], "no detour over degraded"
    assert any(request.reason == "it is back" for _, request in confirmations(scene, "snmp"))


def test_down_stays_down_while_nothing_is_measured() -> None:
    scene = settled("icmp")
    scene.dead.add("sw")
    scene.run(75)
    scene.special["sw", "icmp"] = Outcome.LOCAL_FAULT
    scene.run(3600)
    assert scene.path("sw") == ["up", "down"]


def falls(scene: StateScene, times: int, dead_s: float = 20.0) -> StateScene:
    """So many falls of a device that is checked twice a minute; each begins just before a check."""
    for _ in range(times):
        scene.run(29.0 - (scene.now - START).total_seconds() % 30.0 + 30.0)
        scene.dead.add("sw")
        scene.run(dead_s)
        scene.dead.clear()
        scene.run(60)
    return scene


def test_a_device_that_keeps_falling_flaps_until_it_is_calm() -> None:
    scene = falls(settled("icmp", period_s=30.0), 6)
    assert scene.path("sw").count("down") == 4
    assert scene.path("sw")[-1] == "flapping"
    scene.run(560)
    assert scene.state("sw") is DeviceState.FLAPPING, "hysteresis: a quiet moment is not calm"
    falls(scene, 1)
    assert scene.state("sw") is DeviceState.FLAPPING, "one more fall is more of the same"
    assert scene.path("sw").count("down") == 4
    scene.run(900)
    assert scene.path("sw")[-1] == "up"


def test_what_a_flapping_device_does_is_journaled_beneath() -> None:
    scene = falls(settled("icmp", period_s=30.0), 6)
    beneath = [change.measured.state.value for change in scene.changes("sw") if change.measured is not None]
    assert beneath == ["down", "up", "down", "up"]


@pytest.mark.parametrize("period_s", [15.0, 30.0, 60.0])
def test_a_flapping_device_that_dies_is_dead_within_two_periods(period_s: float) -> None:
    scene = settled("icmp", period_s=period_s)
    for _ in range(5):
        scene.dead.add("sw")
        scene.run(period_s + 10.0)
        scene.dead.clear()
        scene.run(period_s)
    assert scene.state("sw") is DeviceState.FLAPPING
    scene.run(2 * period_s)
    before, died = len(scene.changes("sw")), scene.now
    scene.dead.add("sw")
    scene.run(2 * period_s)
    assert scene.state("sw") is DeviceState.DOWN
    told = [change for change in scene.changes("sw")[before:] if change.after is DeviceState.DOWN]
    assert told[0].reason == "icmp timeout ×4"
    assert died <= told[0].since <= died + timedelta(seconds=period_s)
    scene.run(3_000)
    assert scene.state("sw") is DeviceState.DOWN, "and stays it, however old its falls are"


def test_maintenance_covers_what_happens_and_uncovers_it_at_its_end() -> None:
    scene = settled("icmp")
    end = scene.now + timedelta(seconds=600)
    scene.take(set_maintenance(scene.fleet, scene.devices["sw"].name, end, scene.now))
    scene.dead.add("sw")
    scene.run(599)
    assert scene.path("sw") == ["up", "maintenance"]
    scene.run(2)
    assert scene.path("sw") == ["up", "maintenance", "down"]
    down = scene.changes("sw")[-1]
    assert down.at == end
    assert down.since == end, "the planned time is not held against anybody"
    assert down.reason.startswith("icmp timeout ×4; first seen at 2026-11-20T02:0"), "and what it is, is told"


def test_maintenance_that_ends_well_ends_up() -> None:
    scene = settled("icmp")
    name = scene.devices["sw"].name
    scene.take(set_maintenance(scene.fleet, name, scene.now + timedelta(hours=1), scene.now))
    scene.dead.add("sw")
    scene.run(300)
    scene.dead.clear()
    scene.run(300)
    scene.take(set_maintenance(scene.fleet, name, None, scene.now))
    assert scene.path("sw") == ["up", "maintenance", "up"]
    assert standing_of(scene.fleet, name).reason == "maintenance ended"


def test_a_clock_set_back_neither_raises_nor_freezes() -> None:
    scene = settled("icmp")
    scene.now -= timedelta(hours=3)
    scene.agenda_moved(timedelta(hours=-3))
    scene.dead.add("sw")
    scene.run(75)
    assert scene.path("sw") == ["up", "down"]


def test_a_clock_set_back_does_not_keep_old_measurements_young() -> None:
    scene = settled("icmp")
    scene.now -= timedelta(hours=3)
    scene.agenda_moved(timedelta(hours=-3))
    scene.take(advance(scene.fleet, scene.now))
    scene.special["sw", "icmp"] = Outcome.LOCAL_FAULT
    scene.run(240)
    assert scene.path("sw") == ["up", "unknown"]


def test_a_clock_set_ahead_ages_nothing() -> None:
    for jump in (timedelta(minutes=11), timedelta(days=400)):
        scene = settled("icmp")
        scene.now += jump
        scene.agenda_moved(jump)
        scene.take(advance(scene.fleet, scene.now))
        scene.run(600)
        assert scene.path("sw") == ["up"]


def test_a_short_jump_that_the_loop_noticed_is_taken_out() -> None:
    scene = settled("icmp", period_s=10.0)
    jump = timedelta(minutes=5)
    scene.now += jump
    scene.agenda_moved(jump)
    scene.fleet = clock_stepped(scene.fleet, jump)
    scene.take(advance(scene.fleet, scene.now))
    assert scene.path("sw") == ["up"]
    deadline = next_deadline(scene.fleet)
    assert deadline is not None
    assert timedelta(0) < deadline - scene.now < timedelta(minutes=1), "deadlines moved with the clock"


def test_a_machine_with_other_records_is_otherwise_the_same() -> None:
    scene = StateScene(make_device("sw")).run(65)
    machine = scene.fleet.machines[scene.devices["sw"].name]
    told_apart = replace(
        machine,
        suspicion=Suspicion(CheckName("icmp"), START, START, START),
        falls=(START,),
        flapping=True,
        cause=scene.devices["sw"].name,
        maintenance_until=START + timedelta(1),
        grace_until=START + timedelta(2),
        awaited_from=START + timedelta(3),
        asked_at=START + timedelta(4),
        shown_since=START + timedelta(5),
        since=START + timedelta(6),
    )
    assert told_apart.with_checks(Map()) == replace(told_apart, checks=Map())
