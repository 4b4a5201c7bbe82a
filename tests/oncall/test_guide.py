"""The rota of the guide, contract E's staffing, loads as it stands there and has nobody missing."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from opsmon.config.root import Root, load_root
from opsmon.model.name import RotaName
from opsmon.oncall.lint.lint import lint_on_call
from opsmon.oncall.override import Overrides
from opsmon.oncall.roster import on_duty
from tests.support.contract.rulebook import local
from tests.support.places import REPOSITORY

GUIDES = ["docs/oncall.md", "docs/oncall.zh.md"]


def root_of(guide: str, folder: Path) -> Root:
    people, oncall = re.findall(r"```yaml\n(.*?)```", (REPOSITORY / guide).read_text(encoding="utf-8"), re.DOTALL)
    for path in ("rules/contracts", "rules/calendars"):
        (folder / path).mkdir(parents=True)
        for file in (REPOSITORY / path).glob("*.yaml"):
            (folder / path / file.name).write_bytes(file.read_bytes())
    (folder / "rules" / "oncall.yaml").write_text(oncall, encoding="utf-8")
    (folder / "people.yaml").write_text(people, encoding="utf-8")
    return load_root(folder, environ={})


@pytest.mark.parametrize("guide", GUIDES)
def test_the_rota_of_contract_e_holds_what_e21_asks(guide: str, tmp_path: Path) -> None:
    rota = root_of(guide, tmp_path).oncall.rules.rotas[RotaName("vc")]
    there = {
        at: len(on_duty(rota, Overrides(), local(at)).people)
        for at in ("2026-11-30 10:00", "2026-11-30 20:00", "2026-12-05 10:00", "2026-10-01 10:00")
    }
    assert there == {"2026-11-30 10:00": 3, "2026-11-30 20:00": 2, "2026-12-05 10:00": 2, "2026-10-01 10:00": 2}


@pytest.mark.parametrize("guide", GUIDES)
def test_lint_finds_the_leave_of_the_example_and_nothing_else(guide: str, tmp_path: Path) -> None:
    root = root_of(guide, tmp_path)
    found = lint_on_call(root.oncall.rules, root.contracts, Overrides(), local("2026-11-28 12:00"), timedelta(days=34))
    assert [(one.rule, one.key) for one in found] == [("on_leave", "leave.0")]
