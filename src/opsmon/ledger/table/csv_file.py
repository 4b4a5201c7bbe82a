"""CSV as spreadsheets of all kinds write it: UTF-8, UTF-16, GB 18030; commas, semicolons, tabs."""

import csv
import itertools
import re
from collections.abc import Iterator

from opsmon.errors import ConfigError, Problem
from opsmon.ledger.columns import meaning_of, plain_cell
from opsmon.ledger.table.raw_table import MAX_COLUMNS, MAX_ROWS, RawTable
from opsmon.text.bilingual import Sentence

_DELIMITERS = ",;\t|，"
_LOOKED_AT = 40  # lines, to find the delimiter by
_BYTES_LOOKED_AT = 8192
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)  # Excel writes and reads it as a first line
_UNREADABLE = "\ufffd"


def read_csv(path: str, content: bytes) -> RawTable:
    """The lines of a CSV. Raises ConfigError with a place."""
    text = decode(content).replace("\0", "")
    first = _SEPARATOR_LINE.match(text)
    skipped = 1 if first else 0
    body = text[first.end() :] if first else text
    delimiter = first.group(1) if first else _delimiter(body)
    table = RawTable(path, tuple(_lines(path, body, delimiter, skipped)))
    if _UNREADABLE in text:
        line = text[: text.index(_UNREADABLE)].count("\n") + 1
        told = "characters that are neither UTF-8, UTF-16 nor GB 18030"
        raise ConfigError(
            (
                Problem(
                    path, line, 0, told, Sentence("save it as CSV UTF-8, or as .xlsx", "请另存为 CSV UTF-8 或 .xlsx")
                ),
            )
        )
    return table


def decode(content: bytes) -> str:
    """Text by its mark; without one UTF-16 by its zero bytes, else UTF-8, else GB 18030, as Chinese Windows writes."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    head = content[:_BYTES_LOOKED_AT]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if even + odd > len(head) // 20 and len(head) > 3:  # a CSV in UTF-16 has zero bytes beside each digit and comma
        return content.decode("utf-16-le" if odd > even else "utf-16-be", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", errors="replace")


def _delimiter(text: str) -> str:
    """The one by which most headings are known, and of those the one that stands most often."""
    lines = text[: 64 * 1024].splitlines()[:_LOOKED_AT]
    head = "\n".join(lines)

    def known(delimiter: str) -> tuple[int, int]:
        cells = (cell for line in lines for cell in line.split(delimiter))
        return sum(1 for cell in cells if meaning_of(cell.strip().strip('"'))), head.count(delimiter)

    return max(_DELIMITERS, key=known)


def _lines(path: str, text: str, delimiter: str, skipped: int) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(_physical_lines(text), delimiter=delimiter)
    try:
        for number in itertools.count():
            cells = next(reader, None)
            if cells is None:
                return
            if number > MAX_ROWS:
                raise ConfigError(
                    (
                        Problem(
                            path,
                            number,
                            0,
                            Sentence(f"more than {MAX_ROWS} lines", f"超过 {MAX_ROWS} 行"),
                            Sentence("several tables", "请分成多个表"),
                        ),
                    )
                )
            if any(cell.strip() for cell in cells):
                yield reader.line_num + skipped, [plain_cell(cell).strip() for cell in cells[:MAX_COLUMNS]]
    except csv.Error as error:
        raise ConfigError(
            (
                Problem(
                    path, reader.line_num + skipped, 1, Sentence(f"not a CSV line: {error}", f"不是 CSV 行：{error}")
                ),
            )
        ) from None


def _physical_lines(text: str) -> Iterator[str]:
    """Lines as an editor counts them; the separators of Unicode are text."""
    return (found.group() for found in re.finditer(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z", text))
