"""Reads `opsmon.yaml` alone: what asks the daemon works whatever the other files look like, and starts at once."""

import os
from collections.abc import Mapping
from pathlib import Path

from opsmon.config.loading import Loading
from opsmon.config.secret import MissingSecret
from opsmon.config.settings import Settings, SettingsSpec
from opsmon.config.stock import PARTS
from opsmon.config.yaml.document import Document, check_spec, read_document, shown_path
from opsmon.config.yaml.problem import Problems
from opsmon.errors import ConfigError, Problem
from opsmon.layout import DEFAULT_STORE, INVENTORIES, SETTINGS_FILE
from opsmon.notify.spec import goes_in_clear
from opsmon.store.settings import SQLITE
from opsmon.text.bilingual import Sentence

NO_ROOT = Sentence(
    "no opsmon.yaml here, and no inventories/, probes/ or rules/",
    "这里没有 opsmon.yaml，也没有 inventories/、probes/、rules/",
)
NO_ROOT_HINT = Sentence(
    "go to a root, or name it with --root DIR or $OPSMON_ROOT; `opsmon init DIR` writes a new one",
    "请进入 opsmon 目录，或用 --root DIR 或 $OPSMON_ROOT 指定；`opsmon init DIR` 会写一个新目录",
)


def load_settings(path: Path, *, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of a root. Raises ConfigError."""
    loading = Loading(existing_root(path), environ, False, Problems())
    settings = read_settings(loading)
    loading.problems.raise_if_any()
    return settings


def existing_root(path: Path) -> Path:
    """The directory, absolute. Raises ConfigError where there is none, or it holds nothing of a root."""
    root = existing_directory(path)
    if not is_root(root):
        raise ConfigError((Problem(str(path), 0, 0, NO_ROOT, NO_ROOT_HINT),))
    return root


def existing_directory(path: Path) -> Path:
    """The directory, absolute, whatever it holds. Raises ConfigError where there is none."""
    root = path.resolve()
    if not root.is_dir():
        raise ConfigError(
            (
                Problem(
                    str(path),
                    0,
                    0,
                    Sentence("no such directory", "没有该目录"),
                    Sentence("`opsmon init DIR` writes a new root", "`opsmon init DIR` 会写一个新目录"),
                ),
            )
        )
    return root


def is_root(root: Path) -> bool:
    """Every part of a root may be missing, but not all of them."""
    return any((root / part).exists() for part in (SETTINGS_FILE, INVENTORIES, *PARTS))


def read_settings(loading: Loading) -> Settings:
    """The settings as far as they are sound; what is wrong goes to the problems of the loading."""
    file = loading.root / SETTINGS_FILE
    document = read_document(file, loading.root, loading.problems) if file.exists() else None
    if document is None:
        return SettingsSpec().resolve(loading.root)
    spec = check_spec(document, SettingsSpec, loading.problems, context=loading.context(document))
    settings = (spec or SettingsSpec()).resolve(loading.root)
    _warn_of_clear_text(document, settings, loading.problems)
    _warn_of_links_of_one_machine(document, settings, loading.problems)
    _refuse_wrong_places(document, settings, loading.problems)
    return settings


def _warn_of_clear_text(document: Document, settings: Settings, problems: Problems) -> None:
    for number, channel in enumerate(settings.webhooks):
        if not isinstance(channel.url, MissingSecret) and goes_in_clear(channel.url.reveal()):
            message = "`http://` to another machine: whoever is on the way reads it and can change it"
            hint = "`https://`, or a receiver on this machine"
            problems.add(document.problem(("webhooks", number, "url"), message, hint, warning=True))


def _warn_of_links_of_one_machine(document: Document, settings: Settings, problems: Problems) -> None:
    """The keys of links stand below `var/`, which is each machine's own."""
    if not settings.store.url.startswith(SQLITE) and settings.http.link_key is None:
        message = "links in messages open nothing on another machine that shares this store"
        hint = "`http: {link_key: {env: NAME}}`, the same on each; `openssl rand -hex 32` makes one"
        problems.add(document.problem(("store",), message, hint, warning=True))


def _refuse_wrong_places(document: Document, settings: Settings, problems: Problems) -> None:
    """A folder where a file would be written, a file where a folder would: told before the daemon needs them."""
    repository = settings.backup.repository
    if repository.exists() and not repository.is_dir():
        message = f"{shown_path(repository, document.file.parent)} is a file, not a folder"
        problems.add(
            document.problem(
                ("backup", "repository"),
                message,
                Sentence("the folder of the backups' git repository", "备份所用 git 仓库的目录"),
            )
        )
    database = Path(settings.store.url.removeprefix(SQLITE))
    if settings.store.url.startswith(SQLITE) and database.is_dir():
        message = f"{shown_path(database, document.file.parent)} is a folder, not a file"
        problems.add(
            document.problem(
                ("store",),
                message,
                Sentence(f"the file of the journal, such as `{DEFAULT_STORE}`", f"日志的文件，例如 `{DEFAULT_STORE}`"),
            )
        )
