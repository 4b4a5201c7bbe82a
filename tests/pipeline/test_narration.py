"""The log tells what a person would want to see pass by, and nothing else."""

from opsmon.pipeline.narration import narrate
from tests.engine.scene import Town, rules_of


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
