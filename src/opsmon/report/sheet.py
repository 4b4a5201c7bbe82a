"""A month's report as an Excel workbook that can be printed and handed over.

Promises: numbers are numbers, times are times, text is text: nothing that a device or a person called something is ever
a formula. `openpyxl` is imported where it is used, since no other command needs it.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

from opsmon.report.month import MonthReport
from opsmon.report.table import Cell, ReportTable, shown_columns, shown_rows, summary_of, tables_of
from opsmon.text.safe import is_seen

MAX_TEXT = 32_000  # Excel takes 32,767 characters in a cell
TIME_FORMAT, MONEY_FORMAT, COUNT_FORMAT = "yyyy-mm-dd hh:mm", "#,##0.00", "0"
FONT = {"zh": "Microsoft YaHei", "en": "Calibri"}
HEAD_FILL, RULE = "FFD9E2F3", "FFBFBFBF"
A4 = 9
LINE_HEIGHT, MAX_LINES = 13.5, 29  # points; Excel takes 409 for a row
SUMMARY_WIDTHS = (36, 60)


def write_sheet(report: MonthReport, language: str, file: Path) -> None:
    """Writes the workbook. Raises OSError where the file cannot be written."""
    from openpyxl import Workbook

    book = Workbook()
    book.properties.title = f"{report.book.contract.id} {report.month:%Y-%m}"
    book.properties.creator = "opsmon"
    _write_summary(book.active, report, language)
    for table in tables_of(report, language):
        _write_table(book.create_sheet(_sheet_name(table, language)), table, report, language)
    book.save(file)


def _sheet_name(table: ReportTable, language: str) -> str:
    """Excel takes 31 characters, and none of `[]:*?/\\`."""
    name = "".join(char for char in table.title.in_(language) if char not in "[]:*?/\\")
    return name.partition("（")[0].partition(" (")[0][:31].strip()


def _write_summary(sheet: Any, report: MonthReport, language: str) -> None:
    sheet.title = "概要" if language == "zh" else "Summary"
    _put(sheet.cell(1, 1), _heading(report, language), language, Look(size=16, bold=True))
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=2)
    sheet.row_dimensions[1].height = 30
    for row, (name, value) in enumerate(summary_of(report, language), 3):
        _put(sheet.cell(row, 1), name, language, NAME)
        _put(sheet.cell(row, 2), value, language, VALUE)
    for index, width in enumerate(SUMMARY_WIDTHS, 1):
        sheet.column_dimensions["AB"[index - 1]].width = width
    _set_up_print(sheet, report, language)


def _heading(report: MonthReport, language: str) -> str:
    if language == "zh":
        return f"{report.month.year}年{report.month.month}月服务月报"
    return f"Monthly service report {report.month:%Y-%m}"


def _write_table(sheet: Any, table: ReportTable, report: MonthReport, language: str) -> None:
    from openpyxl.utils import get_column_letter

    columns = shown_columns(table, sheet=True)
    _put(sheet.cell(1, 1), table.title.in_(language), language, Look(size=14, bold=True, wrap=False))
    sheet.row_dimensions[1].height = 24
    for place, (_, column) in enumerate(columns, 1):
        _put(sheet.cell(2, place), column.heading.in_(language), language, HEADING)
        sheet.column_dimensions[get_column_letter(place)].width = column.width
    for number, row in enumerate(shown_rows(table, columns), 3):
        for place, value in enumerate(row, 1):
            _put(sheet.cell(number, place), value, language, CELL)
        widths = (column.width for _, column in columns)
        lines = max(_lines_of(value, width) for value, width in zip(row, widths, strict=True))
        sheet.row_dimensions[number].height = lines * LINE_HEIGHT + 2
    last = get_column_letter(len(columns))
    if table.rows:
        sheet.auto_filter.ref = f"A2:{last}{len(table.rows) + 2}"
    else:
        _put(sheet.cell(3, 1), table.empty.in_(language), language, PLAIN)
    sheet.freeze_panes = "A3"
    sheet.print_title_rows = "1:2"
    _set_up_print(sheet, report, language)


@dataclass(frozen=True, slots=True)
class Look:
    """How a cell looks."""

    size: int = 10
    bold: bool = False
    framed: bool = False
    filled: bool = False
    wrap: bool = True
    align: str | None = None


PLAIN, CELL = Look(wrap=False), Look(framed=True)
HEADING, NAME = Look(bold=True, framed=True, filled=True), Look(bold=True, framed=True)
VALUE = Look(framed=True, align="left")


def _lines_of(value: Cell, width: int) -> int:
    """How many lines a text takes in a column; a Chinese character is as wide as two others."""
    if not isinstance(value, str):
        return 1
    wide = sum(2 if east_asian_width(char) in "WF" else 1 for char in value)
    return min(MAX_LINES, max(1, -(-wide // max(1, width - 1))))


def _put(cell: Any, value: Cell, language: str, look: Look) -> None:
    """Writes a value by its type; text stays text whatever it begins with."""
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    if isinstance(value, str):
        cell.value = _printable(value)
        cell.data_type = "s"
        cell.number_format = "@"
        cell.quotePrefix = True  # or editing the cell would make a formula of `=…`
    else:
        cell.value = value
        cell.number_format = _format_of(value)
    cell.font = Font(name=FONT.get(language, FONT["en"]), size=look.size, bold=look.bold)
    cell.alignment = Alignment(vertical="top", wrap_text=look.wrap, horizontal=look.align)
    if look.framed:
        side = Side(style="thin", color=RULE)
        cell.border = Border(left=side, right=side, top=side, bottom=side)
    if look.filled:
        cell.fill = PatternFill("solid", start_color=HEAD_FILL)


def _format_of(value: Cell) -> str:
    if isinstance(value, datetime):
        return TIME_FORMAT
    if isinstance(value, Decimal):
        return MONEY_FORMAT
    return COUNT_FORMAT if isinstance(value, int) else "General"


def _printable(text: str) -> str:
    """Without the control characters that XML cannot hold."""
    return "".join(char if is_seen(char) or char == "\n" else "�" for char in text)[:MAX_TEXT]


def _set_up_print(sheet: Any, report: MonthReport, language: str) -> None:
    """A4 across, as wide as the page, with the contract and the page number below."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.5
    sheet.oddFooter.left.text = f"{report.book.contract.id} {report.month:%Y-%m}"
    sheet.oddFooter.right.text = "第 &P 页 共 &N 页" if language == "zh" else "page &P of &N"
