"""Putting an imported table into a root, tried first as if it were written."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from opsmon.config.lookup import unknown
from opsmon.config.root import Root, load_root
from opsmon.config.schema.files import modeline
from opsmon.config.yaml.problem import Problems
from opsmon.errors import ConfigError, Problem
from opsmon.layout import INVENTORIES
from opsmon.ledger.table.raw_table import RawTable
from opsmon.ledger.table_import import ImportedSite, TableImport, Wishes, import_table
from opsmon.text.bilingual import Sentence


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would write: texts by file. `mistakes` are those of rows, `doubts` the root's warnings of them."""

    found: TableImport
    files: Mapping[Path, str]
    mistakes: tuple[Problem, ...]
    doubts: tuple[Problem, ...]
    language: str = "en"


def plan_import(root: Path, source: Path | RawTable, wishes: Wishes) -> Plan:
    """What the table comes to in this root; nothing is written.

    Raises ConfigError where the root does not load, the file is no table, or the root would not load with its sites.
    """
    here = load_root(root)
    if wishes.contract is not None and wishes.contract not in here.contracts:
        raise unknown("contract", wishes.contract, here.contracts)
    devices = here.inventory.devices
    wishes = replace(
        wishes,
        known={name: str(device.site) for name, device in devices.items()},
        addresses={device.address: name for name, device in devices.items()},
    )
    problems = Problems()
    found = import_table(source, problems, wishes)
    _check_new(here, root, found.sites)
    files = {root / INVENTORIES / f"{site.name}.yaml": _text(site) for site in found.sites}
    doubts = _try(root, found, files) if files else ()
    return Plan(found, files, tuple(problems.errors), doubts, here.settings.language)


def _text(site: ImportedSite) -> str:
    """The file of a site, with the line by which editors find its schema, as in a new root."""
    return modeline(PurePosixPath(INVENTORIES, f"{site.name}.yaml")) + site.text()


def _check_new(here: Root, root: Path, sites: tuple[ImportedSite, ...]) -> None:
    hint = "an import writes new sites only; `opsmon inventory diff FILE` tells what the table changes"
    taken = [
        Problem(
            f"{INVENTORIES}/{site.name}.yaml",
            0,
            0,
            Sentence(f"the site `{site.name}` is there already", f"站点 `{site.name}` 已存在"),
            hint,
        )
        for site in sites
        if site.name in here.inventory.sites or os.path.lexists(root / INVENTORIES / f"{site.name}.yaml")
    ]
    if taken:
        raise ConfigError(tuple(taken))


def _try(root: Path, found: TableImport, files: Mapping[Path, str]) -> tuple[Problem, ...]:
    """Loads the root as it would be; what is wrong with a device is told by its row."""
    try:
        loaded = load_root(root, drafts=files)
    except ConfigError as error:
        raise ConfigError(tuple(_at_row(root, found, problem) for problem in error.problems)) from None
    ours = {str(file.relative_to(root)) for file in files}
    return tuple(_at_row(root, found, problem) for problem in loaded.warnings if problem.path in ours)


def _at_row(root: Path, found: TableImport, problem: Problem) -> Problem:
    for site in found.sites:
        head, _, rest = problem.key.partition(".")
        index, _, field_name = rest.partition(".")
        if problem.path == f"{INVENTORIES}/{site.name}.yaml" and head == "devices" and index.isdigit():
            line = site.lines[int(index)]
            name = field_name.partition(".")[0]
            return found.problem(line, name, problem.message, problem.hint, warning=problem.warning)
    return problem


def write_plan(plan: Plan) -> tuple[Path, ...]:
    """Writes the files of a plan; when one cannot be written, those before it are taken away again. Raises OSError."""
    written: list[Path] = []
    try:
        for file, text in plan.files.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("x", encoding="utf-8") as stream:
                written.append(file)
                stream.write(text)
    except OSError:
        for file in written:
            file.unlink(missing_ok=True)
        raise
    return tuple(written)
