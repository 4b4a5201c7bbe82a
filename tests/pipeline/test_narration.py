"""The log tells what a person would want to see pass by, and nothing else."""

from opsmon.engine.input import AddFact, JudgeScope, OpenIncident
from opsmon.model.incident import Fact, FactType, Severity
from opsmon.model.name import DeviceName
from opsmon.pipeline.event_log import narrate
from tests.support.engine.scene import SITE, Town, rules_of


def test_an_evening_is_told_in_a_few_lines() -> None:
    town = Town(rules_of()).run(120)
    town.dead.add("mcu")
    town.run(300)
    town.dead.clear()
    town.run(200)
    lines = [line for line in map(narrate, town.journal) if line]
    assert [line.split(" (")[0].split(", due")[0] for line in lines] == [
        "incident 20260320-1 opened: mcu DeviceDown",
        "incident 20260320-1: xicheng-vc-2025 E2 on_site is at_risk",
        "incident 20260320-1: xicheng-vc-2025 E2 on_site is breached",
        "incident 20260320-1 closed: recovered, and stayed so",
    ]


def test_what_people_do_to_an_incident_is_told() -> None:
    town = Town(rules_of()).run(120)
    asked = OpenIncident(SITE, "no picture", town.now, "用户", DeviceName("mcu"), note="since morning")
    town.give(asked)
    town.dead.add("mcu")
    town.run(90)
    name = town.the_open().id
    town.tell(FactType.RESOLVED)
    town.give(AddFact(name, Fact(FactType.WITHDRAWN, town.now, "班长", "still black", withdraws=3)))
    town.give(JudgeScope(name, "班长", "whole street", Severity.EMERGENCY, labels={"cause": "external"}))
    town.give(AddFact(name, Fact(FactType.EXCLUDED, town.now, "班长", "power cut", approved_by="科长")))
    lines = [line for line in map(narrate, town.journal) if line and " xicheng" not in line]
    assert [line.removeprefix(f"incident {name} ") for line in lines] == [
        "opened: mcu no picture (since morning), says 用户",
        "is seen by monitoring: DeviceDown (icmp timeout ×4)",
        "is resolved, says 值班员, while monitoring still sees the fault",
        "goes on without fact 3, says 班长: still black",
        "is emergency cause=external, says 班长: whole street",
        "is excluded, approved by 科长, says 班长: power cut",
    ]
