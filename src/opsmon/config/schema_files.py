"""The schemas as files of a root, and the first line of a YAML file by which an editor finds its own."""

from collections.abc import Sequence
from os.path import relpath
from pathlib import Path, PurePosixPath

from opsmon.config.schema import SCHEMA_NAMES, schema_text

SCHEMAS = "schemas"
MODELINE = "# yaml-language-server: $schema="
# By the folder of a root; the settings and the conditions are single files.
_BY_FOLDER = {
    "inventories": "inventory",
    "probes": "profile",
    "rules/contracts": "contract",
    "rules/calendars": "calendar",
}
_BY_FILE = {"opsmon.yaml": "settings", "rules/conditions.yaml": "conditions"}


def write_schemas(folder: Path, names: Sequence[str] = SCHEMA_NAMES) -> tuple[Path, ...]:
    """Write each schema as `NAME.json` into a folder, over what was there. Returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = tuple(folder / f"{name}.json" for name in names)
    for name, file in zip(names, files, strict=True):
        file.write_text(schema_text(name), encoding="utf-8")
    return files


def schema_for(path: PurePosixPath) -> str | None:
    """The name of the schema of a file, by its path below the root; None for a file that has none."""
    if str(path) in _BY_FILE:
        return _BY_FILE[str(path)]
    return next((name for folder, name in _BY_FOLDER.items() if path.is_relative_to(folder)), None)


def modeline(path: PurePosixPath) -> str:
    """The first line of a file of a root; empty for a file that has no schema."""
    name = schema_for(path)
    return f"{MODELINE}{relpath(f'{SCHEMAS}/{name}.json', path.parent)}\n" if name else ""
