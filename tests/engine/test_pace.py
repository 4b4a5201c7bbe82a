"""A clock is at risk sooner where people have always taken long: the engine learns it from the site's own incidents."""

from datetime import timedelta

from opsmon.engine.input import AddFact
from opsmon.model.device import Kind
from opsmon.model.event import ClockChanged
from opsmon.model.incident import Fact, FactType
from tests.support.engine.scene import Town, device, rules_of


def outage(town: Town, *, answered: bool) -> ClockChanged:
    """One death of the MCU; gives the first word on clause E2 (on the spot within 3 minutes)."""
    before = len(town.journal)
    town.dead.add("mcu")
    town.run(90)
    if answered:
        town.tell(FactType.ACKNOWLEDGED)
        town.run(150)
        town.tell(FactType.ON_SITE)
    town.run(300)
    town.dead.clear()
    town.run(600)
    words = [event for event in town.journal[before:] if isinstance(event, ClockChanged) and event.clause == "E2"]
    return words[0]


def test_the_history_of_a_site_moves_the_warning_forward() -> None:
    town = Town(rules_of((device("mcu", kind=Kind.MCU),))).run(120)
    first = [outage(town, answered=True) for _ in range(5)]
    assert all(word.at_risk_at == word.starts_at + timedelta(seconds=90) for word in first)
    after = outage(town, answered=False)
    assert after.at_risk_at == after.starts_at
    assert after.due_at == after.starts_at + timedelta(minutes=3)


def test_what_was_taken_back_teaches_nothing() -> None:
    town = Town(rules_of((device("mcu", kind=Kind.MCU),))).run(120)
    for _ in range(5):
        outage(town, answered=True)
    for name, incident in town.world.incidents.by_id.items():
        for number, fact in enumerate(incident.facts, 1):
            if fact.type in (FactType.ACKNOWLEDGED, FactType.ON_SITE):
                wrong = Fact(FactType.WITHDRAWN, town.now, "值班员", "another site", withdraws=number)
                assert town.give(AddFact(name, wrong)).refusal == ""
    after = outage(town, answered=False)
    assert after.at_risk_at == after.starts_at + timedelta(seconds=90)
