"""A contract that nobody had in mind: what its rows mean is what its file says, whatever their numbers."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from opsmon.backup.status import BackupStatus
from opsmon.config.rules.load import load_contracts
from opsmon.config.yaml.problem import Problems
from opsmon.contract.contract_rules import ContractRules
from opsmon.daemon.backup_obligations import clauses_of, duties_done
from opsmon.engine.world import start_world
from opsmon.errors import ConfigError
from opsmon.model.discovery import Discovery
from opsmon.model.name import ContractId, DeviceName
from tests.support.engine.scene import device, rules_of

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
LIBRARY = ContractId("library-2026")
CONTRACT = """\
contract: library-2026
title: City library
term: {from: "2026-01-01", to: "2026-12-31"}
services: {ops: {title: operations}}
obligations:
  - id: A6
    source: annex 1
    what: {en: the server room is patrolled on foot, zh: 徒步巡检机房}
    due: {every: week}
  - id: F3
    source: annex 3
    what: {en: weekly backup, zh: 每周备份}
    due: {every: week}
    fulfilled_by: backup
    broken_by: [backup_overdue, unannounced_change, host_key_changed]
  - id: B8
    source: annex 4
    what: {en: fire drill, zh: 消防演练}
    occasion: {en: each year, zh: 每年}
"""
SWITCH = replace(device("core", contract=LIBRARY), service="ops", labels={})


def books(root: Path, text: str = CONTRACT) -> dict[ContractId, ContractRules]:
    folder = root / "rules" / "contracts"
    folder.mkdir(parents=True)
    (folder / "library.yaml").write_text(text, encoding="utf-8")
    problems = Problems()
    found = load_contracts(root, ZONE, problems)
    problems.raise_if_any()
    return dict(found)


def test_a_backup_ticks_the_row_that_says_so_and_no_other(tmp_path: Path) -> None:
    world = start_world(rules_of([SWITCH], books(tmp_path)), NOW - timedelta(days=3))
    taken = {DeviceName("core"): BackupStatus(DeviceName("core"), SWITCH.site, tried_at=NOW, good_at=NOW)}
    assert [(one.obligation, one.service) for one in duties_done(world, taken, NOW, ZONE)] == [("F3", "")]


@pytest.mark.parametrize("discovery", Discovery)
def test_a_discovery_is_told_with_the_rows_that_it_breaks(tmp_path: Path, discovery: Discovery) -> None:
    held = books(tmp_path)
    assert clauses_of(SWITCH, held, discovery) == " (clause F3)"
    assert clauses_of(replace(SWITCH, contract=None), held, discovery) == ""


def test_a_row_of_another_lot_is_not_broken(tmp_path: Path) -> None:
    held = books(
        tmp_path,
        CONTRACT.replace("{ops: {", "{desk: {title: desk}, ops: {").replace(
            "    fulfilled_by", "    services: [desk]\n    fulfilled_by"
        ),
    )
    assert clauses_of(SWITCH, held, Discovery.BACKUP_OVERDUE) == ""


def test_what_has_no_date_cannot_be_ticked_off_by_itself(tmp_path: Path) -> None:
    wrong = CONTRACT.replace("occasion: {en: each year, zh: 每年}", "occasion: each year\n    fulfilled_by: backup")
    with pytest.raises(ConfigError, match="belongs to `due`"):
        books(tmp_path, wrong)
