"""Timelines of several devices: who is blamed when many fall silent."""

from datetime import timedelta

from opsmon.model.event import DeviceState
from opsmon.model.sample import Outcome
from opsmon.state.api import reload_fleet
from opsmon.state.condition.rules import Rulebook
from tests.support.state.scene import StateScene, make_device, make_inventory


def access_network(cameras: int = 8) -> StateScene:
    """A core, an access switch behind it, cameras behind that."""
    names = tuple(f"cam-{number}" for number in range(cameras))
    devices = [
        make_device("core"),
        make_device("access", ("core",)),
        *(make_device(name, ("access",)) for name in names),
    ]
    return StateScene(*devices).run(65)


def cameras_of(scene: StateScene) -> list[str]:
    return [name for name in scene.devices if name.startswith("cam")]


def test_a_dead_switch_makes_its_cameras_unreachable_and_nothing_else_down() -> None:
    scene = access_network()
    scene.dead.add("access")
    scene.run(75)
    assert scene.path("core") == ["up"]
    assert scene.path("access") == ["up", "down"]
    for camera in cameras_of(scene):
        assert scene.path(camera) == ["up", "unreachable"]
        assert scene.changes(camera)[-1].cause == "access"


def test_children_are_looked_at_at_once_when_their_parent_falls() -> None:
    """Checks of the cameras would run up to a minute later; the blast radius is known in seconds."""
    scene = StateScene(make_device("access"), make_device("cam", ("access",), period_s=300)).run(65)
    scene.dead.add("access")
    scene.run(80)
    fallen = scene.changes("access")[-1].at
    assert scene.changes("cam")[-1].after is DeviceState.UNREACHABLE
    assert scene.changes("cam")[-1].at - fallen < timedelta(seconds=12)


def test_a_parent_is_probed_before_its_child_is_blamed() -> None:
    scene = StateScene(make_device("access", period_s=300), make_device("cam", ("access",))).run(65)
    scene.dead.add("access")  # the access switch itself would be checked in four minutes
    scene.run(90)
    assert scene.path("cam") == ["up", "unreachable"], "never blamed"
    assert scene.path("access") == ["up", "down"]
    assert any(request.device == "access" and "cam" in request.reason for _, request in scene.requests)


def test_a_dead_child_of_a_living_parent_is_down_within_ten_seconds() -> None:
    scene = StateScene(make_device("access", period_s=300), make_device("cam", ("access",))).run(65)
    scene.dead.add("cam")
    scene.run(75)
    down = scene.changes("cam")[-1]
    assert down.after is DeviceState.DOWN
    assert down.at - down.since <= timedelta(seconds=9), "the parent answered: nothing to wait for"
    assert scene.path("access") == ["up"]


def test_one_confirmation_is_enough_behind_a_parent_that_is_known_to_be_out() -> None:
    scene = StateScene(make_device("access"), make_device("cam", ("access",))).run(65)
    scene.special["access", "icmp"] = Outcome.TIMEOUT  # it forwards still
    scene.run(200)
    scene.dead.add("cam")
    scene.run(60)
    hidden = scene.changes("cam")[-1]
    assert hidden.after is DeviceState.UNREACHABLE
    assert hidden.at - hidden.since < timedelta(seconds=5)


def test_many_children_ask_their_parent_once() -> None:
    scene = StateScene(
        make_device("access", period_s=300), *(make_device(f"cam-{n}", ("access",)) for n in range(20))
    ).run(65)
    scene.dead.update(cameras_of(scene))
    scene.mute.add(("access", "icmp"))
    scene.run(70)
    asked = [request for _, request in scene.requests if request.device == "access"]
    assert 1 <= len(asked) <= 6, "twenty children, one question every two seconds"


def test_a_parent_that_cannot_be_measured_does_not_hold_the_verdict_up_for_long() -> None:
    scene = StateScene(make_device("access", period_s=300), make_device("cam", ("access",))).run(65)
    scene.special["access", "icmp"] = Outcome.LOCAL_FAULT
    scene.dead.add("cam")
    scene.run(75)
    down = scene.changes("cam")[-1]
    assert down.after is DeviceState.DOWN
    assert down.at - down.since <= timedelta(seconds=11)


def test_a_dead_core_is_the_root_of_everything_behind_it() -> None:
    scene = access_network()
    scene.dead.add("core")
    scene.run(90)
    assert scene.path("core") == ["up", "down"]
    for name in ("access", *cameras_of(scene)):
        assert scene.state(name) is DeviceState.UNREACHABLE
        assert scene.changes(name)[-1].cause == "core"
        assert "down" not in scene.path(name)


def test_a_redundant_uplink_keeps_a_device_reachable() -> None:
    scene = StateScene(make_device("left"), make_device("right"), make_device("access", ("left", "right"))).run(65)
    scene.dead.add("left")
    scene.run(120)
    assert scene.path("access") == ["up"]
    scene.dead.add("access")
    scene.run(120)
    assert scene.path("access") == ["up", "down"], "the right uplink stands: its own fault"


def test_with_every_uplink_gone_it_is_unreachable() -> None:
    scene = StateScene(make_device("left"), make_device("right"), make_device("access", ("left", "right"))).run(65)
    scene.dead.update(("left", "right"))
    scene.run(120)
    assert scene.path("access") == ["up", "unreachable"]
    assert scene.changes("access")[-1].cause == "left"


def test_children_declared_down_just_before_their_parent_are_reclassified() -> None:
    """The parent still answered when it was asked on the child's behalf, and fell right after."""
    scene = StateScene(make_device("access", period_s=30), make_device("cam", ("access",))).run(65)
    scene.dead.add("cam")
    scene.run(70)
    assert scene.path("cam") == ["up", "down"]
    scene.dead.add("access")
    scene.run(60)
    assert scene.path("cam") == ["up", "down", "unreachable"]
    assert scene.changes("cam")[-1].cause == "access"
    assert scene.changes("cam")[-1].since == scene.changes("cam")[1].since


def test_a_child_that_was_down_long_before_keeps_its_own_fault() -> None:
    scene = StateScene(make_device("access", period_s=30), make_device("cam", ("access",))).run(65)
    scene.dead.add("cam")
    scene.run(400)
    scene.dead.add("access")
    scene.run(120)
    assert scene.path("cam") == ["up", "down"]


def test_the_cause_moves_up_when_the_root_falls_later() -> None:
    scene = access_network(cameras=2)
    scene.dead.add("access")
    scene.run(75)
    scene.dead.add("core")
    scene.run(75)
    assert [change.cause for change in scene.changes("cam-0")[1:]] == ["access", "core"]
    assert scene.changes("cam-0")[-1].before is DeviceState.UNREACHABLE


def test_children_come_back_soon_after_their_parent() -> None:
    scene = StateScene(make_device("access"), make_device("cam", ("access",), period_s=300)).run(65)
    scene.dead.add("access")
    scene.run(100)
    scene.dead.clear()
    scene.run(80)
    risen = scene.changes("access")[-1].at
    assert scene.path("cam") == ["up", "unreachable", "up"]
    assert scene.changes("cam")[-1].at - risen < timedelta(seconds=6)
    asked = len(scene.requests)
    scene.run(120)
    assert len(scene.requests) == asked, "it answered: its grace is over and forgotten"


def test_a_child_that_boots_slowly_is_not_blamed_in_its_grace() -> None:
    scene = access_network(cameras=1)
    scene.dead.add("access")
    scene.run(100)
    scene.dead.clear()
    scene.dead.add("cam-0")  # the switch is back, the camera still boots
    scene.run(95)
    assert scene.path("cam-0") == ["up", "unreachable"]
    scene.dead.clear()
    scene.run(60)
    assert scene.path("cam-0") == ["up", "unreachable", "up"]


def test_a_child_that_does_not_come_back_is_down_after_its_grace() -> None:
    scene = access_network(cameras=1)
    scene.dead.add("access")
    scene.run(100)
    scene.dead.clear()
    scene.dead.add("cam-0")
    scene.run(200)
    assert scene.path("cam-0") == ["up", "unreachable", "down"]
    risen = scene.changes("access")[-1].at
    assert timedelta(seconds=90) < scene.changes("cam-0")[-1].at - risen < timedelta(seconds=115)


def test_an_answer_beats_what_is_said_of_the_parent() -> None:
    """The switch's own address is dead, and it still forwards."""
    scene = access_network(cameras=1)
    scene.special["access", "icmp"] = Outcome.TIMEOUT
    scene.run(200)
    assert scene.path("access") == ["up", "down"]
    assert scene.path("cam-0") == ["up"]


def test_parents_in_a_circle_end_in_a_verdict() -> None:
    scene = StateScene(make_device("a", ("b",)), make_device("b", ("a",)))
    for name in ("a", "b"):
        scene.special[name, "icmp"] = Outcome.TIMEOUT
    scene.run(120)
    assert {scene.state("a"), scene.state("b")} <= {DeviceState.DOWN, DeviceState.UNREACHABLE}
    assert DeviceState.DOWN in {scene.state("a"), scene.state("b")}


def test_a_reload_that_removes_the_dead_parent_gives_its_children_a_chance() -> None:
    scene = access_network(cameras=1)
    scene.dead.add("access")
    scene.run(100)
    asked = len(scene.requests)
    freed = make_device("cam-0")
    scene.devices["cam-0"] = freed
    scene.take(reload_fleet(scene.fleet, make_inventory(make_device("core"), freed), Rulebook(), scene.now))
    assert scene.path("access")[-1] == "unknown", "so that what was opened for it can be closed"
    assert [request.device for _, request in scene.requests[asked:]] == ["cam-0"], "looked at at once"
    scene.run(30)
    assert scene.path("cam-0") == ["up", "unreachable", "up"]


def test_a_reload_keeps_states_and_drops_what_is_gone() -> None:
    scene = access_network(cameras=1)
    scene.dead.add("cam-0")
    scene.run(80)
    before = len(scene.events)
    scene.take(reload_fleet(scene.fleet, make_inventory(*scene.devices.values()), Rulebook(), scene.now))
    assert len(scene.events) == before
    assert scene.state("cam-0") is DeviceState.DOWN
