"""Roots for the tests of the loader: as little in them as loads."""

from collections.abc import Callable
from pathlib import Path

import pytest

from opsmon.config.root import Root, load_root

NewRoot = Callable[..., Path]
PROFILE = "name: generic\ntitle: any device\nkind: other\n"


def lay_out(folder: Path, files: dict[str, str]) -> Path:
    """A root with profiles and rules of its own (one profile, no rule) and the given files."""
    for path, text in {"probes/generic.yaml": PROFILE, "rules/.keep": "", **files}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., Root]:
    """Lays out files and loads them: `load({"inventories/a.yaml": …}, environ={…})`."""

    def lay_out_and_load(files: dict[str, str], *, environ: dict[str, str] | None = None, strict: bool = False) -> Root:
        return load_root(lay_out(tmp_path, files), environ=environ or {}, require_secrets=strict)

    return lay_out_and_load
