"""Roots for the tests of the loader: as little in them as loads."""

from collections.abc import Callable
from pathlib import Path

import pytest

from opsmon.config.root import Root, load_root
from tests.support.config.layout import lay_out

NewRoot = Callable[..., Path]


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., Root]:
    """Lays out files and loads them: `load({"inventories/a.yaml": …}, environ={…})`."""

    def lay_out_and_load(files: dict[str, str], *, environ: dict[str, str] | None = None, strict: bool = False) -> Root:
        return load_root(lay_out(tmp_path, files), environ=environ or {}, require_secrets=strict)

    return lay_out_and_load
