"""`opsmon init`: a root that loads at once, and nothing overwritten."""

from pathlib import Path

import pytest

from opsmon.config.root import load_root
from opsmon.config.stock import example_names
from opsmon.model.name import RotaName
from tests.support.cli.said import Opsmon
from tests.support.config.schemas import uncommented


def test_a_new_root_loads_and_shows_what_to_do_next(command: Opsmon, tmp_path: Path) -> None:
    said = command("init", tmp_path / "new")
    assert said.code == 0
    assert f"OPSMON_ROOT={tmp_path / 'new'}" in said.out
    checked = command("check", "--root", tmp_path / "new", "--json")
    assert checked.code == 0
    assert checked.json["counts"]["sites"] == 1
    assert checked.json["counts"]["contracts"] == 1
    assert command("inventory", "list", "--root", tmp_path / "new", "--json").json[0]["name"] == "sample-core"


def test_no_machine_path_and_no_hidden_file_is_in_it(command: Opsmon, tmp_path: Path) -> None:
    command("init", tmp_path / "new")
    files = [path for path in (tmp_path / "new").rglob("*") if path.is_file()]
    assert not [path for path in files if path.name.startswith(".")]
    assert {path.relative_to(tmp_path / "new").parts[0] for path in files} == {
        "opsmon.yaml", "inventories", "people.yaml", "probes", "rules", "schemas",
    }  # fmt: skip


@pytest.mark.parametrize("present", ["opsmon.yaml", "inventories/a.yaml", "probes/x.yaml", "rules/x", "schemas/x"])
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
    assert said.json["written"] == [
        "opsmon.yaml", "schemas", "probes", "rules", "people.yaml", "inventories/sample.yaml",
        "rules/contracts/sample.yaml",
    ]  # fmt: skip


def test_an_example_is_its_contract_with_its_inventories(command: Opsmon, tmp_path: Path) -> None:
    assert command("init", tmp_path / "new", "--example", "stations-it").code == 0
    counts = command("check", "--root", tmp_path / "new", "--json").json["counts"]
    assert (counts["contracts"], counts["sites"]) == (1, 9)
    assert not list((tmp_path / "new").rglob("sample.yaml"))


@pytest.mark.parametrize("name", ["", *example_names()])
def test_the_sample_rota_goes_by_a_contract_that_the_root_has(command: Opsmon, tmp_path: Path, name: str) -> None:
    root = tmp_path / "new"
    assert command("init", root, *(("--example", name) if name else ())).code == 0
    for file in (root / "people.yaml", root / "rules" / "oncall.yaml"):
        modeline, _, text = file.read_text("utf-8").partition("\n")
        file.write_text(f"{modeline}\n{uncommented(text)}", "utf-8")
    assert load_root(root, environ={"WECOM_KEY": "k"}).oncall.rules.rotas[RotaName("office")].calendar


def test_every_example_can_be_written_into_one_root(command: Opsmon, tmp_path: Path) -> None:
    words = [word for name in example_names() for word in ("--example", name)]
    assert command("init", tmp_path / "new", *words).code == 0
    checked = command("check", "--root", tmp_path / "new", "--json")
    assert (checked.code, checked.json["counts"]["contracts"]) == (0, 5)


def test_an_example_that_is_not_there_writes_nothing(command: Opsmon, tmp_path: Path) -> None:
    said = command("init", tmp_path / "new", "--example", "station-it")
    assert (said.code, (tmp_path / "new").exists()) == (2, False)
    assert "did you mean `stations-it`?" in said.err
    assert "xicheng-vc-2025" in command("init", tmp_path / "new", "--example", "?").err


def test_a_fault_of_the_sample_site_has_the_clocks_of_the_sample_contract(command: Opsmon, tmp_path: Path) -> None:
    command("init", tmp_path / "new")
    told = command(
        "contracts", "deadlines", "sample-service", "--root", tmp_path / "new", "--json",
        "--event", "detected=2026-11-20T10:00:00+08:00",
    )  # fmt: skip
    assert {clock["clause"]: clock["due_at"][11:16] for clock in told.json["clocks"]} == {
        "S1": "10:15",
        "S2": "12:00",
        "S3": "18:00",
    }
