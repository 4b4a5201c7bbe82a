"""Facts are added, never edited, and what makes no sense is refused in words."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from opsmon.incident.facts import CORRECTIONS, FUTURE_SKEW, REPORT_AHEAD, refusal_of
from opsmon.incident.incident import Incident
from opsmon.model.event import DeviceState
from opsmon.model.incident import Fact, FactType
from opsmon.model.name import ClauseId
from tests.support.incident.scene import START, IncidentScene

NOW = START + timedelta(hours=1)


@pytest.fixture
def incident() -> Incident:
    scene = IncidentScene()
    scene.becomes("mcu", DeviceState.DOWN)
    return scene.the_open()


def fact(type_: FactType, minutes: float = 10, note: str = "") -> Fact:
    approver = "科长" if type_ is FactType.EXCLUDED else ""
    return Fact(type_, START + timedelta(minutes=minutes), "值班员", note, approved_by=approver)


def withdrawal(number: int | None, note: str = "a slip of the finger") -> Fact:
    return replace(fact(FactType.WITHDRAWN, note=note), withdraws=number)


def told(incident: Incident, *facts: Fact) -> Incident:
    return replace(incident, facts=(*incident.facts, *facts))


@pytest.mark.parametrize("type_", [t for t in FactType if t not in CORRECTIONS])
def test_any_fact_within_the_life_of_the_incident_is_taken(incident: Incident, type_: FactType) -> None:
    assert refusal_of(incident, fact(type_), NOW) == ""


def test_the_edges_of_time(incident: Incident) -> None:
    instant = timedelta(microseconds=1)
    assert refusal_of(incident, Fact(FactType.ON_SITE, START, "a"), NOW) == ""
    assert "before the incident began" in refusal_of(incident, Fact(FactType.ON_SITE, START - instant, "a"), NOW)
    assert refusal_of(incident, Fact(FactType.ON_SITE, NOW + FUTURE_SKEW, "a"), NOW) == ""
    assert "in the future" in refusal_of(incident, Fact(FactType.ON_SITE, NOW + FUTURE_SKEW + instant, "a"), NOW)
    naive = datetime(2026, 11, 20, 3)  # noqa: DTZ001 - the mistake under test
    assert refusal_of(incident, Fact(FactType.ON_SITE, naive, "a"), NOW) == "the time has no offset"


def test_a_user_may_have_called_before_our_monitoring_saw_it(incident: Incident) -> None:
    call = Fact(FactType.REPORTED, START - timedelta(minutes=5), "a")
    answer = Fact(FactType.ACKNOWLEDGED, START - timedelta(minutes=4), "a")
    assert "before the incident began" in refusal_of(incident, answer, NOW)
    assert refusal_of(incident, call, NOW) == ""
    assert refusal_of(told(incident, call), answer, NOW) == ""
    long_ago = Fact(FactType.REPORTED, START - REPORT_AHEAD - timedelta(microseconds=1), "a")
    assert "before the incident began" in refusal_of(incident, long_ago, NOW)


def test_the_same_again_is_refused_whoever_says_it(incident: Incident) -> None:
    incident = told(incident, fact(FactType.ON_SITE))
    again = replace(fact(FactType.ON_SITE), by="someone else", note="again")
    assert "already recorded" in refusal_of(incident, again, NOW)
    assert refusal_of(incident, fact(FactType.ON_SITE, 20), NOW) == ""


def test_resolved_comes_once_and_after_a_start(incident: Incident) -> None:
    assert "already resolved" in refusal_of(told(incident, fact(FactType.RESOLVED)), fact(FactType.RESOLVED, 20), NOW)
    no_start = replace(incident, facts=())
    assert "neither detected nor reported" in refusal_of(no_start, fact(FactType.RESOLVED), NOW)


def test_an_exclusion_needs_a_reason_and_a_change_of_mind_is_another_fact(incident: Incident) -> None:
    excluded = fact(FactType.EXCLUDED, note="the hall's own power cut")
    assert refusal_of(incident, fact(FactType.EXCLUDED, note="  "), NOW) == "excluded needs a reason"
    assert refusal_of(incident, fact(FactType.INCLUDED, note="why"), NOW) == "the incident is not excluded"
    assert refusal_of(incident, excluded, NOW) == ""
    incident = told(incident, excluded)
    assert incident.is_excluded
    assert refusal_of(incident, fact(FactType.EXCLUDED, 20, "again"), NOW) == "the incident is already excluded"
    incident = told(incident, fact(FactType.INCLUDED, 30, "the UPS should have held"))
    assert not incident.is_excluded
    assert refusal_of(incident, fact(FactType.EXCLUDED, 40, "the customer agreed"), NOW) == ""


def test_after_the_end_papers_and_judgements_are_still_taken(incident: Incident) -> None:
    over = replace(told(incident, fact(FactType.RESOLVED, 10)), closed_at=START + timedelta(minutes=11))
    assert refusal_of(over, fact(FactType.REPORT_FILED, 30), NOW) == ""
    assert refusal_of(over, fact(FactType.EXCLUDED, 30, "power cut"), NOW) == ""
    assert "the incident was over at" in refusal_of(over, fact(FactType.ON_SITE, 30), NOW)
    assert refusal_of(over, fact(FactType.ON_SITE, 9), NOW) == ""  # told late, happened in time


def test_a_withdrawn_incident_takes_nothing(incident: Incident) -> None:
    merged = replace(incident, closed_at=NOW, withdrawn=True, merged_into="20261120-7")  # type: ignore[arg-type]  # a name
    assert refusal_of(merged, fact(FactType.ON_SITE), NOW) == "the incident was withdrawn, as a part of 20261120-7"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"approved_by": " "}, "an exclusion names who approved it"),
        ({"paper": ""}, "and the paper has a name"),
        ({"paper_sha256": "abc"}, "is 64 hexadecimal digits"),
        ({"note": ""}, "excluded needs a reason"),
    ],
)
def test_an_exclusion_says_who_approved_it_and_proves_its_paper(
    incident: Incident, wrong: dict[str, str], words: str
) -> None:
    right = replace(fact(FactType.EXCLUDED, note="power cut"), paper="letter.pdf", paper_sha256="a" * 64)
    assert refusal_of(incident, right, NOW) == ""
    assert words in refusal_of(incident, replace(right, **wrong), NOW)  # type: ignore[arg-type]  # texts alone


def test_clauses_are_excluded_one_by_one_and_back(incident: Incident) -> None:
    one, both = (ClauseId("E9"),), (ClauseId("E9"), ClauseId("E5"))
    incident = told(incident, replace(fact(FactType.EXCLUDED, note="paper late for a reason"), clauses=one))
    assert "already excluded" in refusal_of(incident, replace(fact(FactType.EXCLUDED, note="a"), clauses=one), NOW)
    assert refusal_of(incident, replace(fact(FactType.EXCLUDED, note="a"), clauses=both), NOW) == ""
    assert refusal_of(incident, fact(FactType.EXCLUDED, note="the whole"), NOW) == ""
    assert "is not excluded" in refusal_of(incident, fact(FactType.INCLUDED, note="a"), NOW)
    assert refusal_of(incident, replace(fact(FactType.INCLUDED, 11, "a"), clauses=one), NOW) == ""


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (None, "a withdrawal names the number of a fact"),
        (0, "no fact 0: its facts are numbered 1 to 3"),
        (4, "no fact 4"),
        (-1, "no fact -1"),
        (2, "fact 2 is already withdrawn"),
        (1, "monitoring still sees the fault"),
        (3, ""),
    ],
)
def test_a_withdrawal_names_a_fact_that_stands(incident: Incident, number: int | None, words: str) -> None:
    incident = told(incident, fact(FactType.ON_SITE), withdrawal(2))
    refusal = refusal_of(incident, withdrawal(number), NOW)
    assert words in refusal
    assert bool(refusal) == bool(words)


def test_a_withdrawal_needs_a_reason(incident: Incident) -> None:
    assert refusal_of(told(incident, fact(FactType.ON_SITE)), withdrawal(2, " "), NOW) == "a withdrawal needs a reason"


def test_what_was_withdrawn_can_be_told_again_rightly(incident: Incident) -> None:
    wrong = told(incident, fact(FactType.RESOLVED, 20))
    assert "already resolved" in refusal_of(wrong, fact(FactType.RESOLVED, 30), NOW)
    assert refusal_of(told(wrong, withdrawal(2)), fact(FactType.RESOLVED, 30), NOW) == ""
