"""`opsmon inventory`: listing, showing, ledgers in and out, differences. No secret ever comes out."""

import csv
import io
from pathlib import Path

import pytest

from tests.support.cli.said import Opsmon

SECRET = "planted-secret-17"


def names(said_json: list[dict[str, str]]) -> list[str]:
    return [device["name"] for device in said_json]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), ["core-1", "mcu-1", "cam-21", "cam-22", "cam-23"]),
        (("--kind", "camera"), ["cam-21", "cam-22", "cam-23"]),
        (("--kind", "摄像头"), ["cam-21", "cam-22", "cam-23"]),
        (("--site", "hall", "--kind", "mcu"), ["mcu-1"]),
        (("--label", "venue=main-hall", "--kind", "switch"), ["core-1"]),
    ],
)
def test_a_list_and_its_filters(command: Opsmon, root: Path, words: tuple[str, ...], expected: list[str]) -> None:
    assert names(command("inventory", "list", "--root", root, *words, "--json").json) == expected


def test_a_filter_that_names_nothing_is_a_mistake(command: Opsmon, root: Path) -> None:
    said = command("inventory", "list", "--root", root, "--site", "hal")
    assert (said.code, said.err) == (2, "no site `hal` (did you mean `hall`?)\n")


def test_a_table_is_aligned_whatever_the_width_of_its_characters(
    command: Opsmon, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = command("inventory", "list", "--root", root).out.splitlines()
    assert lines[0].split() == ["设备", "名称", "类型", "地址", "站点"]
    assert lines[-1] == "共 5 台设备"

    def width_before(line: str, word: str) -> int:
        return sum(2 if ord(char) > 0x2E80 else 1 for char in line[: line.index(word)])

    assert {width_before(line, "192.0.2") for line in lines[1:-1]} == {width_before(lines[0], "地址")}
    assert max(map(len, lines)) <= 80


def test_a_device_is_shown_with_all_that_it_inherits_and_no_secret(command: Opsmon, root: Path) -> None:
    said = command("inventory", "show", "mcu-1", "--root", root, "--json")
    assert said.json["labels"] == {"venue": "main-hall"}
    assert said.json["snmp"] == {"version": "2c", "port": 161, "community": "***"}
    assert [check["name"] for check in said.json["checks"]] == ["icmp", "tcp"]
    text = command("inventory", "show", "mcu-1", "--root", root).out
    assert "5060" in text
    assert SECRET not in said.out + text


def test_a_mistyped_device_is_met_with_the_nearest_name(command: Opsmon, root: Path) -> None:
    said = command("inventory", "show", "mcu-l", "--root", root)
    assert (said.code, said.err) == (2, "no device `mcu-l` (did you mean `mcu-1`?)\n")


@pytest.mark.parametrize("headers", ["en", "zh"])
def test_an_export_comes_back_as_it_went(command: Opsmon, root: Path, tmp_path: Path, headers: str) -> None:
    table = tmp_path / "ledger.csv"
    assert command("inventory", "export", table, "--headers", headers, "--root", root).code == 0
    content = table.read_text(encoding="utf-8-sig")
    assert SECRET not in content
    assert content.startswith("名称," if headers == "zh" else "name,")
    assert command("inventory", "diff", table, "--root", root, "--json").json == []
    for file in (root / "inventories").iterdir():
        file.unlink()
    said = command("inventory", "import", table, "--root", root, "--yes", "--json")
    assert said.json["sites"] == [{"site": "hall", "devices": 5}]
    assert command("inventory", "diff", table, "--root", root, "--json").json == []


def test_an_export_as_yaml_loads_again(command: Opsmon, root: Path, tmp_path: Path) -> None:
    before = command("inventory", "list", "--root", root, "--json").json
    assert command("inventory", "export", tmp_path / "out", "--root", root).code == 0
    (tmp_path / "out" / "hall.yaml").replace(root / "inventories" / "hall.yaml")
    after = command("inventory", "list", "--root", root, "--json").json
    keys = ("name", "title", "address", "kind", "parents", "labels", "important", "formerly")
    assert [[d[key] for key in keys] for d in after] == [[d[key] for key in keys] for d in before]


def test_an_export_goes_to_stdout(command: Opsmon, root: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(command("inventory", "export", "-", "--root", root).out)))
    assert [row["name"] for row in rows] == ["core-1", "mcu-1", "cam-21", "cam-22", "cam-23"]


@pytest.mark.parametrize("content", [b"PK\x03\x04zip", b"", b"\x00\x01\x02", b'"unclosed', b"a,b\n1,2\n"])
def test_what_is_no_ledger_is_refused_in_words(command: Opsmon, root: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.csv").write_bytes(content)
    said = command("inventory", "import", tmp_path / "x.csv", "--root", root)
    assert said.code == 2
    assert "Traceback" not in said.err
    assert str(tmp_path / "x.csv") in said.err


def test_two_roots_are_compared_by_device_and_field(command: Opsmon, root: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    for part in ("probes", "rules", "inventories"):
        (root / part).rename(other / part)
    text = (other / "inventories" / "hall.yaml").read_text(encoding="utf-8")
    (root / "inventories").mkdir()
    (root / "inventories" / "hall.yaml").write_text(text, encoding="utf-8")
    changed = text.replace("192.0.2.11", "192.0.2.12").replace("count: 3", "count: 2").replace(SECRET, "rotated-99")
    (other / "inventories" / "hall.yaml").write_text(changed, encoding="utf-8")
    said = command("inventory", "diff", other, "--root", root, "--json")
    changes = {change["device"]: change for change in said.json}
    assert changes["cam-23"]["change"] == "removed"
    assert changes["mcu-1"]["fields"] == {
        "address": {"here": "192.0.2.11", "there": "192.0.2.12"},
        "snmp.community": {"here": "a secret", "there": "another secret"},
    }
    text = command("inventory", "diff", other, "--root", root).out
    assert "- cam-23" in text
    assert not any(secret in said.out + text for secret in (SECRET, "rotated-99"))


def test_the_schema_knows_the_keys_templates_ranges_and_checks(command: Opsmon) -> None:
    schema = command("inventory", "schema").json
    assert schema["anyOf"] == [{"required": ["site"]}, {"required": ["templates"]}]
    definitions = schema["$defs"]
    assert definitions["DeviceSpec"]["required"] == ["name", "address"]
    assert set(definitions["RangeSpec"]["required"]) == {"name", "address", "count"}
    templates = schema["properties"]["templates"]["patternProperties"]
    assert list(templates.values()) == [{"$ref": "#/$defs/FieldsSpec"}]
    assert definitions["DeviceSpec"]["properties"]["checks"]["items"] == {"$ref": "#/$defs/check"}
    names, with_settings = definitions["check"]["anyOf"]
    assert {"icmp", "snmp"} <= set(names["enum"])
    assert "tcp" not in names["enum"]  # it needs a port
    assert "port" in with_settings["properties"]["tcp"]["properties"]


def test_a_label_that_no_device_has_is_a_slip_and_no_empty_list(command: Opsmon, root: Path) -> None:
    for words, told in (("vanue=main-hall", "no label `vanue` (did you mean `venue`?)"), ("venue=other", "`other`")):
        said = command("inventory", "list", "--root", root, "--label", words)
        assert (said.code, said.out, told in said.err) == (2, "", True), said.err


def test_a_row_in_a_pipe_is_one_line_however_long(command: Opsmon, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    site = (root / "inventories" / "hall.yaml").read_text(encoding="utf-8")
    (root / "inventories" / "hall.yaml").write_text(site.replace("核心交换机", "长" * 150), encoding="utf-8")
    lines = command("inventory", "list", "--root", root).out.splitlines()
    assert len(lines) == 1 + 5 + 1
    assert "长" * 150 in lines[1]


def test_text_of_others_reaches_the_terminal_as_text(command: Opsmon, root: Path) -> None:
    site = (root / "inventories" / "hall.yaml").read_text(encoding="utf-8")
    planted = site.replace("title: 核心交换机", 'title: "\\e[31m[red]x[/red]"')
    (root / "inventories" / "hall.yaml").write_text(planted, encoding="utf-8")
    line = command("inventory", "list", "--root", root, "--kind", "switch").out.splitlines()[1]
    assert "\x1b" not in line
    assert "�[31m[red]x[/red]" in line
