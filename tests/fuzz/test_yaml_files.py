"""Whatever stands in a YAML file: data, or a mistake with its place, and soon; no other error, and no secret shown."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsmon.config.root import load_root
from opsmon.config.yaml.node import YamlProblem, parse_yaml
from opsmon.errors import ConfigError, Problem
from tests.support.fuzz.rig import examples, mutated, quickly

INVENTORY = b"""site: hall
defaults: {snmp: {version: 2c, community: planted-community}}
devices:
  - {name: core-1, address: 192.0.2.1, kind: switch, checks: [icmp, {tcp: {port: 22}}], labels: {a: "\xe4\xb8\xbb"}}
"""
CONDITIONS = b"""rules:
  - name: Hot
    metric: device_temperature_celsius
    above: 60
    clear: 50
    for: 5m
    severity: major
"""
SETTINGS = b"""http: {listen: "127.0.0.1:0", token: planted-token}
language: zh
webhooks: [{name: a, url: "http://127.0.0.1:9/hook", secret: planted-secret}]
"""
FILES = {"inventories/hall.yaml": INVENTORY, "rules/conditions.yaml": CONDITIONS, "opsmon.yaml": SETTINGS}


@examples(60, 5_000)
@given(st.sampled_from(sorted(FILES)).flatmap(lambda name: mutated(FILES[name])))
def test_the_reader_gives_data_or_a_problem_with_its_place(octets: bytes) -> None:
    text = octets[:2_000].decode("utf-8", "replace")

    def read() -> YamlProblem | None:
        try:
            parse_yaml(text)
        except YamlProblem as problem:
            return problem
        return None

    problem = quickly(read)
    assert problem is None or (problem.place.line >= 1 and problem.message)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("inventories", "probes", "rules"):
        (tmp_path / name).mkdir()
    (tmp_path / "probes" / "generic.yaml").write_text("name: generic\ntitle: any device\nkind: other\n")
    return tmp_path


def told_of(root: Path) -> Sequence[Problem]:
    """The warnings of a root that loads, or the mistakes of one that does not."""
    try:
        return load_root(root, environ={}).warnings
    except ConfigError as error:
        return error.problems


def test_a_damaged_file_is_loaded_or_refused_with_a_place_and_without_its_secrets(root: Path) -> None:
    @examples(25, 2_000)
    @given(st.sampled_from(sorted(FILES)).flatmap(lambda name: st.tuples(st.just(name), mutated(FILES[name]))))
    def holds(drawn: tuple[str, bytes]) -> None:
        for name, octets in (*FILES.items(), drawn):
            (root / name).write_bytes(octets)
        problems = told_of(root)
        assert all(problem.path for problem in problems)
        assert "planted-" not in "\n".join(map(str, problems))

    holds()
