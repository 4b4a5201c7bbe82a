"""Putting an imported table into a root, and reading what a `diff` compares with: another root, or an export."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from opsmon.config.problem import Problems
from opsmon.config.record import records_of
from opsmon.config.root import load_root
from opsmon.errors import ConfigError, Problem
from opsmon.ledger.columns import column_of, plain_cell
from opsmon.ledger.difference import Change, Flat, compare, compare_inventories
from opsmon.ledger.export import export_csv
from opsmon.ledger.table_import import ImportedSite, import_table
from opsmon.model.device import Inventory
from opsmon.text.vocabulary import kind_of_word

FOLDER = "inventories"


def put_into_root(root: Path, sites: tuple[ImportedSite, ...]) -> tuple[Path, ...]:
    """Write one file a site and load the root; when it does not load, take the files away again and raise why."""
    files = {root / FOLDER / f"{site.name}.yaml": site.text() for site in sites}
    taken = [file for file in files if file.exists()]
    if taken:
        hint = "an import writes new files only; move it away, or import into another root and compare"
        raise ConfigError(tuple(Problem(str(file.relative_to(root)), 0, 0, "is there already", hint) for file in taken))
    written: list[Path] = []
    try:
        for file, text in files.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            written.append(file)
            file.write_text(text, encoding="utf-8")
        load_root(root)
    except (ConfigError, OSError):
        for file in written:
            file.unlink(missing_ok=True)
        raise
    return tuple(written)


def compare_with(here: Inventory, other: Path) -> tuple[Change, ...]:
    """How `other` (a root, or a CSV export) differs from an inventory. Raises ConfigError where it cannot be read."""
    if other.is_dir():
        return compare_inventories(here, load_root(other).inventory)
    there = _read_export(other)
    columns = frozenset(key for row in there.values() for key in row) - {"name"}
    return compare(_read_rows(export_csv(records_of(here), chinese=False)), there, columns)


def _read_export(file: Path) -> dict[str, Flat]:
    problems = Problems()
    import_table(file, problems, site="unnamed")
    problems.raise_if_any()
    return _read_rows(file.read_bytes().decode("utf-8-sig", errors="replace"))


def _read_rows(text: str) -> dict[str, Flat]:
    """Rows of a CSV by device, with our words for headers and kinds; every column of the table, empty ones too."""
    rows: dict[str, Flat] = {}
    for row in csv.DictReader(io.StringIO(text)):
        known = {
            name: plain_cell(cell or "").strip() for header, cell in row.items() if (name := column_of(header or ""))
        }
        rows[known["name"]] = {**known, "kind": kind_of_word(known.get("kind", ""))}
    return rows


def as_json(changes: tuple[Change, ...]) -> list[Mapping[str, object]]:
    """Changes as plain data."""
    return [
        {
            "device": change.device,
            "change": change.what,
            "fields": {name: {"here": here, "there": there} for name, (here, there) in change.fields.items()},
        }
        for change in changes
    ]
