"""Which file of a root holds what: by its folder, and by the keys that no other kind of file has.

A contract among the sites is told once, as a contract in the wrong folder, and not key by key.
"""

from collections.abc import Mapping
from pathlib import PurePosixPath

# By the folder of a root; the settings, the conditions and those of on call are single files.
_BY_FOLDER = {
    "inventories": "inventory",
    "probes": "profile",
    "rules/contracts": "contract",
    "rules/calendars": "calendar",
}
_BY_FILE = {
    "opsmon.yaml": "settings",
    "rules/conditions.yaml": "conditions",
    "rules/oncall.yaml": "oncall",
    "people.yaml": "people",
}
_PLACES = {name: f"{folder}/" for folder, name in _BY_FOLDER.items()} | {name: file for file, name in _BY_FILE.items()}
_WORDS = {
    "inventory": "a site's file",
    "profile": "a device profile",
    "contract": "a contract",
    "calendar": "a calendar",
    "settings": "the settings",
    "conditions": "the conditions",
    "oncall": "the on-call rules",
    "people": "the people on call",
}
_MARKS: Mapping[str, frozenset[str]] = {
    "inventory": frozenset({"site", "devices", "ranges", "templates"}),
    "profile": frozenset({"match", "objects", "metrics", "extends"}),
    "contract": frozenset({"clauses", "obligations", "penalties", "budgets", "services"}),
    "calendar": frozenset({"notices", "seasons", "dated", "law_days", "closures"}),
    "settings": frozenset({"http", "store", "webhooks", "hold_down"}),
    "conditions": frozenset({"conditions", "states", "reports"}),
    "oncall": frozenset({"channels", "rotas", "plans", "leave"}),
    "people": frozenset({"people"}),
}


def kind_at(path: PurePosixPath) -> str | None:
    """What a file is, by its path below the root; None for one that is none of a root."""
    if str(path) in _BY_FILE:
        return _BY_FILE[str(path)]
    return next((name for folder, name in _BY_FOLDER.items() if path.is_relative_to(folder)), None)


def kind_by_keys(data: object) -> str | None:
    """What a file seems to be, by its keys; None where they are of no kind, or of several."""
    keys = data.keys() if isinstance(data, dict) else frozenset[str]()
    found = [name for name, marks in _MARKS.items() if marks & keys]
    return found[0] if len(found) == 1 else None


def misplaced(path: PurePosixPath, data: object) -> tuple[str, str] | None:
    """What a file is that stands where another kind is read, and where it belongs; None for one in its place."""
    expected, found = kind_at(path), kind_by_keys(data)
    if expected is None or found is None or expected == found:
        return None
    return f"this is {_WORDS[found]}, and {_WORDS[expected]} is read here", f"it belongs in {_PLACES[found]}"


def place_for(data: object) -> tuple[str, str] | None:
    """What a file is by its keys, and where it belongs; None where they do not tell."""
    found = kind_by_keys(data)
    return (_WORDS[found], _PLACES[found]) if found is not None else None
