"""Workbooks as offices and programs make them, and as nobody should: read as people see them, refused in words."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from openpyxl import Workbook

from opsmon.errors import ConfigError
from opsmon.ledger.table.workbook import read_workbook

SHEET = "xl/worksheets/sheet1.xml"
DOCTYPE = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>'


def written(book: Workbook) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def one_sheet(*lines: list[object]) -> tuple[Workbook, Any]:
    book = Workbook()
    sheet: Any = book.active
    for line in lines:
        sheet.append(line)
    return book, sheet


def tampered(part: str, change: Callable[[bytes], bytes]) -> bytes:
    """A good workbook with one part of its zip changed."""
    book, _ = one_sheet(["名称", "地址"], ["sw-1", "192.0.2.1"])
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(written(book))) as good, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as bad:
        for name in good.namelist():
            data = good.read(name)
            bad.writestr(name, change(data) if name == part else data)
    return content.getvalue()


def in_sheet(more: bytes) -> Callable[[bytes], bytes]:
    return lambda data: data.replace(b"</sheetData>", more + b"</sheetData>")


def test_values_are_read_as_people_see_them() -> None:
    midnight = datetime.combine(date(2024, 3, 1), datetime.min.time())
    book, _ = one_sheet([midnight, date(2024, 3, 2), midnight + timedelta(hours=8.5), 12.0, 10.1, True, " x "])
    (table,) = read_workbook("x", written(book))
    assert table.rows == ((1, ["2024-03-01", "2024-03-02", "2024-03-01 08:30", "12", "10.1", "true", "x"]),)


def test_merged_cells_say_the_same_in_every_place_and_empty_lines_are_none() -> None:
    book, sheet = one_sheet(["title", None, None], [], ["a", "b", 1], ["a", None, 2])
    sheet.merge_cells("A1:C1")
    sheet.merge_cells("B3:B5")
    (table,) = read_workbook("x", written(book))
    assert table.rows == ((1, ["title"] * 3), (3, ["a", "b", "1"]), (4, ["a", "b", "2"]))


def test_a_formula_without_its_value_an_error_and_a_number_too_long_are_told() -> None:
    book, _ = one_sheet(["a", "=1+1", "#REF!", 21023501012345678])
    (table,) = read_workbook("x", written(book))
    assert table.rows[0][1][:3] == ["a", "", ""]
    assert [(line, column) for line, column, _, _ in sorted(table.doubts, key=lambda doubt: doubt[1])] == [
        (1, 1), (1, 2), (1, 3),
    ]  # fmt: skip


def test_a_formula_is_read_by_the_value_that_was_saved() -> None:
    saved = b'<row r="3"><c r="A3" t="str"><f>"s"&amp;"w"</f><v>sw</v></c></row>'
    (table,) = read_workbook("x", tampered(SHEET, in_sheet(saved)))
    assert (table.rows[2], table.doubts) == ((3, ["sw"]), [])


def test_what_a_sheet_says_of_its_size_is_not_believed() -> None:
    (table,) = read_workbook("x", tampered(SHEET, lambda data: data.replace(b'ref="A1:B2"', b'ref="A1"')))
    assert table.rows[1] == (2, ["sw-1", "192.0.2.1"])


def test_hidden_and_empty_sheets_are_not_read() -> None:
    book, _ = one_sheet(["名称"])
    book.create_sheet("empty")
    hidden = book.create_sheet("old")
    hidden["A1"], hidden.sheet_state = "x", "hidden"
    assert [table.sheet for table in read_workbook("x", written(book))] == ["Sheet"]


@pytest.mark.parametrize(
    ("part", "change", "told"),
    [
        (SHEET, lambda data: DOCTYPE + data, "declares entities"),
        (SHEET, lambda data: data.decode().encode("utf-16"), "declares entities"),
        (SHEET, lambda data: data[:200], "no sound workbook"),
        ("[Content_Types].xml", lambda _: b"<a/>", "no sound workbook"),
        (SHEET, in_sheet(b'<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>'), "too many lines"),
        (
            SHEET,
            in_sheet(b"<!--" + b"".join(b'<mergeCell ref="A%d:XFD1048576"/>' % n for n in range(1, 20_002)) + b"-->"),
            "20001 merged cells",
        ),
    ],
    ids=["entities", "utf-16", "cut", "no types", "far away", "merged without end"],
)
def test_what_is_no_sound_workbook_is_refused_in_words(part: str, change: Callable[[bytes], bytes], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        read_workbook("x", tampered(part, change))


def test_a_workbook_that_would_unfold_without_end_is_refused_before_it_is_unfolded() -> None:
    content = bytearray(tampered(SHEET, lambda data: data))
    entry = content.rindex(b"PK\x01\x02", 0, content.rindex(SHEET.encode()))
    content[entry + 24 : entry + 28] = (300 * 1024 * 1024).to_bytes(4, "little")  # the size that the directory tells
    with pytest.raises(ConfigError, match="unfolds to 300 MB"):
        read_workbook("x", bytes(content))


@pytest.mark.parametrize("length", [4, 100, 1000, 3000])
def test_a_workbook_that_was_cut_is_refused_in_words(length: int) -> None:
    book, _ = one_sheet(["名称"])
    with pytest.raises(ConfigError, match="no sound workbook"):
        read_workbook("x", written(book)[:length])
