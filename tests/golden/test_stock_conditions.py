"""The stock rules: each has an example that raises it, alone, in the stated words, and numbers that clear it."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from opsmon.config.rules.conditions import load_conditions
from opsmon.config.yaml.problem import Problems
from opsmon.model.device import Kind
from opsmon.model.event import ConditionRaised, DeviceState
from opsmon.model.incident import Severity
from opsmon.model.name import DeviceName
from opsmon.model.sample import SeriesKey
from opsmon.state.condition.rules import Rulebook
from opsmon.state.condition.wording import describe
from tests.support.places import REPOSITORY
from tests.support.state.scene import make_device
from tests.support.state.series import Meter

EXAMPLES: dict[str, dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "stock_conditions.yaml").read_text(encoding="utf-8")
)
PERIOD_S = 60.0


@cache
def stock() -> Rulebook:
    problems = Problems()
    rulebook = load_conditions(REPOSITORY, problems)
    assert problems.errors == []
    assert problems.warnings == []
    return rulebook


def parse_series(text: str) -> SeriesKey:
    metric, _, labels = text.partition("{")
    pairs = (pair.partition("=") for pair in labels.rstrip("}").split(",") if pair)
    return SeriesKey(metric, tuple(sorted((name, value) for name, _, value in pairs)))


class Player:
    """Polls an example's device once a minute."""

    def __init__(self, name: str, example: dict[str, Any]) -> None:
        kind = Kind(example["kind"])
        self.name = name
        self.limits = {key: float(value) for key, value in example.get("limits", {}).items()}
        important = tuple(example.get("important", ()))
        device = make_device(f"{kind}-1", checks=("snmp",), kind=kind, important=important)
        self.meter = Meter(device, stock(), {DeviceName(device.name): self.limits})
        self.counters: dict[str, float] = {}

    def poll(self, series: dict[str, float | str], times: int = 1) -> "Player":
        for _ in range(times):
            self.meter.poll({parse_series(text): self._value(text, value) for text, value in series.items()})
        return self

    def _value(self, text: str, value: float | str) -> float:
        if not isinstance(value, str):
            return float(value)
        if value.startswith("now+"):
            return self.meter.now.timestamp() + PERIOD_S + float(value.removeprefix("now+"))
        self.counters[text] = self.counters.get(text, 0.0) + float(value)
        return self.counters[text]

    def raised(self) -> list[ConditionRaised]:
        return [event for event in self.meter.events if isinstance(event, ConditionRaised)]


def polls_to_ripen(name: str) -> int:
    rule = next(rule for rule in stock().rules if rule.name == name)
    return int(rule.for_s // PERIOD_S) + 1


def test_every_stock_rule_has_an_example() -> None:
    assert sorted(EXAMPLES) == sorted(rule.name for rule in stock().rules)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_example_raises_its_rule_and_nothing_else(name: str) -> None:
    example = EXAMPLES[name]
    player = Player(name, example).poll(example["fine"], 3)
    assert player.raised() == []
    player.poll(example["bad"], polls_to_ripen(name) - 1)
    assert name not in {event.condition for event in player.raised()}, "raised before its time"
    player.poll(example["bad"])
    assert {event.condition for event in player.raised()} == {name, *example.get("with", ())}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_fine_numbers_clear_it(name: str) -> None:
    example = EXAMPLES[name]
    player = Player(name, example).poll(example["fine"], 2).poll(example["bad"], polls_to_ripen(name))
    player.poll(example["fine"])
    assert [word[1:].split()[0] for word in player.meter.told() if word[0] == "-"].count(name) == 1


@pytest.mark.parametrize("name", EXAMPLES)
def test_people_read_it_in_both_languages(name: str) -> None:
    example = EXAMPLES[name]
    player = Player(name, example).poll(example["fine"], 2).poll(example["bad"], polls_to_ripen(name))
    raised = next(event for event in player.raised() if event.condition == name)
    assert describe(stock(), raised, player.limits, "zh") == example["zh"]
    assert describe(stock(), raised, player.limits, "en") == example["en"] == raised.detail


@pytest.mark.parametrize(
    ("state", "name"),
    [
        (DeviceState.DOWN, "DeviceDown"),
        (DeviceState.DEGRADED, "DeviceDegraded"),
        (DeviceState.FLAPPING, "DeviceFlapping"),
        (DeviceState.UP, None),
        (DeviceState.UNREACHABLE, None),
        (DeviceState.UNKNOWN, None),
        (DeviceState.MAINTENANCE, None),
    ],
)
def test_which_states_are_faults(state: DeviceState, name: str | None) -> None:
    condition = stock().state_condition(make_device("sw"), state)
    assert (condition.name if condition else None) == name


def test_a_core_device_that_is_down_is_major() -> None:
    for labels, severity in (({"role": "core"}, Severity.MAJOR), ({}, Severity.ORDINARY)):
        condition = stock().state_condition(make_device("sw", labels=labels), DeviceState.DOWN)
        assert condition is not None
        assert condition.severity is severity


def test_no_stock_rule_calls_anything_an_emergency() -> None:
    """Some contracts give emergencies their own clocks, and only a person may start those."""
    book = stock()
    grades = [rule.grade for rule in book.rules] + [rule.grade for rule in book.states]
    grades += [rule.grade for rule in book.reports]
    severities = {grade.severity for grade in grades} | {
        severity for grade in grades for _, severity in grade.overrides
    }
    assert Severity.EMERGENCY not in severities


def test_a_unit_on_mains_with_a_short_estimate_is_left_alone() -> None:
    """Several makes report 0 minutes while the source is normal."""
    player = Player("UpsRuntimeShort", EXAMPLES["UpsRuntimeShort"])
    player.poll({"ups_runtime_remaining_seconds": 0, "ups_on_battery": 0}, 10)
    assert player.raised() == []
