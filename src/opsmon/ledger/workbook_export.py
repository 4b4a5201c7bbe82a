"""The devices as an Excel workbook to look at, sort, print and hand over, in the columns that an import takes back.

Promises: every cell is text (no address becomes a number, no serial loses a digit, nothing is ever a formula), each
label that is used has a column of its own, access data is left out. `openpyxl` is imported where it is used.
"""

import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from unicodedata import east_asian_width

from opsmon.ledger.columns import COLUMNS, heading_of, looks_like_a_formula
from opsmon.ledger.export import field_cell
from opsmon.ledger.record import Record
from opsmon.ledger.table.cell_list import joined_labels

MAX_LABEL_COLUMNS = 100  # the labels that most devices have; the others stand together in one column
MAX_TEXT = 32_000  # Excel takes 32,767 characters in a cell
MIN_WIDTH, MAX_WIDTH = 8, 48
HEADING_HEIGHT = 22
FONT = {True: "Microsoft YaHei", False: "Calibri"}
HEAD_FILL, RULE = "FFD9E2F3", "FFBFBFBF"
A4 = 9
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]")  # a carriage return is lost as well
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def export_workbook(records: Iterable[Record], *, chinese: bool) -> bytes:
    """A workbook with one line a device."""
    from openpyxl import Workbook

    lines, spread = _lines(list(records), chinese=chinese)
    book = Workbook()
    book.properties.creator = "opsmon"
    sheet: Any = book.active
    sheet.title = "设备清单" if chinese else "devices"
    _add_styles(book, FONT[chinese])
    _write_line(sheet, 1, [heading_of(name, chinese=chinese) for name in spread], "heading")
    for number, line in enumerate(lines, 2):
        _write_line(sheet, number, [line.get(name, "") for name in spread], "text")
    _set_widths(sheet, spread, lines, chinese=chinese)
    _set_up(sheet, len(spread), len(lines), chinese=chinese)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _lines(records: Sequence[Record], *, chinese: bool) -> tuple[list[dict[str, str]], list[str]]:
    """Cells by field or label, and the columns in order: fields that are used, labels after them."""
    counts: Counter[str] = Counter()
    for record in records:
        counts.update(key for key, value in _labels(record).items() if _stands_alone(value))
    own = {key for key, _ in counts.most_common(MAX_LABEL_COLUMNS)}
    lines = [_line(record, own, chinese=chinese) for record in records]
    used = {name for line in lines for name, text in line.items() if text}
    always = {"name", "title", "site", "kind", "address"}
    fields = [name for name in COLUMNS if name in used or name in always]
    return lines, [*fields, *(f"label:{key}" for key in sorted(own))]


def _line(record: Record, own: set[str], *, chinese: bool) -> dict[str, str]:
    labels = _labels(record)
    alone = {key: value for key, value in labels.items() if key in own and _stands_alone(value)}
    rest = {key: value for key, value in labels.items() if key not in alone}
    fields = {name: field_cell(record, name, chinese=chinese) for name in COLUMNS if name != "labels"}
    return {**fields, "labels": joined_labels(rest), **{f"label:{key}": value for key, value in alone.items()}}


def _labels(record: Record) -> Mapping[str, str]:
    labels = record.get("labels")
    return labels if isinstance(labels, Mapping) else {}


def _stands_alone(value: str) -> bool:
    """Whether a cell gives a value back as it was: an empty one is no value, and blanks at its ends are no text."""
    return bool(value) and value == value.strip()


def _add_styles(book: Any, font: str) -> None:
    from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side

    side = Side(style="thin", color=RULE)
    border = Border(left=side, right=side, top=side, bottom=side)
    text = NamedStyle("text", number_format="@", font=Font(name=font, size=10), border=border)
    text.alignment = Alignment(vertical="center")
    heading = NamedStyle("heading", number_format="@", font=Font(name=font, size=10, bold=True), border=border)
    heading.fill = PatternFill("solid", start_color=HEAD_FILL)
    heading.alignment = Alignment(horizontal="center", vertical="center")
    book.add_named_style(text)
    book.add_named_style(heading)


def _write_line(sheet: Any, number: int, texts: Sequence[str], style: str) -> None:
    for place, text in enumerate(texts, 1):
        cell = sheet.cell(number, place)
        cell.style = style
        if text:
            cell.value = _printable(text)
            cell.data_type = "s"
            cell.quotePrefix = looks_like_a_formula(text)


def _printable(text: str) -> str:
    """With the characters that XML cannot hold as workbooks write them, and what looks like one told from it."""
    plain = _LOOKS_ESCAPED.sub("_x005F_", text)
    return _NOT_IN_XML.sub(lambda found: f"_x{ord(found.group()):04X}_", plain)[:MAX_TEXT]


def _set_widths(sheet: Any, columns: Sequence[str], lines: Sequence[Mapping[str, str]], *, chinese: bool) -> None:
    from openpyxl.utils import get_column_letter

    for place, name in enumerate(columns, 1):
        heading = _width(heading_of(name, chinese=chinese)) + 4  # room for the filter's arrow
        widest = max((_width(line.get(name, "")) for line in lines), default=0) + 2
        sheet.column_dimensions[get_column_letter(place)].width = min(MAX_WIDTH, max(MIN_WIDTH, heading, widest))


def _width(text: str) -> int:
    """In digits; a Chinese character is as wide as two."""
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def _set_up(sheet: Any, columns: int, rows: int, *, chinese: bool) -> None:
    from openpyxl.utils import get_column_letter

    sheet.auto_filter.ref = f"A1:{get_column_letter(columns)}{rows + 1}"
    sheet.freeze_panes = "B2"
    sheet.row_dimensions[1].height = HEADING_HEIGHT
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.right.text = "第 &P 页 共 &N 页" if chinese else "page &P of &N"
