"""The schemas as files of a root, and the first line of a YAML file by which an editor finds its own."""

from collections.abc import Sequence
from os.path import relpath
from pathlib import Path, PurePosixPath

from opsmon.config.misplaced import kind_at
from opsmon.config.schema.generate import SCHEMA_NAMES, schema_text

SCHEMAS = "schemas"
MODELINE = "# yaml-language-server: $schema="


def write_schemas(folder: Path, names: Sequence[str] = SCHEMA_NAMES) -> tuple[Path, ...]:
    """Write each schema as `NAME.json` into a folder, over what was there. Returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = tuple(folder / f"{name}.json" for name in names)
    for name, file in zip(names, files, strict=True):
        file.write_text(schema_text(name), encoding="utf-8")
    return files


def modeline(path: PurePosixPath) -> str:
    """The first line of a file of a root; empty for a file that has no schema."""
    name = kind_at(path)
    return f"{MODELINE}{relpath(f'{SCHEMAS}/{name}.json', path.parent)}\n" if name else ""
