"""`opsmon inventory import | export | diff` with the device lists that people keep: shown first, nothing lost."""

from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from tests.support.cli.said import Opsmon

LEDGER = """\
序号,设备名称,管理IP,设备类型,站点,会场名称,上联设备,标签：楼层,品牌,登录密码
1,sw-1,192.0.2.101,核心交换机,annex,附楼,,3,甲,planted-pw-9
2,term-1,192.0.2.102,视频会议终端,annex,附楼,sw-1,4,乙,planted-pw-9
"""


@pytest.fixture(autouse=True)
def _english(root: Path) -> None:
    (root / "opsmon.yaml").write_text("language: en\n")


def files(root: Path) -> list[str]:
    return sorted(path.name for path in (root / "inventories").iterdir())


def write_office_ledger(file: Path) -> None:
    """As an office makes it: titles, merged headings, a section, a range, a unit in store, a sum."""
    book = Workbook()
    sheet: Any = book.active
    sheet.title = "设备台账"
    sheet["A1"] = "附楼会场设备清单"
    sheet.merge_cells("A1:G1")
    lines: list[list[object]] = [
        [], ["序号", "设备名称", "设备类型", "IP地址", "型号", "安装位置", "备注"], ["一、核心机房"],
        [1, "核心交换机（主）", "24口核心交换机", "192.000.002.101", "S7703", "二层机房", None],
        [2, "摄像机", "摄像机", "192.0.2.121-123", "DS-2", None, "走廊"], [3, "大屏", "显示屏", "无", None, None, None],
        [], ["合计", None, None, 3],
    ]  # fmt: skip
    for number, line in enumerate(lines, 2):
        for place, value in enumerate(line, 1):
            sheet.cell(number, place, value)
    sheet.merge_cells("A4:G4")
    sheet.merge_cells("F5:F6")
    book.create_sheet("填写说明")["A1"] = "每月更新"
    book.save(file)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_ledger_in_chinese_is_taken_in(command: Opsmon, root: Path, tmp_path: Path, encoding: str) -> None:
    (tmp_path / "台账.csv").write_text(LEDGER, encoding=encoding)
    said = command("inventory", "import", tmp_path / "台账.csv", "--root", root, "--yes", "--json")
    assert (said.code, said.json["written"]) == (0, ["inventories/annex.yaml"])
    (term,) = command("inventory", "list", "--root", root, "--kind", "vc-terminal", "--json").json
    assert (term["name"], term["site_title"], term["parents"]) == ("term-1", "附楼", ["sw-1"])
    assert term["labels"] == {"楼层": "4", "vendor": "乙"}


def test_without_yes_the_plan_is_shown_and_nothing_is_written(command: Opsmon, root: Path, tmp_path: Path) -> None:
    (tmp_path / "台账.csv").write_text(LEDGER, encoding="utf-8")
    said = command("inventory", "import", tmp_path / "台账.csv", "--root", root)
    assert (said.code, files(root)) == (0, ["hall.yaml"])
    shown = {line.split()[1]: line for line in said.out.splitlines() if line[:2].strip() in set("ABCDEFGHIJ")}
    assert "name" in shown["设备名称"]
    assert "sw-1" in shown["设备名称"]
    assert "label vendor" in shown["品牌"]
    assert "counts the rows" in shown["序号"]
    assert "2 rows = 2 taken (2 devices)" in said.out
    assert "nothing is written yet; add --yes" in said.out


def test_access_data_is_neither_shown_nor_taken(command: Opsmon, root: Path, tmp_path: Path) -> None:
    (tmp_path / "台账.csv").write_text(LEDGER, encoding="utf-8")
    said = [
        command("inventory", "import", tmp_path / "台账.csv", "--root", root, *words)
        for words in (["--dry-run"], ["--json"], ["--yes"])
    ]
    text = (root / "inventories" / "annex.yaml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=../schemas/inventory.json\n")
    assert "planted-pw-9" not in text + "".join(one.out + one.err for one in said)


def test_an_office_workbook_is_taken_in_and_every_row_is_accounted_for(
    command: Opsmon, root: Path, tmp_path: Path
) -> None:
    write_office_ledger(tmp_path / "台账.xlsx")
    words = ("--site", "annex", "--snmp", "env:SNMP_ANNEX", "--yes", "--json")
    said = command("inventory", "import", tmp_path / "台账.xlsx", "--root", root, *words)
    assert said.code == 0, said.err
    assert said.json["rows"] == {"total": 5, "taken": 2, "left_out": 1, "refused": 0, "no_device": 2}
    assert said.json["heading_lines"] == [3]
    lacking = {(note["row"], note["what"], note["detail"]) for note in said.json["notes"]}
    assert {(7, "no address", "大屏"), (4, "a title or a note", "一、核心机房")} <= lacking
    devices = {d["name"]: d for d in command("inventory", "list", "--root", root, "--site", "annex", "--json").json}
    assert devices.keys() == {"核心交换机-主", "摄像机-192.0.2.121", "摄像机-192.0.2.122", "摄像机-192.0.2.123"}
    core = devices["核心交换机-主"]
    assert (core["address"], core["kind"], core["title"]) == ("192.0.2.101", "switch", "核心交换机（主）")
    assert core["labels"] == {"model": "S7703", "location": "二层机房"}
    assert devices["摄像机-192.0.2.122"]["labels"] == {"model": "DS-2", "location": "二层机房", "备注": "走廊"}
    assert core["checks"] == ["icmp 1m", "snmp 1m"]


def test_every_mistake_of_a_ledger_is_told_by_its_cell_and_nothing_is_written(
    command: Opsmon, root: Path, tmp_path: Path
) -> None:
    ledger = tmp_path / "bad.csv"
    ledger.write_text(
        "name,address,kind,site\nsw-1,192.0.2.300,swich,annex\nsw-2,192.0.2.2,switch,\nsw-4,192.0.2.4,switch,annex\n"
        "sw-4,192.0.2.4,switch,annex\ncore-1,192.0.2.9,switch,annex\n"
    )
    for words in ([], ["--yes"]):
        said = command("inventory", "import", ledger, "--root", root, *words)
        assert said.code == 2
        assert [line.removeprefix(f"{ledger}:").split(":", 2)[:2] for line in said.err.splitlines()] == [
            ["2", "2"], ["2", "3"], ["3", "4"], ["5", "1"], ["6", "1"],
        ]  # fmt: skip
        assert "did you mean `switch`?" in said.err
        assert "two devices are named `core-1`" in said.err
        assert files(root) == ["hall.yaml"]
    said = command("inventory", "import", ledger, "--root", root, "--yes", "--skip-refused")
    assert (said.code, files(root)) == (0, ["annex.yaml", "hall.yaml"])
    assert "5 rows = 1 taken (1 device) + 4 refused" in said.out


def test_a_mistake_that_only_the_root_knows_is_told_by_the_row_too(command: Opsmon, root: Path, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("name,address,kind,site,profile\nx-1,192.0.2.9,switch,annex,huawey\n")
    said = command("inventory", "import", tmp_path / "x.csv", "--root", root, "--yes")
    assert (said.code, files(root)) == (2, ["hall.yaml"])
    assert said.err.startswith(f"{tmp_path / 'x.csv'}:2:5: ")
    said = command("inventory", "import", tmp_path / "x.csv", "--root", root, "--contract", "nowhere")
    assert (said.code, said.err) == (2, "no contract `nowhere` (known: none)\n")


def test_an_import_overwrites_nothing(command: Opsmon, root: Path, tmp_path: Path) -> None:
    (tmp_path / "hall.csv").write_text("name,address,kind,site\nx-1,192.0.2.9,switch,hall\n")
    before = (root / "inventories" / "hall.yaml").read_text()
    said = command("inventory", "import", tmp_path / "hall.csv", "--root", root, "--yes")
    assert (said.code, "is there already" in said.err) == (2, True)
    assert (root / "inventories" / "hall.yaml").read_text() == before


def test_a_column_may_be_named_by_hand(command: Opsmon, root: Path, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("what,where,名称\nprinter,192.0.2.9,p-1\n", encoding="utf-8")
    words = ("--site", "annex", "--map", "what=类型", "--map", "B=address", "--yes")
    assert command("inventory", "import", tmp_path / "x.csv", "--root", root, *words).code == 0
    (printer,) = command("inventory", "list", "--root", root, "--kind", "printer", "--json").json
    assert (printer["name"], printer["address"], printer["labels"]) == ("p-1", "192.0.2.9", {})


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--map", "what=kynd"), "did you mean `kind`?"),
        (("--map", "wat=kind"), "did you mean `what`?"),
        (("--sheet", "x"), "is no workbook"),
        (("--snmp", "{version: 4}"), "the version is 1, 2c or 3"),
        (("--snmp", "env:"), "a secret is text or a reference"),
    ],
)
def test_a_wrong_option_says_what_is_right(
    command: Opsmon, root: Path, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    (tmp_path / "x.csv").write_text("what,address,name\nprinter,192.0.2.9,p-1\n", encoding="utf-8")
    said = command("inventory", "import", tmp_path / "x.csv", "--root", root, "--site", "annex", *words)
    assert (said.code, told in said.err) == (2, True), said.err


def test_the_community_of_a_new_site_is_a_reference(
    command: Opsmon, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x.csv").write_text("name,address,kind\nsw,192.0.2.9,switch\n", encoding="utf-8")
    (tmp_path / "community").write_text("planted-17\n")
    (tmp_path / "community").chmod(0o600)
    monkeypatch.chdir(tmp_path)
    words = ("--site", "annex", "--snmp", "1:file:community", "--yes")
    assert command("inventory", "import", tmp_path / "x.csv", "--root", root, *words).code == 0
    text = (root / "inventories" / "annex.yaml").read_text()
    assert "community: {file: ../../community}" in text
    (switch,) = command("inventory", "list", "--root", root, "--site", "annex", "--json").json
    assert "snmp 1m" in switch["checks"]
    assert command("check", "--root", root).err == ""


@pytest.mark.parametrize("headers", ["en", "zh"])
def test_a_workbook_comes_back_as_it_went(command: Opsmon, root: Path, tmp_path: Path, headers: str) -> None:
    table = tmp_path / "ledger.xlsx"
    assert command("inventory", "export", table, "--headers", headers, "--root", root).code == 0
    assert command("inventory", "diff", table, "--root", root, "--json").json == []
    before = command("inventory", "list", "--root", root, "--json").json
    (root / "inventories" / "hall.yaml").unlink()
    assert command("inventory", "import", table, "--root", root, "--yes", "--snmp", "planted").code == 0
    keys = ("name", "title", "site", "site_title", "kind", "address", "parents", "labels", "important", "formerly")
    after = command("inventory", "list", "--root", root, "--json").json
    assert [[d[key] for key in keys] for d in after] == [[d[key] for key in keys] for d in before]


def test_a_renamed_device_is_offered_by_its_address_or_serial(command: Opsmon, root: Path, tmp_path: Path) -> None:
    table = tmp_path / "ledger.xlsx"
    assert command("inventory", "export", table, "--root", root).code == 0
    book = load_workbook(table)
    sheet: Any = book.active
    assert sheet["A3"].value == "mcu-1"
    sheet["A3"].value = "mcu-main"
    book.save(table)
    changes = {
        change["device"]: change for change in command("inventory", "diff", table, "--root", root, "--json").json
    }
    assert changes["mcu-main"]["maybe_renamed_from"] == {"device": "mcu-1", "same": "address"}
    assert changes["mcu-1"]["change"] == "removed"
    assert "write `formerly: [mcu-1]` with mcu-main" in command("inventory", "diff", table, "--root", root).out


@pytest.mark.parametrize(
    "access", ["planted-key", "1:planted-key", "{version: 3, user: ops, auth: {protocol: sha, key: planted-key}}"]
)
def test_a_community_that_was_typed_is_shown_nowhere(command: Opsmon, root: Path, tmp_path: Path, access: str) -> None:
    (tmp_path / "台账.csv").write_text(LEDGER, encoding="utf-8")
    for words in (["--dry-run"], [], ["--yes"]):
        said = command("inventory", "import", tmp_path / "台账.csv", "--root", root, "--snmp", access, *words)
        assert "planted-key" not in said.out + said.err, words
