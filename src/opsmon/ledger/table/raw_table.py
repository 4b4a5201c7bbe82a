"""A table as a file gives it: lines of texts, before anybody knows what the columns mean."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from opsmon.text.bilingual import Text

MAX_ROWS = 110_000  # a root holds 100,000 devices
MAX_COLUMNS = 256
EXACT_DIGITS = 10**15  # a spreadsheet keeps fifteen digits of a number


class NumberText(str):
    """A number of a sheet, as text: what was meant as text may have been changed by the spreadsheet."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class RawTable:
    """Lines that are not empty, each with its number in the file (from 1).

    `doubts` are cells by line and column (from 0), what is wrong with their values, and what becomes of these.
    """

    path: str
    rows: tuple[tuple[int, list[str]], ...]
    sheet: str = ""
    doubts: list[tuple[int, int, Text, Text]] = field(default_factory=list)


def column_letter(index: int) -> str:
    """A column, counted from 0, as spreadsheets name it: `A`, `Z`, `AA`."""
    letters = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def text_of(value: object) -> str:
    """What a person sees in a cell: whole numbers without a point, days without midnight."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return _number_text(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.time() == time() else f"{value:%Y-%m-%d %H:%M:%S}".removesuffix(":00")
    if isinstance(value, date | time | timedelta):
        return str(value)
    return str(value)


def _number_text(value: int | float | Decimal) -> NumberText:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        return NumberText(int(value))
    return NumberText(repr(value) if isinstance(value, float) else value)
