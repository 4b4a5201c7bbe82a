"""Another host key than is pinned: an event, an incident, and its end."""

from dataclasses import replace

import pytest

from opsmon.engine.input import RecordHostKey
from opsmon.model.discovery import Discovery
from opsmon.model.event import CommandRefused, HostKeyRecorded
from opsmon.model.incident import Severity
from opsmon.model.name import DeviceName
from opsmon.state.condition.rules import Grade, ReportRule
from tests.support.engine.scene import Town, rules_of
from tests.support.incident.scene import WORDS

CORE = DeviceName("core")


@pytest.fixture
def town() -> Town:
    rules = rules_of()
    rule = ReportRule("HostKeyChanged", Grade(Severity.ORDINARY), WORDS, Discovery.HOST_KEY_CHANGED)
    return Town(replace(rules, rulebook=replace(rules.rulebook, reports=(rule,)))).run(120)


def test_a_new_key_is_an_event_and_a_changed_one_an_incident_until_the_pinned_one_is_back(town: Town) -> None:
    step = town.give(RecordHostKey(CORE, 22, "SHA256:first", trusted=True, address="192.0.2.1"))
    assert step.events == (HostKeyRecorded(town.now, CORE, 22, "SHA256:first", trusted=True, address="192.0.2.1"),)
    changed = town.give(RecordHostKey(CORE, 22, "SHA256:other", trusted=False))
    assert [event.trusted for event in changed.events if isinstance(event, HostKeyRecorded)] == [False]
    assert (town.the_open().condition, town.the_open().detail) == ("HostKeyChanged", "port 22 shows SHA256:other")
    back = town.give(RecordHostKey(CORE, 22, "SHA256:first", trusted=True, again=True))
    assert not [event for event in back.events if isinstance(event, HostKeyRecorded)]
    town.run(31)
    assert town.world.incidents.open_incidents() == ()


def test_that_all_is_well_is_no_event(town: Town) -> None:
    assert town.give(RecordHostKey(CORE, 22, "SHA256:first", trusted=True, again=True)).events == ()


def test_of_a_device_that_nobody_knows_it_is_refused(town: Town) -> None:
    step = town.give(RecordHostKey(DeviceName("nope"), 22, "SHA256:x", trusted=True))
    assert [type(event) for event in step.events] == [CommandRefused]
