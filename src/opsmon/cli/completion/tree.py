"""The commands, their options and what these take, as plain data for completion.

To import a command's module takes longer than anybody waits at a TAB, so what was found is kept in the user's cache, by
the version and the newest change of this package; without a cache it is found each time.
"""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from opsmon import __version__

_PACKAGE = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class TakenValue:
    """An option or an argument: what it takes. `of` is a kind of name that the root or the daemon knows."""

    told: str = ""
    choices: tuple[str, ...] = ()
    of: str = ""
    is_file: bool = False
    is_flag: bool = False
    is_repeated: bool = False


@dataclass(frozen=True, slots=True)
class Node:
    """A command, or a group with its commands."""

    told: str = ""
    words: Mapping[str, "Node"] = field(default_factory=dict)
    options: Mapping[str, TakenValue] = field(default_factory=dict)
    arguments: tuple[TakenValue, ...] = ()


def tree_of(word: str) -> Node:
    """The whole command line as far as it is wanted: the list of all commands, that of `word` in full."""
    file = _cache_file(word)
    try:
        return _node(json.loads(file.read_text("utf-8")))
    except (OSError, ValueError, TypeError, AttributeError):
        pass
    from opsmon.cli.completion.command_words import find_tree

    tree = find_tree(word)
    _keep(file, tree)
    return tree


def _cache_file(word: str) -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    changed = max(file.stat().st_mtime_ns for file in (_PACKAGE / "cli").rglob("*.py"))
    name = word if word.isidentifier() else ""
    return Path(home) / "opsmon" / f"commands-{__version__}-{changed}-{name}.json"


def _keep(file: Path, tree: Node) -> None:
    """Best effort: written beside and moved, so that nobody reads half of it; older ones are removed."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        for old in file.parent.glob(f"commands-*-{file.stem.rpartition('-')[2]}.json"):
            old.unlink(missing_ok=True)
        fresh = file.with_suffix(f".{os.getpid()}")
        fresh.write_text(json.dumps(asdict(tree)), encoding="utf-8")
        fresh.replace(file)
    except OSError:
        return


def _node(document: Mapping[str, Any]) -> Node:
    words = {word: _node(inner) for word, inner in document["words"].items()}
    options = {name: _taken(inner) for name, inner in document["options"].items()}
    return Node(document["told"], words, options, tuple(map(_taken, document["arguments"])))


def _taken(document: Mapping[str, Any]) -> TakenValue:
    return TakenValue(**{**document, "choices": tuple(_texts(document["choices"]))})


def _texts(items: Iterable[object]) -> Iterable[str]:
    return (str(item) for item in items)
