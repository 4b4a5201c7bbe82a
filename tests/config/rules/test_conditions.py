"""rules/conditions.yaml: every mistake is found, in its place, with a hint."""

from pathlib import Path

import pytest

from opsmon.config.rules.conditions import load_conditions
from opsmon.config.yaml.problem import Problems
from opsmon.model.device import Kind
from opsmon.state.condition.rules import ESSENTIALS, Comparator, Rulebook

GOOD = """\
conditions:
  - name: CpuHigh
    metric: opsmon_device_cpu_ratio
    above: 0.9
    clear: 0.8
    for: 10m
    where: {kinds: [switch], sites: [hall], labels: {role: core}}
    overrides: [{kinds: [router], severity: major}]
    summary: {zh: 高, en: high}
"""


def load(tmp_path: Path, text: str) -> tuple[Rulebook, list[str]]:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/conditions.yaml").write_text(text, encoding="utf-8")
    problems = Problems()
    rulebook = load_conditions(tmp_path, problems)
    return rulebook, [str(problem) for problem in problems.errors]


def test_a_good_rule_resolves(tmp_path: Path) -> None:
    rulebook, problems = load(tmp_path, GOOD)
    assert problems == []
    (rule,) = rulebook.rules
    assert rule.metrics == {"device_cpu_ratio"}, "the prefix of the metric pages may be written"
    assert (rule.bounds.comparison, rule.bounds.at.number, rule.bounds.clear.number) == (Comparator.ABOVE, 0.9, 0.8)
    assert rule.for_s == 600.0
    assert rule.selector.kinds == {Kind.SWITCH}
    assert rule.unit == "ratio"


def test_without_a_file_a_dead_device_is_still_told(tmp_path: Path) -> None:
    problems = Problems()
    assert load_conditions(tmp_path, problems) == ESSENTIALS
    assert [problem.warning for problem in problems.warnings] == [True]


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        (
            "opsmon_device_cpu_ratio",
            "device_cpu_ration",
            "unknown metric `device_cpu_ration` (did you mean `device_cpu_r",
        ),
        ("clear: 0.8", "clear: 0.95", "`clear` is above the threshold"),
        ("clear: 0.8", "clear: [0.1, 0.2]", "`clear` does not fit the comparison"),
        ("above: 0.9", "above: 0.9\n    below: 0.1", "needs exactly one comparison"),
        ("    above: 0.9\n    clear: 0.8\n", "", "needs exactly one comparison"),
        ("above: 0.9\n    clear: 0.8", "outside: [3, 1]", "the bounds are out of order"),
        ("above: 0.9\n    clear: 0.8", "one_of: []", "rules/conditions.yaml:4:"),
        (
            "above: 0.9\n    clear: 0.8",
            "below: {limit: contract_onsite_limit}",
            "did you mean `contract_on_site_limit`?",
        ),
        ("above: 0.9\n    clear: 0.8", "below: {}", "either `limit` or `metric`"),
        ("for: 10m", "for: ten", "rules/conditions.yaml:6:10: not a length of time"),
        ("metric: opsmon_device_cpu_ratio\n", "measure: value\n", "`metric` is missing"),
        ("kinds: [switch]", "kinds: [swich]", "rules/conditions.yaml:7:21:"),
        ("severity: major", "severity: grave", "rules/conditions.yaml:8:"),
        ("name: CpuHigh", "name: cpu high", "rules/conditions.yaml:2:11:"),
        ("for: 10m", "fro: 10m", "did you mean `for`?"),
        ("summary: {zh: 高, en: high}", "summary: {en: high}", "`zh` is missing"),
    ],
)
def test_a_mistake_is_said_with_its_place(tmp_path: Path, good: str, bad: str, said: str) -> None:
    assert good in GOOD
    _, problems = load(tmp_path, GOOD.replace(good, bad, 1))
    assert any(said in problem for problem in problems), problems
    assert all(problem.startswith("rules/conditions.yaml:") for problem in problems)


def test_two_conditions_of_one_name_are_a_mistake(tmp_path: Path) -> None:
    _, problems = load(tmp_path, GOOD + GOOD.partition("\n")[2])
    assert problems == ["rules/conditions.yaml:10:11: a second condition `CpuHigh` (names are unique)"]


OLD = """\
conditions:
  - name: TimeShort
    metric: ups_runtime_remaining_seconds
    below: {limit: contract_on_site_limit}
    summary: {zh: 短, en: short}
reports:
  - name: Changed
    summary: {zh: 变, en: changed}
"""


def test_rules_that_are_older_than_these_keys_are_warned_of(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/conditions.yaml").write_text(OLD, encoding="utf-8")
    problems = Problems()
    load_conditions(tmp_path, problems)
    assert not problems.errors
    said = [str(one) for one in problems.warnings]
    assert any("nothing raises `Changed`" in one and "unannounced_change" in one for one in said)
    assert any("moves no clock forward" in one and "rules/conditions.yaml:2:" in one for one in said)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("    gives_way: {zh: 空, en: empty}\n", "`gives_way` belongs to a value in seconds"),
        (
            "reports:\n" + 2 * "  - {name: Changed, raised_by: unannounced_change, summary: {zh: 变, en: changed}}\n",
            "raises `Changed` already",
        ),
        ("reports:\n  - {name: Late, raised_by: backup_overdu, summary: {zh: 迟, en: late}}\n", "backup_overdue"),
    ],
)
def test_a_key_that_does_not_fit_is_refused(tmp_path: Path, more: str, said: str) -> None:
    _, problems = load(tmp_path, GOOD + more)
    assert any(said in problem for problem in problems), problems
