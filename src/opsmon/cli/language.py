"""Which language the command line speaks: tables, help.

The first of these that says one: `$OPSMON_LANG` (`zh` or `en`), the root's `language:` in opsmon.yaml, the locale of
the shell (`$LC_ALL`, `$LC_MESSAGES`, `$LANG`: one that begins with `zh` is Chinese). Promises: no YAML library and no
Spec is imported for it, so that `--help` stays quick; a settings file that is wrong is `check`'s to tell of.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from opsmon.layout import SETTINGS_FILE

if TYPE_CHECKING:
    from opsmon.config.settings import Settings

LANGUAGES = ("zh", "en")
_SETTING = re.compile(r"^language:[ \t]*[\"']?(zh|en)[\"']?[ \t]*(?:#.*)?$", re.MULTILINE)
MAX_SETTINGS_BYTES = 1_000_000


def chosen_language(environment: Mapping[str, str] = os.environ) -> str:
    """What `$OPSMON_LANG` says; "" where it says nothing that we speak."""
    chosen = environment.get("OPSMON_LANG", "").strip().lower()[:2]
    return chosen if chosen in LANGUAGES else ""


def language_of(settings: "Settings") -> str:
    """What a command shows a root in: its language, unless the person at this terminal chose another."""
    return chosen_language() or settings.language


def spoken_language(root: Path, environment: Mapping[str, str] = os.environ) -> str:
    """`zh` or `en` for a root; where the root says nothing, as its settings would have it only if it has any."""
    return chosen_language(environment) or _of_root(root) or _of_locale(environment)


def _of_root(root: Path) -> str:
    """The root's `language:`; what the settings default to where the file does not say; "" where there is no file."""
    try:
        with (root / SETTINGS_FILE).open("rb") as file:
            text = file.read(MAX_SETTINGS_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""
    found = _SETTING.search(text)
    return found[1] if found else "zh"


def _of_locale(environment: Mapping[str, str]) -> str:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = environment.get(name, "")
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"
