"""One incident for one root cause, whatever the order in which the fleet tells of it."""

import pytest

from opsmon.model.event import DeviceState, IncidentClosed, IncidentRenewed, RecoveryWithdrawn
from opsmon.model.incident import Ending, FactType, Severity
from opsmon.model.name import IncidentId
from tests.support.incident.scene import HALL, START, IncidentScene, device

DOWN, UP, UNREACHABLE = DeviceState.DOWN, DeviceState.UP, DeviceState.UNREACHABLE
DEGRADED, FLAPPING, UNKNOWN = DeviceState.DEGRADED, DeviceState.FLAPPING, DeviceState.UNKNOWN
MAINTENANCE = DeviceState.MAINTENANCE


def test_a_device_that_goes_down_opens_an_incident_from_the_first_failed_observation() -> None:
    scene = IncidentScene()
    scene.at(10).becomes("mcu", DOWN, since_s=2)
    incident = scene.the_open()
    assert (incident.id, incident.condition, incident.severity) == ("20261120-1", "DeviceDown", Severity.MAJOR)
    assert (incident.device, incident.kind, incident.contract) == ("mcu", "mcu", "xicheng-vc-2025")
    assert (incident.labels, incident.state) == ({"venue": "hall"}, DOWN)
    assert incident.starts_at == scene.at(2).now
    (fact,) = incident.facts
    assert (fact.type, fact.at, fact.by) == (FactType.DETECTED, incident.starts_at, "monitoring")


def test_ids_count_within_the_day_and_begin_again_the_next() -> None:
    scene = IncidentScene()
    scene.becomes("mcu", DOWN)
    scene.becomes("cam", DOWN)
    scene.at(86_400).becomes("core", DOWN)
    assert [incident.id for incident in scene.open] == ["20261120-1", "20261120-2", "20261121-1"]


def test_an_id_is_never_given_twice_when_the_clock_is_set_back_a_day() -> None:
    scene = IncidentScene()
    scene.becomes("mcu", DOWN)
    scene.at(86_400).becomes("cam", DOWN)
    scene.at(0).becomes("core", DOWN)
    assert sorted(incident.id for incident in scene.open) == ["20261120-1", "20261120-2", "20261121-1"]


def test_children_are_attached_and_open_nothing() -> None:
    scene = IncidentScene()
    scene.becomes("access", DOWN)
    scene.at(1).becomes("mcu", UNREACHABLE, cause="access")
    scene.at(2).becomes("cam", UNREACHABLE, cause="access")
    assert scene.the_open().children == {"mcu", "cam"}


def test_children_that_were_hidden_before_their_cause_was_declared_are_attached_then() -> None:
    scene = IncidentScene()
    scene.becomes("mcu", UNREACHABLE, cause="access")
    scene.becomes("access", UNREACHABLE, cause="core")
    assert scene.open == []
    scene.at(1).becomes("core", DOWN)
    assert scene.the_open().device == "core"
    assert scene.the_open().children == {"access", "mcu"}


def test_a_device_declared_down_before_its_cause_is_attached_and_its_own_incident_withdrawn() -> None:
    scene = IncidentScene()
    scene.becomes("mcu", DOWN)
    own = scene.the_open()
    scene.at(20).becomes("access", DOWN)
    scene.at(20).becomes("mcu", UNREACHABLE, cause="access")
    assert scene.the_open().device == "access"
    assert scene.the_open().children == {"mcu"}
    withdrawn = scene.incidents.by_id[own.id]
    assert (withdrawn.withdrawn, withdrawn.merged_into) == (True, scene.the_open().id)


def test_a_fault_that_is_much_older_than_the_outage_above_it_keeps_its_incident() -> None:
    scene = IncidentScene()
    scene.becomes("mcu", DOWN)
    scene.at(3_600).becomes("access", DOWN)
    scene.at(3_600).becomes("mcu", UNREACHABLE, cause="access")
    assert [incident.device for incident in scene.open] == ["mcu", "access"]


def test_a_root_cause_that_moves_up_takes_everything_along() -> None:
    scene = IncidentScene()
    scene.becomes("access", DOWN)
    scene.becomes("cam", UNREACHABLE, cause="access")
    scene.at(30).becomes("core", DOWN)
    scene.at(30).becomes("access", UNREACHABLE, cause="core")
    scene.at(30).becomes("cam", UNREACHABLE, cause="core")
    assert scene.the_open().device == "core"
    assert scene.the_open().children == {"access", "cam"}


def test_a_child_that_comes_back_is_let_go_and_remembered() -> None:
    scene = IncidentScene()
    scene.becomes("access", DOWN)
    scene.becomes("cam", UNREACHABLE, cause="access")
    scene.at(5).becomes("cam", UP)
    assert scene.the_open().children == frozenset()
    assert scene.the_open().affected == {"cam"}


def test_a_child_that_turns_out_to_be_dead_itself_opens_its_own() -> None:
    scene = IncidentScene()
    scene.becomes("access", DOWN)
    scene.becomes("cam", UNREACHABLE, cause="access")
    scene.at(5).becomes("access", UP)
    scene.at(40).wait()
    assert scene.open == []
    assert len(scene.incidents.parent_incident) == 0
    scene.at(95).becomes("cam", DOWN)
    assert scene.the_open().device == "cam"


def test_recovery_is_believed_after_the_hold_down_and_dated_when_it_was_seen() -> None:
    scene = IncidentScene()
    scene.becomes("mcu", DOWN)
    scene.at(100).becomes("mcu", UP, since_s=98)
    scene.at(129).wait()
    assert scene.the_open().phase == "recovering"
    scene.at(130).wait()
    incident = scene.incidents.by_id[IncidentId("20261120-1")]
    assert (incident.phase, incident.resolved_at, incident.closed_at) == ("closed", scene.at(98).now, scene.at(130).now)
    assert scene.story() == ["IncidentOpened", "FactAdded", "RecoverySeen", "FactAdded", "IncidentClosed"]


@pytest.mark.parametrize("again", [DOWN, FLAPPING, UNKNOWN, UNREACHABLE])
def test_a_recovery_that_does_not_last_is_withdrawn(again: DeviceState) -> None:
    scene = IncidentScene()
    scene.becomes("mcu", DOWN)
    scene.at(100).becomes("mcu", UP)
    scene.at(110).becomes("mcu", again)
    scene.at(140).wait()
    assert scene.the_open().hold_until is None
    assert isinstance(scene.events[-1], RecoveryWithdrawn)
    scene.at(200).becomes("mcu", UP)
    scene.at(230).wait()
    assert scene.open == []
    assert scene.story().count("IncidentOpened") == 1


def test_a_flapping_device_that_dies_passes_on_to_an_incident_of_its_death() -> None:
    scene = IncidentScene()
    scene.becomes("mcu", FLAPPING)
    flapping = scene.the_open()
    scene.tell_fact(flapping.id, FactType.ACKNOWLEDGED, "李")
    scene.at(100).becomes("mcu", DOWN)
    dead = scene.the_open()
    assert (dead.condition, dead.starts_at, dead.phase) == ("DeviceDown", flapping.starts_at, "acknowledged")
    old = scene.incidents.by_id[flapping.id]
    assert (old.ended, old.merged_into) == (Ending.PASSED_ON, dead.id)
    scene.at(200).becomes("mcu", FLAPPING)
    assert scene.the_open().id == dead.id, "what was dead is not told as less while it comes and goes"
    scene.at(300).becomes("mcu", DOWN)
    assert scene.the_open().id == dead.id
    assert isinstance(scene.events[-1], IncidentRenewed), "and is told again when it is dead again"


def test_a_recovery_from_degraded_does_not_hold_when_it_begins_to_flap() -> None:
    scene = IncidentScene()
    scene.becomes("mcu", DEGRADED)
    scene.at(400).becomes("mcu", UP)
    scene.at(410).becomes("mcu", FLAPPING)
    scene.at(440).wait()
    assert "DeviceDegraded" in [incident.condition for incident in scene.open]


def test_a_degraded_device_that_dies_at_once_was_dying() -> None:
    scene = IncidentScene()
    scene.becomes("mcu", DEGRADED)
    assert scene.the_open().condition == "DeviceDegraded"
    scene.at(60).becomes("mcu", DOWN)
    assert scene.the_open().condition == "DeviceDown"


def test_a_device_degraded_for_long_that_dies_has_two_faults() -> None:
    scene = IncidentScene()
    scene.becomes("mcu", DEGRADED)
    scene.at(3_600).becomes("mcu", DOWN)
    assert [incident.condition for incident in scene.open] == ["DeviceDegraded", "DeviceDown"]
    scene.at(3_700).becomes("mcu", UP)
    scene.at(3_730).wait()
    assert scene.open == []


def test_a_device_that_comes_back_in_part_keeps_an_incident_for_the_part() -> None:
    scene = IncidentScene()
    scene.becomes("mcu", DOWN)
    scene.at(10).becomes("mcu", DEGRADED)
    assert scene.the_open().condition == "DeviceDown"
    scene.at(40).wait()
    assert scene.the_open().condition == "DeviceDegraded"
    assert scene.the_open().starts_at == scene.at(10).now


class TestConditions:
    def test_each_subject_is_a_root_cause(self) -> None:
        scene = IncidentScene()
        scene.raised("core", "InterfaceDown", "ifName=Gi0/1")
        scene.raised("core", "InterfaceDown", "ifName=Gi0/2")
        scene.raised("core", "InterfaceDown", "ifName=Gi0/2")
        assert [incident.subject for incident in scene.open] == ["ifName=Gi0/1", "ifName=Gi0/2"]
        assert scene.open[0].severity is Severity.EMERGENCY

    def test_clearing_begins_the_hold_down_and_a_return_withdraws_it(self) -> None:
        scene = IncidentScene()
        scene.raised("mcu", "Hot")
        scene.at(10).cleared("mcu", "Hot")
        assert scene.the_open().phase == "recovering"
        scene.at(20).raised("mcu", "Hot")
        scene.at(50).wait()
        assert scene.the_open().phase == "open"
        scene.at(60).cleared("mcu", "Hot")
        scene.at(90).wait()
        assert scene.open == []
        assert scene.incidents.by_id[IncidentId("20261120-1")].resolved_at == scene.at(60).now

    @pytest.mark.parametrize("quiet", [DOWN, UNREACHABLE, MAINTENANCE])
    def test_on_a_device_that_is_not_to_be_heard_opens_when_it_is_back_and_only_if_it_still_holds(
        self, quiet: DeviceState
    ) -> None:
        scene = IncidentScene()
        scene.becomes("mcu", quiet)
        scene.raised("mcu", "Hot")
        scene.raised("mcu", "DiskFailed")
        scene.cleared("mcu", "DiskFailed")
        assert not [incident for incident in scene.open if incident.state is None]
        scene.at(10).becomes("mcu", UP)
        assert [incident.condition for incident in scene.open if incident.state is None] == ["Hot"]

    def test_an_unknown_device_is_heard(self) -> None:
        scene = IncidentScene()
        scene.becomes("mcu", UNKNOWN)
        scene.raised("mcu", "Hot")
        assert scene.the_open().condition == "Hot"

    def test_one_that_is_no_device_state_but_is_named_like_one_stays_a_condition(self) -> None:
        scene = IncidentScene()
        scene.raised("mcu", "DeviceDown")
        scene.becomes("mcu", UP)
        assert scene.the_open().hold_until is None


class TestMaintenance:
    def test_opens_nothing_and_lets_an_open_one_be(self) -> None:
        scene = IncidentScene()
        scene.becomes("cam", DOWN)
        scene.becomes("cam", MAINTENANCE)
        scene.becomes("mcu", MAINTENANCE)
        scene.at(100).wait()
        assert scene.the_open().device == "cam"

    def test_children_of_a_planned_outage_wait_and_are_attached_when_it_becomes_a_fault(self) -> None:
        scene = IncidentScene()
        scene.becomes("access", MAINTENANCE)
        scene.becomes("cam", UNREACHABLE, cause="access")
        assert scene.open == []
        scene.at(60).becomes("access", DOWN)
        assert scene.the_open().children == {"cam"}


def test_rules_that_call_a_state_no_fault_open_nothing() -> None:
    scene = IncidentScene()
    scene.becomes("mcu", UNKNOWN)
    assert scene.open == []


def test_a_ring_of_causes_ends() -> None:
    scene = IncidentScene()
    scene.becomes("mcu", UNREACHABLE, cause="cam")
    scene.becomes("cam", UNREACHABLE, cause="mcu")
    assert scene.open == []


def test_a_device_that_the_inventory_does_not_know_is_passed_over() -> None:
    scene = IncidentScene()
    scene.becomes("stranger", DOWN)
    assert scene.open == []


def test_a_device_taken_out_of_the_inventory_closes_its_incidents_and_is_no_child() -> None:
    scene = IncidentScene()
    scene.becomes("access", DOWN)
    scene.becomes("cam", UNREACHABLE, cause="access")
    scene.becomes("mcu", DOWN)
    scene.at(60).reload([one for one in HALL if one.name not in ("cam", "mcu")])
    assert scene.the_open().device == "access"
    assert scene.the_open().children == frozenset()
    closed = [event for event in scene.events if isinstance(event, IncidentClosed)]
    assert [(event.withdrawn, event.reason) for event in closed] == [
        (True, "the device was taken out of the inventory")
    ]


@pytest.mark.parametrize("jump_s", [-7_200, -5, 5, 7_200])
def test_what_is_left_of_a_hold_down_stays_when_the_clock_is_set(jump_s: int) -> None:
    scene = IncidentScene()
    scene.at(7_200).becomes("mcu", DOWN)
    scene.at(7_210).becomes("mcu", UP)
    scene.at(7_220).clock_jumps(jump_s)
    assert scene.the_open().hold_until == scene.at(7_220 + jump_s + 20).now
    scene.at(7_220 + jump_s + 19).wait()
    assert scene.the_open().phase == "recovering"
    scene.at(7_220 + jump_s + 20).wait()
    assert scene.open == []


def test_labels_and_alert_severity_stay_those_of_the_opening() -> None:
    scene = IncidentScene()
    scene.becomes("mcu", DOWN)
    scene.reload([device("mcu", "access"), *HALL[:2]])
    assert scene.the_open().labels == {"venue": "hall"}
    assert scene.the_open().starts_at == START
