"""Profiles from files: every mistake of every file, with its line and column."""

from pathlib import Path

import pytest

from opsmon.config.profiles import load_profiles
from opsmon.errors import ConfigError
from opsmon.probe.profile.definition.metric import METRICS
from tests.support.places import REPOSITORY
from tests.support.stock import stock_profiles

STOCK = REPOSITORY / "probes"
GENERIC = "name: generic\n"


def mistakes(folder: Path, **files: str) -> list[str]:
    probes = folder / "probes"
    probes.mkdir()
    for name, text in files.items():
        (probes / f"{name}.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_profiles(probes, folder)
    return [str(problem) for problem in caught.value.problems]


def test_the_stock_profiles_load_and_each_is_in_the_file_of_its_name() -> None:
    profiles = stock_profiles().profiles
    assert {file.stem for file in STOCK.glob("*.yaml")} == set(profiles)


def test_every_stock_profile_that_is_no_part_can_be_chosen_or_is_asked_for_by_name() -> None:
    by_name = {"generic", "if-mib", "if-mib-full", "ups-mib", "printer-mib", "huawei-mcu", "cisco-iosxr"}
    profiles = stock_profiles().profiles.values()
    assert {p.name for p in profiles if not p.abstract and not p.match and not p.checks} == by_name


def test_every_metric_of_the_catalogue_is_given_by_some_profile() -> None:
    given = {metric for profile in stock_profiles().profiles.values() for metric in profile.metrics}
    assert set(METRICS) == given


def test_a_wrong_usual_check_is_told_with_its_place(tmp_path: Path) -> None:
    (found,) = mistakes(tmp_path, generic=GENERIC, one="name: one\nchecks: [icmp, {tcp: {prot: 80}}]\n")
    assert found.startswith("probes/one.yaml:2:")
    assert "did you mean `port`?" in found


ONE_METRIC = """\
name: one
objects:
  cpu: 1.3.6.1.4.1.9.9.0
metrics:
  device_cpu_ratio:
    - {value: cpo, unit: percent}
"""


def test_mistakes_of_all_files_are_found_at_once_with_their_places(tmp_path: Path) -> None:
    found = mistakes(tmp_path, generic=GENERIC, one=ONE_METRIC, two=ONE_METRIC.replace("one", "two"))
    assert [line.split(": ")[0] for line in found] == ["probes/one.yaml:6:7", "probes/two.yaml:6:7"]


def test_a_parent_that_is_not_there_is_named_with_its_place(tmp_path: Path) -> None:
    (found,) = mistakes(tmp_path, generic=GENERIC, one="name: one\nextends: genric\n")
    assert found.startswith("probes/one.yaml:2:10: no profile `genric`")
    assert "did you mean `generic`?" in found


def test_an_object_that_is_not_there_is_named_with_line_and_hint(tmp_path: Path) -> None:
    (found,) = mistakes(tmp_path, generic=GENERIC, one=ONE_METRIC)
    assert found.startswith("probes/one.yaml:6:7: no object `cpo`")
    assert "did you mean `cpu`?" in found


def test_an_unknown_key_is_named_with_its_place(tmp_path: Path) -> None:
    (found,) = mistakes(tmp_path, generic=GENERIC, one="name: one\nvendr: Acme\n")
    assert found.startswith("probes/one.yaml:2:1: ")
    assert "vendr" in found


@pytest.mark.parametrize("oid", ["1.3.6.1.x", "ifDescr", "''"])
def test_an_oid_that_is_none_is_named(tmp_path: Path, oid: str) -> None:
    found = mistakes(tmp_path, generic=GENERIC, one=f"name: one\nobjects:\n  cpu: {oid}\n")
    assert any(line.startswith("probes/one.yaml:3:") for line in found)


def test_two_profiles_of_one_name_are_a_mistake(tmp_path: Path) -> None:
    (found,) = mistakes(tmp_path, generic=GENERIC, one="name: same\n", two="name: same\n")
    assert found.startswith("probes/two.yaml:1:7: `same` is the name of another profile")
    assert "probes/one.yaml" in found


def test_a_root_without_a_last_resort_is_a_mistake(tmp_path: Path) -> None:
    (found,) = mistakes(tmp_path, one="name: one\n")
    assert "no profile is named `generic`" in found


def test_every_stock_profile_falls_back_to_what_any_agent_may_tell() -> None:
    standard = {"hrProcessorLoad", "hrStorageUsed", "memTotalReal", "ssCpuIdle"}
    alone = {"if-mib", "if-mib-full"}  # interfaces and nothing else
    for name, profile in stock_profiles().profiles.items():
        read = {operand.name for sources in profile.metrics.values() for one in sources for operand in one.operands}
        assert profile.abstract or name in alone or read >= standard, name
