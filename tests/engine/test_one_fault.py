"""One fault is one story: kinds of badness, deaths behind a dead parent, windows and recoveries that are being believed
change neither its start nor what was promised, and nothing is told as recovered that was not seen to be well."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsmon.engine.effect import AlertKind, AlertStatus
from opsmon.engine.input import Report, SetMaintenance
from opsmon.model.device import Kind
from opsmon.model.event import ClockChanged, ClockState, DeviceState, DeviceStateChanged, IncidentClosed
from opsmon.model.incident import Ending, FactType, Severity
from opsmon.model.name import ContractId, DeviceName
from opsmon.model.sample import Outcome
from opsmon.state.condition.rules import Grade, ReportRule
from tests.support.engine.scene import START, Town, device, rules_of, sample
from tests.support.incident.scene import WORDS

MCU, CAM, ACCESS = DeviceName("mcu"), DeviceName("cam-1"), DeviceName("access")
RULES = rules_of()
REFUSED, COMPLAINS, WELL = Outcome.REFUSED, Outcome.DEGRADED, Outcome.OK


def live(seconds: float = 120) -> Town:
    return Town(RULES).run(seconds)


def recoveries(town: Town, device: DeviceName) -> list[datetime]:
    return [
        alert.at
        for alert in town.alerts()
        if alert.incident.device == device and alert.alert is AlertKind.INCIDENT and alert.ended is Ending.RECOVERED
    ]


def starts(town: Town, clause: str, device: DeviceName) -> set[datetime]:
    by_id = town.world.incidents.by_id
    told = [one for one in town.journal if isinstance(one, ClockChanged) and one.clause == clause]
    return {one.starts_at for one in told if by_id[one.incident].device == device}


class TestASickServer:
    def test_keeps_its_clock_and_is_never_told_as_recovered(self) -> None:
        town = live()
        for outcome in (COMPLAINS, REFUSED, COMPLAINS, REFUSED, COMPLAINS):
            town.special["mcu"] = outcome
            town.run(200)
        assert recoveries(town, MCU) == []
        assert len(starts(town, "E2", MCU)) == 1
        assert len([one for one in town.world.incidents.open_incidents() if one.device == MCU]) == 1
        town.special.clear()
        town.run(200)
        assert len(recoveries(town, MCU)) == 1
        assert town.world.incidents.open_incidents() == ()

    def test_passes_on_with_what_people_told_of_it(self) -> None:
        town = live()
        town.special["mcu"] = COMPLAINS
        town.run(100)
        first = town.the_open()
        assert first.condition == "DeviceDegraded"
        town.tell(FactType.ACKNOWLEDGED)
        town.special["mcu"] = REFUSED
        town.run(150)
        dead = town.the_open()
        assert (dead.condition, dead.starts_at, dead.phase) == ("DeviceDown", first.starts_at, "acknowledged")
        assert town.world.incidents.by_id[first.id].ended is Ending.MERGED

    def test_that_answers_badly_after_its_death_is_still_dead_to_its_contract(self) -> None:
        town = live()
        town.special["mcu"] = REFUSED
        town.run(100)
        dead = town.the_open()
        town.special["mcu"] = COMPLAINS
        town.run(300)
        assert town.world.incidents.state_of(MCU) is DeviceState.DEGRADED
        assert town.the_open().id == dead.id
        assert town.the_open().hold_until is None


class TestAChildThatWasDeadBeforeItsParent:
    @pytest.mark.parametrize("first_s", [75.0, 100.0, 400.0])
    @pytest.mark.parametrize("outage_s", [90.0, 900.0])
    def test_keeps_incident_facts_and_start_over_the_parents_outage(self, first_s: float, outage_s: float) -> None:
        town = live()
        town.dead.add("cam-1")
        town.run(first_s)
        (own,) = town.world.incidents.open_incidents()
        town.tell(FactType.ACKNOWLEDGED)
        town.dead.add("access")
        town.run(outage_s)
        town.dead.remove("access")
        town.run(600)
        again = town.the_open()
        assert (again.device, again.starts_at, again.phase) == (CAM, own.starts_at, "acknowledged")
        assert recoveries(town, CAM) == []
        assert len(starts(town, "E2", CAM)) == 1

    def test_whose_parent_was_not_heard_between_takes_its_past_back(self) -> None:
        """The child is found dead first, the parent a moment later: one fault, it seems, until the parent is back."""
        town = live()
        town.dead |= {"cam-1", "access"}
        town.run(120)
        open_ones = {one.device: one for one in town.world.incidents.open_incidents()}
        assert set(open_ones) == {ACCESS}
        own = [one for one in town.world.incidents.by_id.values() if one.device == CAM]
        town.dead.remove("access")
        town.run(600)
        again = town.the_open()
        assert again.device == CAM
        if own:
            assert again.starts_at == own[0].starts_at
        assert recoveries(town, CAM) == []

    def test_that_is_back_with_its_parent_is_a_part_of_that_fault(self) -> None:
        town = live()
        town.dead |= {"cam-1", "access"}
        town.run(120)
        town.dead.clear()
        town.run(300)
        assert town.world.incidents.open_incidents() == ()
        assert recoveries(town, CAM) == []
        assert len(town.world.incidents.folded) == 0


class TestAWindow:
    def test_takes_a_repair_inside_at_its_moment(self) -> None:
        town = live()
        town.dead.add("mcu")
        town.run(100)
        incident = town.the_open()
        town.give(SetMaintenance(MCU, town.now + timedelta(hours=8), "李"))
        town.run(30)
        town.dead.clear()
        mended = town.now
        town.run(200)
        closed = town.world.incidents.by_id[incident.id]
        assert closed.resolved_at is not None
        assert timedelta(0) <= closed.resolved_at - mended <= timedelta(seconds=61)
        assert closed.ended is Ending.RECOVERED
        assert town.world.incidents.state_of(MCU) is DeviceState.MAINTENANCE

    def test_leaves_an_incident_alone_that_is_still_there_at_its_end(self) -> None:
        town = live()
        town.dead.add("mcu")
        town.run(100)
        incident = town.the_open()
        town.give(SetMaintenance(MCU, town.now + timedelta(minutes=20), "李"))
        town.run(1_300)
        assert town.the_open() == town.world.incidents.by_id[incident.id]
        assert town.the_open().starts_at == incident.starts_at
        assert recoveries(town, MCU) == []

    def test_opens_what_began_inside_at_its_end(self) -> None:
        town = live()
        end = town.now + timedelta(minutes=20)
        town.give(SetMaintenance(MCU, end, "李"))
        town.dead.add("mcu")
        town.run(1_199)
        assert town.world.incidents.open_incidents() == ()
        town.run(2)
        assert town.the_open().starts_at == end
        assert "first seen at" in town.the_open().detail

    @pytest.mark.parametrize("restarted", [False, True])
    def test_opens_a_condition_that_began_inside_at_its_end_too(self, restarted: bool) -> None:
        rule = ReportRule("ConfigChanged", Grade(Severity.MAJOR), WORDS)
        rules = replace(RULES, rulebook=replace(RULES.rulebook, reports=(rule,)))
        town = Town(rules).run(120)
        end = town.now + timedelta(minutes=20)
        town.give(SetMaintenance(MCU, end, "李"))
        town.run(300)
        town.give(Report(MCU, "ConfigChanged", holds=True, detail="12 lines"))
        town.run(300)
        if restarted:
            town.restart(rules)
        town.run(700)
        (incident,) = town.world.incidents.open_incidents()
        assert incident.starts_at == end
        assert "12 lines; first seen at" in incident.detail


class TestARecoveryThatIsBeingBelieved:
    """Under a contract that wants service restored within two hours; the hold-down is 30 s."""

    def nearly_late(self, left_s: float) -> tuple[Town, datetime]:
        office = replace(device("mcu", kind=Kind.MCU, contract=ContractId("baizhifang-2026")), service="office")
        town = Town(rules_of([office]), START + timedelta(days=31)).run(120)
        town.dead.add("mcu")
        town.run(100)
        due = self.clock(town).due_at
        assert due is not None
        town.run((due - town.now).total_seconds() - left_s)
        town.dead.clear()
        town.give(sample("mcu", Outcome.OK, town.now))
        assert town.the_open().hold_until is not None
        return town, due

    def clock(self, town: Town) -> ClockChanged:
        return [one for one in town.journal if isinstance(one, ClockChanged) and one.clause == "C2"][-1]

    def test_is_not_called_late_while_it_holds(self) -> None:
        town, due = self.nearly_late(10)
        town.run(60)
        assert town.now > due
        assert town.clock_story("C2").count("breached") == 0
        assert self.clock(town).after is ClockState.MET

    def test_is_called_late_when_it_did_not_hold(self) -> None:
        town, _ = self.nearly_late(10)
        town.dead.add("mcu")
        town.run(100)
        assert self.clock(town).after is ClockState.BREACHED

    def test_is_late_all_the_same_when_it_came_late(self) -> None:
        town, _ = self.nearly_late(-10)
        assert self.clock(town).after is ClockState.BREACHED
        town.run(60)
        assert self.clock(town).after is ClockState.MET_LATE


MOODS = st.sampled_from(
    [WELL, REFUSED, COMPLAINS, Outcome.TIMEOUT, Outcome.PROTOCOL, Outcome.AUTH, Outcome.LOCAL_FAULT]
)
NAMES = st.sampled_from(["mcu", "cam-1", "access", "core"])
CHAPTERS = st.lists(st.tuples(NAMES, MOODS, st.sampled_from([20.0, 70.0, 200.0])), max_size=10)


@settings(max_examples=12, deadline=None)
@given(CHAPTERS, st.lists(st.integers(0, 9), max_size=2))
def test_nothing_is_told_as_recovered_without_a_good_answer_after_its_fault(
    chapters: list[tuple[str, Outcome, float]], restarts: list[int]
) -> None:
    town = live(90)
    well_at: dict[str, datetime] = {}
    for number, (name, mood, seconds) in enumerate(chapters):
        town.special[name] = mood
        if number in restarts:
            town.restart()
        end = town.now + timedelta(seconds=seconds)
        while town.now < end:
            town.run(5)
            well_at |= {name: town.now for name in ("mcu", "cam-1", "access", "core") if is_well(town, name)}
    for alert in town.alerts():
        if alert.status is AlertStatus.RESOLVED and alert.ended is Ending.RECOVERED and alert.clock is None:
            assert well_at[alert.incident.device] > alert.incident.starts_at


def is_well(town: Town, name: str) -> bool:
    return town.special.get(name, WELL) is WELL


@settings(max_examples=12, deadline=None)
@given(CHAPTERS, st.lists(st.integers(0, 9), max_size=2))
def test_what_is_said_at_a_restart_is_what_was_said_before(
    chapters: list[tuple[str, Outcome, float]], restarts: list[int]
) -> None:
    town = live(90)
    for number, (name, mood, seconds) in enumerate(chapters):
        town.special[name] = mood
        town.run(seconds)
        if number in restarts:
            before = {one: town.world.incidents.state_of(one) for one in town.world.rules.inventory.devices}
            opened = {one.id for one in town.world.incidents.open_incidents()}
            length = len(town.journal)
            town.restart()
            assert {one: town.world.incidents.state_of(one) for one in before} == before
            assert {one.id for one in town.world.incidents.open_incidents()} == opened
            quiet = [one for one in town.journal[length:] if isinstance(one, DeviceStateChanged | IncidentClosed)]
            assert quiet == []
