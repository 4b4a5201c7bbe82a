"""A person reports a fault: with or without a device, before monitoring sees it, after it, or instead of it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from opsmon.engine.effect import AlertKind, AlertStatus
from opsmon.engine.fold import restore
from opsmon.engine.input import AddFact, OpenIncident, Reloaded
from opsmon.engine.rules import Rules
from opsmon.engine.step import EngineStep
from opsmon.model.device import Inventory, Kind, Site
from opsmon.model.event import ClockChanged, ClockState, CommandRefused, IncidentOpened
from opsmon.model.incident import Fact, FactType, Severity
from opsmon.model.name import ContractId, DeviceName, IncidentId
from opsmon.model.sample import Outcome
from tests.support.engine.scene import CONTRACT, HALL, SITE, START, Town, device, rules_of, sample


def hall(contract: ContractId | None = CONTRACT) -> Rules:
    """The hall, under the contract as a whole."""
    rules = rules_of()
    site = Site(SITE, "主会场", contract, "vc", {"venue": "main-hall"})
    return replace(rules, inventory=Inventory({SITE: site}, rules.inventory.devices))


@pytest.fixture
def town() -> Town:
    """Everything is well, and has been watched for two minutes."""
    return Town(hall()).run(120)


def call(town: Town, device_name: str | None = "mcu", *, ago_s: float = 0, **what: object) -> EngineStep:
    """The user telephones."""
    at = town.now - timedelta(seconds=ago_s)
    name = None if device_name is None else DeviceName(device_name)
    asked = OpenIncident(SITE, "no picture in the hall", at, "用户", name, note="since this morning")
    return town.give(replace(asked, **what))  # type: ignore[arg-type]  # any field of the command


def states(town: Town, incident: IncidentId) -> dict[str, ClockState]:
    return {key[0]: word.last.after for key, word in town.world.clock_statuses[incident].items()}


def resolve(town: Town, incident: IncidentId) -> EngineStep:
    return town.give(AddFact(incident, Fact(FactType.RESOLVED, town.now, "值班员")))


def reports(town: Town, number: int = 1) -> list[datetime]:
    return [fact.at for fact in town.incident(number).standing if fact.type is FactType.REPORTED]


def measured(town: Town, celsius: float) -> None:
    """The MCU answers, and says how warm it is."""
    for _ in range(2):
        town.run(10)
        town.give(sample("mcu", Outcome.OK, town.now, celsius=celsius))


def same_after_a_restart(town: Town) -> None:
    again = restore(town.world.rules, town.journal, town.now)
    assert again.incidents == town.world.incidents
    assert (again.clock_statuses, again.alerts_sent) == (town.world.clock_statuses, town.world.alerts_sent)


class TestAnIncidentOfAPerson:
    def test_has_the_same_clocks_alerts_and_journal_as_a_probed_one(self, town: Town) -> None:
        step = call(town, None, ago_s=60, kind=Kind.DISPLAY)
        incident = town.the_open()
        assert step.refusal == ""
        assert (incident.device, incident.kind) == ("", Kind.DISPLAY)
        assert (incident.contract, incident.service) == (CONTRACT, "vc")
        assert (incident.condition, incident.starts_at) == ("no picture in the hall", town.now - timedelta(seconds=60))
        assert [(fact.type, fact.by) for fact in incident.facts] == [(FactType.REPORTED, "用户")]
        assert states(town, incident.id)["E2"].is_open
        assert not [word for word in town.world.clock_statuses[incident.id].values() if word.last.provisional]
        assert (town.alerts()[0].alert, town.alerts()[0].status) == (AlertKind.INCIDENT, AlertStatus.FIRING)
        same_after_a_restart(town)

    def test_is_over_when_a_person_says_so_and_not_before(self, town: Town) -> None:
        call(town, None)
        town.run(3_600)
        assert states(town, town.the_open().id)["E2"] is ClockState.BREACHED
        resolve(town, town.the_open().id)
        assert not town.incident().is_open
        assert town.incident().close_reason == "resolved, says 值班员"
        assert town.alerts()[-1].status is AlertStatus.RESOLVED
        same_after_a_restart(town)

    def test_takes_kind_service_and_labels_from_its_device_and_its_own_beside_them(self, town: Town) -> None:
        call(town, labels={"cause": "external"}, severity=Severity.MAJOR)
        incident = town.the_open()
        assert (incident.kind, incident.labels, incident.own_labels) == (
            Kind.MCU,
            {"venue": "main-hall"},
            {"cause": "external"},
        )
        assert incident.alert_severity is Severity.MAJOR

    def test_outlives_its_device_in_the_inventory(self, town: Town) -> None:
        call(town)
        rest = [one for one in HALL if one.name != "mcu"]
        town.give(Reloaded(replace(rules_of(rest), contracts=town.world.rules.contracts)))
        assert town.the_open().device == "mcu"

    def test_goes_on_without_monitoring_when_its_device_leaves_the_inventory(self, town: Town) -> None:
        call(town)
        town.dead.add("mcu")
        town.run(120)
        assert town.the_open().is_watched
        rest = [one for one in HALL if one.name != "mcu"]
        told = len(town.alerts())
        town.give(Reloaded(replace(rules_of(rest), contracts=town.world.rules.contracts)))
        assert not town.the_open().is_watched
        assert len(town.alerts()) == told
        again = restore(town.world.rules, town.journal, town.now)
        assert again.incidents.by_id == town.world.incidents.by_id
        resolve(town, town.the_open().id)
        assert town.world.incidents.open_incidents() == ()

    def test_of_a_site_without_a_contract_has_no_clocks(self) -> None:
        town = Town(hall(None)).run(120)
        assert call(town, None).refusal == ""
        assert town.the_open().id not in town.world.clock_statuses

    @pytest.mark.parametrize(
        ("what", "words"),
        [
            ({"site": "hal"}, "there is no site `hal` (did you mean `hall`?)"),
            ({"device": "mcu1"}, "there is no device `mcu1` (did you mean `mcu`?)"),
            ({"kind": Kind.UPS}, "device `mcu` is a mcu, not a ups"),
            ({"condition": "  "}, "the condition is what is wrong, in one line"),
            ({"condition": "two\nlines"}, "in one line"),
            ({"condition": "x" * 201}, "at most 200 characters"),
            ({"by": ""}, "a name is needed"),
            ({"note": "x" * 4_001}, "longer than 4000 characters"),
            ({"service": "vcc"}, "did you mean `vc`?"),
            ({"labels": {"venue": "main_hall"}}, "did you mean `main-hall`?"),
            ({"reported_at": START.replace(tzinfo=None)}, "the time has no offset"),
            ({"reported_at": START + timedelta(hours=1)}, "is in the future"),
            ({"reported_at": START - timedelta(days=7)}, "is more than 7 days ago"),
        ],
    )
    def test_what_cannot_be_is_refused_in_words_and_recorded(
        self, town: Town, what: dict[str, object], words: str
    ) -> None:
        step = call(town, str(what.pop("device", "mcu")), **what)  # type: ignore[arg-type]  # fields of the command
        assert words in step.refusal
        (event,) = step.events
        assert isinstance(event, CommandRefused)
        assert event.command == "OpenIncident"

    def test_a_report_of_exactly_seven_days_ago_is_taken(self, town: Town) -> None:
        assert call(town, ago_s=7 * 86_400).refusal == ""

    def test_a_report_that_is_sent_twice_opens_one(self, town: Town) -> None:
        for device_name in (None, "mcu"):
            assert call(town, device_name).refusal == ""
            assert "this report is in incident" in call(town, device_name).refusal
        assert len(town.world.incidents.by_id) == 2

    def test_a_report_that_is_sent_again_when_it_is_over_opens_none(self, town: Town) -> None:
        reported_at = town.now
        for number, device_name in enumerate((None, "mcu"), 1):
            call(town, device_name, reported_at=reported_at)
            town.run(60)
            resolve(town, town.the_open().id)
            again = call(town, device_name, reported_at=reported_at)
            assert again.refusal == f"this report is in incident 20260320-{number} already"
        assert town.world.incidents.open_incidents() == ()
        assert call(town, "mcu", reported_at=reported_at, by="another").refusal == ""

    def test_another_fault_of_a_device_is_another_incident_and_the_same_words_are_the_same(self, town: Town) -> None:
        call(town, "cam-1")
        call(town, "cam-1", condition="the lens is dirty")
        town.run(60)
        call(town, "cam-1", condition="The lens is dirty")
        assert len(town.world.incidents.open_incidents()) == 2
        assert len(reports(town, 2)) == 2


class TestTheTwoBecomeOne:
    def test_where_monitoring_finds_the_fault_that_a_person_reported(self, town: Town) -> None:
        call(town, severity=None)
        reported_at = town.now
        town.dead.add("mcu")
        town.run(120)
        incident = town.the_open()
        assert (incident.id, incident.starts_at, incident.condition) == (
            "20260320-1",
            reported_at,
            "no picture in the hall",
        )
        assert [fact.type for fact in incident.facts] == [FactType.REPORTED, FactType.DETECTED]
        assert (incident.severity, incident.alert_severity) == (Severity.MAJOR, Severity.ORDINARY)
        assert len([one for one in town.journal if isinstance(one, IncidentOpened)]) == 1
        same_after_a_restart(town)
        town.dead.clear()
        town.run(300)
        assert not town.incident().is_open  # what monitoring sees it also sees end
        same_after_a_restart(town)

    def test_a_severity_that_a_person_named_holds(self, town: Town) -> None:
        call(town, severity=Severity.ORDINARY)
        town.dead.add("mcu")
        town.run(120)
        assert town.the_open().severity is Severity.ORDINARY

    def test_where_monitoring_has_it_already(self, town: Town) -> None:
        town.dead.add("mcu")
        town.run(120)
        assert states(town, town.the_open().id)["E2"].is_open
        step = call(town, ago_s=300, severity=Severity.EMERGENCY)
        assert step.refusal == ""
        incident = town.the_open()
        assert reports(town) == [town.now - timedelta(seconds=300)]
        assert incident.facts[-1].note == "mcu: no picture in the hall - since this morning"
        assert (incident.condition, incident.severity) == ("DeviceDown", Severity.EMERGENCY)
        same_after_a_restart(town)

    def test_the_earliest_report_counts_in_whatever_order_they_come(self, town: Town) -> None:
        town.dead.add("mcu")
        town.run(120)
        call(town, ago_s=30)
        call(town, ago_s=200)
        (clock,) = [one.last for key, one in town.world.clock_statuses[town.the_open().id].items() if key[0] == "E2"]
        assert clock.starts_at == town.now - timedelta(seconds=200)

    def test_where_the_fault_was_over_before_the_report_was_written_down(self, town: Town) -> None:
        town.dead.add("mcu")
        town.run(120)
        reported_at = town.now
        town.dead.clear()
        town.run(600)
        call(town, ago_s=(town.now - reported_at).total_seconds())
        assert town.world.incidents.open_incidents() == ()
        assert reports(town) == [reported_at]

    def test_a_report_after_the_end_is_another_fault(self, town: Town) -> None:
        town.dead.add("mcu")
        town.run(120)
        town.dead.clear()
        town.run(600)
        call(town)
        assert town.the_open().id == "20260320-2"

    def test_told_late_it_ends_as_told_at_once(self) -> None:
        """The report, the fault, its end: in whatever order the programme hears of them."""
        ends = []
        for told_after_s in (0, 60, 240, 900):
            town = Town(hall()).run(120)
            reported_at, told = town.now, False
            for second in range(0, 1_000, 20):
                if not told and second >= told_after_s:
                    call(town, reported_at=reported_at)
                    told = True
                if second == 40:
                    town.dead.add("mcu")
                if second == 300:
                    town.dead.clear()
                town.run(20)
            incident = town.incident()
            clocks = {
                key: (one.last.starts_at, one.last.due_at)
                for key, one in town.world.clock_statuses[incident.id].items()
            }
            ends.append(
                (incident.is_open, incident.resolved_at, reports(town), clocks, len(town.world.incidents.by_id))
            )
        assert all(end == ends[0] for end in ends)


class TestWhatMonitoringDoesNotSee:
    """The two are one incident, but a recovery ends only what monitoring saw."""

    @pytest.mark.parametrize("report_first", [True, False])
    def test_another_fault_of_the_device_is_not_over_with_the_one_that_was_measured(
        self, town: Town, report_first: bool
    ) -> None:
        if report_first:
            call(town)
        measured(town, 80.0)
        if not report_first:
            call(town)
        one = town.the_open()
        assert (one.is_watched, len(reports(town))) == (True, 1)
        told = len(town.alerts())
        measured(town, 20.0)
        town.run(600)
        left = town.the_open()
        assert (left.id, left.is_watched, left.resolved_at) == (one.id, False, None)
        assert [alert.status for alert in town.alerts()[told:] if alert.alert is AlertKind.INCIDENT] == [
            AlertStatus.FIRING  # whoever waits for the recovery hears that a person's word is missing
        ]
        same_after_a_restart(town)
        resolve(town, one.id)
        assert town.incident().close_reason == "resolved, says 值班员"

    def test_its_clocks_run_on_while_the_recovery_is_believed(self, town: Town) -> None:
        call(town)
        reported_at = town.now
        measured(town, 80.0)
        town.run(130)
        measured(town, 20.0)
        assert town.the_open().hold_until is not None
        town.run(15)
        assert town.the_open().hold_until is not None
        breached = [one for one in town.journal if isinstance(one, ClockChanged) and one.after is ClockState.BREACHED]
        limit = timedelta(minutes=3)
        assert {one.clause: one.at - reported_at - limit for one in breached} == {
            "E1": timedelta(microseconds=1),
            "E2": timedelta(microseconds=1),
        }

    def test_a_person_who_names_what_is_measured_means_it(self, town: Town) -> None:
        measured(town, 80.0)
        call(town, condition="hot")
        measured(town, 20.0)
        town.run(600)
        assert not town.incident().is_open

    def test_a_person_s_word_before_the_recovery_is_enough(self, town: Town) -> None:
        call(town)
        measured(town, 80.0)
        resolve(town, town.the_open().id)
        assert town.the_open().is_contradicted
        measured(town, 20.0)
        town.run(600)
        assert not town.incident().is_open

    def test_an_outage_of_a_later_hour_does_not_end_an_old_report(self, town: Town) -> None:
        call(town)
        town.run(3_600)
        town.dead.add("mcu")  # who repairs it takes it off the mains
        town.run(120)
        assert town.the_open().is_watched
        town.dead.clear()
        town.run(600)
        assert not town.the_open().is_watched
        town.dead.add("mcu")
        town.run(120)
        assert town.the_open().id == "20260320-1"
        same_after_a_restart(town)

    def test_what_is_over_takes_in_no_other_fault_that_was_told_late(self, town: Town) -> None:
        measured(town, 80.0)
        reported_at = town.now
        town.run(60)
        measured(town, 20.0)
        town.run(600)
        assert not town.incident().is_open
        call(town, reported_at=reported_at)
        assert town.the_open().id == "20260320-2"
        assert reports(town) == []


class TestBehindAParent:
    def test_a_report_of_a_hidden_device_is_a_report_of_what_hides_it(self, town: Town) -> None:
        town.dead |= {"access", "cam-1"}
        town.run(180)
        outage = town.the_open()
        assert "cam-1" in outage.children
        call(town, "cam-1", ago_s=30)
        assert town.the_open().id == outage.id
        assert reports(town) == [town.now - timedelta(seconds=30)]
        assert town.the_open().facts[-1].note.startswith("cam-1: ")

    def test_a_report_from_before_the_parent_went_is_a_fault_of_its_own(self, town: Town) -> None:
        town.run(1_200)
        town.dead |= {"access", "cam-1"}
        town.run(180)
        call(town, "cam-1", ago_s=1_000)
        assert [one.device for one in town.world.incidents.open_incidents()] == ["access", "cam-1"]

    def test_what_was_reported_as_the_parent_went_becomes_a_part_of_it_with_all_that_people_told(
        self, town: Town
    ) -> None:
        call(town, "cam-1")
        town.give(AddFact(town.the_open().id, Fact(FactType.ACKNOWLEDGED, town.now, "值班员")))
        town.dead |= {"access", "cam-1"}
        town.run(180)
        outage = town.the_open()
        assert outage.device == "access"
        assert town.incident(1).merged_into == outage.id
        told = {(fact.type, fact.by) for fact in outage.facts}
        assert {(FactType.REPORTED, "用户"), (FactType.ACKNOWLEDGED, "值班员")} <= told
        assert any("20260320-1" in fact.note for fact in outage.facts)
        same_after_a_restart(town)

    def test_what_was_reported_long_before_keeps_its_incident(self, town: Town) -> None:
        call(town, "cam-1")
        town.run(1_000)
        town.dead |= {"access", "cam-1"}
        town.run(180)
        assert [one.device for one in town.world.incidents.open_incidents()] == ["cam-1", "access"]

    def test_a_report_under_another_contract_is_not_swallowed(self) -> None:
        rules = hall()
        camera = device("cam-1", "access", kind=Kind.CAMERA, contract=ContractId("baizhifang-2026"))
        devices = {**rules.inventory.devices, camera.name: replace(camera, service="cctv", labels={})}
        town = Town(replace(rules, inventory=Inventory(rules.inventory.sites, devices))).run(120)
        town.dead |= {"access", "cam-1"}
        town.run(180)
        call(town, "cam-1")
        assert {one.device: one.contract for one in town.world.incidents.open_incidents()} == {
            "access": CONTRACT,
            "cam-1": "baizhifang-2026",
        }
