"""The log tells what a person would want to see pass by, and nothing else."""

from datetime import timedelta

from opsmon.engine.input import AddFact, EndSilence, JudgeScope, OpenIncident, TakeOver
from opsmon.model.incident import Fact, FactType, Severity
from opsmon.model.name import DeviceName
from opsmon.pipeline.event_log import narrate
from tests.support.engine.paged import Hall, broken
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


def test_whom_a_fault_is_told_to_and_who_takes_it_is_told() -> None:
    hall = broken()
    hall.accept()
    name = hall.the_open().id
    hall.tell(FactType.ACKNOWLEDGED)
    hall.run(1).give(TakeOver(name, "p-wang"))
    lines = [line for line in map(narrate, hall.journal) if line and "xicheng" not in line]
    told = [line.removeprefix(f"incident {name} ").split(" until ")[0].rstrip(",") for line in lines]
    assert told == [
        "on duty of vc: p-li, p-wang (day)",
        "opened: mcu DeviceDown (icmp timeout ×4)",
        "is told to p-li, p-wang by vc-robot or vc-ding or sms (opened, step 1 of round 1)",
        "is with p-li, p-wang: vc-robot took it",
        "is held by 值班员",
        "is held by p-wang in the place of 值班员",
    ]


def test_a_silence_is_told_from_its_beginning_to_its_end() -> None:
    hall = Hall()
    silence = hall.silence(device="mcu")
    broken(hall)
    hall.give(EndSilence(silence, "班长", "done"))
    lines = [line for line in map(narrate, hall.journal) if line and "xicheng" not in line]
    name = hall.the_open().id
    assert [line.split(" until ")[0] for line in lines if "silence" in line] == [
        f"silence {silence} of device=mcu",
        f"incident {name} calls nobody",
        f"silence {silence} is over, says 班长: done",
        f"incident {name} is told to p-li, p-wang by vc-robot or vc-ding or sms (silence ended, step 1 of round 1)",
    ]


def test_a_time_is_told_by_the_clock_of_the_place() -> None:
    hall = Hall()
    hall.silence(device="mcu")
    (line,) = [line for event in hall.journal if "silence" in (line := narrate(event, hall.world.rules.zone))]
    assert f" until {(hall.now + timedelta(hours=1)).astimezone(hall.world.rules.zone):%Y-%m-%dT%H:%M:%S}+08:00" in line


def test_whom_a_paper_that_is_due_is_told_to_is_told() -> None:
    lines = list(map(narrate, broken().journal))
    assert "xicheng-vc-2025 E12 is at_risk: told to p-li, p-wang by vc-robot or vc-ding" in lines
