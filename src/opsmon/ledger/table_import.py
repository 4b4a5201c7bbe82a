"""A table of devices (CSV, headers in English or Chinese) turned into inventory files, every mistake with its cell.

Nothing is written here: the caller gets the texts. What a row may say is what the inventory format may say; the rows
are validated by the same Spec.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from opsmon.config.emit import emit_yaml
from opsmon.config.inventory_spec import DeviceSpec, is_name
from opsmon.config.mistake import mistakes_of
from opsmon.config.problem import Problems
from opsmon.errors import Problem
from opsmon.ledger.columns import COLUMNS, column_of, plain_cell
from opsmon.near_miss import nearest, shown
from opsmon.text.vocabulary import kind_of_word

REQUIRED = ("name", "address", "kind")
LARGEST_TABLE = 64 * 1024 * 1024
_SITE_COLUMNS = ("site", "site_title", "contract")


@dataclass(slots=True)
class ImportedSite:
    """A site while its rows are collected."""

    name: str
    head: dict[str, object]
    devices: list[dict[str, object]] = field(default_factory=list)

    def text(self) -> str:
        """The site as an inventory file."""
        return emit_yaml({**self.head, "devices": self.devices})


@dataclass(frozen=True, slots=True)
class Table:
    """A table as read: `columns` maps our words to positions; a row keeps its line in the file."""

    path: str
    columns: Mapping[str, int]
    rows: tuple[tuple[int, list[str]], ...]

    def problem(self, line: int, column: str, message: str, hint: str = "", *, warning: bool = False) -> Problem:
        """A problem in a cell; columns count cells, as a spreadsheet does."""
        return Problem(self.path, line, self.columns.get(column, 0) + 1, message, hint, column, warning)


def import_table(file: Path, problems: Problems, *, site: str | None = None) -> tuple[ImportedSite, ...]:
    """The sites of a table, in order; `site` is for rows that name none. Mistakes are added to the problems."""
    table = _read_table(file, problems)
    if table is None:
        return ()
    sites: dict[str, ImportedSite] = {}
    lines: dict[str, int] = {}
    for line, cells in table.rows:
        row = {name: cells[index].strip() for name, index in table.columns.items() if index < len(cells)}
        if any(row.values()):
            _take_row(table, line, row, site, sites, problems)
            _check_unique(table, line, row.get("name", ""), lines, problems)
    return tuple(sites.values())


def _read_table(file: Path, problems: Problems) -> Table | None:
    try:
        with file.open("rb") as stream:
            content = stream.read(LARGEST_TABLE + 1)
    except OSError as error:
        problems.add(Problem(str(file), 0, 0, f"cannot be read: {error.strerror}"))
        return None
    if content[:2] == b"PK" or content[:4] == b"\xd0\xcf\x11\xe0" or len(content) > LARGEST_TABLE:
        problems.add(Problem(str(file), 0, 0, "is no CSV", "save the sheet as CSV (UTF-8) first"))
        return None
    return _parse_table(str(file), _decode(content), problems)


def _decode(content: bytes) -> str:
    """UTF-8 with or without a mark; else GB 18030, which Excel writes on Chinese Windows."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", errors="replace")


def _parse_table(path: str, text: str, problems: Problems) -> Table | None:
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(text.replace("\0", "").splitlines(keepends=True), delimiter=delimiter)
    try:
        header = next(reader, [])
        rows = tuple((reader.line_num, [plain_cell(cell) for cell in row]) for row in reader)
    except csv.Error as error:
        problems.add(Problem(path, reader.line_num, 1, f"not a CSV line: {error}"))
        return None
    columns = _columns(path, header, problems)
    return Table(path, columns, rows) if columns else None


def _columns(path: str, header: list[str], problems: Problems) -> dict[str, int]:
    columns: dict[str, int] = {}
    for index, text in enumerate(header):
        name = column_of(text)
        if name is None and text.strip():
            hint = nearest(text, COLUMNS) or "`label:NAME` makes a label of a column"
            problems.add(Problem(path, 1, index + 1, f"the column {shown(text)} is left out", hint, "", True))
        elif name is not None and name in columns:
            problems.add(Problem(path, 1, index + 1, f"the column {shown(text)} stands twice"))
        elif name is not None:
            columns[name] = index
    for name in REQUIRED:
        if name not in columns:
            hint = f"`{name}` or `{COLUMNS[name][0]}`"
            problems.add(Problem(path, 1, 1, f"the column for `{name}` is missing", hint))
    return columns if all(name in columns for name in REQUIRED) else {}


def _take_row(
    table: Table, line: int, row: dict[str, str], site: str | None, sites: dict[str, ImportedSite], problems: Problems
) -> None:
    name = row.get("site") or site or ""
    if not is_name(name):
        told = f"{shown(name)} is no name of a site" if name else "the row names no site"
        problems.add(table.problem(line, "site", told, "" if name else "a column `site`, or `--site NAME`"))
        return
    head = {key: row[key] for key in ("contract",) if row.get(key)}
    title = {"title": row["site_title"]} if row.get("site_title") else {}
    found = sites.setdefault(name, ImportedSite(name, {"site": name, **title, **head}))
    if head.get("contract", "") != found.head.get("contract", ""):
        problems.add(table.problem(line, "contract", f"another contract than the rows of {shown(name)} before"))
    entry = device_entry(row)
    mistakes = list(_row_mistakes(table, line, entry))
    for mistake in mistakes:
        problems.add(mistake)
    if not mistakes:
        found.devices.append(entry)


def device_entry(row: Mapping[str, str]) -> dict[str, object]:
    """A row as an item of `devices:`."""
    entry: dict[str, object] = {key: row[key] for key in ("name", "address") if row.get(key)}
    if row.get("kind"):
        entry["kind"] = kind_of_word(row["kind"])
    entry |= {key: row[key] for key in ("title", "service", "profile") if row.get(key)}
    entry |= {key: _split(row[key]) for key in ("parents", "important", "formerly") if row.get(key)}
    labels = _labels(row)
    return entry | ({"labels": labels} if labels else {})


def _split(text: str) -> list[str]:
    for other in "；、\n":
        text = text.replace(other, ";")
    return [part.strip() for part in text.split(";") if part.strip()]


def _labels(row: Mapping[str, str]) -> dict[str, str]:
    pairs = (part.partition("=") for part in _split(row.get("labels", "")))
    labels = {key.strip(): value.strip() for key, _, value in pairs}
    return labels | {
        name.removeprefix("label:"): text for name, text in row.items() if name.startswith("label:") and text
    }


def _row_mistakes(table: Table, line: int, entry: dict[str, object]) -> Iterator[Problem]:
    if "kind" not in entry:
        yield table.problem(line, "kind", "`kind` is missing")
    try:
        DeviceSpec.model_validate(entry)
    except ValidationError as error:
        for mistake in mistakes_of(error, DeviceSpec, entry):
            column = str(mistake.steps[0]) if mistake.steps else ""
            yield table.problem(line, column, mistake.message, mistake.hint)


def _check_unique(table: Table, line: int, name: str, lines: dict[str, int], problems: Problems) -> None:
    first = lines.setdefault(name, line)
    if name and first != line:
        problems.add(table.problem(line, "name", f"two devices are named {shown(name)}", f"first at line {first}"))
