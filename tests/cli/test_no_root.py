"""A directory that is no root, and one whose opsmon.yaml is broken: every command says so, and none writes there."""

from pathlib import Path

import pytest

from opsmon.cli.main import COMMANDS
from tests.support.cli.said import Opsmon

# Everything that reads a root, by command; what is not here needs none.
ASK_THE_ROOT = (
    "check", "run", "top", "probe mcu-1", "discover 192.0.2.0/30", "netbox import", "netbox diff", "netbox write",
    "inventory list", "inventory show mcu-1",
    "inventory export out.csv", "inventory diff other.csv", "incidents list", "incidents show 1",
    "incidents ack 1 --by a", "incidents clocks",
    "incidents event 1 on_site --by a", "incidents open --site a --condition b --by c",
    "incidents withdraw 1 2 --by a --reason b", "incidents judge 1 --severity major --by a --reason b",
    "incidents severity 1 major --by a",
    "incidents maintenance mcu-1 --until 23:00 --by a", "notify list", "rules export --format prometheus",
    "contracts obligations c", "contracts assess c --month 2026-11", "contracts done c E13 2026-11-01 --by a",
    "report month c --month 2026-11", "journal show", "journal verify", "backup run", "backup list", "backup show a",
    "backup diff a", "backup verify", "oncall who", "oncall list", "oncall lint", "oncall override list",
    "silence add site=a --for 2h --reason b --by c", "silence list", "silence end a --reason b --by c",
    "user list", "user disable a", "token list", "token revoke a", "notify test a", "notify again a",
    "incidents takeover 1 --by a", "store status", "store export a", "store import a", "store migrate", "store vacuum",
)  # fmt: skip
STOCK_IS_SHOWN = ("contracts list", "contracts calendar 2026")
NEED_NO_ROOT = {"init", "demo"}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPSMON_ROOT", raising=False)
    return tmp_path


@pytest.mark.parametrize("words", ASK_THE_ROOT)
def test_in_a_directory_that_is_no_root_it_says_so_and_writes_nothing(here: Path, command: Opsmon, words: str) -> None:
    said = command(*words.split(), "--root", str(here))
    assert (said.code, said.out) == (2, "") or words == "check"
    assert said.code == 2
    assert "no opsmon.yaml here" in said.err + said.out
    assert "opsmon init" in said.err + said.out
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("words", STOCK_IS_SHOWN)
def test_what_shows_the_stock_contracts_there_says_that_it_does(here: Path, command: Opsmon, words: str) -> None:
    said = command(*words.split(), "--root", str(here))
    assert said.code == 0
    assert "the stock contracts are shown" in said.err


@pytest.mark.parametrize("words", [*ASK_THE_ROOT, *STOCK_IS_SHOWN])
def test_where_the_settings_are_broken_it_names_the_place(here: Path, command: Opsmon, words: str) -> None:
    (here / "opsmon.yaml").write_text("http: {listen: 5\nstore: [\n", encoding="utf-8")
    said = command(*words.split(), "--root", str(here))
    assert said.code == 2
    assert "opsmon.yaml:2:" in said.err + said.out
    assert [path.name for path in here.iterdir()] == ["opsmon.yaml"]


def test_every_command_is_tried() -> None:
    tried = {words.split()[0] for words in (*ASK_THE_ROOT, *STOCK_IS_SHOWN)}
    assert tried | NEED_NO_ROOT >= COMMANDS.keys() - {"completion", "schema"}
