"""What people put right afterwards: facts withdrawn and given back, exclusions, the scope of an incident."""

from dataclasses import replace
from datetime import timedelta

import pytest

from opsmon.engine.effect import AlertKind, AlertStatus
from opsmon.engine.fold import evict, reload, restore
from opsmon.engine.input import AddFact, JudgeScope, OpenIncident, RecordNotice
from opsmon.engine.step import EngineStep
from opsmon.model.event import ClockChanged, ClockState, CommandRefused, FactAdded
from opsmon.model.incident import MONITORING, Fact, FactType, Severity
from opsmon.model.name import ClauseId, DeviceName, IncidentId
from tests.support.engine.scene import CONTRACT, SITE, Town, rules_of


@pytest.fixture
def town() -> Town:
    """The MCU is down, and monitoring sees it."""
    made = Town(rules_of()).run(120)
    made.dead.add("mcu")
    return made.run(90)


def withdraw(town: Town, number: int, reason: str = "a slip of the finger") -> EngineStep:
    fact = Fact(FactType.WITHDRAWN, town.now, "值班员", reason, withdraws=number)
    return town.give(AddFact(town.incident().id, fact))


def state_of(town: Town, clause: str) -> ClockState:
    words = town.world.clock_statuses[town.incident().id]
    (state,) = [word.last.after for key, word in words.items() if key[0] == clause]
    return state


def restarted(town: Town) -> Town:
    """The journal tells the same after a restart."""
    again = restore(town.world.rules, town.journal, town.now)
    assert again.incidents.by_id == town.world.incidents.by_id
    assert again.incidents.open_by_cause == town.world.incidents.open_by_cause
    assert again.incidents.reported_on == town.world.incidents.reported_on
    assert (again.clock_statuses, again.alerts_sent) == (town.world.clock_statuses, town.world.alerts_sent)
    return town


class TestWithdrawals:
    def test_an_outcome_that_is_withdrawn_lets_its_clock_run_again_and_says_why(self, town: Town) -> None:
        town.tell(FactType.ON_SITE)
        assert state_of(town, "E2") is ClockState.MET
        step = withdraw(town, 2, "the wrong venue")
        assert step.refusal == ""
        assert state_of(town, "E2").is_open
        (again,) = [event for event in step.events if isinstance(event, ClockChanged) and event.clause == "E2"]
        assert again.reason == "fact 2 was withdrawn: the wrong venue"

    def test_a_withdrawal_that_is_withdrawn_meets_the_clock_again(self, town: Town) -> None:
        town.tell(FactType.ON_SITE)
        withdraw(town, 2)
        withdraw(town, 3, "it was the right venue after all")
        assert state_of(town, "E2") is ClockState.MET
        restarted(town)

    @pytest.mark.parametrize(("number", "words"), [(9, "no fact 9"), (1, "monitoring still sees the fault")])
    def test_what_cannot_be_withdrawn_is_refused_and_the_refusal_recorded(
        self, town: Town, number: int, words: str
    ) -> None:
        step = withdraw(town, number)
        assert words in step.refusal
        (event,) = step.events
        assert isinstance(event, CommandRefused)
        assert (event.incident, event.by) == (town.incident().id, "值班员")

    def test_twice_is_refused(self, town: Town) -> None:
        town.tell(FactType.ON_SITE)
        withdraw(town, 2)
        assert withdraw(town, 2).refusal == "fact 2 is already withdrawn"

    def test_a_rash_resolved_that_is_withdrawn_leaves_the_true_recovery(self, town: Town) -> None:
        town.tell(FactType.RESOLVED)
        town.run(120)
        town.dead.clear()
        town.run(300)
        assert not town.incident().is_open
        withdraw(town, 2)
        incident = town.incident()
        assert not incident.is_open
        assert incident.resolved_at == incident.recovered_at

    def test_a_rash_resolved_is_told_to_everybody_and_marked(self, town: Town) -> None:
        told = len(town.alerts())
        town.tell(FactType.RESOLVED)
        assert town.the_open().is_contradicted
        (alert,) = [one for one in town.alerts()[told:] if one.alert is AlertKind.INCIDENT]
        assert (alert.status, alert.starts_at) == (AlertStatus.FIRING, town.incident().starts_at)
        assert alert.incident.is_contradicted
        restarted(town)
        withdraw(town, 2)
        assert not town.the_open().is_contradicted

    def test_a_recovery_that_was_none_reopens_the_incident_for_people(self, town: Town) -> None:
        town.dead.clear()
        town.run(300)
        assert town.incident().resolved_at is not None
        number = len(town.incident().facts)
        assert town.incident().facts[number - 1].by == MONITORING
        town.effects.clear()
        withdraw(town, number, "the users still see nothing")
        assert town.the_open().id == town.incident().id
        assert state_of(town, "E2").is_open
        alerts = [(one.alert, one.status) for one in town.alerts()]
        assert (AlertKind.INCIDENT, AlertStatus.FIRING) in alerts
        assert (AlertKind.BREACHED, AlertStatus.FIRING) in alerts
        assert {one.starts_at for one in town.alerts() if one.alert is AlertKind.INCIDENT} == {
            town.incident().starts_at
        }
        restarted(town)
        town.run(600)
        assert town.incident().is_open  # monitoring sees nothing any more: a person ends it
        town.tell(FactType.RESOLVED)
        assert not town.incident().is_open

    def test_a_withdrawal_of_the_reopening_closes_it_again(self, town: Town) -> None:
        town.dead.clear()
        town.run(300)
        number = len(town.incident().facts)
        withdraw(town, number)
        withdraw(town, number + 1)
        assert not town.incident().is_open
        restarted(town)

    def test_a_fault_that_was_none_can_be_taken_back_when_it_is_over_and_that_too(self, town: Town) -> None:
        town.dead.clear()
        town.run(300)
        count = len(town.incident().facts)
        withdraw(town, 1, "the probe's own cable")
        assert town.incident().is_open is False
        clocks = town.world.clock_statuses[town.incident().id].values()
        assert {word.last.after for word in clocks} == {ClockState.CANCELLED}
        withdraw(town, count + 1, "it was a fault")
        assert town.incident().resolved_at is not None
        assert any(
            word.last.after is not ClockState.CANCELLED
            for word in town.world.clock_statuses[town.incident().id].values()
        )
        restarted(town)

    def test_a_recovery_of_an_older_journal_is_found_again(self, town: Town) -> None:
        """It held no recovery beside a person's word."""
        town.tell(FactType.RESOLVED)
        town.dead.clear()
        town.run(300)
        recovery = town.incident().facts[-1]
        assert (recovery.type, recovery.by) == (FactType.RESOLVED, MONITORING)
        without = [event for event in town.journal if not isinstance(event, FactAdded) or event.fact != recovery]
        town.world = restore(town.world.rules, without, town.now)
        withdraw(town, 2)
        assert not town.incident().is_open
        assert town.incident().resolved_at == town.incident().recovered_at


class TestExclusions:
    def exclude(self, town: Town, *clauses: str) -> EngineStep:
        fact = Fact(
            FactType.EXCLUDED, town.now, "值班员", "the hall's own power cut",
            clauses=tuple(map(ClauseId, clauses)), approved_by="科长", paper="letter.pdf", paper_sha256="0" * 64,
        )  # fmt: skip
        return town.give(AddFact(town.incident().id, fact))

    def test_a_withdrawn_exclusion_brings_the_clocks_back(self, town: Town) -> None:
        self.exclude(town)
        assert state_of(town, "E2") is ClockState.CANCELLED
        withdraw(town, 2)
        assert state_of(town, "E2").is_open
        assert not town.incident().is_excluded

    def test_a_clause_that_the_contract_does_not_have_is_refused_with_the_one_meant(self, town: Town) -> None:
        step = self.exclude(town, "E99")
        assert "xicheng-vc-2025 has no clause `E99`" in step.refusal
        assert "did you mean" in step.refusal
        assert isinstance(step.events[0], CommandRefused)
        self.exclude(town)
        assert "no clause `E99`" in self.exclude(town, "E99").refusal  # also of one that is excluded as a whole

    @pytest.mark.parametrize("clause", ["E9", "E10", "E12"])
    def test_clauses_budgets_and_obligations_can_be_named(self, town: Town, clause: str) -> None:
        assert self.exclude(town, clause).refusal == ""
        assert not town.incident().is_excluded
        assert town.incident().facts[-1].clauses == (clause,)


class TestJudgements:
    def judge(self, town: Town, **what: object) -> EngineStep:
        command = JudgeScope(town.incident().id, "值班员", "seen on the spot")
        return town.give(replace(command, **what))  # type: ignore[arg-type]  # any field of the command

    def test_labels_of_the_incident_are_told_apart_from_those_of_its_device(self, town: Town) -> None:
        step = self.judge(town, labels={"venue": "bureau"})
        assert step.refusal == ""
        incident = town.incident()
        assert (incident.labels, incident.own_labels) == ({"venue": "main-hall"}, {"venue": "bureau"})
        assert state_of(town, "E2") is ClockState.CANCELLED
        assert state_of(town, "E3").is_open
        reasons = {event.reason for event in step.events if isinstance(event, ClockChanged)}
        assert reasons == {"its scope was judged: seen on the spot"}
        restarted(town)

    def test_an_empty_value_takes_the_incident_s_own_label_away(self, town: Town) -> None:
        self.judge(town, labels={"venue": "bureau"})
        self.judge(town, labels={"venue": ""})
        assert town.incident().scope_labels == {"venue": "main-hall"}

    def test_labels_of_alerts_never_change_while_the_incident_lives(self, town: Town) -> None:
        self.judge(town, severity=Severity.EMERGENCY, labels={"venue": "bureau"})
        incident = town.incident()
        assert (incident.severity, incident.alert_severity) == (Severity.EMERGENCY, Severity.MAJOR)
        assert incident.labels == {"venue": "main-hall"}
        assert incident.alert_service == "vc"

    @pytest.mark.parametrize(
        ("what", "words"),
        [
            ({}, "nothing would change"),
            ({"severity": Severity.MAJOR}, "nothing would change: it is major"),
            ({"service": "vcc"}, "has no service `vcc` (did you mean `vc`?"),
            ({"labels": {"venue": "mainhall"}}, "did you mean `main-hall`?"),
            ({"labels": {"": "x"}}, "a label has no name"),
            ({"reason": " ", "severity": Severity.ORDINARY}, "a judgement needs a reason"),
            ({"by": " ", "severity": Severity.ORDINARY}, "a name is needed"),
            ({"labels": {"a": "x" * 201}}, "at most 20 labels"),
        ],
    )
    def test_what_cannot_be_is_refused_in_words_and_recorded(
        self, town: Town, what: dict[str, object], words: str
    ) -> None:
        step = self.judge(town, **what)
        assert words in step.refusal
        assert [type(event) for event in step.events] == [CommandRefused]

    def test_a_scope_that_leaves_no_clause_is_refused(self) -> None:
        book = rules_of().contracts[CONTRACT]
        venue = [one for one in book.contract.clauses if one.id == "E2"]
        only = {book.contract.id: replace(book, contract=replace(book.contract, clauses=tuple(venue)))}
        town = Town(rules_of(books=only)).run(120)
        town.dead.add("mcu")
        town.run(90)
        step = self.judge(town, labels={"venue": "bureau"})
        assert step.refusal.startswith("no clause of xicheng-vc-2025 would hold: major, venue=bureau, mcu, vc;")

    def test_of_two_who_judge_at_once_the_second_is_told_of_the_first(self, town: Town) -> None:
        first = self.judge(town, severity=Severity.EMERGENCY, seen=0)
        second = self.judge(town, severity=Severity.ORDINARY, by="另一人", seen=0)
        assert first.refusal == ""
        assert second.refusal.startswith("值班员 judged it at ")
        assert "it is emergency, service vc already" in second.refusal
        assert town.incident().severity is Severity.EMERGENCY
        assert self.judge(town, severity=Severity.ORDINARY, by="另一人", seen=1).refusal == ""
        assert [one.by for one in town.incident().judgements] == ["值班员", "另一人"]


def test_a_word_about_an_old_fault_leaves_a_new_one_of_the_same_device_alone(town: Town) -> None:
    town.dead.clear()
    town.run(300)
    old = IncidentId("20260320-1")
    town.give(AddFact(old, Fact(FactType.REPORT_FILED, town.now, "值班员")))
    history = [event for event in town.journal if getattr(event, "incident", None) == old]
    town.dead.add("mcu")
    town.run(120)
    new = town.the_open().id
    town.world = evict(town.world, town.now + timedelta(days=1))
    assert old not in town.world.incidents.by_id
    town.world = reload(town.world, history)
    assert town.the_open().id == new
    excluded = Fact(FactType.EXCLUDED, town.now, "值班员", "power cut", approved_by="科长")
    assert town.give(AddFact(old, excluded)).refusal == ""
    assert town.incident().is_excluded
    town.dead.clear()
    town.run(300)
    assert town.world.incidents.open_incidents() == ()


class TestNotices:
    """Messages of ours that a channel took."""

    def taken(self, town: Town, channel: str = "oncall", sequence: int = 1) -> EngineStep:
        delivery = f"{town.incident().id}-{sequence}-{channel}"
        return town.give(RecordNotice(town.incident().id, channel, delivery, town.now))

    def notices(self, town: Town) -> list[tuple[str, str]]:
        return [(fact.by, fact.delivery) for fact in town.incident().facts if fact.type is FactType.NOTIFIED]

    def test_the_first_of_each_channel_is_a_notice_once(self, town: Town) -> None:
        for channel, sequence in (("oncall", 1), ("oncall", 1), ("oncall", 2), ("boss", 1)):
            assert self.taken(town, channel, sequence).refusal == ""
        name = town.incident().id
        assert self.notices(town) == [("opsmon/oncall", f"{name}-1-oncall"), ("opsmon/boss", f"{name}-1-boss")]
        assert not [event for event in town.journal if isinstance(event, CommandRefused)]
        assert state_of(town, "E1").is_open
        (clock,) = [word.last for key, word in town.world.clock_statuses[name].items() if key[0] == "E1"]
        assert clock.provisional

    def test_one_that_was_withdrawn_is_not_told_again_by_the_same_message(self, town: Town) -> None:
        self.taken(town)
        withdraw(town, 2, "the receiver throws all away")
        self.taken(town)
        assert len(self.notices(town)) == 1
        self.taken(town, sequence=2)
        assert len(self.notices(town)) == 2

    def test_is_no_beginning_when_the_report_that_it_passed_on_is_withdrawn(self) -> None:
        town = Town(rules_of()).run(120)
        town.give(OpenIncident(SITE, "no picture", town.now, "用户", DeviceName("cam-1")))
        self.taken(town)
        withdraw(town, 1, "the wrong customer")
        assert (town.incident().is_open, town.incident().withdrawn) == (False, True)
        assert {word.last.after for word in town.world.clock_statuses[town.incident().id].values()} == {
            ClockState.CANCELLED
        }
        withdraw(town, 3, "the right one after all")
        assert town.the_open().id == town.incident().id
        restarted(town)

    def test_a_message_that_comes_when_the_fault_is_over_is_no_notice_of_it(self, town: Town) -> None:
        town.dead.clear()
        town.run(300)
        assert self.taken(town).events == ()


def test_who_calls_back_when_the_fault_is_over_already_is_in_time(town: Town) -> None:
    """Reported, well again by itself, and called back within the three minutes."""
    town.give(AddFact(town.the_open().id, Fact(FactType.REPORTED, town.now, "用户")))
    town.dead.clear()
    town.run(100)
    assert not town.incident().is_open
    assert state_of(town, "E1").is_open
    step = town.give(AddFact(town.incident().id, Fact(FactType.ACKNOWLEDGED, town.now, "值班员")))
    assert (step.refusal, state_of(town, "E1")) == ("", ClockState.MET)
    restarted(town)


@pytest.mark.parametrize("by", ["monitoring", " Monitoring", "opsmon/oncall"])
def test_nobody_speaks_in_the_name_of_the_programme(town: Town, by: str) -> None:
    """Its own words weigh otherwise than a person's: they end incidents, and they judge nobody."""
    for command in (
        AddFact(town.the_open().id, Fact(FactType.RESOLVED, town.now, by)),
        AddFact(town.the_open().id, Fact(FactType.NOTIFIED, town.now, by)),
        OpenIncident(SITE, "no picture", town.now, by),
    ):
        assert "is the name of the programme itself" in town.give(command).refusal
    assert town.the_open().resolved_at is None
