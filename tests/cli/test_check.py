"""`opsmon check`: every mistake, a summary, and clean JSON."""

import os
import pty
import sys
from pathlib import Path

import pytest

import opsmon
from opsmon.config.root import load_root
from opsmon.config.watched import places_of, write_watched
from tests.support.cli.said import Opsmon


def test_a_good_root_is_counted(command: Opsmon, root: Path) -> None:
    said = command("check", "--root", root)
    assert said.code == 0
    assert said.out.splitlines()[-1].startswith("0 problems, 1 warning; 1 site, 5 devices, ")
    assert "inventories/hall.yaml:4:43: warning: a secret in plain text" in said.out
    assert "planted-secret-17" not in said.out + said.err


def test_the_sum_is_in_the_readers_language(command: Opsmon, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSMON_LANG", "zh")
    last = command("check", "--root", root).out.splitlines()[-1]
    assert last.startswith("错误 0 处，警告 1 处；站点 1，设备 5，检查 ")


def test_every_mistake_is_a_line_and_the_code_is_two(command: Opsmon, root: Path) -> None:
    (root / "inventories" / "bad.yaml").write_text("site: hall\nzite: x\ndevices:\n  - {name: core-1, kind: other}\n")
    said = command("check", "--root", root)
    assert said.code == 2
    assert said.out.splitlines() == [
        "inventories/bad.yaml:2:1: unknown key `zite` (did you mean `site`?)",
        "inventories/bad.yaml:4:5: `address` is missing",
        "inventories/hall.yaml:1:7: two sites are named `hall` (first at inventories/bad.yaml:1:7)",
        "inventories/hall.yaml:4:43: warning: a secret in plain text (use `{env: NAME}` or `{file: path}`)",
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


UNDER = """\
site: {site}
contract: xicheng-vc-2025
service: vc
devices: [{{name: {site}-1, address: 192.0.2.7, kind: mcu, checks: [icmp]}}]
"""


def test_what_a_contract_leaves_open_is_told_once_and_only_where_a_site_is_under_it(
    command: Opsmon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPSMON_LANG", "en")
    command("init", tmp_path / "new", "--example", "xicheng-vc-2025", "--example", "baizhifang-2026")
    for file in (tmp_path / "new" / "inventories").rglob("*.yaml"):
        file.unlink()
    for site in ("one", "two"):
        (tmp_path / "new" / "inventories" / f"{site}.yaml").write_text(UNDER.format(site=site))
    said = command("check", "--root", tmp_path / "new")
    told = [line for line in said.out.splitlines() if "provisional" in line]
    assert all(line.startswith("rules/contracts/xicheng-vc-2025.yaml:") for line in told)
    assert len([line for line in told if "the holidays of 2027 are not announced" in line]) == 1


def test_an_empty_directory_is_no_root_and_says_so(command: Opsmon, tmp_path: Path) -> None:
    for words in ("check", "incidents list", "inventory list", "journal show", "notify list"):
        said = command(*words.split(), "--root", tmp_path)
        assert said.code == 2
        assert "no opsmon.yaml here" in said.err + said.out
        assert "--root DIR or $OPSMON_ROOT" in said.err + said.out
    assert "no opsmon.yaml here" in command("contracts", "list", "--root", tmp_path).err


def on_terminal(root: Path, **environment: str) -> str:
    """What `check` writes to a terminal."""
    kept = {"PYTHONPATH": str(Path(opsmon.__file__).parents[1]), "TERM": "xterm", **environment}
    words = [sys.executable, "-m", "opsmon", "check", "--root", str(root)]
    child, terminal = pty.fork()
    if child == 0:
        os.execve(words[0], words, kept)  # noqa: S606 - in a child of fork
    said = b""
    try:
        while chunk := os.read(terminal, 65_536):
            said += chunk
    except OSError:  # Linux says so when the other end is closed
        pass
    os.waitpid(child, 0)
    os.close(terminal)
    return said.decode()


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_colours_are_for_terminals_that_want_them(root: Path, environment: dict[str, str]) -> None:
    said = on_terminal(root)
    assert "\x1b[33mwarning: a secret in plain text" in said
    assert "\x1b[" not in on_terminal(root, **environment)


def test_a_device_that_the_daemon_would_lose_to_a_new_name_is_pointed_out(command: Opsmon, root: Path) -> None:
    inventory = load_root(root).inventory
    write_watched(root, places_of(inventory))
    assert "formerly" not in command("check", "--root", root).out
    file = root / "inventories" / "hall.yaml"
    file.write_text(file.read_text().replace("name: core-1", "name: core-9").replace("[core-1]", "[core-9]"))
    said = command("check", "--root", root)
    assert said.code == 0
    assert "core-1, which the daemon watches, is gone, and core-9 is at its address" in said.out
    assert "write `formerly: [core-1]` with core-9 before the reload" in said.out
    warnings = command("check", "--root", root, "--json").json["warnings"]
    assert any("core-9" in warning["hint"] for warning in warnings)


EXPONENTIAL = "a repetition within a repetition can read the same text in more and more ways"


@pytest.mark.parametrize("pattern", [r"prompt: '(?P<host>(\w+\s?)+)#'", r"pager: '(-+ ?)+more'"])
@pytest.mark.parametrize("place", ["device", "defaults"])
def test_a_prompt_or_a_pager_that_may_hold_a_backup_is_refused(
    command: Opsmon, root: Path, pattern: str, place: str
) -> None:
    """`(\\w+\\s?)+#` on a line of forty letters needs longer than anybody waits, and nothing can interrupt it."""
    ssh = f"ssh: {{username: u, password: {{env: X}}, platform: cisco_ios, {pattern}}}"
    own, defaults = (f", {ssh}", "") if place == "device" else ("", f"defaults: {{{ssh}}}\n")
    device = f"{{name: edge-1, address: 192.0.2.9, kind: switch{own}}}"
    (root / "inventories" / "edge.yaml").write_text(f"site: edge\n{defaults}devices:\n  - {device}\n")
    said = command("check", "--root", root)
    assert said.code == 2
    told = [line for line in said.out.splitlines() if line.startswith("inventories/edge.yaml")]
    assert any(line.endswith(f"the pattern may hold a backup: {EXPONENTIAL}") for line in told), said.out


@pytest.mark.parametrize("pattern", [r"prompt: '(?P<host>[\w ]{1,40})#'", "pager: '-- .*[Mm]ore'"])
def test_a_prompt_or_a_pager_that_is_quick_passes(command: Opsmon, root: Path, pattern: str) -> None:
    ssh = f"ssh: {{username: u, password: {{env: X}}, platform: cisco_ios, {pattern}}}"
    device = f"{{name: edge-1, address: 192.0.2.9, kind: switch, {ssh}}}"
    (root / "inventories" / "edge.yaml").write_text(f"site: edge\ndevices:\n  - {device}\n")
    said = command("check", "--root", root)
    assert "may hold a backup" not in said.out
    assert said.code == 0
