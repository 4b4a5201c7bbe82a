"""`opsmon schema`: the schemas listed, printed and written."""

import json
from pathlib import Path

import pytest

from opsmon.config.schema.generate import SCHEMA_NAMES
from tests.support.cli.said import Opsmon


def test_without_a_name_they_are_listed_with_their_files(command: Opsmon) -> None:
    said = command("schema")
    assert said.code == 0
    assert "inventories/**/*.yaml" in said.out
    assert set(command("schema", "--json").json) == set(SCHEMA_NAMES)


@pytest.mark.parametrize("name", SCHEMA_NAMES)
def test_each_is_one_json_document(command: Opsmon, name: str) -> None:
    schema = command("schema", name).json
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert "opsmon" in schema["title"]


def test_the_old_command_prints_the_same(command: Opsmon) -> None:
    assert command("inventory", "schema").json == command("schema", "inventory").json


def test_all_or_one_are_written(command: Opsmon, tmp_path: Path) -> None:
    said = command("schema", "conditions", "--write", tmp_path)
    assert said.out == f"wrote {tmp_path}/conditions.json\n"
    assert json.loads((tmp_path / "conditions.json").read_text("utf-8")) == command("schema", "conditions").json
    assert len(command("schema", "--write", tmp_path, "--json").json["written"]) == len(SCHEMA_NAMES)


def test_a_misspelt_name_is_exit_2_with_the_nearest(command: Opsmon) -> None:
    said = command("schema", "contrakt")
    assert said.code == 2
    assert "no schema `contrakt` (did you mean `contract`?)" in said.err
