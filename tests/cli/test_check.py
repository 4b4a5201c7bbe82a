"""`opsmon check`: every mistake, a summary, and clean JSON."""

from pathlib import Path

from tests.cli.said import Opsmon


def test_a_good_root_is_counted(command: Opsmon, root: Path) -> None:
    said = command("check", "--root", root)
    assert said.code == 0
    assert said.out.splitlines()[-1].startswith("0 problems, 1 warning; 1 site, 5 devices, ")
    assert "inventories/hall.yaml:4:43: warning: a secret in plain text" in said.out
    assert "planted-secret-17" not in said.out + said.err


def test_every_mistake_is_a_line_and_the_code_is_two(command: Opsmon, root: Path) -> None:
    (root / "inventories" / "bad.yaml").write_text("site: hall\nzite: x\ndevices:\n  - {name: core-1, kind: other}\n")
    said = command("check", "--root", root)
    assert said.code == 2
    assert said.out.splitlines() == [
        "inventories/hall.yaml:4:43: warning: a secret in plain text (use `{env: NAME}` or `{file: path}`)",
        "inventories/bad.yaml:2:1: unknown key `zite` (did you mean `site`?)",
        "inventories/bad.yaml:4:5: `address` is missing",
        "inventories/hall.yaml:1:7: two sites are named `hall` (first at inventories/bad.yaml:1:7)",
        "3 problems, 1 warning",
    ]


def test_json_is_one_document_with_places(command: Opsmon, root: Path) -> None:
    (root / "inventories" / "bad.yaml").write_text("site: hall2\ndevices:\n  - {name: x, adress: y, kind: other}\n")
    said = command("check", "--root", root, "--json")
    assert (said.code, said.json["ok"]) == (2, False)
    (problem,) = said.json["problems"]
    assert problem == {
        "path": "inventories/bad.yaml", "line": 3, "column": 15, "key": "devices.0.adress",
        "message": "unknown key `adress`", "hint": "did you mean `address`?", "warning": False,
    }  # fmt: skip


def test_json_of_a_good_root_counts(command: Opsmon, root: Path) -> None:
    said = command("check", "--root", root, "--json")
    assert said.code == 0
    assert said.json["counts"]["devices"] == 5
