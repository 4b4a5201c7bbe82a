"""Excel workbooks (.xlsx, .xlsm) read as tables: values only, merged cells filled, nothing run, everything bounded.

A workbook is a zip of XML. What it would unfold to is known before anything is unfolded, and a declaration of entities,
by which a small XML grows without end, is refused. `openpyxl` is imported where it is used.
"""

import io
import itertools
import re
import struct
import zipfile
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import Any
from xml.etree import ElementTree

from opsmon.errors import ConfigError, Problem
from opsmon.ledger.table.raw_table import EXACT_DIGITS, MAX_COLUMNS, MAX_ROWS, RawTable, column_letter, text_of
from opsmon.text.bilingual import Text
from opsmon.text.near_miss import shown

MAX_UNFOLDED = 256 * 1024 * 1024  # bytes of XML
MAX_ENTRIES = 5_000
MAX_FILLED = 1_000_000  # cells that stand under merged ones
MAX_LINES = 1_048_576  # of a sheet
MAX_MERGES = 20_000
_CHUNK = 1024 * 1024
_OVERLAP = 200
_MERGED = re.compile(rb'mergeCell\s[^>]*?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_DECLARES = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")  # how a workbook writes what XML cannot hold (ECMA-376, ST_Xstring)
_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"})
_NOT_SOUND = (
    zipfile.BadZipFile, zlib.error, struct.error, ElementTree.ParseError, LookupError, ValueError, TypeError,
    AttributeError, EOFError, NotImplementedError, RuntimeError, OverflowError, OSError, zipfile.LargeZipFile,
)  # fmt: skip
OLE_MARK, ZIP_MARK = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"
NOT_READ = Text("nothing is read from it", "未读取")
UNRECKONED = Text("a formula without its value: save it in Excel", "公式没有保存结果：请在 Excel 中打开并保存")
Merge = tuple[int, int, int, int]  # first line, first column, last line, last column, from 1


def read_workbook(path: str, content: bytes) -> tuple[RawTable, ...]:
    """Every visible sheet that holds something, in order. Raises ConfigError in words when it is no sound workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_bounds(path, archive)
            return tuple(_sheets(path, content, archive))
    except ConfigError:
        raise
    except _NOT_SOUND as error:
        told = f"is no sound workbook: {type(error).__name__}"
        raise _refused(path, told, "open it in Excel or WPS and save it as .xlsx, or as CSV") from None


def _refused(path: str, message: str, hint: str) -> ConfigError:
    return ConfigError((Problem(path, 0, 0, message, hint),))


def _check_bounds(path: str, archive: zipfile.ZipFile) -> None:
    """What a zip says of its entries holds: none gives more than it says."""
    entries = archive.infolist()
    xml = [entry for entry in entries if entry.filename.lower().endswith((".xml", ".rels"))]
    unfolded = sum(entry.file_size for entry in xml)
    if len(entries) > MAX_ENTRIES or unfolded > MAX_UNFOLDED:
        told = f"unfolds to {unfolded // 1024**2} MB in {len(entries)} parts, more than a list of devices needs"
        raise _refused(path, told, "save the sheet with the devices alone, or as CSV")
    for entry in xml:
        with archive.open(entry) as stream:
            if any(_DECLARES.search(piece) or b"\0" in piece for piece in _pieces(stream)):
                raise _refused(path, f"declares entities in {entry.filename}", "save it anew in Excel or WPS")


def _pieces(stream: Any) -> Iterator[bytes]:
    """A stream in pieces that overlap, so that nothing short is cut in two."""
    before = b""
    while piece := stream.read(_CHUNK):
        yield before + piece
        before = piece[-_OVERLAP:]


def _sheets(path: str, content: bytes, archive: zipfile.ZipFile) -> Iterator[RawTable]:
    from openpyxl import load_workbook

    parts = _parts_of(archive)
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            continue
        merges, formulas = _scan(archive, parts.get(sheet.title))
        with_formulas = None
        if formulas:
            again = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
            with_formulas = again[sheet.title]
        table = _read(path, sheet, with_formulas)
        if table.rows:
            _fill_merged(path, table, merges)
            yield table


def _parts_of(archive: zipfile.ZipFile) -> dict[str, str]:
    """The part of the zip that each sheet is in, by the sheet's name."""
    names = {name.lstrip("/"): name for name in archive.namelist()}
    if "xl/workbook.xml" not in names or "xl/_rels/workbook.xml.rels" not in names:
        return {}
    links = ElementTree.fromstring(archive.read(names["xl/_rels/workbook.xml.rels"]))  # noqa: S314 - no entities
    target_of = {link.get("Id"): link.get("Target", "") for link in links}
    parts: dict[str, str] = {}
    for sheet in ElementTree.fromstring(archive.read(names["xl/workbook.xml"])).iter():  # noqa: S314
        if sheet.tag.endswith("}sheet"):
            target = next((target_of.get(value) for key, value in sheet.items() if key.endswith("}id")), None) or ""
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if part in names:
                parts[sheet.get("name", "")] = names[part]
    return parts


def _scan(archive: zipfile.ZipFile, part: str | None) -> tuple[set[Merge], bool]:
    """The merged cells of a sheet, and whether it has formulas: openpyxl's frugal reader tells neither."""
    merges: set[Merge] = set()
    formulas = False
    if part is None:
        return merges, formulas
    with archive.open(part) as stream:
        for piece in _pieces(stream):
            formulas = formulas or _FORMULA.search(piece) is not None
            for left, top, right, bottom in _MERGED.findall(piece):
                merges.add((int(top), _index(left), int(bottom), _index(right)))
    return merges, formulas


def _index(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _read(path: str, sheet: Any, with_formulas: Any) -> RawTable:
    rows: list[tuple[int, list[str]]] = []
    table = RawTable(path, (), sheet.title)
    formulas = _values(with_formulas) if with_formulas else itertools.repeat(())
    for number, (cells, written) in enumerate(zip(_values(sheet), formulas, strict=False), 1):
        if len(rows) > MAX_ROWS or number > MAX_LINES:
            raise _refused(path, f"the sheet {shown(sheet.title)} has too many lines", f"up to {MAX_ROWS} devices")
        if cells.count(None) == len(cells) and written.count(None) == len(written):
            continue  # there may be a million empty ones
        texts = [_cell(table, number, index, cell) for index, cell in enumerate(cells[: _width(cells)])]
        _note_unreckoned(table, number, cells, written)
        if any(texts):
            rows.append((number, texts))
    return RawTable(path, tuple(rows), sheet.title, table.doubts)


def _values(sheet: Any) -> Iterator[tuple[Any, ...]]:
    """The values of every line; what a sheet says of its own size is often wrong, and is not asked."""
    sheet.reset_dimensions()
    rows: Iterator[tuple[Any, ...]] = sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True)
    return rows


def _width(cells: Sequence[object]) -> int:
    return max((index for index, cell in enumerate(cells, 1) if cell is not None), default=0)


def _cell(table: RawTable, line: int, index: int, value: object) -> str:
    if isinstance(value, str):
        text = _ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), value).strip()
        if text in _ERRORS:
            table.doubts.append((line, index, Text(f"the formula gives {text}", f"公式结果为 {text}"), NOT_READ))
            return ""
        return text
    if isinstance(value, int | float) and abs(value) >= EXACT_DIGITS:
        told = Text("a number of more than 15 digits", "数字超过 15 位")
        table.doubts.append((line, index, told, Text("the last ones may be lost", "末尾几位可能已丢失")))
    return text_of(value)


def _note_unreckoned(table: RawTable, line: int, values: tuple[Any, ...], written: tuple[Any, ...]) -> None:
    """Formulas whose value was never saved, by a program that writes workbooks and does not reckon."""
    for index, (value, formula) in enumerate(zip(values, written, strict=False)):
        if value is None and formula is not None:
            table.doubts.append((line, index, UNRECKONED, NOT_READ))


def _fill_merged(path: str, table: RawTable, merges: set[Merge]) -> None:
    """The text of a merged cell in each place that it covers, as people read it."""
    lines, left = dict(table.rows), MAX_FILLED
    numbers = sorted(lines)
    if len(merges) > MAX_MERGES:
        raise _refused(path, f"the sheet {shown(table.sheet)} has {len(merges)} merged cells", "take the merging away")
    for top, first, bottom, last in sorted(merges):
        source = lines.get(top, [])
        text = source[first - 1] if first <= len(source) else ""
        for line in numbers[bisect_left(numbers, top) : bisect_right(numbers, bottom)] if text else ():
            left -= _fill(lines[line], first - 1, min(last, MAX_COLUMNS), text)
        if left < 0:
            told = f"the sheet {shown(table.sheet)} merges too many cells, at {column_letter(first - 1)}{top}"
            raise _refused(path, told, "take the merging away")


def _fill(cells: list[str], first: int, last: int, text: str) -> int:
    """Returns how many places were looked at."""
    cells += [""] * (last - len(cells))
    for index in range(first, last):
        cells[index] = cells[index] or text
    return max(1, last - first)
