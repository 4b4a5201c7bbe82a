"""The exported rules and the engine judge the same numbers alike: one story, told to Prometheus' own rule engine and to
ours, minute by minute, for every stock condition but those of links and of a contract's limit.

A rule goes on for as long as a restart of the daemon may take after it has cleared (`keep_firing_for`); otherwise an
alert fires in just those minutes in which the condition is raised.
"""

import json
import random
import subprocess
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from opsmon.config.rules.conditions import load_conditions
from opsmon.config.yaml.problem import Problems
from opsmon.engine.decide import decide
from opsmon.engine.rules import Rules
from opsmon.engine.world import start_world
from opsmon.metrics.alert_rule import MEASURED_AGAIN_S
from opsmon.metrics.catalogue import exposed_name
from opsmon.metrics.rule_file import rule_file_text, rule_groups
from opsmon.model.device import Check, Device, Inventory, Kind, Site
from opsmon.model.event import ConditionCleared, ConditionRaised, Event
from opsmon.model.name import CheckName, DeviceName, SiteName
from opsmon.model.sample import Outcome, Reading, Sample, SeriesBlock, SeriesKey
from opsmon.state.condition.rules import Bounds, Comparator, Measure, Rule, Rulebook, Threshold
from tests.support.engine.scene import START
from tests.support.places import REPOSITORY
from tests.support.programs import require

pytestmark = pytest.mark.real
MINUTE = timedelta(minutes=1)
SITE = SiteName("hall")
CHECK = CheckName("icmp")
SETTLED = int(MEASURED_AGAIN_S // 60) + 2  # minutes in which all is well, so that no rule still goes on
OF_OTHER_METRIC = 10.0  # what the other metric of a comparison says all the time
LONGEST_S = 3_600.0  # a condition that waits for days would make the story as long


def stock() -> Rulebook:
    problems = Problems()
    book = load_conditions(REPOSITORY, problems)
    problems.raise_if_any()
    return book


def is_plain(rule: Rule) -> bool:
    """Whether it compares one series with numbers, another series, or the time."""
    of_contract = any(one.limit for one in (rule.bounds.at, rule.bounds.clear))
    of_link = rule.important or rule.measure is Measure.LINK_UTILISATION
    return not (of_contract or of_link) and rule.for_s <= LONGEST_S


BOOK = stock()
PLAIN = {rule.name: rule for rule in BOOK.rules if is_plain(rule)}


@dataclass(frozen=True)
class Levels:
    """A value that is bad, one that is neither bad nor well, and one that is well."""

    bad: float
    between: float
    good: float


def levels_of(bounds: Bounds) -> Levels:
    match bounds.comparison:
        case Comparator.ONE_OF:
            bad = min(bounds.values)
            good = next(float(number) for number in range(99) if number not in bounds.values)
            return Levels(bad, bad, good)
        case Comparator.OUTSIDE:
            step = max(abs(bounds.high), 1.0)
            middle = (bounds.clear_low + bounds.clear_high) / 2
            return Levels(bounds.high + step, (bounds.high + bounds.clear_high) / 2, middle)
    at, clear = number_of(bounds.at), number_of(bounds.clear)
    step = max(abs(at), 0.01) * (0.1 if bounds.comparison is Comparator.ABOVE else -0.1)
    between = (at + clear) / 2 if at != clear else at + step  # without hysteresis there is no between
    return Levels(at + step, between, clear - step)


def number_of(threshold: Threshold) -> float:
    return OF_OTHER_METRIC if threshold.number is None else threshold.number


def story_of(rule: Rule) -> list[float]:
    """One value a minute: too short to be raised, long enough, hanging between the thresholds, over."""
    chance, levels = random.Random(rule.name), levels_of(rule.bounds)
    wait = int(rule.for_s // 60)
    told: list[float] = [levels.good] * 2
    for length in (max(1, wait), wait + 1, wait + chance.randint(2, 9)):
        told += [levels.bad] * length
        told += [levels.between] * chance.randint(0, 6)
        told += [levels.bad] * chance.randint(0, 2)
        told += [levels.good] * SETTLED
        told += [levels.between] * chance.randint(0, 3)
    told += [levels.good] * SETTLED
    return told


STORIES = {name: story_of(rule) for name, rule in PLAIN.items()}


def series_of(rule: Rule) -> tuple[SeriesKey, ...]:
    """The series that is judged, and what must stand beside it."""
    labels = tuple(sorted(rule.series.items()))
    return (SeriesKey(min(rule.metrics), labels), *(SeriesKey(metric, labels) for metric in beside(rule)))


def beside(rule: Rule) -> dict[str, float]:
    """What stays the same in the whole story: the metric that it is compared with, and those that it needs."""
    other = {one.metric: OF_OTHER_METRIC for one in (rule.bounds.at, rule.bounds.clear) if one.metric}
    return other | {metric: min(values) for metric, values in sorted(rule.needs.items())}


def values_of(rule: Rule, began_s: float) -> list[float]:
    """The story as a device tells it that begins at a time (seconds since 1970): a measure of seconds left is told as
    the time when nothing is left."""
    story = STORIES[rule.name]
    if rule.measure is not Measure.SECONDS_LEFT:
        return story
    return [began_s + 60.0 * minute + left for minute, left in enumerate(story)]


def devices() -> dict[str, Device]:
    """One for each rule, of a kind and a site for which the rule is."""
    found = {}
    for name, rule in PLAIN.items():
        kind = min(rule.selector.kinds, default=Kind.SWITCH)
        labels = dict(rule.selector.labels)
        checks = (Check(CHECK, "icmp", 60.0, 2.0),)
        found[name] = Device(
            name=DeviceName(f"of-{name}"), site=SITE, address="192.0.2.1", kind=kind, labels=labels, checks=checks
        )
    return found


def samples(rule: Rule, device: Device) -> Iterator[tuple[datetime, Sample]]:
    block = SeriesBlock(series_of(rule))
    for minute, value in enumerate(values_of(rule, START.timestamp())):
        at = START + minute * MINUTE
        reading = Reading(block, array("d", [value, *beside(rule).values()]))
        yield at, Sample(device.name, CHECK, Outcome.OK, at, at, 0.0, "", (reading,))


def raised_minutes(rules: Rules, rule: Rule, device: Device) -> list[tuple[int, int | None]]:
    """From which minute to before which the engine holds the condition raised."""
    world, events = start_world(rules, START), list[Event]()
    for at, sample in samples(rule, device):
        step = decide(world, sample, at)
        world, events = step.world, [*events, *step.events]
    spans: list[tuple[int, int | None]] = []
    for event in events:
        minute = (event.at - START) // MINUTE
        if isinstance(event, ConditionRaised) and event.condition == rule.name:
            spans.append((minute, None))
        elif isinstance(event, ConditionCleared) and event.condition == rule.name:
            spans[-1] = (spans[-1][0], minute)
    return spans


def fires(spans: list[tuple[int, int | None]], minute: int) -> bool:
    goes_on = int(MEASURED_AGAIN_S // 60)
    return any(begin <= minute and (end is None or minute < end + goes_on) for begin, end in spans)


def cases_of(
    told: Mapping[str, Device], raised: Mapping[str, list[tuple[int, int | None]]]
) -> Iterator[dict[str, object]]:
    """One of promtool's tests for each rule."""
    for name in raised:
        rule = PLAIN[name]
        device, story = told[name], STORIES[name]
        judged, *others = series_of(rule)
        told_values = " ".join(map(repr, values_of(rule, 0.0)))  # promtool begins at 0
        played = [{"series": shown(judged, device.name), "values": told_values}]
        for key in others:
            played.append({"series": shown(key, device.name), "values": f"{beside(rule)[key.metric]}x{len(story)}"})
        inventory = f'opsmon_device_inventory_info{{instance="{device.name}",kind="{device.kind}",site="{SITE}"}}'
        played.append({"series": inventory, "values": f"1x{len(story)}"})
        firing = f'count(ALERTS{{alertname="{name}",alertstate="firing"}})'
        asked = [
            {
                "expr": firing,
                "eval_time": f"{minute}m",
                "exp_samples": [{"labels": "{}", "value": 1}] if fires(raised[name], minute) else [],
            }
            for minute in range(len(story))
        ]
        yield {"name": name, "interval": "1m", "input_series": played, "promql_expr_test": asked}


def shown(key: SeriesKey, device: str) -> str:
    labels = ",".join(f"{name}={json.dumps(value)}" for name, value in (("instance", device), *key.labels))
    return f"{exposed_name(key.metric)}{{{labels}}}"


def judged_alike(
    tmp_path: Path, rules: Rules, exported: Rulebook, names: Iterable[str] = PLAIN
) -> subprocess.CompletedProcess[str]:
    told = devices()
    raised = {name: raised_minutes(rules, PLAIN[name], told[name]) for name in names}
    assert all(len(spans) >= 2 for spans in raised.values()), raised  # a story in which nothing happens proves nothing
    judged = replace(exported, states=(), rules=tuple(rule for rule in exported.rules if rule.name in raised))
    text = rule_file_text(rule_groups(judged, rules.inventory, "en"))
    (tmp_path / "rules.yml").write_text(text, encoding="utf-8")
    document = {"rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": [*cases_of(told, raised)]}
    (tmp_path / "test.yml").write_text(json.dumps(document), encoding="utf-8")
    program = require("promtool", "prometheus")
    return subprocess.run(
        [program, "test", "rules", "test.yml"], cwd=tmp_path, capture_output=True, text=True, check=False
    )


def rules_of(book: Rulebook) -> Rules:
    inventory = Inventory({SITE: Site(SITE)}, {one.name: one for one in devices().values()})
    return Rules(inventory, book, {}, ZoneInfo("Asia/Shanghai"))


def test_every_plain_condition_fires_when_it_is_raised_and_not_otherwise(tmp_path: Path) -> None:
    assert len(PLAIN) >= 21  # the others go by a limit of the contract, or are of links: see test_rule_export.py
    done = judged_alike(tmp_path, rules_of(BOOK), BOOK)
    assert done.returncode == 0, (done.stdout + done.stderr)[:4_000]


def test_a_rule_that_waits_a_minute_less_than_the_engine_is_found(tmp_path: Path) -> None:
    """The comparison itself: it must be able to fail."""
    hasty = tuple(replace(rule, for_s=max(0.0, rule.for_s - 60.0)) for rule in BOOK.rules)
    done = judged_alike(tmp_path, rules_of(BOOK), replace(BOOK, rules=hasty), ["CpuHigh"])
    assert done.returncode != 0
