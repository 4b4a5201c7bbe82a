"""Laws of ledgers: what is exported comes back, and no row is lost, whatever stands in the cells."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from opsmon.config.inventory.address import never_a_device
from opsmon.config.inventory.inventory_spec import DeviceSpec, is_name
from opsmon.config.yaml.problem import Problems
from opsmon.errors import ConfigError
from opsmon.ledger.columns import halfwidth
from opsmon.ledger.export import export_csv
from opsmon.ledger.row import Fate
from opsmon.ledger.table.cell_list import joined_items, joined_labels, split_items, split_labels
from opsmon.ledger.table_import import TableImport, Wishes, import_table
from opsmon.ledger.workbook_export import export_workbook
from opsmon.model.device import Kind

RELAXED = settings(max_examples=25, deadline=None)
texts = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co", "Zl", "Zp")), max_size=12) | st.sampled_from(
    ["=1+1", "'=x", "@sum", "-5", "a;b", 'say "x"; y', "x、y", "_x0041_", "007", "1e5", "2026-11-28", "true", "   "]
)
titles = texts.map(str.strip)
names = st.from_regex(r"[a-z\u4e00-\u4e20][a-z0-9-]{0,8}", fullmatch=True).filter(is_name)
addresses = st.ip_addresses().map(str).filter(lambda address: not never_a_device(address))


@st.composite
def fleets(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Records of devices, each under devices before it."""
    fleet: list[dict[str, Any]] = []
    for name in draw(st.lists(names, min_size=1, max_size=5, unique=True)):
        known = [record["name"] for record in fleet]
        fleet.append(
            {
                "name": name, "address": draw(addresses), "kind": str(draw(st.sampled_from(Kind))),
                "site": draw(names), "title": draw(titles), "formerly": draw(st.lists(names, max_size=2)),
                "labels": draw(st.dictionaries(names, texts, max_size=3)),
                "important": draw(st.lists(texts.filter(bool), max_size=2)),
                "parents": draw(st.lists(st.sampled_from(known), unique=True, max_size=2)) if known else [],
            }
        )  # fmt: skip
    return fleet


def imported(folder: Path, name: str, content: bytes, problems: Problems) -> TableImport:
    file = folder / name
    file.write_bytes(content)
    return import_table(file, problems, Wishes(site="s"))


def as_csv(records: Any, chinese: bool) -> bytes:
    return export_csv(records, chinese=chinese).encode("utf-8-sig")


def as_workbook(records: Any, chinese: bool) -> bytes:
    return export_workbook(records, chinese=chinese)


@pytest.mark.parametrize(("write", "file"), [(as_csv, "l.csv"), (as_workbook, "l.xlsx")], ids=["csv", "xlsx"])
@RELAXED
@given(fleet=fleets(), chinese=st.booleans())
def test_a_ledger_comes_back_as_it_went(
    tmp_path_factory: Any, write: Callable[[Any, bool], bytes], file: str, fleet: Any, chinese: bool
) -> None:
    problems = Problems()
    found = imported(tmp_path_factory.mktemp("ledger"), file, write(fleet, chinese), problems)
    assert problems.errors == []
    back = {str(entry["name"]): (site.name, entry) for site in found.sites for entry in site.devices}
    assert back.keys() == {record["name"] for record in fleet}
    for record in fleet:
        site, entry = back[record["name"]]
        assert site == record["site"]
        assert (entry["address"], entry["kind"], entry.get("title", "")) == (
            record["address"], record["kind"], record["title"],
        )  # fmt: skip
        for key in ("labels", "parents", "important", "formerly"):
            assert (entry.get(key) or type(record[key])()) == record[key]


@RELAXED
@given(st.lists(texts.filter(bool), max_size=4), st.dictionaries(names, texts, max_size=4))
def test_several_values_in_a_cell_come_back(items: list[str], labels: dict[str, str]) -> None:
    assert split_items(joined_items(items)) == items
    assert split_labels(joined_labels(labels)) == labels


values = (
    st.none() | texts | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.booleans() | st.dates()
    | st.sampled_from(
        ["192.0.2.7", "192.0.2.1-9", "192.000.002.008", "１９２．０．２．９", "10.0.0.0/24", "无", "合计", "交换机",
         "sw-1", "=1/0", "#REF!", "switch", "2001:db8::7", "192.0.2.1、192.0.2.2", 10.1, 192168110]
    )
)  # fmt: skip


@RELAXED
@given(st.lists(st.lists(values, max_size=6), max_size=8))
@example([["sw", "192.0.2.1", "switch"], ["sw", "192.0.2.1", "switch"], ["sw", "192.0.2.2", "switch"]])
@example([["", "", "", "", "", 1]])
def test_no_row_is_lost_and_what_is_taken_is_valid(tmp_path_factory: Any, lines: list[list[Any]]) -> None:
    book, content = Workbook(), io.BytesIO()
    sheet: Any = book.active
    for number, line in enumerate([["名称", "地址", "类型", "上级", "备注", "标签"], *lines], 1):
        for place, value in enumerate(line, 1):
            sheet.cell(number, place).value = value
    book.save(content)
    problems = Problems()
    try:
        found = imported(tmp_path_factory.mktemp("ledger"), "l.xlsx", content.getvalue(), problems)
    except ConfigError as error:
        assert all(problem.message for problem in error.problems)  # noqa: PT017 - either of two answers is right
        return
    filled = [n for n, line in enumerate(lines, 2) if any(halfwidth(str(v)).strip() for v in line if v is not None)]
    doubted = {note.line for note in found.notes}
    assert all(n in found.fates or n in doubted for n in filled)
    assert found.fates.keys() <= set(filled)
    entries = [entry for site in found.sites for entry in site.devices]
    assert len({str(entry["name"]) for entry in entries}) == len(entries)
    for entry in entries:
        DeviceSpec.model_validate(entry)
    told = {problem.line for problem in problems.errors} | doubted
    assert {line for line, fate in found.fates.items() if fate is not Fate.TAKEN} <= told
    assert bool(entries) == bool(found.rows(Fate.TAKEN))
