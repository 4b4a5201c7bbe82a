"""A maintenance window hides what is said, and changes nothing of what is measured."""

from datetime import datetime, timedelta

from opsmon.model.event import DeviceState, DeviceStateChanged, MaintenanceSet
from opsmon.model.name import DeviceName
from opsmon.state.api import set_maintenance, start_fleet
from opsmon.state.condition.rules import Rulebook
from opsmon.state.restore import restore
from tests.support.state.scene import START, StateScene, make_device, make_inventory

SW, CAM = DeviceName("sw"), DeviceName("cam")


def settled() -> StateScene:
    return StateScene(make_device("sw", period_s=30.0), make_device("cam", ("sw",), period_s=30.0)).run(65)


def window(scene: StateScene, until: datetime | None, name: DeviceName = SW) -> None:
    scene.events.append(MaintenanceSet(scene.now, name, until, "李"))
    scene.take(set_maintenance(scene.fleet, name, until, scene.now))


def after(scene: StateScene, seconds: float) -> datetime:
    return scene.now + timedelta(seconds=seconds)


def restart(scene: StateScene, down_s: float = 0.0) -> None:
    scene.now += timedelta(seconds=down_s)
    scene.agenda_moved(timedelta(seconds=down_s))
    fresh = start_fleet(make_inventory(*scene.devices.values()), Rulebook(), scene.now)
    scene.fleet = restore(fresh, scene.events, scene.now)


def last(scene: StateScene, name: str = "sw") -> DeviceStateChanged:
    return scene.changes(name)[-1]


def test_a_repair_inside_is_told_beneath_at_its_moment() -> None:
    scene = settled()
    scene.dead.add("sw")
    scene.run(40)
    window(scene, after(scene, 600))
    scene.run(30)
    scene.dead.clear()
    mended = scene.now
    scene.run(60)
    told = last(scene)
    assert told.after is DeviceState.MAINTENANCE
    assert told.measured is not None
    assert told.measured.state is DeviceState.UP
    assert told.measured.since is not None
    assert timedelta(0) <= told.measured.since - mended <= timedelta(seconds=31)
    scene.run(600)
    assert (last(scene).after, last(scene).since) == (DeviceState.UP, told.measured.since)


def test_a_fault_from_before_is_told_at_the_end_with_its_cause_and_its_start() -> None:
    scene = settled()
    scene.dead.add("sw")
    scene.run(40)
    down = last(scene)
    assert down.after is DeviceState.DOWN
    window(scene, after(scene, 600))
    scene.run(601)
    assert (last(scene).after, last(scene).since, last(scene).reason) == (DeviceState.DOWN, down.since, down.reason)


def test_a_fault_that_began_inside_is_told_at_the_end_with_its_cause_and_when_it_was_seen() -> None:
    scene = settled()
    end = after(scene, 300)
    window(scene, end)
    scene.run(60)
    scene.dead.add("sw")
    scene.run(241)
    told = last(scene)
    assert (told.after, told.since) == (DeviceState.DOWN, end), "the planned time is held against nobody"
    assert "icmp timeout ×4; first seen at 2026-11-20T02:0" in told.reason


def test_a_window_that_is_extended_hides_until_its_new_end() -> None:
    scene = settled()
    window(scene, after(scene, 100))
    scene.dead.add("sw")
    scene.run(50)
    end = after(scene, 300)
    window(scene, end)
    scene.run(299)
    assert scene.state("sw") is DeviceState.MAINTENANCE
    scene.run(2)
    assert (last(scene).after, last(scene).since) == (DeviceState.DOWN, end)


def test_a_window_that_is_ended_early_tells_at_once() -> None:
    scene = settled()
    window(scene, after(scene, 3_600))
    scene.dead.add("sw")
    scene.run(100)
    window(scene, None)
    assert (last(scene).after, last(scene).since) == (DeviceState.DOWN, scene.now)


def test_a_fault_inside_a_window_that_ended_while_nothing_ran_is_looked_at_before_it_is_told() -> None:
    scene = settled()
    end = after(scene, 300)
    window(scene, end)
    scene.dead.add("sw")
    scene.run(60)
    scene.dead.clear()
    restart(scene, down_s=600)
    scene.run(120)
    assert "down" not in scene.path("sw"), "it was back before anybody looked"
    assert scene.state("sw") is DeviceState.UP


def test_a_fault_inside_a_window_that_ended_while_nothing_ran_is_told_when_it_is_missed_again() -> None:
    scene = settled()
    end = after(scene, 300)
    window(scene, end)
    scene.dead.add("sw")
    scene.run(60)
    restart(scene, down_s=600)
    scene.run(40)
    assert (last(scene).after, last(scene).since) == (DeviceState.DOWN, end)


def test_what_is_beneath_a_window_survives_a_restart_in_it() -> None:
    scene = settled()
    scene.dead.add("sw")
    scene.run(40)
    down = last(scene)
    window(scene, after(scene, 600))
    scene.run(10)
    restart(scene)
    scene.run(600)
    assert (last(scene).after, last(scene).since, last(scene).reason) == (DeviceState.DOWN, down.since, down.reason)


def test_a_window_over_parent_and_child_tells_the_parent_and_hides_the_child_behind_it() -> None:
    scene = settled()
    window(scene, after(scene, 300), SW)
    window(scene, after(scene, 200), CAM)
    scene.dead.add("sw")
    scene.run(250)
    assert (last(scene, "cam").after, last(scene, "cam").cause) == (DeviceState.UNREACHABLE, SW)
    assert scene.state("sw") is DeviceState.MAINTENANCE
    scene.run(60)
    assert scene.state("sw") is DeviceState.DOWN
    assert last(scene, "cam").cause == SW


def test_time_stands_still_for_nobody_while_a_window_waits_for_a_first_look() -> None:
    """The deadline of a window that is over and not yet uncovered lies ahead: nothing spins."""
    scene = settled()
    window(scene, after(scene, 100))
    scene.dead.add("sw")
    scene.run(60)
    restart(scene, down_s=200)
    scene.mute.add(("sw", "icmp"))
    scene.run(200)
    assert (last(scene).after, last(scene).since) == (DeviceState.DOWN, START + timedelta(seconds=165))
