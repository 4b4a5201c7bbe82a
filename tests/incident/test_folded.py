"""A device whose own outage was taken for a part of its parent's, and what becomes of it when the parent is back."""

import pytest

from opsmon.incident.incident import Incident
from opsmon.model.event import DeviceState
from opsmon.model.incident import Ending, FactType
from tests.support.incident.scene import IncidentScene

DOWN, UP, UNREACHABLE = DeviceState.DOWN, DeviceState.UP, DeviceState.UNREACHABLE


def folded() -> tuple[IncidentScene, Incident]:
    """mcu is found dead and acknowledged, then its switch is found dead: one fault, as it seems. The switch is back."""
    scene = IncidentScene()
    scene.becomes("mcu", DOWN)
    own = scene.the_open()
    scene.tell_fact(own.id, FactType.ACKNOWLEDGED, "李")
    scene.at(20).becomes("access", DOWN)
    scene.at(20).becomes("mcu", UNREACHABLE, cause="access")
    assert scene.incidents.by_id[own.id].ended is Ending.MERGED
    scene.at(100).becomes("access", UP)
    scene.at(140).wait()
    return scene, own


def test_dead_as_before_it_takes_its_start_and_its_facts_back() -> None:
    scene, own = folded()
    scene.at(200).becomes("mcu", DOWN, since_s=190)
    again = scene.the_open()
    assert (again.starts_at, again.phase) == (own.starts_at, "acknowledged")
    assert again.id != own.id


@pytest.mark.parametrize("answer", [UP, DeviceState.DEGRADED])
def test_once_it_has_answered_its_next_death_is_another_fault(answer: DeviceState) -> None:
    scene, _ = folded()
    scene.at(150).becomes("mcu", answer)
    scene.at(200).becomes("mcu", DOWN, since_s=190)
    dead = next(one for one in scene.open if one.state is DOWN)
    assert dead.phase == "open"
    assert dead.starts_at >= scene.at(150).now


def test_a_device_that_was_well_before_it_was_hidden_keeps_its_incident() -> None:
    """It had answered again, and its recovery was being believed, when its switch died."""
    scene = IncidentScene()
    scene.becomes("mcu", DOWN)
    own = scene.the_open()
    scene.at(100).becomes("mcu", UP)
    scene.at(110).becomes("access", DOWN)
    scene.at(110).becomes("mcu", UNREACHABLE, cause="access")
    assert scene.incidents.by_id[own.id].is_open
    scene.at(200).becomes("mcu", UP)
    scene.at(230).wait()
    assert scene.incidents.by_id[own.id].ended is Ending.RECOVERED
