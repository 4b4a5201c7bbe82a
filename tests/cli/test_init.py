"""`opsmon init`: a root that loads at once, and nothing overwritten."""

from pathlib import Path

import pytest

from tests.cli.said import Opsmon


def test_a_new_root_loads_and_shows_what_to_do_next(command: Opsmon, tmp_path: Path) -> None:
    said = command("init", tmp_path / "new")
    assert said.code == 0
    assert f"OPSMON_ROOT={tmp_path / 'new'}" in said.out
    checked = command("check", "--root", tmp_path / "new", "--json")
    assert checked.code == 0
    assert checked.json["counts"]["sites"] == 1
    assert checked.json["counts"]["contracts"] == 5
    assert command("inventory", "list", "--root", tmp_path / "new", "--json").json[0]["name"] == "sample-core"


def test_no_machine_path_and_no_hidden_file_is_in_it(command: Opsmon, tmp_path: Path) -> None:
    command("init", tmp_path / "new")
    files = [path for path in (tmp_path / "new").rglob("*") if path.is_file()]
    assert not [path for path in files if path.name.startswith(".")]
    assert {path.relative_to(tmp_path / "new").parts[0] for path in files} == {
        "opsmon.yaml", "inventories", "probes", "rules",
    }  # fmt: skip


@pytest.mark.parametrize("present", ["opsmon.yaml", "inventories/a.yaml", "probes/x.yaml", "rules/x"])
def test_nothing_is_overwritten_and_nothing_written(command: Opsmon, tmp_path: Path, present: str) -> None:
    (tmp_path / present).parent.mkdir(exist_ok=True)
    (tmp_path / present).write_text("mine")
    said = command("init", tmp_path)
    assert said.code == 2
    assert "is there already" in said.err
    assert (tmp_path / present).read_text() == "mine"
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_json_names_what_was_written(command: Opsmon, tmp_path: Path) -> None:
    said = command("init", tmp_path / "new", "--json")
    assert said.json["written"] == ["opsmon.yaml", "inventories/sample.yaml", "probes", "rules"]
