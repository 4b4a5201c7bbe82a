"""The JSON Schema for editors, held by a validator that others wrote: what loads is valid, slips of the pen are not."""

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from opsmon.config.node import parse_yaml
from opsmon.config.sample import INVENTORY_TEXT
from opsmon.config.schema import inventory_schema

REPOSITORY = Path(__file__).parents[2]
BAD = Path(__file__).parent / "bad"
EXAMPLES = sorted((REPOSITORY / "inventories").rglob("*.yaml"))


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = inventory_schema()
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def mistakes(validator: Draft202012Validator, text: str) -> list[str]:
    return [error.message for error in validator.iter_errors(parse_yaml(text).data)]


def test_every_example_and_the_sample_are_valid(validator: Draft202012Validator) -> None:
    assert len(EXAMPLES) > 70
    assert {str(file): found for file in EXAMPLES if (found := mistakes(validator, file.read_text("utf-8")))} == {}
    assert mistakes(validator, INVENTORY_TEXT) == []


@pytest.mark.parametrize(
    "name",
    [
        "bad_name", "check_port", "check_setting", "label_number", "list_instead_of_mapping", "missing_address",
        "missing_site", "number_for_text", "period_unit", "range_negative", "range_too_long", "secret_in_wrong_place",
        "secret_number", "secret_shape", "snmp_version", "text_for_list", "text_instead_of_mapping", "unknown_check",
        "unknown_key", "unknown_key_far", "unknown_kind",
    ],
)  # fmt: skip
def test_an_editor_underlines_what_the_loader_refuses(validator: Draft202012Validator, name: str) -> None:
    assert mistakes(validator, (BAD / f"{name}.yaml").read_text("utf-8")) != []


def test_null_references_and_version_numbers_are_as_the_loader_takes_them(validator: Draft202012Validator) -> None:
    text = """\
site: 会场
defaults: {snmp: {version: 3, user: u, auth: {protocol: SHA256, key: {file: k}}}, periods: {icmp: 90}}
devices:
  - {name: 核心, address: "2001:db8::1", snmp: null, labels: {a: null}, checks: [icmp, {tcp: {port: 1}}, {snmp: null}]}
"""
    assert mistakes(validator, text) == []
