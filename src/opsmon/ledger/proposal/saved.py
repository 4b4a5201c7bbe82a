"""The text of a proposal: tried as if it stood in the root, and written where nothing stands yet."""

import os
from collections.abc import Collection
from pathlib import Path

from opsmon.config.root import load_root
from opsmon.errors import ConfigError, Problem
from opsmon.layout import INVENTORIES
from opsmon.model.name import SiteName
from opsmon.text.bilingual import Sentence

SITE = "discovered"


def free_site(taken: Collection[SiteName], root: Path) -> str:
    """`discovered`, or with a number behind it where the root has one."""
    number, name = 2, SITE
    while name in taken or os.path.lexists(root / INVENTORIES / f"{name}.yaml"):
        name = f"{SITE}-{number}"
        number += 1
    return name


def check_free(file: Path) -> None:
    """Raises ConfigError where something stands there already, before anybody waits for a sweep."""
    if os.path.lexists(file):
        told = Sentence("it is there already, and nothing is written over a file", "文件已存在，不会覆盖")
        raise ConfigError(
            (
                Problem(
                    str(file),
                    0,
                    0,
                    told,
                    Sentence("another name, or without `-o` to see it first", "请换个名称，或去掉 `-o` 先看内容"),
                ),
            )
        )
    if not file.parent.is_dir():
        raise ConfigError(
            (
                Problem(
                    str(file), 0, 0, Sentence("no such folder", "没有这个目录"), Sentence("make it first", "请先建立")
                ),
            )
        )


def write_new(file: Path, text: str) -> None:
    """Writes a file. Raises ConfigError where it is there by now, OSError where it cannot be written."""
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        check_free(file)
        raise


def problems_of(root: Path, site: str, text: str) -> tuple[Problem, ...]:
    """What `opsmon check` would say of the text as a file of the root, errors first; nothing is written."""
    file = root / INVENTORIES / f"{site}.yaml"
    try:
        loaded = load_root(root, drafts={file: text})
    except ConfigError as error:
        return error.problems
    return tuple(one for one in loaded.warnings if one.path == f"{INVENTORIES}/{site}.yaml")
