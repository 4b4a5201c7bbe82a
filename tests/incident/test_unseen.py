"""An incident whose fault can no longer be seen: it stays open, says so, and a person may end it."""

from datetime import timedelta

from opsmon.incident.draft import Draft
from opsmon.incident.lifecycle import follow_words
from opsmon.model.event import ConditionCleared, ConditionUnseen, FactAdded
from opsmon.model.incident import Ending, Fact, FactType
from opsmon.model.name import DeviceName
from tests.support.incident.scene import START, IncidentScene

HOT = ("core", "TemperatureHigh", "sensor=Inlet")


def opened() -> IncidentScene:
    scene = IncidentScene()
    scene.raised(*HOT)
    return scene


def lose_sight(scene: IncidentScene) -> None:
    name, condition, subject = HOT
    scene.see(ConditionUnseen(scene.now, DeviceName(name), condition, subject, START, START + timedelta(seconds=30)))


def test_it_stays_open_and_says_since_when() -> None:
    scene = opened().at(90)
    lose_sight(scene)
    incident = scene.the_open()
    assert incident.hold_until is None
    assert incident.unseen_since == START + timedelta(seconds=30)
    assert "not known to be over" in incident.diagnosis[-1]
    scene.at(3600).wait()
    assert scene.the_open().resolved_at is None


def test_seen_again_it_goes_on_or_recovers() -> None:
    scene = opened()
    lose_sight(scene)
    scene.raised(*HOT)
    assert scene.the_open().unseen_since is None
    lose_sight(scene)
    scene.at(100).cleared(*HOT)
    assert scene.the_open().hold_until is not None
    scene.at(200).wait()
    assert [incident.ended for incident in scene.incidents.by_id.values()] == [Ending.RECOVERED]


def test_a_person_may_say_that_the_part_was_removed() -> None:
    scene = opened()
    lose_sight(scene)
    incident = scene.the_open()
    draft = Draft(scene.incidents, scene.setting, scene.now)
    draft.write(FactAdded(scene.now, incident.id, Fact(FactType.RESOLVED, scene.now, "on duty", "fan tray removed")))
    follow_words(draft, incident)
    scene.take(draft)
    assert scene.open == []


def test_what_nothing_watches_any_more_is_withdrawn_and_has_not_recovered() -> None:
    scene = opened()
    name, condition, subject = HOT
    gone = ConditionCleared(scene.now, DeviceName(name), condition, subject, START, "its rule was removed", False)
    scene.see(gone)
    (incident,) = scene.incidents.by_id.values()
    assert (incident.ended, incident.resolved_at, incident.close_reason) == (
        Ending.WITHDRAWN,
        None,
        "its rule was removed",
    )
