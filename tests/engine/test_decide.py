"""From samples to incidents, clocks and alerts, with the real rooms and the real contract."""

from array import array
from dataclasses import replace
from datetime import timedelta

import pytest

from opsmon.engine.effect import AlertKind, AlertStatus, Notify
from opsmon.engine.fold import restore
from opsmon.engine.input import (
    AddFact,
    AttachDiagnosis,
    ClockStepped,
    JudgeScope,
    Reloaded,
    Report,
    SetMaintenance,
    Tick,
)
from opsmon.engine.world import World, next_deadline
from opsmon.model.device import Kind
from opsmon.model.event import ClockChanged, ClockState, CommandRefused, DeviceState, MaintenanceSet
from opsmon.model.incident import MONITORING, Fact, FactType, Severity
from opsmon.model.name import DeviceName, IncidentId
from opsmon.model.sample import Outcome, Reading, SeriesBlock, SeriesKey
from opsmon.state.condition.rules import Bounds, Comparator, Grade, ReportRule, Rule, Threshold, Wording
from tests.support.engine.scene import CONTRACT, HALL, START, Town, contracts, device, rules_of, sample
from tests.support.incident.scene import WORDS


@pytest.fixture
def town() -> Town:
    return Town(rules_of()).run(120)


def last_word(town: Town, clause: str) -> ClockChanged:
    return [event for event in town.journal if isinstance(event, ClockChanged) and event.clause == clause][-1]


def told(alerts: list[Notify]) -> list[tuple[str, str, str]]:
    return [(alert.alert, alert.status, alert.clock.clause if alert.clock else "") for alert in alerts]


def same_durably(one: World, other: World) -> None:
    """Both tell the same of everything that a restart must bring back."""
    assert one.incidents == other.incidents
    assert one.clock_statuses == other.clock_statuses
    assert one.alerts_sent == other.alerts_sent
    for name, machine in one.fleet.machines.items():
        assert other.fleet.machines[name].visible is machine.visible


def test_a_quiet_fleet_gives_no_news(town: Town) -> None:
    assert town.effects == []
    assert len(town.world.incidents.by_id) == 0


def test_a_dead_mcu_is_one_incident_within_ten_seconds_with_its_clocks(town: Town) -> None:
    town.dead.add("mcu")
    town.run(73)
    incident = town.the_open()
    assert (incident.device, incident.contract) == ("mcu", CONTRACT)
    assert incident.opened_at - incident.starts_at < timedelta(seconds=10)
    assert [(one.incident, one.device) for one in town.diagnoses()] == [(incident.id, "mcu")]
    assert told(town.alerts()) == [(AlertKind.INCIDENT, AlertStatus.FIRING, "")]
    assert {clause for clause, _ in town.world.clock_statuses[incident.id]} >= {"E2"}


def test_a_clock_runs_to_at_risk_and_breach_each_told_once_and_is_met_late(town: Town) -> None:
    town.dead.add("mcu")
    town.run(3_600 * 3)
    story = town.clock_story("E2")
    assert story[:3] == ["running", "at_risk", "breached"]
    alerts = [one for one in told(town.alerts()) if one[2] == "E2"]
    assert alerts == [("at_risk", "firing", "E2"), ("at_risk", "resolved", "E2"), ("breached", "firing", "E2")]
    town.tell(FactType.REPORTED)
    for type_ in (FactType.ACKNOWLEDGED, FactType.REMOTE_STARTED, FactType.ON_SITE):
        town.run(1)
        town.tell(type_)
    town.dead.clear()
    town.run(300)
    assert town.world.incidents.open_incidents() == ()


def test_an_alert_keeps_its_start_from_firing_to_resolved(town: Town) -> None:
    town.dead.add("mcu")
    town.run(3_600 * 3)
    town.dead.clear()
    town.run(300)
    seen: dict[tuple[object, ...], Notify] = {}
    for alert in town.alerts():
        key = (alert.alert, alert.clock and (alert.clock.clause, alert.clock.target))
        if alert.status is AlertStatus.FIRING:
            seen[key] = alert
        else:
            assert alert.starts_at == seen.pop(key).starts_at
            assert alert.ends_at is not None
            assert alert.ends_at >= alert.starts_at
    assert seen == {}


def test_alerts_of_an_incident_are_counted_without_repetition(town: Town) -> None:
    town.dead.add("mcu")
    town.run(3_600 * 3)
    numbers = [alert.sequence for alert in town.alerts()]
    assert numbers == sorted(set(numbers))
    assert numbers[0] == 1


def test_a_dead_access_switch_is_one_incident_with_its_cameras_attached(town: Town) -> None:
    town.dead |= {"access", *(f"cam-{number}" for number in range(1, 6))}
    town.run(180)
    assert town.the_open().device == "access"
    assert town.the_open().children == {f"cam-{number}" for number in range(1, 6)}
    town.dead.clear()
    town.run(300)
    assert town.world.incidents.open_incidents() == ()
    assert len([one for one in town.alerts() if one.alert is AlertKind.INCIDENT]) == 2


def test_the_journal_tells_the_world(town: Town) -> None:
    town.dead |= {"mcu", "access"}
    town.run(3_600)
    town.dead.clear()
    town.run(20)
    again = restore(town.world.rules, town.journal, town.now)
    same_durably(town.world, again)


def test_time_that_passed_while_we_were_down_is_judged_at_the_start(town: Town) -> None:
    town.dead.add("mcu")
    town.run(90)
    later = Town(town.world.rules)
    later.now = town.now + timedelta(days=1)
    later.world = restore(town.world.rules, town.journal, later.now)
    step = later.give(Tick())
    judged = [event for event in step.events if isinstance(event, ClockChanged) and event.clause == "E2"]
    assert [str(event.after) for event in judged] == ["at_risk", "breached"]
    assert all(event.at == later.now for event in judged)
    assert [one for one in told(later.alerts()) if one[2] == "E2"] == [("breached", "firing", "E2")]
    assert later.give(Tick()).events == ()  # said once


def test_a_second_restart_says_nothing_again(town: Town) -> None:
    town.dead.add("mcu")
    town.run(3_600)
    again = Town(town.world.rules)
    again.now, again.world = town.now, restore(town.world.rules, town.journal, town.now)
    assert again.give(Tick()).events == ()


def test_a_battery_that_ends_before_the_engineer_can_come_puts_the_clock_at_risk_at_once() -> None:
    ups = device("ups", kind=Kind.UPS)
    block = SeriesBlock((SeriesKey("ups_runtime_remaining_seconds"),))
    below = Bounds(Comparator.BELOW, at=Threshold(300.0), clear=Threshold(400.0))
    rule = Rule("UpsRuntimeShort", frozenset({"ups_runtime_remaining_seconds"}), below, Grade(Severity.MAJOR), WORDS,
                gives_way=Wording("电池将耗尽", "the battery will be empty"))  # fmt: skip
    rules = rules_of([ups])
    town = Town(replace(rules, rulebook=replace(rules.rulebook, rules=(rule,))))
    town.give(replace(sample("ups", Outcome.OK, town.now), readings=(Reading(block, array("d", [120.0])),)))
    assert town.the_open().gives_way_at == town.now + timedelta(seconds=120)
    assert town.clock_story("E2") == ["running", "at_risk"]
    assert last_word(town, "E2").reason == "the battery will be empty"
    silent = Town(replace(rules, rulebook=replace(rules.rulebook, rules=(replace(rule, gives_way=None),))))
    silent.give(replace(sample("ups", Outcome.OK, silent.now), readings=(Reading(block, array("d", [120.0])),)))
    assert silent.the_open().gives_way_at is None


class TestCommands:
    def test_a_fact_stops_its_clock_and_is_kept(self, town: Town) -> None:
        town.dead.add("mcu")
        town.run(90)
        town.tell(FactType.REPORTED)
        town.run(30)
        step = town.tell(FactType.ON_SITE)
        assert step.refusal == ""
        assert town.the_open().phase == "worked"
        met = [event for event in step.events if isinstance(event, ClockChanged) and event.after is ClockState.MET]
        assert met

    def test_a_refusal_is_recorded_and_changes_nothing_else(self, town: Town) -> None:
        town.dead.add("mcu")
        town.run(90)
        before = town.world.incidents
        early = Fact(FactType.ON_SITE, START, "值班员")
        step = town.give(AddFact(town.the_open().id, early))
        assert "before the incident began" in step.refusal
        (event,) = step.events
        assert isinstance(event, CommandRefused)
        assert (event.command, event.by, event.reason) == ("AddFact", "值班员", step.refusal)
        assert town.world.incidents == before

    @pytest.mark.parametrize(
        ("command", "words"),
        [
            (AddFact(IncidentId("nope"), Fact(FactType.ON_SITE, START, "值班员")), "there is no incident nope"),
            (JudgeScope(IncidentId("nope"), "值班员", "why", Severity.MAJOR), "there is no incident nope"),
            (SetMaintenance(DeviceName("nope"), None, "值班员"), "there is no device nope"),
            (SetMaintenance(DeviceName("mcu"), START, "值班员"), "is past"),
            (SetMaintenance(DeviceName("mcu"), None, "值班员"), "mcu is not in maintenance"),
            (SetMaintenance(DeviceName("mcu"), None, " "), "a name is needed"),
            (SetMaintenance(DeviceName("mcu"), START.replace(tzinfo=None), "值班员"), "the time has no offset"),
            (SetMaintenance(DeviceName("mcu"), None, "值班员", "x" * 4_001), "longer than 4000 characters"),
            (AttachDiagnosis(IncidentId("nope"), "text"), "there is no incident nope"),
        ],
    )
    def test_nonsense_is_refused_in_words(self, town: Town, command: AddFact, words: str) -> None:
        step = town.give(command)
        assert words in step.refusal
        assert [type(event) for event in step.events] == [CommandRefused]

    def test_a_person_sets_the_severity_and_the_clocks_follow(self, town: Town) -> None:
        town.dead.add("mcu")
        town.run(90)
        incident = town.the_open()
        step = town.give(JudgeScope(incident.id, "值班员", "a meeting is on", Severity.EMERGENCY))
        assert town.the_open().severity is Severity.EMERGENCY
        assert town.the_open().alert_severity is incident.alert_severity
        assert step.refusal == ""
        assert "already" in town.give(JudgeScope(incident.id, "值班员", "again", Severity.EMERGENCY)).refusal

    def test_maintenance_silences_a_device_and_survives_a_restart(self, town: Town) -> None:
        until = town.now + timedelta(hours=1)
        step = town.give(SetMaintenance(DeviceName("mcu"), until, "值班员", "new firmware"))
        assert isinstance(step.events[0], MaintenanceSet)
        town.dead.add("mcu")
        town.run(1_800)
        assert town.world.incidents.open_incidents() == ()
        again = restore(town.world.rules, town.journal, town.now)
        assert again.fleet.machines[DeviceName("mcu")].visible is DeviceState.MAINTENANCE
        town.run(1_900)
        assert town.the_open().device == "mcu"

    def test_a_diagnosis_is_attached(self, town: Town) -> None:
        town.dead.add("mcu")
        town.run(90)
        town.give(AttachDiagnosis(town.the_open().id, "hop 3 does not answer"))
        assert town.the_open().diagnosis == ("hop 3 does not answer",)

    def test_a_fault_that_a_person_calls_resolved_stays_open_until_it_is_gone(self, town: Town) -> None:
        town.dead.add("mcu")
        town.run(90)
        town.tell(FactType.RESOLVED)
        town.run(300)
        assert town.the_open().resolved_at is not None
        town.dead.clear()
        town.run(300)
        rash, true = [fact for fact in town.incident().facts if fact.type is FactType.RESOLVED]
        assert (rash.by, rash.contradicted) == ("值班员", True)
        assert (true.by, true.contradicted) == (MONITORING, False)
        assert rash.at < true.at
        assert town.incident().resolved_at == rash.at
        assert not town.incident().is_open

    def test_an_exclusion_cancels_the_clocks_and_a_change_of_mind_brings_them_back(self, town: Town) -> None:
        town.dead.add("mcu")
        town.run(90)
        excluded = Fact(FactType.EXCLUDED, town.now, "值班员", "the hall's own power cut", approved_by="科长")
        town.give(AddFact(town.the_open().id, excluded))
        states = {word.last.after for word in town.world.clock_statuses[town.the_open().id].values()}
        assert states == {ClockState.CANCELLED}
        town.run(60)
        town.tell(FactType.INCLUDED, note="the UPS should have held")
        assert any(word.last.after.is_open for word in town.world.clock_statuses[town.the_open().id].values())


class TestReports:
    """What another room found out, such as a configuration that changed without a change order."""

    @pytest.fixture
    def town(self) -> Town:
        rules, rule = rules_of(), ReportRule("ConfigChanged", Grade(Severity.MAJOR), WORDS)
        return Town(replace(rules, rulebook=replace(rules.rulebook, reports=(rule,)))).run(120)

    def test_one_that_holds_opens_and_one_that_holds_no_more_closes_after_the_hold_down(self, town: Town) -> None:
        for _ in range(2):
            town.give(Report(DeviceName("core"), "ConfigChanged", holds=True, detail="12 lines"))
        assert (town.the_open().condition, town.the_open().detail) == ("ConfigChanged", "12 lines")
        town.give(Report(DeviceName("core"), "ConfigChanged", holds=False))
        town.run(31)
        assert town.world.incidents.open_incidents() == ()

    @pytest.mark.parametrize(
        ("report", "words"),
        [
            (Report(DeviceName("nope"), "ConfigChanged", holds=True), "there is no device nope"),
            (Report(DeviceName("core"), "Nope", holds=True), "no rule of `reports:` is named Nope"),
        ],
    )
    def test_nonsense_is_refused_in_words(self, town: Town, report: Report, words: str) -> None:
        step = town.give(report)
        assert step.refusal == words
        assert [type(event) for event in step.events] == [CommandRefused]


class TestReload:
    def test_a_device_that_left_closes_its_incident_and_cancels_its_clocks(self, town: Town) -> None:
        town.dead.add("mcu")
        town.run(90)
        name = town.the_open().id
        rest = [one for one in HALL if one.name != "mcu"]
        town.give(Reloaded(replace(rules_of(rest), contracts=town.world.rules.contracts)))
        assert town.world.incidents.open_incidents() == ()
        assert {word.last.after for word in town.world.clock_statuses[name].values()} == {ClockState.CANCELLED}
        assert told(town.alerts())[-1][:2] == ("incident", "resolved")

    def test_another_contract_retimes_the_open_clocks_with_the_reason(self, town: Town) -> None:
        town.dead.add("mcu")
        town.run(90)
        books = contracts()
        book = books[CONTRACT]
        fewer = replace(book.contract, clauses=tuple(one for one in book.contract.clauses if one.id != "E2"))
        step = town.give(Reloaded(rules_of(books={CONTRACT: replace(book, contract=fewer)})))
        (event,) = [event for event in step.events if isinstance(event, ClockChanged) and event.clause == "E2"]
        assert event.after is ClockState.CANCELLED
        assert "E2" in event.reason

    def test_the_same_rules_again_say_nothing(self, town: Town) -> None:
        town.dead.add("mcu")
        town.run(90)
        assert town.give(Reloaded(rules_of())).events == ()

    def test_a_new_device_is_watched(self, town: Town) -> None:
        town.give(Reloaded(rules_of([*HALL, device("new", "core")])))
        town.give(sample("new", Outcome.OK, town.now))
        assert town.world.fleet.machines[DeviceName("new")].visible is DeviceState.UP


class TestTime:
    def test_a_quiet_world_sleeps_until_something_may_change(self, town: Town) -> None:
        deadline = next_deadline(town.world)
        assert deadline is not None
        assert deadline > town.now

    def test_a_clock_set_back_does_not_stretch_a_hold_down(self, town: Town) -> None:
        town.dead.add("mcu")
        town.run(90)
        town.dead.clear()
        while town.the_open().hold_until is None:
            town.run(1)
        hold_until = town.the_open().hold_until
        town.now -= timedelta(hours=5)
        town.give(ClockStepped(-timedelta(hours=5)))
        assert hold_until is not None
        assert town.the_open().hold_until == hold_until - timedelta(hours=5)
        deadline = next_deadline(town.world)
        assert deadline is not None
        assert deadline <= town.now + timedelta(seconds=30)

    def test_a_clock_set_back_unbreaches_nothing(self, town: Town) -> None:
        town.dead.add("mcu")
        town.run(3_600 * 3)
        town.now -= timedelta(hours=2)
        town.give(ClockStepped(-timedelta(hours=2)))
        town.run(3_600)
        assert town.clock_story("E2") == ["running", "at_risk", "breached"]
