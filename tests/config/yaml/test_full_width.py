"""Full-width characters in YAML are named with their place and what to write; Chinese titles are left in peace."""

from contextlib import suppress
from pathlib import Path

import pytest

from opsmon.config.inventory.inventory_spec import SiteFileSpec
from opsmon.config.root import load_root
from opsmon.config.yaml.document import check_spec, read_document
from opsmon.config.yaml.node import YamlProblem, parse_yaml
from opsmon.config.yaml.problem import Problems
from opsmon.errors import ConfigError

SITE = "site: hall\ntitle: 主会场\ndevices:\n"


def said_of(text: str) -> list[tuple[int, int, str, str]]:
    """Line, column, message and hint of everything that reading the text alone finds."""
    try:
        found = parse_yaml(text).mistakes
    except YamlProblem as error:
        found = (error, *error.more)
    return [(one.place.line, one.place.column, one.message, one.hint) for one in found]


BROKEN = {
    "a colon after a key": ("site：hall\ntitle: x\n", (1, 5, "full-width colon `：`", "write `: `")),
    "a colon amid a device": (
        f"{SITE}  - name: core\n    kind：switch\n    address: 192.0.2.1\n",
        (5, 9, "full-width colon `：`", "write `: `"),
    ),
    "a bullet": (f"{SITE}  － name: core\n    kind: switch\n", (4, 3, "full-width hyphen `－`", "write `-`")),
    "a comment": ("site: a\n＃ 注释\ntitle: c\n", (2, 1, "full-width number sign `＃`", "write `#`")),
    "a brace": ("labels: ｛role: core｝\n", (1, 9, "full-width brace `｛`", "write `{`")),
    "a quote": ("title: “a: b”\n", (1, 8, "Chinese quote `“`", 'write `"`')),
    "a space in the indentation": (
        "site: a\nsnmp:\n　port: 1\n community: x\n",
        (3, 1, "full-width space `U+3000`", "write ` `"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "first"), BROKEN.values(), ids=BROKEN)
def test_what_breaks_the_yaml_is_named(text: str, first: tuple[int, int, str, str]) -> None:
    assert said_of(text)[0] == first


def test_every_slip_of_a_broken_file_is_named_at_once() -> None:
    text = "site：hall\ntitle：主会场\ndevices:\n  - name: core\n    address：192.0.2.1\n"
    assert [(line, column) for line, column, _, _ in said_of(text)] == [(1, 5), (2, 6), (5, 12)]


def test_where_the_parser_stops_at_a_comma_the_comma_is_suspected() -> None:
    ((line, _, message, hint),) = said_of("snmp: {port: 161，community: x}\n")
    assert (line, message) == (1, "a comma or the closing `}` is missing before this")
    assert hint == "perhaps the full-width comma `，` in line 1, column 17: write `, `"


SILENT = {
    "two items": ("parents: [core-1，core-2]\n", (1, 17, "full-width comma `，`", "write `, `")),
    "two items, enumerated": ("checks: [icmp、snmp]\n", (1, 14, "full-width enumeration comma `、`", "write `, `")),
    "another pair": ("labels: {role: core，venue：hall}\n", (1, 20, "full-width comma `，`", "write `, `")),
    "a space unseen": ("labels:\n  role: core　\n", (2, 13, "full-width space `U+3000`", "write ` `")),
    "the next line": ("title: 主会场\n  title：hall\n", (2, 8, "full-width colon `：`", "write `: `")),
}


@pytest.mark.parametrize(("text", "told"), SILENT.values(), ids=SILENT)
def test_what_silently_makes_one_text_is_named(text: str, told: tuple[int, int, str, str]) -> None:
    assert said_of(text) == [told]


def test_chinese_titles_and_sentences_are_left_in_peace() -> None:
    text = (
        "title: 主会场（南）：一楼，二号【备用】“大厅”、走廊；请注意！\n"
        "note: >\n  说明：设备在二楼，\n  地址：二龙路　三十五号\n"
        "list: [主会场，北院, “南院”]\n"
        "pair: {zh: 端口断开：请检查，再报告, en: down}\n"
        "more: 第一行\n  备注：第二行\n"
        "quoted: ['a，b', \"c：d\"]\n"
    )
    assert said_of(text) == []


def checked(tmp_path: Path, text: str) -> list[str]:
    """What is said of an inventory file when its shape is checked too."""
    file, problems = tmp_path / "hall.yaml", Problems()
    file.write_text(text, encoding="utf-8")
    document = read_document(file, tmp_path, problems)
    if document is not None:
        check_spec(document, SiteFileSpec, problems)
    return [str(one) for one in problems.errors]


WRONG_VALUES = {
    "a pair as one key": ("site: a\nlabels: {venue：hall}\n", "full-width colon `：` in column 15: write `: `"),
    "a key indented": ("site: a\n　title: b\n", "full-width space `U+3000` in column 1: write ` `"),
    "a name": ("site: hall－1\n", "full-width hyphen"),
    "a name of digits": ("site: hall１\n", "full-width digit"),
    "a list as text": ("site: a\ndevices: 【】\n", "full-width bracket `【` in column 10: write `[`"),
}


@pytest.mark.parametrize(("text", "hint"), WRONG_VALUES.values(), ids=WRONG_VALUES)
def test_a_wrong_value_says_which_character_made_it_wrong(tmp_path: Path, text: str, hint: str) -> None:
    assert any(hint in told for told in checked(tmp_path, text)), checked(tmp_path, text)


def test_a_wrong_sentence_is_not_blamed_on_its_brackets(tmp_path: Path) -> None:
    """A Chinese text at a wrong place is wrong for another reason."""
    assert not any("full-width" in told for told in checked(tmp_path, "site: 主会场（南）\n"))


def test_every_kind_of_file_names_them(tmp_path: Path) -> None:
    """One door reads them all: settings, inventory, conditions, contracts, calendars, profiles."""
    files = (
        "opsmon.yaml", "inventories/a.yaml", "rules/conditions.yaml", "rules/contracts/c.yaml",
        "rules/calendars/d.yaml", "probes/e.yaml",
    )  # fmt: skip
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("name：x\ntitle: y\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_root(tmp_path)
    told = {one.path for one in caught.value.problems if one.message == "full-width colon `：`"}
    assert {(one.line, one.column) for one in caught.value.problems if one.path in told} == {(1, 5)}
    assert told == set(files)


def test_kinds_are_understood_in_chinese(tmp_path: Path) -> None:
    (tmp_path / "inventories").mkdir()
    (tmp_path / "inventories" / "a.yaml").write_text(
        f"{SITE}  - {{name: a, kind: 交换机, address: 192.0.2.1}}\n"
        "  - {name: b, kind: 不间断电源, address: 192.0.2.2}\n  - {name: c, kind: 硬盘录像机, address: 192.0.2.3}\n",
        encoding="utf-8",
    )
    assert [device.kind.value for device in load_root(tmp_path).inventory.devices.values()] == ["switch", "ups", "nvr"]


@pytest.mark.parametrize("text", ["!\r\ufffd", "a: b\rc: d\r", "a: x\u2028 y\n", "a: x\x85b: y\n"])
def test_every_break_of_a_line_that_yaml_knows_is_one(text: str) -> None:
    with suppress(YamlProblem):
        parse_yaml(text)
