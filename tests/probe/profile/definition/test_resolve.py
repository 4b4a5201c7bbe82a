"""Profiles joined: inheritance is preference, names become OIDs, every mistake is named."""

from typing import Any

import pytest
from pydantic import ValidationError

from opsmon.model.device import Kind
from opsmon.probe.profile.definition.resolve import ProfileError, resolve_profiles
from opsmon.probe.profile.definition.spec import ProfileSpec
from tests.support.probe.profile.making import poll, profiles_of, series_of

A, B = "1.3.6.1.4.1.99999.1.0", "1.3.6.1.4.1.99999.2.0"
STANDARD: dict[str, Any] = {
    "name": "standard",
    "kind": "ups",
    "objects": {"standard": B},
    "metrics": {"device_cpu_ratio": [{"value": "standard", "unit": "percent"}]},
    "backup": {"platform": "standard", "commands": ["show"]},
}
VENDOR: dict[str, Any] = {
    "name": "vendor",
    "extends": "standard",
    "objects": {"own": A},
    "metrics": {"device_cpu_ratio": [{"value": "own", "unit": "percent"}]},
    "backup": {"platform": "vendor"},
}


def problems_of(*written: dict[str, Any]) -> list[str]:
    specs = {data["name"]: ProfileSpec.model_validate(data) for data in written}
    with pytest.raises(ProfileError) as caught:
        resolve_profiles(specs)
    return [f"{p.profile} {p.key}: {p.message} ({p.hint})" for p in caught.value.problems]


@pytest.mark.parametrize(
    ("recording", "value"),
    [(f"{A}|2|11\n{B}|2|22\n", 0.11), (f"{B}|2|22\n", 0.22), (f"{A}|2|400\n{B}|2|22\n", 0.22)],
    ids=["the vendor's value", "else the standard one", "and when the vendor's is nonsense"],
)
async def test_own_sources_come_before_inherited_ones(recording: str, value: float) -> None:
    own = {key: part for key, part in VENDOR.items() if key not in ("name", "extends")}
    joined = own | {"objects": {"own": A, "standard": B}}
    joined["metrics"] = {
        "device_cpu_ratio": [*VENDOR["metrics"]["device_cpu_ratio"], *STANDARD["metrics"]["device_cpu_ratio"]]
    }
    assert series_of(await poll(recording, **joined)) == {"device_cpu_ratio{cpu}": pytest.approx(value)}
    profiles = profiles_of(STANDARD, VENDOR)
    names = [source.operands[0].name for source in profiles.profiles["vendor"].metrics["device_cpu_ratio"]]
    assert names == ["own", "standard"]


def test_kind_and_backup_are_inherited_and_own_keys_win() -> None:
    vendor = profiles_of(STANDARD, VENDOR).profiles["vendor"]
    assert vendor.kind is Kind.UPS
    assert vendor.backup == {"platform": "vendor", "commands": ["show"]}


def test_an_inherited_metric_can_be_struck_out() -> None:
    without = VENDOR | {"metrics": {}, "without": ["device_cpu_ratio"]}
    assert profiles_of(STANDARD, without).profiles["vendor"].metrics == {}


def test_every_mistake_is_named_with_its_place_and_a_hint() -> None:
    assert problems_of(
        STANDARD,
        {
            "name": "wrong",
            "extends": "standard",
            "objects": {"own": A},
            "metrics": {
                "device_cpu_ration": [{"value": "own"}],
                "ups_load_ratio": [{"value": "standart", "label": "own"}],
            },
            "without": ["nothing"],
        },
    ) == [
        "wrong metrics.device_cpu_ration: `device_cpu_ration` is no metric of opsmon"
        " (did you mean `device_cpu_ratio`?)",
        "wrong metrics.ups_load_ratio.0: no object `standart` here or in what this profile extends"
        " (did you mean `standard`?)",
        "wrong without: `nothing` is no metric of opsmon ()",
    ]


def test_an_overrule_that_asks_for_what_is_not_there_is_a_mistake() -> None:
    overrules = [{"value": 0, "when": {"owm": [1]}}, {"value": 0, "when": {"own": {"one_of": [1], "row_by": "own"}}}]
    metrics = {"storage_disk_ok": [{"value": "own", "overrules": overrules}]}
    assert problems_of({"name": "wrong", "objects": {"own": A}, "metrics": metrics}) == [
        "wrong metrics.storage_disk_ok.0.overrules.0.when.owm: no object `owm` here or in what this profile extends"
        " (did you mean `own`?)",
        "wrong metrics.storage_disk_ok.0.overrules.1.when.own.row_by: only the tests of `select` look into another"
        " table's rows ()",
    ]


def test_a_label_on_a_metric_without_one_is_a_mistake() -> None:
    metrics = {"ups_on_battery": [{"value": "own", "label": "own"}]}
    assert problems_of({"name": "wrong", "objects": {"own": A}, "metrics": metrics}) == [
        "wrong metrics.ups_on_battery.0.label: ups_on_battery has no label ()"
    ]


def test_a_parent_that_is_missing_and_a_circle_are_mistakes() -> None:
    assert problems_of(
        {"name": "one", "extends": ["two"]}, {"name": "two", "extends": ["one", "thre"]}, {"name": "three"}
    ) == [
        "one extends: extends itself in a circle ()",
        "two extends: extends itself in a circle ()",
        "two extends.1: no profile `thre` (did you mean `three`?)",
    ]


@pytest.mark.parametrize(
    "source",
    [
        {},
        {"value": "a", "idle": "b"},
        {"used": "a"},
        {"used": "a", "total": "b", "free": "c"},
        {"value": "a", "unit": "furlong"},
        {"value": "a", "pattern": "no group"},
        {"value": "a", "pattern": "("},
        {"value": "a", "label": {"text": "x", "index": 0}},
        {"value": "a", "colour": "red"},
        {"value": "a", "overrules": [{"value": 0, "when": {}}]},
        {"value": "a", "overrules": [{"when": {"b": [1]}}]},
        {"value": "a", "minus": {"object": "b", "rows": {"c": [1]}}},
        {"used": "a", "total": "b", "minus": {"object": "c", "rows": {}}},
    ],
)
def test_a_source_that_makes_no_sense_is_refused(source: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ProfileSpec.model_validate({"name": "wrong", "metrics": {"device_cpu_ratio": [source]}})
