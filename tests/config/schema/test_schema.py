"""The JSON Schemas for editors, held by a validator that others wrote: what loads is valid, slips are not."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from opsmon.config.new_root import SETTINGS_TEXT, write_root
from opsmon.config.schema.files import MODELINE, modeline, write_schemas
from opsmon.config.schema.generate import SCHEMA_NAMES, schema_of, schema_text
from opsmon.config.yaml.node import parse_yaml
from tests.support.config.schemas import SPECS, refusals, shipped, shipped_texts, uncommented, validator
from tests.support.places import REPOSITORY, TESTS

BAD = TESTS / "config" / "bad"


def mistakes(name: str, text: str) -> list[str]:
    return [error.message for error in validator(name).iter_errors(parse_yaml(text).data)]


@pytest.mark.parametrize("name", SPECS)
def test_every_file_that_is_shipped_is_valid_and_loads(name: str) -> None:
    files = list(shipped(name))
    assert files
    wrong = {path: error.message for path, data in files for error in validator(name).iter_errors(data)}
    assert wrong == {}
    assert {path: said for path, data in files if (said := refusals(name, data))} == {}


def keys_of(schema: Any, way: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every key that a schema names, with the way to it."""
    if isinstance(schema, list):
        for index, one in enumerate(schema):
            yield from keys_of(one, f"{way}[{index}]")
    elif isinstance(schema, dict):
        for key, field in schema.get("properties", {}).items():
            yield f"{way}.{key}", field
        for key, inner in schema.items():
            yield from keys_of(inner, f"{way}.{key}")


@pytest.mark.parametrize("name", SCHEMA_NAMES)
def test_every_key_is_described(name: str) -> None:
    """Whoever adds a field writes a sentence below it."""
    found = list(keys_of(schema_of(name), name))
    assert len(found) > 5
    assert [way for way, field in found if len(field.get("description", "")) < 6] == []


@pytest.mark.parametrize("name", SCHEMA_NAMES)
def test_the_files_beside_the_examples_are_what_is_written(name: str) -> None:
    written = (REPOSITORY / "schemas" / f"{name}.json").read_text("utf-8")
    assert written == schema_text(name), "`opsmon schema --write schemas` writes them anew"


def test_every_shipped_file_begins_with_the_way_to_its_schema() -> None:
    for name in ("inventory", "contract", "conditions", "calendar", "profile"):
        for path, text in shipped_texts(name):
            if path != "written":
                assert text.startswith(MODELINE), path
                way = text.split("\n", 1)[0].removeprefix(MODELINE)
                assert (REPOSITORY / path).parent.joinpath(way).resolve() == REPOSITORY / "schemas" / f"{name}.json"


@pytest.mark.parametrize("examples", [(), ("baizhifang-2026",)])
def test_every_file_of_a_new_root_leads_to_a_schema_that_takes_it(tmp_path: Path, examples: tuple[str, ...]) -> None:
    write_root(tmp_path / "new", examples)
    files = sorted((tmp_path / "new").rglob("*.yaml"))
    assert len(files) > 100
    for file in files:
        text = file.read_text("utf-8")
        schema = file.parent / text.split("\n", 1)[0].removeprefix(MODELINE)
        assert schema.is_file(), file
        assert schema.resolve().parent == (tmp_path / "new" / "schemas").resolve()
    settings = tmp_path / "new" / "opsmon.yaml"
    assert settings.read_text("utf-8").startswith(f"{MODELINE}schemas/settings.json\n")
    assert mistakes("settings", uncommented(SETTINGS_TEXT)) == []


def test_a_file_that_is_none_of_a_root_has_no_first_line() -> None:
    assert modeline(PurePosixPath("deploy/compose.yaml")) == ""
    assert modeline(PurePosixPath("inventories/a/b/c.yaml")) == f"{MODELINE}../../../schemas/inventory.json\n"


def test_schemas_are_written_over_older_ones(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text("{}")
    assert {file.name for file in write_schemas(tmp_path)} == {f"{name}.json" for name in SCHEMA_NAMES}
    assert "hold_down" in (tmp_path / "settings.json").read_text("utf-8")


@pytest.mark.parametrize(
    "name",
    [
        "bad_name", "check_port", "check_setting", "label_number", "list_instead_of_mapping", "missing_address",
        "missing_site", "number_for_text", "period_unit", "range_negative", "range_too_long", "secret_in_wrong_place",
        "secret_number", "secret_shape", "snmp_version", "text_for_list", "text_instead_of_mapping", "unknown_check",
        "unknown_key", "unknown_key_far", "unknown_kind",
    ],
)  # fmt: skip
def test_an_editor_underlines_what_the_loader_refuses(name: str) -> None:
    assert mistakes("inventory", (BAD / f"{name}.yaml").read_text("utf-8")) != []


def test_a_wrong_key_of_a_device_is_told_at_the_device_and_not_of_the_list() -> None:
    text = "site: a\ndevices:\n  - {name: a, adress: 192.0.2.1, kind: switch}\n"
    errors = list(validator("inventory").iter_errors(parse_yaml(text).data))
    assert {tuple(error.absolute_path) for error in errors} == {("devices", 0)}
    assert any("'adress' was unexpected" in error.message for error in errors)


def test_null_references_and_version_numbers_are_as_the_loader_takes_them() -> None:
    text = """\
site: 会场
defaults: {snmp: {version: 3, user: u, auth: {protocol: SHA256, key: {file: k}}}, periods: {icmp: 90, snmp: "90"}}
devices:
  - {name: 核心, address: "2001:db8::1", snmp: null, labels: {a: null}, checks: [icmp, {tcp: {port: 1}}, {snmp: null}]}
"""
    assert mistakes("inventory", text) == []
