"""After a restart: what the journal told holds until it is measured again."""

from datetime import timedelta

from opsmon.model.event import DeviceState, MaintenanceSet
from opsmon.model.sample import Outcome
from opsmon.state.api import set_maintenance, start_fleet
from opsmon.state.condition.rules import Rulebook
from opsmon.state.restore import restore
from tests.support.state.scene import StateScene, make_device, make_inventory


def restart(scene: StateScene) -> None:
    """The daemon dies and comes back: nothing is left but the journal."""
    fresh = start_fleet(make_inventory(*scene.devices.values()), Rulebook(), scene.now)
    scene.fleet = restore(fresh, scene.events, scene.now)


def test_a_device_known_down_is_down_until_it_answers() -> None:
    scene = StateScene(make_device("sw")).run(65)
    scene.dead.add("sw")
    scene.run(75)
    restart(scene)
    assert scene.state("sw") is DeviceState.DOWN
    scene.run(600)
    assert scene.path("sw") == ["up", "down"], "and is not declared a second time"
    scene.dead.clear()
    scene.run(60)
    assert scene.path("sw") == ["up", "down", "up"]


def test_a_device_known_up_is_unknown_when_nothing_can_be_measured_afterwards() -> None:
    scene = StateScene(make_device("sw")).run(65)
    restart(scene)
    scene.special["sw", "icmp"] = Outcome.LOCAL_FAULT
    scene.run(150)
    assert scene.path("sw") == ["up"]
    scene.run(60)
    assert scene.path("sw") == ["up", "unknown"]


def test_confirmation_begins_anew_after_a_restart() -> None:
    scene = StateScene(make_device("sw")).run(65)
    scene.dead.add("sw")
    scene.run(60)
    restart(scene)
    assert scene.state("sw") is DeviceState.UP
    scene.run(75)
    assert scene.path("sw") == ["up", "down"]


def test_an_unreachable_device_keeps_its_cause_and_comes_back_with_it() -> None:
    scene = StateScene(make_device("access"), make_device("cam", ("access",), period_s=300)).run(65)
    scene.dead.add("access")
    scene.run(80)
    restart(scene)
    assert scene.fleet.machines[scene.devices["cam"].name].cause == "access"
    scene.dead.clear()
    scene.run(70)
    assert scene.path("cam") == ["up", "unreachable", "up"]


def test_a_maintenance_window_ends_on_time_though_the_daemon_was_restarted_in_it() -> None:
    scene = StateScene(make_device("sw")).run(65)
    name = scene.devices["sw"].name
    end = scene.now + timedelta(seconds=300)
    scene.events.append(MaintenanceSet(scene.now, name, end, "test"))
    scene.take(set_maintenance(scene.fleet, name, end, scene.now))
    restart(scene)
    scene.run(301)
    assert scene.path("sw") == ["up", "maintenance", "up"]
    assert scene.changes("sw")[-1].at == end


def test_a_flapping_device_is_flapping_until_it_was_calm_for_the_window() -> None:
    scene = StateScene(make_device("sw", period_s=30.0), make_device("cam", ("sw",), period_s=30.0)).run(65)
    for _ in range(5):
        scene.dead.add("sw")
        scene.run(45)
        scene.dead.clear()
        scene.run(60)
    assert scene.path("sw")[-1] == "flapping"
    restart(scene)
    assert not scene.fleet.machines[scene.devices["sw"].name].is_out, "it was up when it was last measured"
    scene.run(800)
    assert scene.state("sw") is DeviceState.FLAPPING
    scene.run(120)
    assert scene.path("sw")[-1] == "up"
