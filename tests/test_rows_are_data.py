"""Contracts and conditions are data: no clause, condition or metric that only rule files may name stands in code."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from opsmon.config.yaml.node import parse_yaml
from opsmon.metrics.catalogue import CATALOGUE, PREFIX
from tests.support.places import REPOSITORY

SOURCE = REPOSITORY / "src" / "opsmon"
# These rooms decide; what a metric means to them stands in rules/conditions.yaml. The others measure and show it.
DECIDING = ("daemon", "backup", "contract", "engine", "incident", "pipeline")
# What opens an incident where a root has no rules at all, and the demo, whose story is told of a stock contract.
ALLOWED = {(Path("state/condition/rules.py"), "DeviceDown")}
SHOWPIECE = "demo"
SPREADSHEETS = {Path("report/sheet.py"), Path("ledger/workbook_export.py")}  # their cells are called A3, too


def data(path: Path) -> Any:
    return parse_yaml(path.read_text(encoding="utf-8")).data


def row_ids() -> set[str]:
    files = (data(path) for path in (REPOSITORY / "rules" / "contracts").glob("*.yaml"))
    return {row["id"] for file in files for part in ("clauses", "obligations", "budgets") for row in file.get(part, [])}


def condition_names() -> set[str]:
    return {rule["name"] for part in data(REPOSITORY / "rules" / "conditions.yaml").values() for rule in part}


def constants(path: Path) -> Iterator[str]:
    """Every string of a module that the program itself uses; docstrings are none of them."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    statements = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in statements:
            yield node.value


def found_in(rooms: tuple[str, ...], names: set[str]) -> set[tuple[Path, str]]:
    paths = [path for path in SOURCE.rglob("*.py") if not rooms or path.relative_to(SOURCE).parts[0] in rooms]
    named = {(path.relative_to(SOURCE), one) for path in paths for one in constants(path) if one in names}
    return {(path, one) for path, one in named if path.parts[0] != SHOWPIECE and path not in SPREADSHEETS} - ALLOWED


def test_there_is_something_to_look_for() -> None:
    assert all((SOURCE / room).is_dir() for room in (*DECIDING, SHOWPIECE))
    assert all((SOURCE / path).is_file() for path in (*SPREADSHEETS, *(path for path, _ in ALLOWED)))
    assert {"A6", "B4a", "E10", "E15"} <= row_ids()
    assert {"BackupOverdue", "UpsRuntimeShort"} <= condition_names()


@pytest.mark.parametrize("names", [row_ids(), condition_names()], ids=["clauses", "conditions"])
def test_no_row_of_a_contract_and_no_condition_is_named_in_code(names: set[str]) -> None:
    assert found_in((), names) == set()


def test_no_metric_is_named_in_a_room_that_decides() -> None:
    metrics = {name.removeprefix(PREFIX) for name in CATALOGUE if name.startswith(PREFIX)}
    assert found_in(DECIDING, metrics | {PREFIX + name for name in metrics}) == set()
